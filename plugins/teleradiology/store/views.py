"""Saved views of the worklist: a name for a query, of one user or of the house."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy import Connection, select

from .ids import new_id
from .schema import views

EVERYBODY = ""


@dataclass(frozen=True)
class View:
    """A row of ``schema.views``; the owner "" is everybody."""

    id: str
    owner: str
    name: str
    query: str


def of_user(c: Connection, username: str) -> list[View]:
    """The views that a user sees: the house's first, then the user's own, by name."""
    query = select(views).where(views.c.owner.in_((EVERYBODY, username))).order_by(views.c.owner, views.c.name, views.c.id)
    return [View(*row) for row in c.execute(query)]


def save(c: Connection, now: datetime, *, owner: str, name: str, query: str) -> View:
    """Save a view; the owner's view of the same name is replaced."""
    c.execute(sa.delete(views).where(views.c.owner == owner, views.c.name == name))
    made = View(new_id(now), owner, name, query)
    c.execute(sa.insert(views).values(id=made.id, owner=owner, name=name, query=query))
    return made


def remove(c: Connection, view: str, owner: str) -> bool:
    """Remove an owner's view; False when there is none of that id."""
    return bool(c.execute(sa.delete(views).where(views.c.id == view, views.c.owner == owner)).rowcount)
