"""Whether the service works, and what the problem codes mean: the two things that anybody may ask."""

from __future__ import annotations

from typing import Any

from ... import __version__
from ...core.errors import NotFound, Refusal
from ...core.identity import may
from ...store import migrate
from ...workflow.room import Room
from .. import problems
from .models.service import ProblemKind, StatusOut
from .route import PUBLIC, Answer, Call, Route
from .shapes import instant


def status(room: Room, call: Call) -> Answer:
    """Whether the service works."""
    with room.store.reading() as c:
        revision = migrate.revision(c)
    answer: dict[str, Any] = {"status": "ok", "version": __version__}
    if call.actor is not None and may(call.actor, "system"):
        answer["details"] = _details(room, revision)
    return Answer(answer)


def problem_kind(room: Room, call: Call) -> Answer:
    """What a problem code means: the address in the member "type"."""
    code = call.path["code"]
    for kind, status in problems.STATUSES.items():
        if kind.code == code:
            title = code.replace("-", " ").capitalize()
            return Answer({"code": code, "title": title, "status": status, "description": (kind.__doc__ or "").strip()})
    raise NotFound()


def _details(room: Room, revision: str | None) -> dict[str, Any]:
    rules = room.rules
    return {
        "now": instant(room.now()),
        "database": {"kind": "sqlite" if room.store.is_sqlite else "postgresql", "revision": revision},
        "rules": {
            "digest": rules.current.digest,
            "file_problems": [str(problem) for problem in rules.file_problem or ()],
        },
        "orthanc": _orthanc(room),
    }


def _orthanc(room: Room) -> dict[str, Any]:
    try:
        found = room.host.version()
    except Refusal as refusal:
        return {"problem": refusal.detail}
    return {key: found[key] for key in ("Version", "ApiVersion", "DicomAet", "DatabaseVersion") if key in found}


ROUTES = (
    Route("GET", "/api/status", status, PUBLIC, StatusOut),
    Route("GET", "/api/problems/{code}", problem_kind, PUBLIC, ProblemKind),
)
