"""Steps of the ladder of escalation that were taken."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy import Connection, select

from .schema import ladder_steps


@dataclass(frozen=True)
class Taken:
    """A row of ``schema.ladder_steps``."""

    item: str
    step: str
    cause: str
    action: str
    due_at: datetime
    done_at: datetime


def done(c: Connection, item: str, cause: str) -> frozenset[str]:
    """The names of the steps that were taken for a cause."""
    query = select(ladder_steps.c.step).where(ladder_steps.c.item == item, ladder_steps.c.cause == cause)
    return frozenset(c.execute(query).scalars())


def take(c: Connection, taken: Taken) -> None:
    """A step is taken. The primary key keeps it from being taken twice."""
    c.execute(sa.insert(ladder_steps), taken.__dict__)


def of_item(c: Connection, item: str) -> list[Taken]:
    """All steps that were taken for an item, in their order."""
    query = select(ladder_steps).where(ladder_steps.c.item == item).order_by(ladder_steps.c.done_at, ladder_steps.c.due_at)
    return [Taken(*row) for row in c.execute(query)]
