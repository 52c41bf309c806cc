"""The section `calendars` of the rules file: opening hours by weekday, weekends and public holidays of countries."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, time

from ..core.calendars import MIDNIGHT, Calendar, Hours
from .findings import Findings, below, closest, shortened
from .public_holidays import PublicHolidays, countries, weekend_of
from .readers_section import DAYS, LONG_DAYS
from .records import Field, Record, TableOf
from .shapes import ListOf, Parsed, Schema, Word, unexpected
from .values import DATE, TIMEZONE, parse_time
from .yaml_tree import Node, Table

Span = tuple[time, time]
DAY = Word((*DAYS, *LONG_DAYS), "a day such as mon")


def _span(text: str) -> Span | None:
    found = re.fullmatch(r"(\S+?)\s*-\s*(\S+)", text)
    start, end = (parse_time(part) for part in found.groups()) if found else (None, None)
    return (start, end) if start is not None and end is not None else None


SPAN = Parsed("hours such as '08:00-16:00'", _span, r"^[0-2]\d:[0-5]\d\s*-\s*[0-2]\d:[0-5]\d$")
COUNTRY = Parsed(
    "a country whose holidays are known, by its code such as LY",
    lambda text: text if text in countries() else None,
    r"^[A-Z]{2}$",
)


@dataclass(frozen=True)
class DayHours:
    """A list of hours, or the word ``closed``."""

    words: str = "a list of hours such as '08:00-16:00', or closed"

    def read(self, node: Node, path: str, findings: Findings) -> tuple[Span, ...] | None:
        if getattr(node, "text", "").casefold() == "closed":
            return ()
        return ListOf(SPAN, "hours").read(node, path, findings)

    def schema(self) -> Schema:
        return {"anyOf": [{"const": "closed"}, ListOf(SPAN, "hours").schema()]}


@dataclass(frozen=True)
class ByDay:
    """A mapping from days to hours."""

    words: str = "a mapping from days such as thu to hours, or to closed"

    def read(self, node: Node, path: str, findings: Findings) -> dict[int, tuple[Span, ...]] | None:
        if not isinstance(node, Table) or not node.entries:
            unexpected(self, node, path, findings)
            return None
        found: dict[int, tuple[Span, ...]] = {}
        for key, entry in node.entries.items():
            if key.casefold() not in (*DAYS, *LONG_DAYS):
                message = f"expected {DAY.words}, found {shortened(key)}"
                findings.problem(entry.place, below(path, key), message, closest(key, (*DAYS, *LONG_DAYS)))
            elif weekday(key.casefold()) in found:
                findings.problem(entry.place, below(path, key), f"the hours of {DAYS[weekday(key.casefold())]} are there already")
            else:
                found[weekday(key.casefold())] = DayHours().read(entry.value, below(path, key), findings) or ()
        return found

    def schema(self) -> Schema:
        day = DayHours().schema()
        return {"type": "object", "additionalProperties": False, "properties": dict.fromkeys((*DAYS, *LONG_DAYS), day)}


def weekday(name: str) -> int:
    """The number of a day, from Monday."""
    return (DAYS if name in DAYS else LONG_DAYS).index(name)


def week_of(days: Mapping[int, tuple[Span, ...]]) -> dict[int, tuple[Hours, ...]]:
    """Spans by the day on which they begin, as hours of each day: what goes on over midnight ends on the day after."""
    week: dict[int, list[Hours]] = {}
    for day, spans in days.items():
        for start, end in spans:
            if start < end or end == MIDNIGHT:
                week.setdefault(day, []).append(Hours(start, end))
                continue
            week.setdefault(day, []).append(Hours(start, MIDNIGHT))
            week.setdefault((day + 1) % 7, []).append(Hours(MIDNIGHT, end))
    return {day: _joined(hours) for day, hours in week.items()}


def _joined(hours: list[Hours]) -> tuple[Hours, ...]:
    """In order, and without overlaps, which would count twice."""
    found: list[Hours] = []
    for one in sorted(hours, key=lambda each: each.start):
        before = found[-1] if found else None
        if before is None or (before.end != MIDNIGHT and one.start > before.end):
            found.append(one)
        elif before.end != MIDNIGHT and (one.end == MIDNIGHT or one.end > before.end):
            found[-1] = Hours(before.start, one.end)
    return tuple(found)


def _calendar(
    name: str,
    timezone: str,
    hours: tuple[Span, ...],
    country: str = "",
    weekend: tuple[str, ...] | None = None,
    days: Mapping[int, tuple[Span, ...]] | None = None,
    holidays: tuple[date, ...] = (),
    not_holidays: tuple[date, ...] = (),
) -> Calendar:
    free = {weekday(day) for day in weekend} if weekend is not None else weekend_of(country)
    opening = {day: hours for day in range(7) if day not in free} | dict(days or {})
    closed = PublicHolidays(country, frozenset(holidays), frozenset(not_holidays))
    return Calendar(timezone, week_of(opening), closed)


CALENDAR = Record(
    "a calendar",
    (
        Field("timezone", TIMEZONE, "Time zone of its clock (IANA name).", required=True),
        Field(
            "hours", ListOf(SPAN, "hours"), "When the clock runs on a working day; '00:00-24:00' is the whole day.", required=True
        ),
        Field("country", COUNTRY, "Whose weekend and public holidays are kept; no holidays and no weekend when left out."),
        Field("weekend", ListOf(DAY, "days", at_least_one=False), "Days that are free, in place of the country's weekend."),
        Field("days", ByDay(), "Days with other hours, or `closed`."),
        Field("holidays", ListOf(DATE, "dates"), "Further dates that are free."),
        Field("not_holidays", ListOf(DATE, "dates"), "The country's holidays on which people work, or that fell on other days."),
    ),
    _calendar,
)
CALENDARS = TableOf(CALENDAR)


def check_open(calendars: Mapping[str, Calendar], node: Table, findings: Findings) -> None:
    """A calendar that is never open would promise nothing, for ever."""
    for name, calendar in calendars.items():
        if not any((calendar.week or {}).values()):
            findings.problem(node.entries[name].place, below("calendars", name), "the calendar is never open; give a day hours")
