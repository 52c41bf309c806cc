"""Worklist items: one row per study, found by what is known of it, changed by version."""

from __future__ import annotations

import dataclasses
from collections.abc import Collection
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy import Connection, bindparam, func, select, text

from ..core.errors import StaleVersion
from ..core.worklist import OPEN, State
from .ids import new_id
from .item import COLUMNS, Item, item_of
from .listing import Counts, Filters, counts, page, revision
from .schema import IS_OPEN, items

__all__ = ["Counts", "Filters", "Item", "counts", "page", "revision"]

_by_id = select(*COLUMNS).where(items.c.id == bindparam("wanted"))
_by_orthanc = select(*COLUMNS).where(items.c.orthanc_id == bindparam("wanted"))
_by_study = select(*COLUMNS).where(items.c.study_instance_uid == bindparam("wanted")).order_by(items.c.id)

# Statements are made once where they are executed with every act: making one takes longer than executing it.
_change = sa.update(items).where(items.c.id == bindparam("the_item"), items.c.version == bindparam("the_version"))


def get(c: Connection, item_id: str) -> Item | None:
    """The item of that id."""
    row = c.execute(_by_id, {"wanted": item_id}).one_or_none()
    return item_of(row) if row else None


def of_ids(c: Connection, wanted: Collection[str]) -> list[Item]:
    """The items of those ids, as far as there are any."""
    return [item_of(row) for row in c.execute(select(*COLUMNS).where(items.c.id.in_(wanted)))] if wanted else []


def by_orthanc(c: Connection, orthanc_id: str) -> Item | None:
    """The item of the study that Orthanc calls so."""
    row = c.execute(_by_orthanc, {"wanted": orthanc_id}).one_or_none()
    return item_of(row) if row else None


def by_study(c: Connection, study_uid: str) -> list[Item]:
    """The items of a StudyInstanceUID, oldest first: more than one when Orthanc keeps the study under several patients."""
    return [item_of(row) for row in c.execute(_by_study, {"wanted": study_uid})]


def by_accession(c: Connection, accession_number: str) -> list[Item]:
    """The items of an accession number, oldest first; it means something within one facility only."""
    if not accession_number:
        return []
    query = select(*COLUMNS).where(items.c.accession_number == accession_number).order_by(items.c.id)
    return [item_of(row) for row in c.execute(query)]


def by_patient(c: Connection, facility: str, patient_id: str) -> list[Item]:
    """A patient's items, newest first. Patient ids mean something within one facility only; an empty one means nobody."""
    if not patient_id:
        return []
    query = select(*COLUMNS).where(items.c.facility == facility, items.c.patient_id == patient_id)
    return [item_of(row) for row in c.execute(query.order_by(items.c.received_at.desc(), items.c.id.desc()))]


def insert(c: Connection, **columns: Any) -> Item:
    """A new item of version 1. ``changed_at`` is ``received_at`` and the id new, unless they are given."""
    now = columns.get("changed_at", columns["received_at"])
    values = {"id": new_id(now), "version": 1, "changed_at": now, **_settled(columns, now)}
    c.execute(sa.insert(items).values(values))
    found = get(c, values["id"])
    assert found is not None
    return found


def change(c: Connection, item: Item, now: datetime, **columns: Any) -> Item:
    """Write the columns and return the item as it is now. Raises StaleVersion when it is no longer of ``item``'s version."""
    values = {"version": item.version + 1, "changed_at": now, **_settled(columns, now)}
    written = c.execute(_change, {"the_item": item.id, "the_version": item.version, **values})
    if not written.rowcount:
        raise StaleVersion()
    return dataclasses.replace(item, **values)


def extend_lease(c: Connection, item_id: str, until: datetime) -> None:
    """The claim holds until then. The version stays: a sign of life makes nobody's view of the item stale."""
    c.execute(sa.update(items).where(items.c.id == item_id).values(lease_until=until))


def _settled(columns: dict[str, Any], now: datetime) -> dict[str, Any]:
    """The columns, with ``closed_at`` following the state: the closed list is ordered by it."""
    columns = {name: tuple(value) if name in ("labels", "flags") else value for name, value in columns.items()}
    state = columns.get("state")
    if state is None:
        return columns
    if state in OPEN:
        return {**columns, "closed_at": None}
    return {"closed_at": now, **columns}


def open_loads(c: Connection) -> dict[str, int]:
    """How many open items each reader has, assigned or being read. What is on hold is nobody's work at present."""
    query = select(items.c.reader, func.count()).where(text(IS_OPEN), items.c.reader != "", items.c.state != State.HELD)
    return dict(c.execute(query.group_by(items.c.reader)).all())


def due_for_quiet(c: Connection, now: datetime, limit: int = 200) -> list[Item]:
    """Items whose study has been quiet for long enough, longest first."""
    return _due(c, items.c.quiet_at, now, limit)


def due_for_retry(c: Connection, now: datetime, limit: int = 200) -> list[Item]:
    """Items whose failed intake is to be tried again, longest waiting first."""
    return _due(c, items.c.retry_at, now, limit)


def lapsed_leases(c: Connection, now: datetime, limit: int = 200) -> list[Item]:
    """Items being read whose reader has gone silent."""
    query = select(*COLUMNS).where(text("state = 'reading'"), items.c.lease_until <= now).order_by(items.c.lease_until)
    return [item_of(row) for row in c.execute(query.limit(limit))]


def _due(c: Connection, column: Any, now: datetime, limit: int) -> list[Item]:
    query = select(*COLUMNS).where(column.is_not(None), column <= now).order_by(column).limit(limit)
    return [item_of(row) for row in c.execute(query)]


def next_moment(c: Connection) -> datetime | None:
    """The earliest instant at which an item needs the heartbeat: a quiet timer, a retry or a lease."""
    moments = (
        select(func.min(items.c.quiet_at)).where(items.c.quiet_at.is_not(None)),
        select(func.min(items.c.retry_at)).where(items.c.retry_at.is_not(None)),
        select(func.min(items.c.lease_until)).where(text("state = 'reading'")),
    )
    found = [moment for query in moments if (moment := c.execute(query).scalar()) is not None]
    return min(found, default=None)
