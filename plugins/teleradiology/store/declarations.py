"""What people and systems declare about a study: how urgent the facility holds it, that all of it was sent."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy import Connection, select

from .schema import declarations

URGENCY, COMPLETE, EARLY = "urgency", "complete", "early"


@dataclass(frozen=True)
class Declared:
    """A row of ``schema.declarations``."""

    item: str
    kind: str
    value: str
    at: datetime
    by: str


def of_item(c: Connection, item: str) -> Mapping[str, Declared]:
    """What is declared about an item, by kind."""
    rows = c.execute(select(declarations).where(declarations.c.item == item))
    return {declared.kind: declared for declared in (Declared(*row) for row in rows)}


def declare(c: Connection, declared: Declared) -> None:
    """Keep a declaration; it takes the place of an earlier one of its kind."""
    same = sa.and_(declarations.c.item == declared.item, declarations.c.kind == declared.kind)
    values = {"value": declared.value, "at": declared.at, "by": declared.by}
    if not c.execute(sa.update(declarations).where(same).values(**values)).rowcount:
        c.execute(sa.insert(declarations).values(**vars(declared)))
