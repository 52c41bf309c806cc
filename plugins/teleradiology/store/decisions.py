"""What the rules said of a study, with the reasons; every decision is kept."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy import Connection, select

from .ids import new_id
from .schema import decisions


@dataclass(frozen=True)
class Decided:
    """A row of ``schema.decisions``."""

    id: str
    item: str
    at: datetime
    cause: str
    rules_digest: str
    attributes: Mapping[str, Any]
    passed_over: Sequence[Mapping[str, Any]]
    readers: Mapping[str, Any]


def add(c: Connection, now: datetime, **columns: Any) -> Decided:
    """Keep a decision: item, cause, rules_digest, attributes, passed_over, readers."""
    made = Decided(id=new_id(now), at=now, **columns)
    c.execute(sa.insert(decisions).values({name: getattr(made, name) for name in made.__dataclass_fields__}))
    return made


def get(c: Connection, decision: str) -> Decided | None:
    """The decision of that id."""
    row = c.execute(select(decisions).where(decisions.c.id == decision)).one_or_none()
    return Decided(*row) if row else None


def of_item(c: Connection, item: str) -> list[Decided]:
    """All decisions about an item, latest first."""
    return [Decided(*row) for row in c.execute(select(decisions).where(decisions.c.item == item).order_by(decisions.c.id.desc()))]
