"""The ladder of escalation: which steps are due for an item that waits, each once for one cause."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from .calendars import ALWAYS, Calendar

_NONE = timedelta(0)
_LONGEST_QUIET = 14  # spans that follow each other without a gap: a week of nights and days


class Action(StrEnum):
    """What a step does."""

    NOTIFY_READER = "notify-reader"
    NOTIFY_COORDINATOR = "notify-coordinator"
    BROADEN = "broaden"  # who may read it, never across a licence
    RAISE = "raise"  # the priority by one
    CALL = "call"  # a person is to telephone: the list of whom is shown until somebody has


@dataclass(frozen=True)
class Step:
    """One rung: at a share of the turnaround (1.0 is the due time), plus or minus a time, do so.

    ``name`` is its own in the ladder.

    ``by`` are the channels of a notice: "page", "email", "webhook".
    """

    name: str
    action: Action
    share: float = 1.0
    offset: timedelta = timedelta(0)
    by: tuple[str, ...] = ("page",)
    to: tuple[str, ...] = ()  # whom to call

    def at(self, since: datetime, due: datetime, calendar: Calendar = ALWAYS) -> datetime:
        """The instant of the step for a clock that started at ``since`` and ends at ``due``.

        It stands still with the calendar: a quarter of an hour after closing time is one after the next opening, and one
        before the due time just after opening is one before closing the day before. Nothing comes before the clock.
        """
        if self.share == 1.0 and self.offset >= _NONE:
            return calendar.after(due, self.offset)
        return calendar.after(since, max(_NONE, calendar.elapsed(since, due) * self.share + self.offset))


@dataclass(frozen=True)
class Ladder:
    """The steps for one policy, in the order of their times. ``quiet`` are hours in which people are not disturbed."""

    name: str
    steps: tuple[Step, ...]
    quiet: Calendar | None = None  # open means quiet

    def heard_at(self, at: datetime, *, urgent: bool = False) -> datetime:
        """When people may be told of something: then, or at the end of the quiet hours."""
        return at if urgent or self.quiet is None else _when_quiet_ends(self.quiet, at)


@dataclass(frozen=True)
class Clock:
    """An item's clock as the ladder sees it. ``urgent`` items break the quiet hours of people."""

    since: datetime
    due: datetime
    urgent: bool = False
    held: bool = False
    calendar: Calendar = ALWAYS


@dataclass(frozen=True)
class Due:
    """A step whose time has come, and when it should be done: later than its time only because of quiet hours."""

    step: Step
    at: datetime


def due_steps(ladder: Ladder, clock: Clock, done: Collection[str], now: datetime) -> tuple[Due, ...]:
    """The steps to take now, in their order, without those that were taken. None while the clock is paused."""
    if clock.held:
        return ()
    return tuple(due for due in _coming(ladder, clock, done) if due.at <= now)


def next_step_at(ladder: Ladder, clock: Clock, done: Collection[str], now: datetime) -> datetime | None:
    """When the next step will be due; None when there is none, or the clock is paused."""
    if clock.held:
        return None
    later = [due.at for due in _coming(ladder, clock, done) if due.at > now]
    return min(later, default=None)


def coming_steps(ladder: Ladder, clock: Clock, done: Collection[str]) -> tuple[Due, ...]:
    """All that were not taken, in their order, with their times as they are now. None while the clock is paused."""
    return () if clock.held else _coming(ladder, clock, done)


def _coming(ladder: Ladder, clock: Clock, done: Collection[str]) -> tuple[Due, ...]:
    found = [Due(step, _at(ladder, clock, step)) for step in ladder.steps if step.name not in done]
    return tuple(sorted(found, key=lambda due: due.at))


DISTURBS = (Action.NOTIFY_READER, Action.NOTIFY_COORDINATOR, Action.CALL)


def _at(ladder: Ladder, clock: Clock, step: Step) -> datetime:
    """Notices to people wait until their quiet hours are over, except for urgent studies.

    What disturbs nobody does not wait.
    """
    at = step.at(clock.since, clock.due, clock.calendar)
    return at if step.action not in DISTURBS else ladder.heard_at(at, urgent=clock.urgent)


def _when_quiet_ends(quiet: Calendar, at: datetime) -> datetime:
    if quiet.is_always_open:
        return at
    ends = at
    for _ in range(_LONGEST_QUIET):  # spans may follow each other without a gap, over midnight for example
        if not quiet.is_open(ends):
            return ends
        ends = quiet.end_of_opening(ends)
    return at  # quiet hours without an end are none
