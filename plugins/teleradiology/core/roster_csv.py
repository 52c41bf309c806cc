"""The roster as CSV, for spreadsheets: reader, kind, start, end, timezone, note."""

from __future__ import annotations

import csv
import difflib
import io
from collections.abc import Iterable, Mapping
from datetime import datetime
from zoneinfo import ZoneInfo

from .errors import Problem
from .names import clean
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
from .roster_mistakes import mistake

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
        times = [_time(at, ZoneInfo(name)) if at else "" for at in (each.start, each.end)]
        note = f"'{each.note}" if each.note.startswith(_FORMULA) else each.note
        writer.writerow((each.reader, each.kind, *times, name, note))
    return out.getvalue()


def _time(at: datetime, zone: ZoneInfo) -> str:
    return at.astimezone(zone).isoformat(" ", "seconds" if at.second else "minutes")


def parsed(text: str, readers: Mapping[str, Reader]) -> Entries:
    """What the table says, or all that is wrong with it. Times without an offset are by the row's zone, else the reader's."""
    text = text.removeprefix("\ufeff")
    if not text.strip():
        return Entries(problems=(mistake("empty", line=1, known=", ".join(_NEEDED)),))
    sep, _, rest = text.partition("\n")
    told = sep.strip().startswith("sep=")  # a line for the spreadsheet alone
    first = rest.split("\n", 1)[0] if told else sep
    rows = csv.reader(io.StringIO(text, newline=""), delimiter=max(",;\t", key=first.count), strict=True)
    table = _Table(readers)
    line = 1
    try:
        if told:
            next(rows)
        header = [clean(name).strip().lower() for name in next(rows, [])]
        table.problems += _header_problems(header)
        if table.problems:
            return table.entries()
        line = rows.line_num + 1
        for row in rows:
            table.take(dict(zip(header, map(str.strip, row), strict=False)), line, len(row) - len(header))
            line = rows.line_num + 1
    except csv.Error as error:
        table.problems.append(mistake("not-csv", line=line, found=error))
    return table.entries()


class _Table:
    """The rows that have been read."""

    def __init__(self, readers: Mapping[str, Reader]):
        self.readers = readers
        self.found: list[Exception_] = []
        self.lines: list[int] = []
        self.problems: list[Problem] = []
        self.passed_over = 0

    def take(self, values: Mapping[str, str], line: int, too_many: int) -> None:
        """One row."""
        if not any(values.values()):
            return
        if too_many > 0:
            self.problems.append(mistake("too-many-values", line=line, most=len(values), found=len(values) + too_many))
        elif values.get("kind", "").lower() in WEEKLY:
            self.passed_over += 1
        else:
            good, wrong = _entry(values, self.readers)
            self.problems += [each.at(line) for each in wrong]
            if good:
                self.found.append(good)
                self.lines.append(line)

    def entries(self) -> Entries:
        """All of them."""
        return Entries(tuple(self.found), tuple(self.problems), self.passed_over, tuple(self.lines))


def _header_problems(header: list[str]) -> list[Problem]:
    problems = [mistake("column-missing", name, line=1, name=name) for name in _NEEDED if name not in header]
    for name in header:
        if name not in COLUMNS:
            near = difflib.get_close_matches(name, COLUMNS, n=1, cutoff=0.6)
            suggestion, known = near[0] if near else "", ", ".join(COLUMNS)
            problems.append(mistake("column-unknown", name[:40], line=1, suggestion=suggestion, found=name[:40], known=known))
    problems += [mistake("column-twice", name, line=1) for name in sorted(set(header)) if header.count(name) > 1]
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
    end = None if open_ended else tried(_until, values.get("end", ""), zone or ZoneInfo("UTC"))
    if start and end and end <= start:
        wrong.append(Wrong("end-first", "end"))
    if wrong or reader is None or kind is None or start is None:
        return None, wrong
    note = values.get("note", "")
    note = note[1:] if note[:1] == "'" and note[1:].startswith(_FORMULA) else note
    return tried(checked, Exception_(reader.id, kind, start, end, note_of(note))), wrong


def _until(text: str, zone: ZoneInfo) -> datetime:
    return instant_of(text, zone, "end", last=True)
