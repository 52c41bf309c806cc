"""Studies as they were when they came in, for trying other rules on them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, select

from .schema import items


@dataclass(frozen=True)
class Received:
    """What is known of a study that was decided about."""

    id: str
    study_instance_uid: str
    facility: str
    state: str
    received_at: datetime
    final_at: datetime | None
    admitted_at: datetime | None
    exam_end_at: datetime | None
    restarted_at: datetime | None
    pauses: tuple[tuple[datetime, datetime], ...]
    facts: Mapping[str, Any]


def received_since(c: Connection, since: datetime, limit: int, facility: str = "") -> Iterator[Received]:
    """The studies that were decided about, the latest first."""
    query = select(*(items.c[name] for name in Received.__dataclass_fields__))
    query = query.where(items.c.received_at >= since, items.c.decision.is_not(None))
    if facility:
        query = query.where(items.c.facility == facility)
    for row in c.execute(query.order_by(items.c.id.desc()).limit(limit).execution_options(yield_per=500)):
        yield Received(*row)
