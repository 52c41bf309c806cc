"""What people do with an item: look at it, claim it, run the list. One transaction each; the steps are in the modules beside."""

from __future__ import annotations

from dataclasses import asdict
from datetime import UTC, datetime
from typing import Any

from ..config.rules_file import RulesFile
from ..core.errors import NotFound
from ..core.identity import Actor
from ..store import audit, decisions
from ..store.engine import Connection
from ..store.item import Item
from .acting import allowed_to, find, note_denial, permit, reader_name, standing
from .claims import claim, heartbeat, next_case, offer, release, release_lapsed, skip
from .room import Room
from .steering import assign, cancel, hold, prioritize, reopen, resume

__all__ = [
    "allowed_to",
    "assign",
    "cancel",
    "claim",
    "explanation",
    "heartbeat",
    "hold",
    "next_case",
    "offer",
    "prioritize",
    "release",
    "release_lapsed",
    "reopen",
    "resume",
    "skip",
    "standing",
    "timeline",
    "view",
]

_GIVEN = ("assigned", "handed-over", "claimed")


def view(room: Room, actor: Actor, item_id: str) -> Item:
    """One item. That somebody looked is on the audit trail once for each visit."""
    permit(room, actor, "view", item_id)
    item = _found(room, actor, item_id)
    now = room.now()
    if room.visits.is_new(actor.username, "viewed", item_id, now):
        with room.store.writing() as c:
            audit.append(c, "viewed", actor, now, item=item.id, study=item.study_instance_uid)
    return item


def explanation(room: Room, actor: Actor, item_id: str) -> dict[str, Any]:
    """Why the item stands where it stands: the decision in force, as JSON; times in RFC 3339."""
    permit(room, actor, "explain", item_id)
    item = _found(room, actor, item_id)
    with room.store.reading() as c:
        made = decisions.get(c, item.decision) if item.decision else None
        holder = _holder(c, item, room.rules.current) if made and item.reader not in ("", made.readers.get("chosen")) else None
    if made is None:
        return {
            "item": item.id,
            "at": _instant(item.received_at),
            "cause": "not decided yet",
            "rules_digest": "",
            "attributes": {},
            "passed_over": [],
            "readers": {"chosen": None, "policy": "", "considered": [], "holder": None},
        }
    rules = room.rules.current
    considered = [{**one, "name": reader_name(rules, str(one.get("reader", "")))} for one in made.readers.get("considered", ())]
    readers = {"chosen": None, "policy": ""} | dict(made.readers) | {"considered": considered, "holder": holder}
    return {
        "item": item.id,
        "at": _instant(made.at),
        "cause": made.cause,
        "rules_digest": made.rules_digest,
        "attributes": dict(made.attributes),
        "passed_over": list(made.passed_over),
        "readers": readers,
    }


def _holder(c: Connection, item: Item, rules: RulesFile) -> dict[str, Any] | None:
    """Who has the item and by whom, when that was a person's doing and not the decision's."""
    for record in reversed(audit.of_item(c, item.id)):
        if record.event in _GIVEN and record.detail.get("reader") == item.reader:
            name, reason = reader_name(rules, item.reader), str(record.detail.get("reason", ""))
            by = {"how": record.event, "by": record.actor, "at": _instant(record.at), "reason": reason}
            return {"reader": item.reader, "name": name, **by}
    return None


def timeline(room: Room, actor: Actor, item_id: str) -> list[dict[str, Any]]:
    """Everything on the audit trail about the item, oldest first, as JSON; times in RFC 3339."""
    permit(room, actor, "timeline", item_id)
    item = _found(room, actor, item_id)
    with room.store.reading() as c:
        return [{**asdict(record), "at": _instant(record.at)} for record in audit.of_item(c, item.id)]


def _found(room: Room, actor: Actor, item_id: str) -> Item:
    try:
        with room.store.reading() as c:
            return find(c, actor, item_id)
    except NotFound:
        note_denial(room, actor, "view", item_id)
        raise


def _instant(at: datetime) -> str:
    return at.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
