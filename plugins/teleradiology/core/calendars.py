"""Working time.

When a clock runs that counts business hours only, through weekends, holidays and changes of the local clock.
"""

from __future__ import annotations

from collections.abc import Container, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from .wall_clock import instant

MIDNIGHT = time(0)
_A_DAY = timedelta(days=1)
_NONE = timedelta(0)
_LONGEST_CLOSED = 3 * 366  # days looked ahead before a calendar counts as one that is never open
_FURTHEST = 10 * 366  # days looked ahead in all: what takes longer is as good as never


@dataclass(frozen=True)
class Hours:
    """Opening hours of one day by the local wall clock. An ``end`` of 00:00 is the end of that day."""

    start: time
    end: time

    def on(self, day: date, timezone: str) -> tuple[datetime, datetime]:
        """The instants (UTC) at which they begin and end on a day. What is skipped begins and ends as the clocks change."""
        last = day + _A_DAY if self.end == MIDNIGHT else day
        return instant(day, self.start, timezone), instant(last, self.end, timezone)


WHOLE_DAY = Hours(MIDNIGHT, MIDNIGHT)


@dataclass(frozen=True)
class Calendar:
    """When a facility's clock runs. ``week`` maps weekdays (0 is Monday) to hours; a day that is missing is closed.

    Without ``week`` the clock runs always, holidays included. Elapsed time is counted in UTC, so a day on which the local clock
    is changed has as many working hours as really pass.
    """

    timezone: str = "UTC"
    week: Mapping[int, tuple[Hours, ...]] | None = None
    holidays: Container[date] = field(default_factory=frozenset)

    @property
    def is_always_open(self) -> bool:
        """Whether every hour counts."""
        return self.week is None

    def is_open(self, at: datetime) -> bool:
        """Whether the clock runs at an instant."""
        return self.is_always_open or any(begins <= at < ends for begins, ends in self._open_on(self._day(at)))

    def end_of_opening(self, at: datetime) -> datetime:
        """The end of the open span that covers the instant. Raises ValueError when it is closed then, or never closes."""
        for begins, ends in () if self.is_always_open else self._open_on(self._day(at)):
            if begins <= at < ends:
                return ends
        raise ValueError("the calendar is not open at that instant, or always")

    def after(self, since: datetime, working: timedelta) -> datetime:
        """The instant at which so much working time has passed since ``since``; ten years on at the latest.

        Raises ValueError for a calendar that is never open.
        """
        if self.is_always_open or working <= _NONE:
            return since.astimezone(UTC) + working
        left, last = working, None
        for begins, ends in self._openings(since):
            if begins + left <= ends:
                return begins + left
            left, last = left - (ends - begins), ends
        if last is None:
            raise ValueError("the calendar is never open")
        return last

    def elapsed(self, since: datetime, until: datetime) -> timedelta:
        """The working time between two instants; nothing when the second is not later."""
        if until <= since:
            return _NONE
        if self.is_always_open:
            return until - since
        total = _NONE
        for begins, ends in self._openings(since):
            if begins >= until:
                break
            total += min(ends, until) - begins
        return total

    def _openings(self, since: datetime) -> Iterator[tuple[datetime, datetime]]:
        """The open spans from ``since`` on, the first cut to begin there."""
        first, closed = self._day(since), 0
        for number in range(_FURTHEST):
            closed += 1
            for begins, ends in self._open_on(first + number * _A_DAY):
                if ends > since:
                    yield max(begins, since.astimezone(UTC)), ends
                    closed = 0
            if closed > _LONGEST_CLOSED:
                return

    def _open_on(self, day: date) -> Iterator[tuple[datetime, datetime]]:
        if day in self.holidays:
            return
        for hours in (self.week or {}).get(day.weekday(), ()):
            begins, ends = hours.on(day, self.timezone)
            if begins < ends:  # a span within the hour that the clock skips has no length
                yield begins, ends

    def _day(self, at: datetime) -> date:
        return at.astimezone(ZoneInfo(self.timezone)).date()


ALWAYS = Calendar()
