"""Sets demonstration items to the times their images were taken at, so that something is due soon and something overdue."""

from __future__ import annotations

from datetime import datetime, timedelta

from ..core.turnaround import order_key, unmarked
from ..store import items
from ..store.engine import Connection, Store
from ..store.item import Item
from .cases import CASES
from .dicom import study_uid

TRANSFER = timedelta(minutes=3)
RECENT = timedelta(days=3)  # what is older was read long ago, or should have been
TIMES = ("received_at", "last_image_at", "admitted_at", "assigned_at", "warn_at", "due_at", "ring_at")


def age(store: Store, now: datetime) -> None:
    with store.writing() as c:
        for case in (case for case in CASES if case.ago < RECENT):
            for item in items.by_study(c, study_uid(case)):
                if item.is_open and item.admitted_at is not None:
                    _move(c, item, now, item.received_at - (now - case.ago + TRANSFER))


def _move(c: Connection, item: Item, now: datetime, by: timedelta) -> None:
    moved = {name: getattr(item, name) - by for name in TIMES if getattr(item, name) is not None}
    warn_at, due_at = moved.get("warn_at"), moved.get("due_at")
    flags = unmarked(item.flags, now, warn_at, due_at)
    items.change(c, item, now, **moved, order_key=order_key(due_at, moved["received_at"]), flags=flags)
