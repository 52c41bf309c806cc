"""The worklist as people see it: pages in reading order, counters, and a mark that changes when anything did."""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, and_, func, literal, literal_column, select, text, tuple_

from ..core.errors import InvalidInput, Problem
from ..core.names import folded
from ..core.worklist import OPEN, State
from . import bookmarks
from .item import COLUMNS, Item, item_of
from .schema import IS_CLOSED, IS_OPEN, Instant, drafts, items

_LISTED = select(*(column for column in COLUMNS if column is not items.c.facts))
_OPEN_LIST, _CLOSED_LIST = _LISTED.where(text(IS_OPEN)), _LISTED.where(text(IS_CLOSED))
_CLOSED = tuple(state for state in State if state not in OPEN)
_MOST_WORDS = 8


@dataclass(frozen=True)
class Filters:
    """Which items to list; an empty value filters nothing, no state means the open ones.

    ``confined_to`` is the only facility that may be seen: None for all, "" for a user who belongs to none and sees nothing.
    """

    state: tuple[str, ...] = ()
    priority: tuple[str, ...] = ()
    facility: str | None = None
    subspecialty: str | None = None
    reader: str | None = None
    q: str = ""
    attention: bool = False
    modality: str = ""
    due_before: datetime | None = None  # overdue by then; not while the clock is paused
    closed_after: datetime | None = None
    drafted_by: str = ""  # username
    free_or_of: str | None = None  # items that nobody has, or this reader
    confined_to: str | None = None


@dataclass(frozen=True)
class Counts:
    """How many open items there are; ``overdue`` and ``attention`` count across states."""

    total: int = 0
    overdue: int = 0
    attention: int = 0
    state: dict[str, int] = field(default_factory=dict)
    priority: dict[str, int] = field(default_factory=dict)


def page(c: Connection, filters: Filters, after: str | None = None, limit: int = 50) -> tuple[list[Item], str | None]:
    """The next ``limit`` items and the cursor to continue with, None at the end.

    Open items come first, in reading order; then the closed ones, latest first. ``facts`` is left out: it is {} here.
    """
    if filters.confined_to == "":
        return [], None
    part, keys = _opened(after)
    wanted = filters.state or OPEN
    found: list[Item] = []
    if part == "open":
        found = _open_part(c, filters, keys, limit + 1)
        keys = ()
    closed = tuple(state for state in _CLOSED if state in wanted)
    if closed and len(found) <= limit:
        found += _closed_part(c, replace(filters, state=closed), keys, limit + 1 - len(found))
    return found[:limit], _cursor(found[limit - 1]) if len(found) > limit else None


def counts(c: Connection, now: datetime, confined_to: str | None = None) -> Counts:
    """Counters over the open items."""
    if confined_to == "":
        return Counts()
    scope = [text(IS_OPEN)] if confined_to is None else [text(IS_OPEN), items.c.facility == confined_to]
    kinds: tuple[ColumnElement[Any], ...] = (items.c.state, items.c.priority, literal_column("rank < 0"))
    rows = c.execute(select(*kinds, func.count()).where(*scope).group_by(*kinds)).all()
    late = select(func.count()).where(*scope, items.c.due_at <= now, items.c.paused_at.is_(None))
    return Counts(
        total=sum(row[3] for row in rows),
        overdue=c.execute(late).scalar_one(),
        attention=sum(row[3] for row in rows if row[2]),
        state=_sums(rows, 0),
        priority=_sums(rows, 1),
    )


def _sums(rows: Sequence[Any], column: int) -> dict[str, int]:
    sums: dict[str, int] = {}
    for row in rows:
        sums[row[column]] = sums.get(row[column], 0) + row[3]
    return sums


def revision(c: Connection) -> str:
    """A text that differs after every act and every change of an item; a list of the same revision is the same list."""
    changed = c.execute(select(func.max(items.c.changed_at))).scalar()
    return f"{bookmarks.get(c, 'audit')[0]}-{int(changed.timestamp() * 1_000_000) if changed else 0}"


