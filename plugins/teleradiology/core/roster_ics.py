"""The roster as iCalendar (RFC 5545), written for people's calendars and read back as far as a roster needs it."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

from .errors import Problem
from .reader import Reader
from .roster import UNAVAILABLE, Exception_
from .roster_entries import (
    KIND_OF,
    WEEKLY,
    Entries,
    Mistakes,
    Wrong,
    checked,
    kind_named,
    note_of,
    reader_named,
    utc,
    zone_named,
    zone_of,
)

_OCTETS = 75
_LINE = re.compile(r'([A-Za-z0-9-]+)((?:;[A-Za-z0-9-]+=(?:"[^"]*"|[^";:]*))*):(.*)', re.DOTALL)
_PARAMETER = re.compile(r';([A-Za-z0-9-]+)=("[^"]*"|[^";:]*)')
_TITLES = {"leave": "Leave", "extra": "Extra shift", "on-call": "On call", "unavailable": "Not available"}
_TITLES |= {"shift": "On duty", "on-call-shift": "On call"}


def written(entries: Iterable[Exception_], readers: Mapping[str, Reader], now: datetime) -> str:
    """A calendar with an event for each entry, in UTC. The same entry always has the same UID."""
    lines = ["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//Orthanc Teleradiology//Roster//EN", "CALSCALE:GREGORIAN"]
    for each in entries:
        name = readers[each.reader].name if each.reader in readers else each.reader
        lines += ["BEGIN:VEVENT", f"UID:{_uid(each)}", f"DTSTAMP:{_utc(now)}", f"DTSTART:{_utc(each.start)}"]
        lines += [f"DTEND:{_utc(each.end)}"] if each.end else []
        lines += [f"SUMMARY:{_escaped(f'{_TITLES.get(each.kind, each.kind)} - {name}')}"]
        lines += [f"DESCRIPTION:{_escaped(each.note)}"] if each.note else []
        lines += [f"X-READER:{_escaped(each.reader)}", f"X-KIND:{each.kind}", "END:VEVENT"]
    return "".join(f"{_folded(line)}\r\n" for line in [*lines, "END:VCALENDAR"])


def _uid(entry: Exception_) -> str:
    known = entry.id or hashlib.sha256(f"{entry.reader}|{entry.kind}|{_utc(entry.start)}".encode()).hexdigest()[:26]
    return f"{known}@orthanc-teleradiology"


def _utc(at: datetime) -> str:
    return f"{at.astimezone(UTC):%Y%m%dT%H%M%SZ}"


def _escaped(text: str) -> str:
    return re.sub(r"([\\;,])", r"\\\1", text).replace("\n", "\\n")


def _plain(text: str) -> str:
    return re.sub(r"\\(.)", lambda found: "\n" if found[1] in "nN" else found[1], text)


def _folded(line: str) -> str:
    """Lines of at most 75 octets; no character is cut in two."""
    parts, size = [""], 0
    for character in line:
        length = len(character.encode())
        if size + length > _OCTETS:
            parts.append("")
            size = 1  # the space with which the next line begins
        parts[-1] += character
        size += length
    return "\r\n ".join(parts)


@dataclass
class _Property:
    line: int
    parameters: dict[str, str]
    value: str


@dataclass
class _Event:
    line: int
    properties: dict[str, _Property] = field(default_factory=dict)

    def text(self, name: str) -> str:
        """The plain text of a property, or ""."""
        return _plain(self.properties[name].value).strip() if name in self.properties else ""

    def line_of(self, name: str) -> int:
        """Where the property stands, or else the event."""
        return self.properties[name].line if name in self.properties else self.line


def parsed(text: str, readers: Mapping[str, Reader]) -> Entries:
    """What the calendar says, or all that is wrong with it. Other components than events, time zones for one, are passed by."""
    events, problems = _events(text)
    found: list[Exception_] = []
    passed_over = 0
    for event in events:
        if event.text("STATUS").upper() == "CANCELLED" or event.text("X-KIND").lower() in WEEKLY:
            passed_over += 1
            continue
        good, wrong = _entry(event, readers)
        found += [good] if good else []
        problems += [each.at(event.line_of(each.path)) for each in wrong]
    return Entries(tuple(found), tuple(problems), passed_over)


def _unfolded(text: str) -> Iterator[tuple[int, str]]:
    """Logical lines with the number of the physical line on which each begins."""
    begun, whole = 0, ""
    for number, line in enumerate(text.removeprefix("\ufeff").replace("\r\n", "\n").split("\n"), 1):
        if line[:1] in (" ", "\t") and begun:
            whole += line[1:]
            continue
        if whole.strip():
            yield begun, whole
        begun, whole = number, line
    if whole.strip():
        yield begun, whole


def _events(text: str) -> tuple[list[_Event], list[Problem]]:
    events: list[_Event] = []
    problems: list[Problem] = []
    within: list[str] = []
    for number, line in _unfolded(text):
        match = _LINE.fullmatch(line)
        if not match:
            problems.append(Problem("expected NAME:value", line=number))
            continue
        name, value = match[1].upper(), match[3]
        if name == "BEGIN":
            within.append(value.strip().upper())
            if within[-1] == "VEVENT":
                events.append(_Event(number))
        elif name == "END":
            if not within or within.pop() != value.strip().upper():
                problems.append(Problem(f"END:{value.strip()[:40]} without its BEGIN", line=number))
                return events, problems
        elif within[-1:] == ["VEVENT"]:
            given = {key.upper(): each.strip('"') for key, each in _PARAMETER.findall(match[2])}
            events[-1].properties.setdefault(name, _Property(number, given, value))
    if within:
        problems.append(Problem(f"BEGIN:{within[-1][:40]} without its END: the file is cut off"))
    if not events and not problems:
        problems.append(Problem("expected an iCalendar file with VEVENT components", line=1))
    return events, problems


def _entry(event: _Event, readers: Mapping[str, Reader]) -> tuple[Exception_ | None, list[Wrong]]:
    """The entry of an event, or everything that is wrong in it."""
    wrong = Mistakes()
    tried = wrong.tried
    for name in ("RRULE", "RDATE"):
        if name in event.properties:
            wrong.append(Wrong("repetitions are not read: weekly hours belong into the rules file", name))
    reader = tried(_reader, event, readers)
    kind = tried(_kind, event)
    zone = zone_of(reader) if reader else "UTC"
    start = tried(_instant, event, "DTSTART", zone)
    end = tried(_end, event, zone, kind) if start else None
    if wrong or reader is None or kind is None or start is None:
        return None, wrong
    found = Exception_(reader.id, kind, start, end, note_of(event.text("DESCRIPTION")))
    try:
        return checked(found), wrong
    except Wrong as error:
        return None, [Wrong(error.message, {"start": "DTSTART", "end": "DTEND"}[error.path])]


def _reader(event: _Event, readers: Mapping[str, Reader]) -> Reader:
    """By X-READER, the address of ATTENDEE or its CN, or the end of the summary, which is how we write it."""
    if "X-READER" in event.properties:
        return reader_named(readers, event.text("X-READER"), "X-READER")
    if "ATTENDEE" in event.properties:
        attendee = event.properties["ATTENDEE"]
        try:
            return reader_named(readers, re.sub("^mailto:", "", attendee.value.strip(), flags=re.IGNORECASE), "ATTENDEE")
        except Wrong:
            if "CN" not in attendee.parameters:
                raise
            return reader_named(readers, attendee.parameters["CN"], "ATTENDEE")
    _, dash, name = event.text("SUMMARY").partition(" - ")
    if not dash:
        raise Wrong("expected X-READER or ATTENDEE with a reader of the rules file", "SUMMARY")
    return reader_named(readers, name, "SUMMARY")


def _kind(event: _Event) -> str:
    if "X-KIND" in event.properties:
        return kind_named(event.text("X-KIND"), "X-KIND")
    for word in event.text("CATEGORIES").split(","):
        if word.strip().lower() in KIND_OF:
            return KIND_OF[word.strip().lower()]
    summary = event.text("SUMMARY")
    return kind_named(re.split(r" - |:", summary, maxsplit=1)[0], "SUMMARY")


def _end(event: _Event, zone: str, kind: str | None) -> datetime | None:
    if "DTEND" in event.properties:
        return _instant(event, "DTEND", zone)
    if "DURATION" in event.properties:
        raise Wrong("durations are not read: give DTEND", "DURATION")
    if _is_day(event.properties["DTSTART"]):
        day = datetime.strptime(event.text("DTSTART")[:8] + "+0000", "%Y%m%d%z").date() + timedelta(days=1)
        return utc(datetime.combine(day, time(0), ZoneInfo(zone)), "DTEND")
    if kind == UNAVAILABLE:
        return None
    raise Wrong("expected DTEND", "DTEND")


def _is_day(given: _Property) -> bool:
    return given.parameters.get("VALUE", "").upper() == "DATE" or len(given.value.strip()) == 8


def _instant(event: _Event, name: str, reader_zone: str) -> datetime:
    """UTC with Z, by TZID, or else by the reader's own clock; a day begins at midnight there."""
    if name not in event.properties:
        raise Wrong(f"expected {name}", name)
    given = event.properties[name]
    text = given.value.strip()
    named = given.parameters.get("TZID")
    zone = zone_named(named.removeprefix("/"), name) if named else ZoneInfo(reader_zone)
    form = "%Y%m%d%z" if _is_day(given) else "%Y%m%dT%H%M%S%z"
    try:
        at = datetime.strptime(f"{text.removesuffix('Z')}+0000", form)  # noqa: DTZ007  # the form has %z
    except ValueError:
        raise Wrong(f"expected a time such as 20261201T080000Z; found '{text[:40]}'", name) from None
    return utc(at.replace(tzinfo=UTC if text.endswith("Z") else zone), name)
