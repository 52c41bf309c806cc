"""When a study's report is due, how late it is, and where that puts it in the reading order."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from typing import Literal

WARN_AFTER = 0.75  # of the turnaround, where neither rule nor priority says otherwise

Status = Literal["neutral", "due-soon", "overdue", "held"]

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_NO_PROMISE = timedelta(days=36500)  # studies without a due time follow all that have one, first come first served
_NONE = timedelta(0)


def due(
    since: datetime, turnaround: timedelta | None, warn_after: float | None = None, paused: timedelta = _NONE
) -> tuple[datetime | None, datetime | None]:
    """The instants to warn and to be ready, counted in elapsed time from ``since``; both move by the time spent on hold.

    Without a turnaround nothing is promised: (None, None).
    """
    if turnaround is None:
        return None, None
    begins = since.astimezone(UTC) + paused  # elapsed time is counted in UTC: local clocks skip and repeat hours
    share = WARN_AFTER if warn_after is None else min(max(warn_after, 0.0), 1.0)
    return begins + turnaround * share, begins + turnaround


def status(now: datetime, warn_at: datetime | None, due_at: datetime | None, held: bool = False) -> Status:
    """How an open study stands against its clock. A study on hold is neither late nor on time: its clock is paused."""
    if held:
        return "held"
    if due_at is not None and now >= due_at:
        return "overdue"
    if warn_at is not None and now >= warn_at:
        return "due-soon"
    return "neutral"


def order_key(due_at: datetime | None, received_at: datetime) -> int:
    """The place within one priority, in microseconds: earliest due first, then those without a due time by reception."""
    at = due_at if due_at is not None else received_at + _NO_PROMISE
    return (at - _EPOCH) // timedelta(microseconds=1)


def unmarked(flags: Iterable[str], now: datetime, warn_at: datetime | None, due_at: datetime | None) -> tuple[str, ...]:
    """The flags without "due-soon" and "overdue" where they hold no longer: for acts that move the due time."""
    stale = {"escalated"} if due_at is None or due_at > now else set()
    stale |= {mark for mark, at in (("due-soon", warn_at), ("overdue", due_at)) if at is None or at > now}
    return tuple(flag for flag in flags if flag not in stale)
