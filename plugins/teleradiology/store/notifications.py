"""What people are told on our pages, each or all of a role, until somebody has read it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy import Connection, func, select

from .ids import new_id
from .schema import notifications


@dataclass(frozen=True)
class Notice:
    """A row of ``schema.notifications``."""

    id: str
    recipient: str
    item: str | None
    kind: str
    params: Mapping[str, Any]
    created_at: datetime
    read_at: datetime | None
    read_by: str


def add(c: Connection, now: datetime, *, recipient: str, kind: str, item: str | None = None, **params: Any) -> Notice:
    """Tell somebody."""
    notice = Notice(new_id(now), recipient, item, kind, params, now, None, "")
    c.execute(sa.insert(notifications), {**notice.__dict__})
    return notice


def get(c: Connection, notice_id: str) -> Notice | None:
    """The notice of that id."""
    row = c.execute(select(notifications).where(notifications.c.id == notice_id)).one_or_none()
    return Notice(*row) if row else None


def of(c: Connection, recipients: Sequence[str], *, unread: bool = False, limit: int = 50) -> list[Notice]:
    """What these were told, latest first."""
    query = select(notifications).where(notifications.c.recipient.in_(recipients))
    if unread:
        query = query.where(sa.text("read_at IS NULL"))
    return [Notice(*row) for row in c.execute(query.order_by(notifications.c.id.desc()).limit(limit))]


def calls(c: Connection, recipients: Sequence[str]) -> list[Notice]:
    """The calls that nobody has made yet, latest first."""
    query = select(notifications).where(notifications.c.recipient.in_(recipients), notifications.c.kind == "call")
    return [Notice(*row) for row in c.execute(query.where(sa.text("read_at IS NULL")).order_by(notifications.c.id.desc()))]


def to_read(c: Connection, recipients: Sequence[str], up_to: str) -> list[Notice]:
    """What these were told until that notice and nobody has read, the calls left out; latest first."""
    mine = notifications.c.recipient.in_(recipients), notifications.c.kind != "call", notifications.c.id <= up_to
    query = select(notifications).where(*mine, sa.text("read_at IS NULL")).order_by(notifications.c.id.desc())
    return [Notice(*row) for row in c.execute(query)]


def unread(c: Connection, recipients: Sequence[str]) -> int:
    """How much of it nobody has read."""
    query = select(func.count()).where(sa.text("read_at IS NULL"), notifications.c.recipient.in_(recipients))
    return int(c.execute(query).scalar_one())


def mark_read(c: Connection, notice_id: str, username: str, now: datetime) -> bool:
    """Somebody has read it. False when somebody had before."""
    unread_one = sa.update(notifications).where(notifications.c.id == notice_id, sa.text("read_at IS NULL"))
    return bool(c.execute(unread_one.values(read_at=now, read_by=username)).rowcount)
