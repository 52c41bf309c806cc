"""The roster as its page shows it: duties by day on the reader's clock and the viewer's, gaps as words and bars."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from babel.dates import format_date
from markupsafe import Markup

from ...config.rules_file import RulesFile
from ...core.roster import ON_CALL, SHIFT, Cover, Duty, Exception_, Gap
from ...core.roster_entries import zone_of
from ...workflow.roster import DAYS, Board, Row
from . import show, words
from .words import N_, Sign, _

KIND_WORDS = {
    "leave": N_("Leave"),
    "extra": N_("Extra shift"),
    "on-call": N_("On call"),
    "unavailable": N_("Not available"),
}
_KIND_SIGNS = {
    "leave": Sign(KIND_WORDS["leave"], "no", "held"),
    "extra": Sign(KIND_WORDS["extra"], "add", "good"),
    "on-call": Sign(KIND_WORDS["on-call"], "clock", "soon"),
    "unavailable": Sign(KIND_WORDS["unavailable"], "no", "over"),
}
_DAY = timedelta(days=1)
_HOUR = timedelta(hours=1)


@dataclass(frozen=True)
class Hours:
    """A duty within a day: by the reader's clock, and by the viewer's when that differs."""

    text: Markup | str
    also: Markup | str
    on_call: bool


@dataclass(frozen=True)
class Day:
    """A day of a reader: the hours of duty and what stands beside the weekly ones."""

    hours: tuple[Hours, ...]
    marks: tuple[Sign, ...]


@dataclass(frozen=True)
class Line:
    """A reader's line."""

    row: Row
    timezone: str
    clock: Markup
    days: tuple[Day, ...]


@dataclass(frozen=True)
class Entry:
    """An exception in the list of what was entered, by the reader's clock."""

    entry: Exception_
    name: str
    sign: Sign
    start: Markup
    end: Markup | str
    timezone: str


@dataclass(frozen=True)
class Bar:
    """A part of a coverage bar, in hours from now."""

    x: float
    width: float
    on_call: bool


@dataclass(frozen=True)
class Coverage:
    """How a subspecialty in a jurisdiction is covered."""

    subspecialty: str
    jurisdiction: str
    gaps: tuple[Gap, ...]
    bars: tuple[Bar, ...]
    hours: int
    on_call_hours: int
    is_whole: bool


@dataclass(frozen=True)
class Shown:
    """Everything that the page shows."""

    columns: tuple[tuple[str, str, bool], ...]
    lines: tuple[Line, ...]
    present: tuple[Line, ...]  # who is on duty first, then who is next
    on_duty: int
    on_call: int
    entries: tuple[Entry, ...]
    more: int  # entries that are not listed
    coverage: tuple[Coverage, ...]
    width: int
    midnights: tuple[float, ...]  # in hours from now
    zone: str
    end: datetime


def shown(rules: RulesFile, board: Board, viewer: ZoneInfo, language: str) -> Shown:
    """The roster for somebody in that time zone and language."""
    first = board.at.astimezone(viewer).date()
    days = [first + number * _DAY for number in range(DAYS)]
    columns = tuple(
        (format_date(day, "EEE", locale=language), format_date(day, "d MMM", locale=language), not number)
        for number, day in enumerate(days)
    )
    lines = tuple(_line(row, days, board.at, viewer) for row in board.rows)
    layers = [row.now.layer for row in board.rows if row.now and row.available]
    return Shown(
        columns,
        lines,
        tuple(sorted(lines, key=_soonest)),
        layers.count(SHIFT),
        layers.count(ON_CALL),
        tuple(_entry(rules, each, viewer) for each in board.entries),
        board.more,
        tuple(sorted((_coverage(rules, board, cover) for cover in board.covers), key=_worst_first)),
        DAYS * 24,
        tuple(round((datetime.combine(day, time(0), viewer) - board.at) / _HOUR, 2) for day in days[1:]),
        viewer.key,
        board.until,
    )


