"""Inference services tell what they found; what waits is decided about again, what is being read is flagged."""

from __future__ import annotations

from collections.abc import Sequence

from ..core.errors import NotFound
from ..core.findings import CAUSE, Finding, positive
from ..core.identity import Actor
from ..store import findings as kept
from ..store import items
from ..store.engine import Connection
from .acting import may_see, permit
from .room import Room
from .settling import settle
from .suggestions import WAITING, keep


def record(room: Room, actor: Actor, study_uid: str, findings: Sequence[Finding]) -> list[Finding]:
    """Keep what a service found in a study; what waits is decided about again. Telling it again changes nothing."""
    permit(room, actor, "findings")
    with room.store.writing() as c:
        _check_known(c, actor, study_uid)
        news = keep(c, room, actor, study_uid, findings)
        waiting = [each for each in items.by_study(c, study_uid) if each.state in WAITING and each.missing_since is None]
    if positive(news):
        for item in waiting:
            settle(room, item.orthanc_id, CAUSE, anew=True)
    return of_study(room, actor, study_uid)


def of_study(room: Room, actor: Actor, study_uid: str) -> list[Finding]:
    """All that is suggested about a study. A study of another facility is as unknown as one that does not exist."""
    permit(room, actor, "view")
    with room.store.reading() as c:
        _check_known(c, actor, study_uid)
        return kept.of_study(c, study_uid)


def _check_known(c: Connection, actor: Actor, study_uid: str) -> None:
    if not any(may_see(actor, each) for each in items.by_study(c, study_uid)):
        raise NotFound("There is no such study on the worklist.")
