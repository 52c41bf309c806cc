"""The first answer to a request that carried an Idempotency-Key, given again to its repetitions."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy import Connection, select

from .schema import idempotency


@dataclass(frozen=True)
class Answer:
    """What was answered; ``request`` is the SHA-256 of method, path and body, for a key used for something else."""

    key: str
    username: str
    request: str
    status: int
    headers: Mapping[str, str]
    body: bytes
    at: datetime


def find(c: Connection, key: str, username: str) -> Answer | None:
    """The answer that a user's key got."""
    row = c.execute(select(idempotency).where(idempotency.c.key == key, idempotency.c.username == username)).one_or_none()
    return Answer(*row) if row else None


def keep(c: Connection, answer: Answer) -> Answer:
    """Keep an answer and return the one that holds: the first one kept."""
    there = find(c, answer.key, answer.username)
    if there:
        return there
    c.execute(sa.insert(idempotency).values({name: getattr(answer, name) for name in answer.__dataclass_fields__}))
    return answer


def forget(c: Connection, before: datetime) -> int:
    """Drop the answers from before an instant, and say how many."""
    return c.execute(sa.delete(idempotency).where(idempotency.c.at < before)).rowcount
