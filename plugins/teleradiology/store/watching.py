"""What intake and the heartbeat look for among the items, and the notes they make that are no act of anybody."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy import Connection, Text, bindparam, cast, func, select, text

from ..core.worklist import State
from .item import COLUMNS, Item, item_of
from .schema import IS_OPEN, items


@dataclass(frozen=True, slots=True)
class Known:
    """What reconciliation has to know of an item; ``is_awaited``: its study is not settled."""

    is_missing: bool
    is_awaited: bool


def note(c: Connection, item_id: str, **columns: Any) -> None:
    """Write timers and times of arrival. The version stays: nobody's act becomes stale because an image came."""
    c.execute(sa.update(items).where(items.c.id == item_id).values(columns))


def known(c: Connection) -> dict[str, Known]:
    """All studies that have an item, by Orthanc id."""
    awaited = sa.and_(items.c.retry_at.is_(None), items.c.quiet_at.is_not(None))
    rows = c.execute(select(items.c.orthanc_id, items.c.missing_since.is_not(None), awaited))
    return {orthanc_id: Known(bool(missing), bool(wanted)) for orthanc_id, missing, wanted in rows}


def after(c: Connection, orthanc_id: str, limit: int) -> list[str]:
    """The Orthanc ids of the next items in the order of those ids: for a look at all of them, a few at a time."""
    query = select(items.c.orthanc_id).where(items.c.orthanc_id > orthanc_id, items.c.missing_since.is_(None))
    return list(c.execute(query.order_by(items.c.orthanc_id).limit(limit)).scalars())


def without_reader(c: Connection, limit: int) -> list[Item]:
    """Items that wait for a reader, in reading order."""
    query = select(*COLUMNS).where(text(IS_OPEN), items.c.state == State.UNASSIGNED)
    return list(_items(c, query.order_by(items.c.rank, items.c.order_key, items.c.id).limit(limit)))


def ahead_of(c: Connection, item: Item) -> dict[str, int]:
    """How many open studies each reader has that come before this one in the reading order, or are being read."""
    earlier = sa.tuple_(items.c.rank, items.c.order_key, items.c.id) < sa.tuple_(item.rank, item.order_key, item.id)
    begun = items.c.state == State.READING
    query = select(items.c.reader, func.count()).where(text(IS_OPEN), items.c.reader != "", items.c.state != State.HELD)
    query = query.where(items.c.id != item.id, sa.or_(begun, earlier)).group_by(items.c.reader)
    return dict(c.execute(query).all())


def newly_overdue(c: Connection, now: datetime, limit: int = 200) -> list[Item]:
    """Open items past their due time that do not carry the flag yet."""
    return list(_items(c, _overdue.limit(limit), {"now": now}))


def newly_due_soon(c: Connection, now: datetime, limit: int = 200) -> list[Item]:
    """Open items past their time of warning, and not past their due time, that do not carry the flag yet."""
    return list(_items(c, _due_soon.limit(limit), {"now": now}))


def _unmarked(flag: str, *reached: Any) -> Any:
    # Flags are a short JSON list; its text is compared, which SQLite and PostgreSQL do alike.
    marked = cast(items.c.flags, Text).contains(f'"{flag}"')
    return select(*COLUMNS).where(text(IS_OPEN), items.c.paused_at.is_(None), *reached, ~marked).order_by(items.c.due_at)


# Made once: they are asked with every heartbeat.
_now = bindparam("now", type_=items.c.due_at.type)
_overdue = _unmarked("overdue", items.c.due_at <= _now)
_due_soon = _unmarked("due-soon", items.c.warn_at <= _now, items.c.due_at > _now)


def ringing(c: Connection, now: datetime, limit: int = 200) -> list[str]:
    """The items whose ladder of escalation is to be looked at, longest waiting first."""
    query = select(items.c.id).where(text("ring_at IS NOT NULL"), items.c.ring_at <= now).order_by(items.c.ring_at)
    return list(c.execute(query.limit(limit)).scalars())


def next_ring(c: Connection) -> datetime | None:
    """When the next ladder is to be looked at."""
    return c.execute(select(func.min(items.c.ring_at)).where(text("ring_at IS NOT NULL"))).scalar()


def ring_all(c: Connection, now: datetime) -> None:
    """Look at the ladders of all open items: the rules file has changed."""
    c.execute(sa.update(items).where(text(IS_OPEN), items.c.due_at.is_not(None)).values(ring_at=now))


def _items(c: Connection, query: Any, values: Any = None) -> Iterator[Item]:
    return (item_of(row) for row in c.execute(query, values))
