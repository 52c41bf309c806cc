"""The numbers that monitoring asks for every few seconds: each one query over an index, none with patient data."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, func, select, text

from ..core.worklist import State
from .schema import IS_CLOSED, IS_OPEN, audit, items, outbox


@dataclass(frozen=True)
class Open:
    """How many open items have this state and priority."""

    state: str
    priority: str
    count: int


@dataclass(frozen=True)
class Waiting:
    """How many deliveries of a courier are in this state, since when the oldest waits, and what went wrong, if anything."""

    courier: str
    state: str
    count: int
    oldest: datetime
    error: str = ""


@dataclass(frozen=True)
class Finished:
    """A completed item: when it came and when its report was final."""

    priority: str
    received_at: datetime
    final_at: datetime
    closed_at: datetime


def open_items(c: Connection) -> list[Open]:
    """The open items by state and priority."""
    query = select(items.c.state, items.c.priority, func.count()).where(text(IS_OPEN))
    return [Open(*row) for row in c.execute(query.group_by(items.c.state, items.c.priority))]


def overdue(c: Connection, now: datetime) -> int:
    """How many open items are past their due time; those whose clock is paused wait for something else."""
    query = select(func.count()).where(text(IS_OPEN), items.c.due_at <= now, items.c.paused_at.is_(None))
    return c.execute(query).scalar_one()


def attention(c: Connection) -> int:
    """How many open items a person must look at."""
    return c.execute(select(func.count()).where(text(IS_OPEN), items.c.rank < 0)).scalar_one()


def refused_instances(c: Connection, since: datetime) -> int:
    """How many images were refused at the C-STORE door; the trail has them as records with a count each."""
    query = select(audit.c.detail).where(audit.c.event == "instance-refused", audit.c.at >= since)
    return sum(int(detail.get("count", 1)) for detail in c.execute(query).scalars())


def unacknowledged(c: Connection, since: datetime) -> dict[str, int]:
    """How many items reported since then the facility has not said that it has seen, by priority."""
    query = select(items.c.priority, func.count()).where(text(IS_CLOSED), items.c.state == State.COMPLETED)
    query = query.where(items.c.closed_at >= since, items.c.final_at.is_not(None), items.c.acknowledged_at.is_(None))
    return dict(c.execute(query.group_by(items.c.priority)).all())


def undelivered(c: Connection) -> list[Waiting]:
    """What the outbox holds that nobody has received yet."""
    found = (func.count(), func.min(outbox.c.created_at), func.max(outbox.c.last_error))
    query = select(outbox.c.courier, outbox.c.state, *found)
    query = query.where(text("outbox.state IN ('waiting','failed')")).group_by(outbox.c.courier, outbox.c.state)
    return [Waiting(*row) for row in c.execute(query)]


def finished_after(c: Connection, moment: datetime, limit: int = 5000) -> list[Finished]:
    """Items completed after a moment, in that order."""
    query = select(items.c.priority, items.c.received_at, items.c.final_at, items.c.closed_at)
    query = query.where(items.c.closed_at > moment, items.c.state == State.COMPLETED, items.c.final_at.is_not(None))
    return [Finished(*row) for row in c.execute(query.order_by(items.c.closed_at).limit(limit))]
