"""What must reach somebody: rows written with the act that caused them, kept until they are delivered."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy import Connection, func, select, text

from ..core.errors import InvalidTransition
from .ids import new_id
from .schema import outbox

_LONGEST_ERROR = 512


@dataclass(frozen=True)
class Delivery:
    """A row of ``schema.outbox``. ``state`` is waiting, delivered, or failed: given up until a person retries it."""

    id: str
    key: str
    item: str | None
    report: str | None
    courier: str
    destination: str
    payload: Mapping[str, Any]
    state: str
    attempts: int
    due_at: datetime
    last_error: str
    created_at: datetime
    delivered_at: datetime | None


def put(
    c: Connection,
    now: datetime,
    *,
    key: str,
    courier: str,
    destination: str = "",
    item: str | None = None,
    report: str | None = None,
    payload: Mapping[str, Any] | None = None,
) -> Delivery:
    """Put something in the outbox, once: a key that is already there keeps its row."""
    there = by_key(c, key)
    if there:
        return there
    row: dict[str, Any] = {
        "id": new_id(now),
        "key": key,
        "item": item,
        "report": report,
        "courier": courier,
        "destination": destination,
        "payload": dict(payload or {}),
        "state": "waiting",
        "attempts": 0,
        "due_at": now,
        "last_error": "",
        "created_at": now,
        "delivered_at": None,
    }
    c.execute(sa.insert(outbox), row)
    return Delivery(**row)


def get(c: Connection, delivery_id: str) -> Delivery | None:
    """The row of that id."""
    return _one(c.execute(select(outbox).where(outbox.c.id == delivery_id)))


def by_key(c: Connection, key: str) -> Delivery | None:
    """The row of that idempotency key."""
    return _one(c.execute(select(outbox).where(outbox.c.key == key)))


def due(c: Connection, now: datetime, limit: int = 20, courier: str = "") -> list[Delivery]:
    """What is to be tried now, longest waiting first; by one courier when it is named."""
    query = select(outbox).where(text("state = 'waiting'"), outbox.c.due_at <= now).order_by(outbox.c.due_at, outbox.c.id)
    if courier:
        query = query.where(outbox.c.courier == courier)
    return _many(c.execute(query.limit(limit)))


def next_due(c: Connection, courier: str = "") -> datetime | None:
    """When something is to be tried next."""
    query = select(func.min(outbox.c.due_at)).where(text("state = 'waiting'"))
    return c.execute(query.where(outbox.c.courier == courier) if courier else query).scalar()


def of_report(c: Connection, report: str) -> list[Delivery]:
    """What a signed version is delivered as, and to whom."""
    return _many(c.execute(select(outbox).where(outbox.c.report == report).order_by(outbox.c.id)))


def of_item(c: Connection, item: str) -> list[Delivery]:
    """All deliveries of an item."""
    return _many(c.execute(select(outbox).where(outbox.c.item == item).order_by(outbox.c.id)))


def failed(c: Connection, limit: int = 100) -> list[Delivery]:
    """What was given up and waits for a person, latest first."""
    query = select(outbox).where(text("state = 'failed'")).order_by(outbox.c.id.desc()).limit(limit)
    return _many(c.execute(query))


def counts(c: Connection) -> dict[str, int]:
    """How many rows there are that are not delivered, by state."""
    query = select(outbox.c.state, func.count()).where(text("state IN ('waiting','failed')")).group_by(outbox.c.state)
    return dict(c.execute(query).all())


def mark_delivered(c: Connection, delivery: Delivery, now: datetime) -> None:
    """The receiver has it."""
    _change(c, delivery, state="delivered", delivered_at=now, attempts=delivery.attempts + 1, last_error="")


def mark_attempt(c: Connection, delivery: Delivery, error: str, again_at: datetime | None) -> None:
    """An attempt did not succeed; without ``again_at`` the delivery is given up. ``error`` holds no patient data."""
    state = "failed" if again_at is None else "waiting"
    due_at = again_at or delivery.due_at
    _change(c, delivery, state=state, due_at=due_at, attempts=delivery.attempts + 1, last_error=error[:_LONGEST_ERROR])


def postpone(c: Connection, delivery: Delivery, until: datetime) -> None:
    """Not before then; no attempt has been made."""
    _change(c, delivery, due_at=until)


def retry(c: Connection, delivery: Delivery, now: datetime) -> None:
    """A person wants a delivery that was given up, or is waiting, to be tried now."""
    if delivery.state == "delivered":
        raise InvalidTransition("cannot retry what is delivered", allowed=("view",))
    _change(c, delivery, state="waiting", due_at=now, attempts=0)


def _change(c: Connection, delivery: Delivery, **columns: Any) -> None:
    c.execute(sa.update(outbox).where(outbox.c.id == delivery.id, outbox.c.state != "delivered").values(columns))


def _one(rows: Iterable[Any]) -> Delivery | None:
    return next(iter(_many(rows)), None)


def _many(rows: Iterable[Any]) -> list[Delivery]:
    return [Delivery(*row) for row in rows]