def _open_part(c: Connection, filters: Filters, keys: Sequence[Any], limit: int) -> list[Item]:
    if filters.state and not set(filters.state) & set(OPEN):
        return []
    order = (items.c.rank, items.c.order_key, items.c.id)
    query = _OPEN_LIST.where(*_conditions(filters))
    if keys:
        query = query.where(tuple_(*order) > tuple_(*keys))
    return [item_of((*row, {})) for row in c.execute(query.order_by(*order).limit(limit))]


def _closed_part(c: Connection, filters: Filters, keys: Sequence[Any], limit: int) -> list[Item]:
    # One state at a time, so that each comes from its index already in order; the best of them are merged.
    found: list[Item] = []
    for state in filters.state:
        query = _CLOSED_LIST.where(*_conditions(replace(filters, state=(state,))))
        if keys:
            query = query.where(tuple_(items.c.closed_at, items.c.id) < tuple_(literal(keys[0], Instant), keys[1]))
        query = query.order_by(items.c.closed_at.desc(), items.c.id.desc()).limit(limit)
        found += [item_of((*row, {})) for row in c.execute(query)]
    found.sort(key=lambda item: (item.closed_at, item.id), reverse=True)
    return found[:limit]


def _conditions(filters: Filters) -> list[ColumnElement[bool]]:
    found = [
        _one_of(items.c.state, filters.state),
        _one_of(items.c.priority, filters.priority),
        _one_of(items.c.reader, ("", filters.free_or_of) if filters.free_or_of else ()),
        *(
            column == value
            for column, value in (
                (items.c.facility, filters.facility),
                (items.c.facility, filters.confined_to),
                (items.c.subspecialty, filters.subspecialty),
                (items.c.reader, filters.reader),
            )
            if value is not None and value != ""
        ),
        *(items.c.search.contains(word, autoescape=True) for word in _words(filters.q)),
    ]
    if filters.attention:
        found.append(items.c.rank < 0)
    if filters.modality:
        found.append(items.c.modalities.contains(filters.modality, autoescape=True))
    if filters.due_before:
        found.append(and_(items.c.due_at <= filters.due_before, items.c.paused_at.is_(None)))
    if filters.closed_after:
        found.append(items.c.closed_at >= filters.closed_after)
    if filters.drafted_by:
        found.append(items.c.id.in_(select(drafts.c.item).where(drafts.c.author == filters.drafted_by)))
    return [condition for condition in found if condition is not None]


def _words(q: str) -> list[str]:
    return folded(q).replace("^", " ").replace(",", " ").split()[:_MOST_WORDS]


def _one_of(column: Any, values: tuple[str, ...]) -> ColumnElement[bool] | None:
    if not values:
        return None
    if len(values) == 1:
        return column == values[0]
    # Hidden from the planner: with IN it would fetch value by value and sort, where the index is already in order.
    return func.coalesce(column, "").in_(values)


def _cursor(item: Item) -> str:
    keys: list[Any] = ["open", item.rank, item.order_key, item.id]
    if not item.is_open:
        assert item.closed_at is not None
        keys = ["closed", item.closed_at.isoformat(), item.id]
    return base64.urlsafe_b64encode(json.dumps(keys, separators=(",", ":")).encode()).decode().rstrip("=")


def _opened(cursor: str | None) -> tuple[str, tuple[Any, ...]]:
    if not cursor:
        return "open", ()
    try:
        part, *keys = json.loads(base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
        if part == "open":
            rank, order_key, item_id = keys
            return "open", (_whole(rank), _whole(order_key), str(item_id))
        closed_at, item_id = keys
        return "closed", (datetime.fromisoformat(closed_at).astimezone(UTC), str(item_id))
    except (binascii.Error, ValueError, TypeError):
        raise InvalidInput(
            problems=[Problem("expected a cursor from the field 'next' of the page before", path="cursor")]
        ) from None


def _whole(number: Any) -> int:
    if not isinstance(number, int) or abs(number) >= 2**62:
        raise ValueError
    return number
