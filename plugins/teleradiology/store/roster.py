"""The stored part of the roster: leave, extra shifts, on-call duties, and who said that they are not available."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy import Connection, select

from ..core.roster import UNAVAILABLE, Exception_
from .ids import new_id
from .schema import roster_exceptions

_t = roster_exceptions.c
_COLUMNS = (_t.reader, _t.kind, _t.start_at, _t.end_at, _t.note, _t.id, _t.created_by)
_STAYS = sa.text("removed_at IS NULL")


def add(c: Connection, now: datetime, given: Exception_) -> Exception_:
    """Keep an exception; the one returned has its id."""
    made = Exception_(given.reader, given.kind, given.start, given.end, given.note, new_id(now), given.created_by)
    columns = {"id": made.id, "reader": made.reader, "kind": made.kind, "start_at": made.start, "end_at": made.end}
    values = {**columns, "note": made.note, "created_by": made.created_by, "created_at": now}
    c.execute(sa.insert(roster_exceptions).values(**values))
    return made


def get(c: Connection, exception_id: str) -> Exception_ | None:
    """The exception of that id, unless it was removed."""
    row = c.execute(select(*_COLUMNS).where(_t.id == exception_id, _STAYS)).one_or_none()
    return Exception_(*row) if row else None


def remove(c: Connection, exception_id: str, now: datetime) -> bool:
    """Take an exception off the roster. False when it is not there any more."""
    gone = sa.update(roster_exceptions).where(_t.id == exception_id, _STAYS).values(removed_at=now)
    return bool(c.execute(gone).rowcount)


def finish(c: Connection, exception_id: str, now: datetime) -> bool:
    """Let an exception that lasts end now."""
    ended = sa.update(roster_exceptions).where(_t.id == exception_id, _STAYS).values(end_at=now)
    return bool(c.execute(ended).rowcount)


def exceptions(c: Connection, start: datetime, end: datetime, reader: str | None = None) -> list[Exception_]:
    """Those that touch the time between two instants, by their beginning."""
    query = select(*_COLUMNS).where(_STAYS, _t.start_at < end, sa.or_(_t.end_at.is_(None), _t.end_at > start))
    query = query if reader is None else query.where(_t.reader == reader)
    return [Exception_(*row) for row in c.execute(query.order_by(_t.start_at, _t.id))]


_NOW = sa.bindparam("now", type_=_t.start_at.type)
_CURRENT = select(*_COLUMNS).where(_STAYS, _t.start_at <= _NOW, sa.or_(_t.end_at.is_(None), _t.end_at > _NOW))


def current(c: Connection, now: datetime) -> list[Exception_]:
    """Those that hold at the instant: what choosing a reader looks at."""
    return [Exception_(*row) for row in c.execute(_CURRENT, {"now": now})]


def availability(c: Connection, now: datetime) -> Mapping[str, bool]:
    """False for every reader who has said that they are not available; the others are not in it."""
    return {each.reader: False for each in current(c, now) if each.kind == UNAVAILABLE}
