"""Which rules were put in force when, by whom and why; the texts are in ``rules_versions``."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy import Connection, select

from . import rules_versions
from .ids import new_id
from .schema import rules_history

CAUSES = ("start", "file", "api", "rollback")


@dataclass(frozen=True)
class Change:
    """A row of ``schema.rules_history``."""

    id: str
    at: datetime
    digest: str
    before: str
    by: str
    cause: str


def put_in_force(c: Connection, now: datetime, *, digest: str, text: str, by: str, cause: str) -> Change | None:
    """Keep the text, and note the change. None when these rules were in force already: a restart changes nothing."""
    last = latest(c)
    rules_versions.put_in_force(c, now, digest=digest, text=text, by=by)
    if last is not None and last.digest == digest:
        return None
    change = Change(new_id(now), now, digest, last.digest if last else "", by, cause)
    c.execute(sa.insert(rules_history).values(**vars(change)))
    return change


def latest(c: Connection) -> Change | None:
    """The last change: its digest is that of the rules in force."""
    row = c.execute(select(rules_history).order_by(rules_history.c.id.desc()).limit(1)).one_or_none()
    return Change(*row) if row else None


def newest(c: Connection, limit: int) -> list[Change]:
    """The changes, latest first."""
    return [Change(*row) for row in c.execute(select(rules_history).order_by(rules_history.c.id.desc()).limit(limit))]


def texts(c: Connection, prefix: str) -> list[rules_versions.RulesVersion]:
    """The versions whose digest begins so."""
    return [each for each in rules_versions.all_of_them(c) if each.digest.startswith(prefix.lower())]
