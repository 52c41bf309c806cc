"""New studies are announced to the inference service that the rules file names; nothing waits for its answer."""

from __future__ import annotations

from datetime import datetime

from ..store import outbox
from ..store.engine import Connection
from ..store.item import Item
from .room import Room


def announce(c: Connection, room: Room, before: Item, item: Item, now: datetime) -> None:
    """Put the announcement of a study that was just taken in into the outbox, in the same transaction."""
    ai = room.rules.current.ai
    if before.decision is not None or not ai.wants(item.modality):
        return
    uid, base = item.study_instance_uid, room.settings.base_url.rstrip("/")
    payload = {
        "study_instance_uid": uid,
        "images": f"{base}/dicom-web/studies/{uid}",
        "findings": f"{base}/teleradiology/api/studies/{uid}/findings",
    }
    outbox.put(c, now, key=f"ai:{item.id}", courier="ai", item=item.id, payload=payload)
