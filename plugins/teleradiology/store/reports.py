"""Drafts, signed versions and their renditions; what is signed is only ever added."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy import Connection, select

from ..core.errors import StaleVersion
from .schema import drafts, renditions, reports


@dataclass(frozen=True)
class Draft:
    """What one author has typed for one item; version 0 has never been saved."""

    item: str
    author: str
    version: int
    sections: Mapping[str, str]
    language: str
    template: str
    saved_at: datetime | None


@dataclass(frozen=True)
class Signed:
    """A row of ``schema.reports``: one signed version."""

    id: str
    item: str
    version: int
    status: str
    predecessor: str | None
    content: Mapping[str, Any]
    content_hash: str
    author: str
    signed_at: datetime
    sr_sop_instance_uid: str
    pdf_sop_instance_uid: str


@dataclass(frozen=True)
class Rendition:
    """A signed version as somebody receives it."""

    report: str
    kind: str
    media_type: str
    body: bytes
    sha256: str
    created_at: datetime


def draft(c: Connection, item: str, author: str) -> Draft | None:
    """An author's draft for an item."""
    row = c.execute(select(drafts).where(drafts.c.item == item, drafts.c.author == author)).one_or_none()
    return Draft(*row) if row else None


def drafts_of(c: Connection, item: str) -> list[Draft]:
    """All authors' drafts for an item, the one saved last first."""
    return [Draft(*row) for row in c.execute(select(drafts).where(drafts.c.item == item).order_by(drafts.c.saved_at.desc()))]


def save_draft(
    c: Connection, now: datetime, before: Draft, *, sections: Mapping[str, str], language: str, template: str
) -> Draft:
    """Replace the draft ``before``, or begin one when its version is 0. Raises StaleVersion when another tab was faster."""
    columns: dict[str, Any] = {"sections": dict(sections), "language": language, "template": template, "saved_at": now}
    key = (drafts.c.item == before.item, drafts.c.author == before.author)
    if before.version:
        values = {"version": before.version + 1, **columns}
        written = c.execute(sa.update(drafts).where(*key, drafts.c.version == before.version).values(values)).rowcount
    else:
        absent = c.execute(select(drafts.c.version).where(*key)).one_or_none() is None
        if absent:
            c.execute(sa.insert(drafts).values(item=before.item, author=before.author, version=1, **columns))
        written = int(absent)
    if not written:
        raise StaleVersion()
    return Draft(before.item, before.author, before.version + 1, **columns)


def discard_drafts(c: Connection, item: str, author: str) -> None:
    """Forget an author's draft: it has been signed."""
    c.execute(sa.delete(drafts).where(drafts.c.item == item, drafts.c.author == author))


def add(c: Connection, signed: Signed) -> Signed:
    """Keep a signed version. The database refuses a second one with the same number."""
    values = {name: getattr(signed, name) for name in signed.__dataclass_fields__}
    c.execute(sa.insert(reports).values({**values, "content": dict(signed.content)}))
    return signed


def get(c: Connection, report: str) -> Signed | None:
    """The signed version of that id."""
    row = c.execute(select(reports).where(reports.c.id == report)).one_or_none()
    return Signed(*row) if row else None


def of_item(c: Connection, item: str) -> list[Signed]:
    """The signed versions of an item, first to last."""
    return [Signed(*row) for row in c.execute(select(reports).where(reports.c.item == item).order_by(reports.c.version))]


def latest(c: Connection, item: str) -> Signed | None:
    """The signed version that holds."""
    row = c.execute(select(reports).where(reports.c.item == item).order_by(reports.c.version.desc()).limit(1)).one_or_none()
    return Signed(*row) if row else None


def rendition(c: Connection, report: str, kind: str) -> Rendition | None:
    """A rendition that was made before."""
    row = c.execute(select(renditions).where(renditions.c.report == report, renditions.c.kind == kind)).one_or_none()
    return Rendition(*row) if row else None


def keep_rendition(c: Connection, now: datetime, *, report: str, kind: str, media_type: str, body: bytes) -> Rendition:
    """Keep a rendition and return the one that holds: the first one kept, whoever was faster."""
    there = rendition(c, report, kind)
    if there:
        return there
    made = Rendition(report, kind, media_type, body, hashlib.sha256(body).hexdigest(), now)
    c.execute(sa.insert(renditions).values({name: getattr(made, name) for name in made.__dataclass_fields__}))
    return made


def is_ours(c: Connection, sop_instance_uid: str) -> bool:
    """Whether an object in the PACS is the SR or the PDF of a signed version."""
    either = sa.or_(reports.c.sr_sop_instance_uid == sop_instance_uid, reports.c.pdf_sop_instance_uid == sop_instance_uid)
    return c.execute(select(reports.c.id).where(either).limit(1)).one_or_none() is not None