def _soonest(line: Line) -> tuple[int, float]:
    now, following = line.row.now, line.row.next
    place = 2 if now is None else (SHIFT, ON_CALL).index(now.layer)
    return place, following.start.timestamp() if following else float("inf")


def _line(row: Row, days: list[date], now: datetime, viewer: ZoneInfo) -> Line:
    zone = ZoneInfo(zone_of(row.reader, viewer.key))
    clock = show.ltr(f"{now.astimezone(zone):%H:%M}")
    return Line(row, zone.key, clock, tuple(_day(row, day, zone, viewer) for day in days))


def _day(row: Row, day: date, zone: ZoneInfo, viewer: ZoneInfo) -> Day:
    begin, end = (datetime.combine(each, time(0), zone) for each in (day, day + _DAY))
    hours = tuple(found for duty in row.duties if (found := _hours(duty, begin, end, viewer)))
    kinds = dict.fromkeys(each.kind for each in row.exceptions if each.start < end and (each.end is None or each.end > begin))
    return Day(hours, tuple(sign_of(kind) for kind in kinds if kind != ON_CALL))  # the hours say that already


def sign_of(kind: str) -> Sign:
    """The word and icon of a kind."""
    return words.sign(_KIND_SIGNS, kind)


def _hours(duty: Duty, begin: datetime, end: datetime, viewer: ZoneInfo) -> Hours | None:
    """A duty of less than a day stands whole on the day it begins; a longer one on each of its days."""
    if duty.end <= begin or duty.start >= end:
        return None
    on_call = duty.layer == ON_CALL
    if duty.end - duty.start < _DAY:
        start, stop = duty.start, duty.end
        if start < begin:
            return None
    else:
        start, stop = max(duty.start, begin), min(duty.end, end)
        if (start, stop) == (begin, end):
            return Hours(_("all day"), "", on_call)
    here = _span(start, stop, begin.tzinfo)
    there = _span(start, stop, viewer)
    return Hours(here, there if there != here else "", on_call)


def _span(start: datetime, stop: datetime, zone: object) -> Markup:
    return show.ltr(f"{start.astimezone(zone):%H:%M}–{stop.astimezone(zone):%H:%M}")  # type: ignore[arg-type]


def _entry(rules: RulesFile, each: Exception_, viewer: ZoneInfo) -> Entry:
    reader = rules.readers.get(each.reader)
    zone = ZoneInfo(zone_of(reader, viewer.key)) if reader else viewer
    start = show.ltr(f"{each.start.astimezone(zone):%Y-%m-%d %H:%M}")
    end = show.ltr(f"{each.end.astimezone(zone):%Y-%m-%d %H:%M}") if each.end else _("until further notice")
    return Entry(each, reader.name if reader else each.reader, sign_of(each.kind), start, end, zone.key)


def _worst_first(found: Coverage) -> tuple[float, float]:
    nobody, on_call = (sum(bar.width for bar in found.bars if bar.on_call is layer) for layer in (False, True))
    return -nobody, -on_call


def _coverage(rules: RulesFile, board: Board, cover: Cover) -> Coverage:
    found = tuple(gap for gap in board.gaps if (gap.subspecialty, gap.jurisdiction) == (cover.subspecialty, cover.jurisdiction))
    bars = tuple(
        Bar(round((gap.start - board.at) / _HOUR, 2), round((gap.end - gap.start) / _HOUR, 2), gap.on_call) for gap in found
    )
    hours = round(sum(bar.width for bar in bars if not bar.on_call))
    on_call = round(sum(bar.width for bar in bars if bar.on_call))
    whole = len(found) == 1 and not found[0].on_call and found[0].start == board.at and found[0].end == board.until
    name = words.subspecialty(rules, cover.subspecialty)
    return Coverage(name, cover.jurisdiction, found, bars, hours, on_call, whole)
