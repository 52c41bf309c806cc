"""The clock on the wall where clocks change: a time that is skipped, and one that comes twice."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

_LONGEST_NAME = 64  # a path as deep as somebody likes would be looked for, level by level
_DAY = timedelta(days=1)
_LAST = timedelta(microseconds=1)


def zone_called(name: str) -> ZoneInfo | None:
    """The time zone of that IANA name, whatever somebody gave as a name."""
    try:
        return ZoneInfo(name) if len(name) <= _LONGEST_NAME else None
    except (KeyError, ValueError, OSError):  # unknown, or not the name of a zone at all
        return None


@lru_cache(maxsize=4096)
def change_on(day: date, timezone: str) -> datetime | None:
    """The instant at which the clocks of the zone change after this midnight and not after the next, if they do."""
    zone = ZoneInfo(timezone)
    low, high = (datetime.combine(each, time(0), zone).astimezone(UTC) for each in (day, day + _DAY))
    before = low.astimezone(zone).utcoffset()
    if high.astimezone(zone).utcoffset() == before:
        return None
    while high - low > timedelta(seconds=1):
        middle = low + (high - low) / 2
        low, high = (middle, high) if middle.astimezone(zone).utcoffset() == before else (low, middle)
    return (low + timedelta(seconds=1)).replace(microsecond=0)


def is_skipped(at: datetime) -> bool:
    """Whether the clocks jump over this time of a zone."""
    there = at.astimezone(UTC).astimezone(at.tzinfo)
    return there.replace(tzinfo=None) != at.replace(tzinfo=None)


def comes_twice(at: datetime) -> bool:
    """Whether the clocks show this time of a zone twice on that day."""
    return not is_skipped(at) and at.replace(fold=0).utcoffset() != at.replace(fold=1).utcoffset()


def instant(day: date, clock: time, timezone: str) -> datetime:
    """When the clock first shows the time, in UTC; the moment of the jump when it is skipped."""
    at = datetime.combine(day, clock, ZoneInfo(timezone))
    change = _change_near(day, timezone) if is_skipped(at) else None
    return change or at.astimezone(UTC)


def furthest(at: datetime, timezone: str) -> datetime:
    """What the clock shows, without going back: the latest that it has shown yet while an hour comes for the second time.

    So nothing that has begun or ended by the clock does so once more.
    """
    local = at.astimezone(ZoneInfo(timezone))
    change = _change_near(local.date(), timezone) if local.fold else None
    return (change - _LAST).astimezone(local.tzinfo) if change else local


def _change_near(day: date, timezone: str) -> datetime | None:
    return change_on(day, timezone) or change_on(day - _DAY, timezone)
