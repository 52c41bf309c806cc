"""Which signed versions have been seen by whoever asked for them, and who said so first."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy import Connection, select

from .schema import acknowledgements, reports


@dataclass(frozen=True)
class Acknowledged:
    """A row of ``schema.acknowledgements``."""

    report: str
    at: datetime
    by: str


def get(c: Connection, report: str) -> Acknowledged | None:
    """That of a signed version."""
    row = c.execute(select(acknowledgements).where(acknowledgements.c.report == report)).one_or_none()
    return Acknowledged(*row) if row else None


def add(c: Connection, acknowledged: Acknowledged) -> Acknowledged:
    """Keep one. The primary key keeps a second one out."""
    c.execute(sa.insert(acknowledgements), acknowledged.__dict__)
    return acknowledged


def of_item(c: Connection, item: str) -> dict[str, Acknowledged]:
    """Those of an item's versions, by report."""
    query = select(acknowledgements).join(reports, reports.c.id == acknowledgements.c.report).where(reports.c.item == item)
    return {row.report: Acknowledged(*row) for row in c.execute(query)}
