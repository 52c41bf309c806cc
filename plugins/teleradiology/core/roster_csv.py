"""The roster as CSV, for spreadsheets: reader, kind, start, end, timezone, note."""

from __future__ import annotations

import csv
import difflib
import io
from collections.abc import Iterable, Mapping
from zoneinfo import ZoneInfo

from .errors import Problem
from .reader import Reader
from .roster import UNAVAILABLE, Exception_
from .roster_entries import (
    WEEKLY,
    Entries,
    Mistakes,
    Wrong,
    checked,
    instant_of,
    kind_named,
    note_of,
    reader_named,
    zone_named,
    zone_of,
)

COLUMNS = ("reader", "kind", "start", "end", "timezone", "note")
_NEEDED = COLUMNS[:4]
_FORMULA = ("=", "+", "-", "@")  # what a spreadsheet would carry out


def written(entries: Iterable[Exception_], readers: Mapping[str, Reader]) -> str:
    """A table with the times by each reader's own clock."""
    out = io.StringIO(newline="")
    writer = csv.writer(out)
    writer.writerow(COLUMNS)
    for each in entries:
        name = zone_of(readers[each.reader]) if each.reader in readers else "UTC"
        times = [at.astimezone(ZoneInfo(name)).isoformat(" ", "minutes") if at else "" for at in (each.start, each.end)]
        note = f"'{each.note}" if each.note.startswith(_FORMULA) else each.note
        writer.writerow((each.reader, each.kind, *times, name, note))
    return out.getvalue()


def parsed(text: str, readers: Mapping[str, Reader]) -> Entries:
    """What the table says, or all that is wrong with it. Times without an offset are by the row's zone, else the reader's."""
    delimiter = ";" if text.split("\n", 1)[0].count(";") > text.split("\n", 1)[0].count(",") else ","
    rows = csv.reader(io.StringIO(text.removeprefix("\ufeff"), newline=""), delimiter=delimiter, strict=True)
    found: list[Exception_] = []
    problems: list[Problem] = []
    passed_over = 0
    try:
        header = [name.strip().lower() for name in next(rows, [])]
        problems += _header_problems(header)
        if problems:
            return Entries(problems=tuple(problems))
        for row in rows:
            line = rows.line_num
            if not any(cell.strip() for cell in row):
                continue
            if len(row) > len(header):
                problems.append(Problem(f"expected {len(header)} values; found {len(row)}", line=line))
                continue
            values = dict(zip(header, (cell.strip() for cell in row), strict=False))
            if values.get("kind", "").lower() in WEEKLY:
                passed_over += 1
                continue
            good, wrong = _entry(values, readers)
            found += [good] if good else []
            problems += [each.at(line) for each in wrong]
    except csv.Error as error:
        problems.append(Problem(f"this is not a CSV table: {error}", line=rows.line_num))
    return Entries(tuple(found), tuple(problems), passed_over)


def _header_problems(header: list[str]) -> list[Problem]:
    problems = [
        Problem(f"expected the column '{name}' in the first line", path=name, line=1) for name in _NEEDED if name not in header
    ]
    for name in header:
        if name not in COLUMNS:
            near = difflib.get_close_matches(name, COLUMNS, n=1, cutoff=0.6)
            text = f"unknown column '{name[:40]}'; known: {', '.join(COLUMNS)}"
            problems.append(Problem(text, path=name[:40], line=1, suggestion=near[0] if near else ""))
    problems += [
        Problem("this column is there twice", path=name, line=1) for name in sorted(set(header)) if header.count(name) > 1
    ]
    return problems


def _entry(values: Mapping[str, str], readers: Mapping[str, Reader]) -> tuple[Exception_ | None, list[Wrong]]:
    """The entry of a row, or everything that is wrong in it."""
    wrong = Mistakes()
    tried = wrong.tried
    reader = tried(reader_named, readers, values.get("reader", ""))
    kind = tried(kind_named, values.get("kind", ""))
    named = values.get("timezone", "")
    zone = tried(zone_named, named) if named else ZoneInfo(zone_of(reader)) if reader else None
    start = tried(instant_of, values.get("start", ""), zone or ZoneInfo("UTC"), "start")
    open_ended = not values.get("end") and kind == UNAVAILABLE
    end = None if open_ended else tried(instant_of, values.get("end", ""), zone or ZoneInfo("UTC"), "end")
    if wrong or reader is None or kind is None or start is None:
        return None, wrong
    note = values.get("note", "")
    note = note[1:] if note[:1] == "'" and note[1:].startswith(_FORMULA) else note
    return tried(checked, Exception_(reader.id, kind, start, end, note_of(note))), wrong
