"""The readers of the rules file: whose licence or right ends soon, and who passes how much on."""

from __future__ import annotations

from dataclasses import asdict

from ...workflow import skips
from ...workflow.room import Room
from .models.readers import ExpiringList, SkipsList, SkipsQuery
from .route import Answer, Call, Route
from .shapes import instant


def expiring(room: Room, call: Call) -> Answer:
    """Licences and rights that end within thirty days or ended no longer ago, soonest first."""
    found = room.rules.current.expiring(room.now())
    return Answer({"items": [{**asdict(each), "until": each.until.isoformat()} for each in found], "next": None})


def passed_on(room: Room, call: Call) -> Answer:
    """How often and why each reader passed cases on, beside what they read."""
    found = skips.skipping(room, call.who, call.query.days)
    items = [
        {**asdict(row), "percent": row.percent, "reasons": [{"ground": word, "times": times} for word, times in row.reasons]}
        for row in found.rows
    ]
    return Answer({"since": instant(found.since), "items": items, "next": None})


ROUTES = (
    Route("GET", "/api/readers/expiring", expiring, "assign", ExpiringList),
    Route("GET", "/api/readers/passed-on", passed_on, "skips", SkipsList, query=SkipsQuery),
)
