"""Who is on duty when: the weekly hours of the rules file with what the roster says beside them, and when nobody is."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from itertools import pairwise
from zoneinfo import ZoneInfo

from .reader import Reader, Shift
from .wall_clock import change_on, instant

LEAVE, EXTRA, ON_CALL, UNAVAILABLE = "leave", "extra", "on-call", "unavailable"
KINDS = (LEAVE, EXTRA, ON_CALL, UNAVAILABLE)
SHIFT = "shift"
ANYWHERE = ""  # the jurisdiction of a right
_DAY = timedelta(days=1)
_INSTANT = timedelta(microseconds=1)


@dataclass(frozen=True)
class Exception_:
    """Hours that differ from the weekly ones: no duty (leave, unavailable) or a duty (extra, on-call).

    Without an ``end`` they last until further notice.
    """

    reader: str
    kind: str
    start: datetime
    end: datetime | None = None
    note: str = ""
    id: str = ""
    created_by: str = ""

    def covers(self, at: datetime) -> bool:
        """Whether the instant lies in it; the end does not."""
        return self.start <= at and (self.end is None or at < self.end)


@dataclass(frozen=True)
class Duty:
    """A span in which a reader is on duty without a break."""

    reader: str
    layer: str  # SHIFT or ON_CALL
    start: datetime
    end: datetime


@dataclass(frozen=True)
class Cover:
    """What the house has to be able to read: days count by ``timezone``; ``groups`` are partners that count as the house."""

    subspecialty: str
    jurisdiction: str
    timezone: str = "UTC"
    groups: tuple[str, ...] = ()


@dataclass(frozen=True)
class Gap:
    """A span in which nobody who may read this is on shift; ``on_call`` says that somebody on call is there at least."""

    subspecialty: str
    jurisdiction: str
    start: datetime
    end: datetime
    on_call: bool = False


def duty_at(reader: Reader, at: datetime, exceptions: Iterable[Exception_]) -> str | None:
    """On which layer the reader is on duty at the instant. Leave wins over everything, an extra shift over being on call."""
    kinds = {each.kind for each in exceptions if each.reader == reader.id and each.covers(at)}
    if LEAVE in kinds or UNAVAILABLE in kinds:
        return None
    if EXTRA in kinds or reader.is_on_duty(at):
        return SHIFT
    return ON_CALL if ON_CALL in kinds or reader.is_on_call(at) else None


def on_since(reader: Reader, at: datetime, exceptions: Iterable[Exception_], earliest: datetime) -> datetime:
    """Since when the reader has been on duty, or on call, without a break, looking back to ``earliest``; off duty the instant."""
    own = [each for each in exceptions if each.reader == reader.id]
    duties = [each for each in own if each.kind in (EXTRA, ON_CALL)]
    leave = [each for each in own if each.kind == LEAVE]
    since, moment = at, at
    while since > earliest and not any(each.covers(moment) for each in leave):
        began = [each.start for each in duties if each.covers(moment)]
        weekly = reader.shift_began(moment)
        if weekly is None and not began:
            break
        back = [each.end for each in leave if each.end and each.end <= moment]
        since = max([min([*began, weekly] if weekly else began), *back])
        moment = since - _INSTANT
    return max(since, earliest)


def is_available(reader: str, at: datetime, exceptions: Iterable[Exception_]) -> bool:
    """Whether the reader has not said that they cannot read at present."""
    return not any(each.reader == reader and each.kind == UNAVAILABLE and each.covers(at) for each in exceptions)


def spans(reader: Reader, start: datetime, end: datetime, exceptions: Iterable[Exception_]) -> tuple[Duty, ...]:
    """The reader's duties between two instants, cut at them.

    Made by asking ``duty_at`` between the instants at which its answer may change, so that the two can never differ.
    """
    start, end = start.astimezone(UTC), end.astimezone(UTC)
    own = [each for each in exceptions if each.reader == reader.id]
    edges = {moment for shift in (*reader.shifts, *reader.on_call) for moment in shift_edges(shift, start, end)}
    edges |= {moment.astimezone(UTC) for each in own for moment in (each.start, each.end) if moment}
    found: list[Duty] = []
    for begin, stop in _pieces(edges, start, end):
        layer = duty_at(reader, begin, own)
        if layer and found and found[-1].end == begin and found[-1].layer == layer:
            found[-1] = Duty(reader.id, layer, found[-1].start, stop)
        elif layer:
            found.append(Duty(reader.id, layer, begin, stop))
    return tuple(found)


def _pieces(edges: Iterable[datetime], start: datetime, end: datetime) -> Iterator[tuple[datetime, datetime]]:
    inside = sorted({start, end, *(edge for edge in edges if start < edge < end)})
    return pairwise(inside)


def shift_edges(shift: Shift, start: datetime, end: datetime) -> Iterator[datetime]:
    """Instants at which the shift may begin or end, those between the two and some around them."""
    zone = ZoneInfo(shift.timezone)
    day, last = start.astimezone(zone).date() - _DAY, end.astimezone(zone).date() + _DAY
    while day <= last:
        yield from _edges_on(day, shift)
        day += _DAY


@lru_cache(maxsize=4096)
def _edges_on(day: date, shift: Shift) -> frozenset[datetime]:
    """Those of a day: the shift's hours, both readings of an hour that comes twice, and a change of the clock."""
    zone, change = ZoneInfo(shift.timezone), change_on(day, shift.timezone)
    hours = (datetime.combine(day, clock, zone) for clock in (shift.start, shift.end))
    edges = {at.replace(fold=fold).astimezone(UTC) for at in hours for fold in (0, 1)}
    return frozenset(edges | {change} if change else edges)


