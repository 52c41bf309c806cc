"""What inference services suggest about studies; each suggestion is kept once."""

from __future__ import annotations

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy import Connection, select

from ..core.findings import Finding
from .ids import new_id
from .schema import findings

_KEPT = (
    "study_instance_uid",
    "device",
    "text",
    "code",
    "version",
    "score",
    "positive",
    "source",
    "sop_instance_uid",
    "received_at",
)
_KEY = ("study_instance_uid", "device", "version", "key")


def add(c: Connection, finding: Finding, now: datetime, item: str | None = None) -> bool:
    """Keep a finding; False when it was told before."""
    named = dict(zip(_KEY, finding.key, strict=True))
    if c.execute(select(findings.c.id).where(*(findings.c[name] == value for name, value in named.items()))).first():
        return False
    values = {name: getattr(finding, name) for name in _KEPT}
    c.execute(sa.insert(findings).values(values | {"id": new_id(now), "item": item, "key": named["key"], "received_at": now}))
    return True


def of_study(c: Connection, study_uid: str) -> list[Finding]:
    """All that is suggested about a study, in the order in which it came."""
    columns = [findings.c[name] for name in _KEPT]
    query = select(*columns).where(findings.c.study_instance_uid == study_uid).order_by(findings.c.id)
    return [Finding(**row._mapping) for row in c.execute(query)]
