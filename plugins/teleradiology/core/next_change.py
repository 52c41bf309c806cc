"""The next instant at which who may read what changes by the clock alone: a shift, leave or a licence begins or ends."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import UTC, datetime, time, timedelta

from .reader import Reader
from .roster import ANYWHERE, Exception_, days_of_change, shift_edges
from .wall_clock import instant

AHEAD = timedelta(days=1)
_INSTANT = timedelta(microseconds=1)


def next_change(
    readers: Iterable[Reader], exceptions: Iterable[Exception_], places: Iterable[tuple[str, str]], after: datetime
) -> datetime:
    """The first after this one, in UTC, AHEAD at most. ``places`` are the jurisdictions of facilities with their time zones."""
    after = after.astimezone(UTC)
    until, active = after + AHEAD, [reader for reader in readers if reader.active]
    beside = (moment for each in exceptions for moment in (each.start, each.end) if moment)
    moments = (*beside, *_midnights(active, places, after, until))
    first = min((moment.astimezone(UTC) for moment in moments if after < moment), default=until)
    return _of_shifts(active, after, min(first, until))


def _of_shifts(readers: Iterable[Reader], after: datetime, until: datetime) -> datetime:
    """The first beginning or end of weekly hours, ``until`` when there is none before."""
    shifts = {shift for reader in readers for shift in (*reader.shifts, *reader.on_call)}
    edges = ((edge, shift) for shift in shifts for edge in shift_edges(shift, after, until) if after < edge < until)
    by_time = sorted(edges, key=lambda each: each[0])
    return next((edge for edge, shift in by_time if shift.covers(edge) != shift.covers(edge - _INSTANT)), until)


def _midnights(
    readers: Iterable[Reader], places: Iterable[tuple[str, str]], after: datetime, until: datetime
) -> Iterator[datetime]:
    """Those with which licences and rights begin or end; no zone is further from UTC than a day."""
    first, last = (after - AHEAD).date(), (until + AHEAD).date()
    days = {each for reader in readers for each in days_of_change(reader) if first <= each[1] <= last}
    zones = set(places)
    yield from (
        instant(day, time(0), zone) for jurisdiction, day in days for place, zone in zones if jurisdiction in (place, ANYWHERE)
    )
