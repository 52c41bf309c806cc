"""Rows for tests of the store alone."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Any

from sqlalchemy import Connection

from teleradiology.core.worklist import OPEN
from teleradiology.store import items
from teleradiology.store.item import Item

NOON = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
_numbers = count(1)


def put_item(c: Connection, state: str = "unassigned", **columns: Any) -> Item:
    """An item; ``minute`` says how long after noon it is due, or was closed."""
    number, minute = next(_numbers), columns.pop("minute", 0)
    at = NOON + timedelta(minutes=minute)
    when: dict[str, Any] = {"due_at": at, "order_key": minute} if state in OPEN else {"closed_at": at}
    when |= {"held_at": NOON, "paused_at": NOON} if state == "held" else {}
    made = {
        "orthanc_id": f"orthanc-{number}",
        "study_instance_uid": f"1.2.{number}",
        "facility": "zliten",
        "received_at": NOON,
        "rank": 2,
        "priority": "routine",
        "search": "",
    }
    return items.insert(c, state=state, **{**made, **when, **columns})
