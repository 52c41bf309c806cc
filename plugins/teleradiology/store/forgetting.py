"""Drops, a little at a time, what nobody asks for any more: cases given back long ago, and old notices."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy import Connection, Table, select, text

from .schema import IS_OPEN, items, notifications, passes


def forget_passes(c: Connection, before: datetime, now: datetime, limit: int) -> int:
    """Cases given back before an instant that may be offered to their reader again; returns how many, ``limit`` at most."""
    old = select(passes.c.id).where(passes.c.at < before, passes.c.until <= now).order_by(passes.c.at)
    return _drop(c, passes, old.limit(limit))


def forget_notices(c: Connection, before: datetime, limit: int) -> int:
    """Notices from before an instant, but none of a study that is open; returns how many, ``limit`` at most."""
    is_of_open = sa.exists().where(items.c.id == notifications.c.item, text(IS_OPEN))
    old = select(notifications.c.id).where(notifications.c.created_at < before, ~is_of_open)
    return _drop(c, notifications, old.order_by(notifications.c.created_at).limit(limit))


def _drop(c: Connection, table: Table, ids: Any) -> int:
    return c.execute(sa.delete(table).where(table.c.id.in_(ids))).rowcount
