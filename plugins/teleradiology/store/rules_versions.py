"""Rules files that were in force, by digest, so that every decision can be read beside the rules that made it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy import Connection, select

from .schema import rules_versions


@dataclass(frozen=True)
class RulesVersion:
    """A row of ``schema.rules_versions``."""

    digest: str
    text: str
    first_at: datetime
    last_at: datetime
    by: str


def put_in_force(c: Connection, now: datetime, *, digest: str, text: str, by: str) -> None:
    """Note that these rules are in force from now on."""
    again = sa.update(rules_versions).where(rules_versions.c.digest == digest).values(last_at=now, by=by)
    if not c.execute(again).rowcount:
        c.execute(sa.insert(rules_versions).values(digest=digest, text=text, first_at=now, last_at=now, by=by))


def get(c: Connection, digest: str) -> RulesVersion | None:
    """The rules of that digest."""
    row = c.execute(select(rules_versions).where(rules_versions.c.digest == digest)).one_or_none()
    return RulesVersion(*row) if row else None


def all_of_them(c: Connection) -> list[RulesVersion]:
    """All versions, the one put in force last first."""
    return [RulesVersion(*row) for row in c.execute(select(rules_versions).order_by(rules_versions.c.last_at.desc()))]
