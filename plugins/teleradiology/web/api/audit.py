"""The audit trail: who did what, and whether anybody has tampered with the record of it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ...core.errors import InvalidInput, Problem
from ...store import audit as store
from ...workflow.room import Room
from . import shapes
from .models.audit import AuditList, AuditQuery, VerdictOut
from .route import Answer, Call, Route


def audit(room: Room, call: Call) -> Answer:
    """What was done, latest first. Reading the trail is itself on the trail."""
    filters = _filters(call.query)
    after = _sequence(call.query.cursor)
    with room.store.reading() as c:
        found, more = store.page(c, after=after, limit=call.query.limit, **filters)
    asked = {name: shapes.instant(value) if name in ("since", "until") else value for name, value in filters.items()}
    with room.store.writing() as c:
        store.append(c, "audit-read", call.who, room.now(), detail={**asked, "records": len(found)})
    return Answer({"items": [shapes.record(each) for each in found], "next": str(more) if more else None})


def verify(room: Room, call: Call) -> Answer:
    """Whether the chain of records holds, and where it breaks if it does not."""
    with room.store.reading() as c:
        verdict = store.verify(c)
    event = "audit-verified" if verdict.ok else "audit-broken"
    with room.store.writing() as c:
        detail = {"count": verdict.count, "first_bad_seq": verdict.first_bad_seq}
        store.append(c, event, call.who, room.now(), outcome=0 if verdict.ok else 12, detail=detail)
    return Answer(
        {
            "ok": verdict.ok,
            "first_bad_seq": verdict.first_bad_seq,
            "reason": verdict.reason,
            "count": verdict.count,
            "head": verdict.head,
        }
    )


def _filters(query: AuditQuery) -> Mapping[str, Any]:
    return query.model_dump(exclude={"limit", "cursor"}, exclude_defaults=True)


def _sequence(cursor: str) -> int | None:
    if cursor and not (cursor.isascii() and cursor.isdigit() and len(cursor) < 18):
        raise InvalidInput(problems=[Problem("expected a cursor from the member next of the page before", path="cursor")])
    return int(cursor) if cursor else None


ROUTES = (
    Route("GET", "/api/audit", audit, "audit", AuditList, query=AuditQuery),
    Route("GET", "/api/audit/verify", verify, "audit", VerdictOut, costly=True),
)