def gaps(
    readers: Iterable[Reader], exceptions: Iterable[Exception_], start: datetime, end: datetime, needs: Iterable[Cover]
) -> tuple[Gap, ...]:
    """When nobody with the subspecialty, a licence and a right valid on that day, is on shift; spans that touch are one."""
    start, end = start.astimezone(UTC), end.astimezone(UTC)
    stored = list(exceptions)
    everybody = [reader for reader in readers if reader.active]
    duties = {reader.id: spans(reader, start, end, stored) for reader in everybody}
    return tuple(gap for need in needs for gap in _gaps(everybody, duties, start, end, need))


def _gaps(
    readers: Sequence[Reader], duties: dict[str, tuple[Duty, ...]], start: datetime, end: datetime, need: Cover
) -> list[Gap]:
    """One walk along the time, counting who comes and goes on each layer: 150 readers and many needs are looked at at once."""
    steps: dict[datetime, Counter[str]] = {start: Counter(), end: Counter()}
    for duty in (
        part for reader in readers if _may_ever(reader, need) for part in _licensed_parts(reader, duties[reader.id], need)
    ):
        steps.setdefault(duty.start, Counter())[duty.layer] += 1
        steps.setdefault(duty.end, Counter())[duty.layer] -= 1
    there: Counter[str] = Counter()
    found: list[Gap] = []
    for begin, stop in pairwise(sorted(steps)):
        for layer, change in steps[begin].items():
            there[layer] += change
        if there[SHIFT]:
            continue
        on_call = bool(there[ON_CALL])
        if found and found[-1].end == begin and found[-1].on_call == on_call:
            begin = found.pop().start
        found.append(Gap(need.subspecialty, need.jurisdiction, begin, stop, on_call))
    return found


def _licensed_parts(reader: Reader, duties: Iterable[Duty], need: Cover) -> Iterator[Duty]:
    """The duties as far as a licence, and a right to read anything, cover their days at the facility."""
    days = [day for jurisdiction, day in days_of_change(reader) if jurisdiction in (need.jurisdiction, ANYWHERE)]
    edges = {instant(day, time(0), need.timezone) for day in days}
    for duty in duties:
        for begin, stop in _pieces(edges, duty.start, duty.end):
            if _licensed(reader, need, begin):
                yield Duty(duty.reader, duty.layer, begin, stop)


def _may_ever(reader: Reader, need: Cover) -> bool:
    is_partner = bool(reader.group) and reader.group not in need.groups
    return need.subspecialty in reader.subspecialties and not is_partner


def _licensed(reader: Reader, need: Cover, at: datetime) -> bool:
    day = at.astimezone(ZoneInfo(need.timezone)).date()
    has_right = not reader.rights or any(right.is_valid_on(day) for right in reader.rights)
    return has_right and any(one.jurisdiction == need.jurisdiction and one.is_valid_on(day) for one in reader.licences)


def days_of_change(reader: Reader) -> Iterator[tuple[str, date]]:
    """The first day of each licence and the day after the last of each licence and right, with the jurisdiction it is of."""
    for held in reader.licences:
        yield from ((held.jurisdiction, day) for day in (held.since, _day_after(held.until)) if day)
    yield from ((ANYWHERE, day) for right in reader.rights if (day := _day_after(right.until)))


def _day_after(last: date | None) -> date | None:
    return last + _DAY if last and last < date.max else None
