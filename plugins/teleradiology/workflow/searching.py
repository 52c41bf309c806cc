"""Searching for a patient is on the audit trail: who searched, when and by what kind of filter; never the words."""

from __future__ import annotations

from collections.abc import Iterable

from ..core.identity import Actor
from ..core.names import folded
from ..store import audit
from .room import Room


def note_search(room: Room, actor: Actor, words: str, filters: Iterable[str] = ()) -> None:
    """Put a search on the trail, once for each visit: a list that refreshes itself searches every few seconds."""
    now = room.now()
    if not room.visits.is_new(actor.username, "searched", folded(words), now):
        return
    with room.store.writing() as c:
        audit.append(c, "searched", actor, now, detail={"filters": sorted(filters)})
