"""The readers of the rules file: whose licence or right ends soon."""

from __future__ import annotations

from dataclasses import asdict

from ...core.readers import expiring as ending
from ...workflow.room import Room
from .models.readers import ExpiringList
from .route import Answer, Call, Route


def expiring(room: Room, call: Call) -> Answer:
    """Licences and rights that end within thirty days or ended no longer ago, soonest first."""
    found = ending(room.rules.current.readers.values(), room.now().date())
    return Answer({"items": [{**asdict(each), "until": each.until.isoformat()} for each in found], "next": None})


ROUTES = (Route("GET", "/api/readers/expiring", expiring, "assign", ExpiringList),)
