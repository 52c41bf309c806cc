"""What intake and the heartbeat look for among the items, and the notes they make that are no act of anybody."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy import Connection, Text, cast, select, text

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


def newly_overdue(c: Connection, now: datetime, limit: int = 200) -> list[Item]:
    """Open items past their due time that do not carry the flag yet."""
    return _unmarked(c, "overdue", items.c.due_at <= now, limit)


def newly_due_soon(c: Connection, now: datetime, limit: int = 200) -> list[Item]:
    """Open items past their time of warning, and not past their due time, that do not carry the flag yet."""
    return _unmarked(c, "due-soon", sa.and_(items.c.warn_at <= now, items.c.due_at > now), limit)


def _unmarked(c: Connection, flag: str, reached: Any, limit: int) -> list[Item]:
    # Flags are a short JSON list; its text is compared, which SQLite and PostgreSQL do alike.
    marked = cast(items.c.flags, Text).contains(f'"{flag}"')
    query = select(*COLUMNS).where(text(IS_OPEN), items.c.state != State.HELD, reached, ~marked)
    return list(_items(c, query.order_by(items.c.due_at).limit(limit)))


def _items(c: Connection, query: Any) -> Iterator[Item]:
    return (item_of(row) for row in c.execute(query))
