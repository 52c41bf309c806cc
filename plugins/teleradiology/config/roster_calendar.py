"""A roster from an iCalendar file, as calendar programs export it: who, what and when, with repetitions a year ahead."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta, tzinfo
from zoneinfo import ZoneInfo

from ..core.errors import Problem
from ..core.reader import Reader
from ..core.roster import UNAVAILABLE, Exception_
from ..core.roster_entries import (
    WEEKLY,
    Entries,
    Mistakes,
    Wrong,
    checked,
    kind_in,
    kind_named,
    note_of,
    reader_named,
    zone_of,
)
from ..core.roster_mistakes import mistake
from . import calendar_repeats as repeats
from .calendar_lines import Component, Property, parsed
from .calendar_times import Zones, duration, instant, is_day, wall
from .calendar_times import zone_of as zone_given

MOST = 5000  # entries of one file
MOST_IDLE = 3  # rules that never come true; finding that out takes long
_DAY = timedelta(days=1)
_NO_READERS = ("ROOM", "RESOURCE")


@dataclass(frozen=True)
class _Span:
    """How an event lasts: until the same hour so many days later, and so much longer; None is without an end."""

    days: timedelta
    exact: timedelta


def read(text: str, readers: Mapping[str, Reader], now: datetime) -> Entries:
    """What the calendar says, or all that is wrong with it.

    Repetitions are taken from now until ``repeats.AHEAD``. Cancelled events, and the weekly hours that we export, are passed
    over.
    """
    calendar, problems = parsed(text)
    events = list(calendar.every("VEVENT"))
    if not events and not problems:
        problems.append(mistake("no-events", line=1))
    if not events:
        return Entries(problems=tuple(problems))
    return _Reading(calendar, readers, now).of(events, problems)


class _Reading:
    """One file being read."""

    def __init__(self, calendar: Component, readers: Mapping[str, Reader], now: datetime):
        self.readers, self.now, self.until = readers, now, now + repeats.AHEAD
        self.zones = Zones(calendar)
        self.replaced: dict[str, set[datetime]] = {}
        self.goes_on = False
        self.repeating = self.idle = 0

    def of(self, events: list[Component], problems: list[Problem]) -> Entries:
        """The entries of all events."""
        found: list[tuple[Exception_, int]] = []
        passed_over = 0
        for event in events:
            problems += [each.at(event.line_of(each.path)) for each in self._note_replaced(event)]
        for event in events:
            if event.text("STATUS").upper() == "CANCELLED" or event.text("X-KIND").lower() in WEEKLY:
                passed_over += 1
                continue
            entries, wrong = self._entries(event)
            found += [(each, event.line) for each in entries]
            passed_over += not entries and not wrong
            problems += [each.at(event.line_of(each.path)) for each in wrong]
            if len(found) > MOST or self.idle > MOST_IDLE:
                break
        until = self.until if self.goes_on else None
        entries_found, lines = (tuple(each) for each in zip(*found, strict=True)) if found else ((), ())
        return Entries(entries_found, tuple(problems), passed_over, lines, self.repeating, until)

    def _note_replaced(self, event: Component) -> list[Wrong]:
        """Remember which occurrence of a repeated event this one stands for."""
        given = event.first("RECURRENCE-ID")
        wrong = Mistakes()
        if given is None:
            return wrong
        if "RANGE" in given.parameters:
            return [Wrong("range", "RECURRENCE-ID")]
        at = wrong.tried(wall, given.value, given.name)
        zone = wrong.tried(zone_given, given, self.zones, _FLOATING)
        if at and zone:
            key = _day_of(at) if is_day(given) else at if zone is _FLOATING else instant(at, zone, given.name)
            self.replaced.setdefault(event.text("UID"), set()).add(key)
        return wrong

    def _entries(self, event: Component) -> tuple[list[Exception_], list[Wrong]]:
        """The entries of an event, or everything that is wrong in it."""
        wrong = Mistakes()
        readers = wrong.tried(_readers, event, self.readers)
        kind = wrong.tried(_kind, event)
        own = ZoneInfo(zone_of(readers[0]) if readers else "UTC")
        found = wrong.tried(self._times, event, own, kind)
        if wrong or readers is None or kind is None or found is None:
            return [], wrong
        note = note_of(event.text("DESCRIPTION"))
        made = [Exception_(reader.id, kind, start, end, note) for start, end in found for reader in readers]
        try:
            return [checked(each) for each in made], wrong
        except Wrong as error:
            return [], [Wrong(error.code, {"start": "DTSTART", "end": "DTEND"}[error.path], "", **error.params)]

    def _times(self, event: Component, own: tzinfo, kind: str | None) -> list[tuple[datetime, datetime | None]]:
        given = event.first("DTSTART")
        if given is None:
            raise Wrong("no-start", "DTSTART")
        first, zone = wall(given.value, "DTSTART"), zone_given(given, self.zones, own)
        span = self._span(event, first, zone, own, kind)
        if not repeats.repeats(event):
            return [(instant(first, zone, "DTSTART"), _end(first, span, zone))]
        if span is None:
            raise Wrong("no-length", "DTEND")
        self.repeating += 1
        return list(self._occurrences(event, first, zone, span))

    def _occurrences(
        self, event: Component, first: datetime, zone: tzinfo, span: _Span
    ) -> Iterator[tuple[datetime, datetime | None]]:
        replaced = self.replaced.get(event.text("UID"), set()) if not event.first("RECURRENCE-ID") else set()
        at = None
        for at in repeats.starts(event, first, zone, self.zones):
            start, end = instant(at, zone, "RRULE"), _end(at, span, zone)
            if start >= self.until:
                self.goes_on = True
                return
            if end and end > self.now and not replaced & {start, at, _day_of(at)}:
                yield start, end
        if at is None:
            self.idle += 1
            raise Wrong("rule-never", "RRULE")

    def _span(self, event: Component, first: datetime, zone: tzinfo, own: tzinfo, kind: str | None) -> _Span | None:
        """By the clock on the wall with DTEND, so that a night ends at its hour also when the clocks change."""
        starts_a_day = is_day(event.first("DTSTART") or _NOTHING)
        given = event.first("DTEND")
        if given:
            end, theirs = wall(given.value, "DTEND"), zone_given(given, self.zones, own)
            if theirs is not zone and str(theirs) != str(zone):
                end = instant(end, theirs, "DTEND").astimezone(zone).replace(tzinfo=None)
            if end <= first:
                raise Wrong("end-first", "DTEND")
            return _Span(end - first, timedelta(0))
        lasting = event.first("DURATION")
        if lasting:
            days, exact = duration(lasting.value, "DURATION")
            if not days + exact:
                raise Wrong("end-first", "DURATION")
            return _Span(days, exact)
        if starts_a_day:
            return _Span(_DAY, timedelta(0))
        if kind == UNAVAILABLE:
            return None
        raise Wrong("no-length", "DTEND")


_FLOATING = ZoneInfo("UTC")  # stands for nobody's clock where only the times on the wall are compared
_NOTHING = Property(0, "", {}, "", "")


def _day_of(at: datetime) -> datetime:
    """The day as a key; it can be no time on the wall."""
    return at.replace(hour=0, minute=0, second=0, microsecond=1)


def _end(start: datetime, span: _Span | None, zone: tzinfo) -> datetime | None:
    return instant(start + span.days, zone, "DTEND") + span.exact if span else None


def _readers(event: Component, readers: Mapping[str, Reader]) -> list[Reader]:
    """By X-READER, the addresses or names of ATTENDEE, or the end of the summary, which is how we write it."""
    if event.first("X-READER"):
        return [reader_named(readers, event.text("X-READER"), "X-READER")]
    invited = [each for each in event.all("ATTENDEE") if _takes_part(each)]
    if invited:
        return list({found.id: found for each in invited if (found := _invited(each, readers))}.values())
    summary = event.text("SUMMARY")
    named = re.split(r" [-–—] |: ", summary, maxsplit=1)
    if len(named) < 2:
        raise Wrong("no-name", "SUMMARY")
    return [reader_named(readers, named[1], "SUMMARY")]


def _takes_part(attendee: Property) -> bool:
    given = attendee.parameters
    is_person = given.get("CUTYPE", "").upper() not in _NO_READERS
    return is_person and given.get("ROLE", "").upper() != "NON-PARTICIPANT" and given.get("PARTSTAT", "").upper() != "DECLINED"


def _invited(attendee: Property, readers: Mapping[str, Reader]) -> Reader:
    address = re.sub("^mailto:", "", attendee.value.strip(), flags=re.IGNORECASE)
    try:
        return reader_named(readers, address, "ATTENDEE")
    except Wrong:
        if "CN" not in attendee.parameters:
            raise
        return reader_named(readers, attendee.parameters["CN"], "ATTENDEE")


def _kind(event: Component) -> str:
    if event.first("X-KIND"):
        return kind_named(event.text("X-KIND"), "X-KIND")
    for given in event.all("CATEGORIES"):
        for word in given.text.split(","):
            if kind := kind_in(word):
                return kind
    return kind_named(re.split(r" [-–—] |:", event.text("SUMMARY"), maxsplit=1)[0], "SUMMARY")
