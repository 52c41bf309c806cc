"""What a person is told on the pages, and that it was read."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from ..core.errors import NotFound, Told
from ..core.identity import Actor, Role, may
from ..store import audit, items, notifications
from ..store.engine import Connection
from ..store.item import Item
from ..store.notifications import Notice
from .acting import may_see
from .room import Room


@dataclass(frozen=True)
class Inbox:
    """The latest notices of a person, and how many of all of them nobody has read."""

    notices: tuple[Notice, ...]
    unread: int


def recipients(actor: Actor) -> list[str]:
    """The names under which somebody is told something. A facility's notices are for its own people alone."""
    place = [f"facility:{actor.facility}"] if actor.facility and Role.FACILITY in actor.roles else []
    return [actor.username, *(f"role:{role.value}" for role in sorted(actor.roles)), *place]


def inbox(room: Room, actor: Actor, *, unread: bool = False, limit: int = 50) -> Inbox:
    """What the actor is told."""
    mine = recipients(actor)
    with room.store.reading() as c:
        return Inbox(tuple(notifications.of(c, mine, unread=unread, limit=limit)), notifications.unread(c, mine))


def with_calls_first(room: Room, actor: Actor, *, limit: int) -> Inbox:
    """The same, the calls that nobody has made yet on top, however much was told since."""
    found = inbox(room, actor, limit=limit)
    with room.store.reading() as c:
        waiting = notifications.calls(c, recipients(actor))
    known = {each.id for each in waiting}
    return Inbox((*waiting, *(each for each in found.notices if each.id not in known)), found.unread)


def studies(room: Room, actor: Actor, found: Inbox) -> dict[str, Item]:
    """The studies that the notices are about, as far as the actor may see them, by id."""
    if not may(actor, "view"):
        return {}
    with room.store.reading() as c:
        known = items.of_ids(c, {notice.item for notice in found.notices if notice.item})
    return {each.id: each for each in known if may_see(actor, each)}


def read(room: Room, actor: Actor, notice_id: str) -> Notice:
    """The actor has read a notice; of a call that means that it was made. Reading again changes nothing."""
    with room.store.writing() as c:
        now, notice = room.now(), notifications.get(c, notice_id)
        if notice is None or notice.recipient not in recipients(actor):
            raise NotFound("There is no such notice.", told=Told("no-notice"))
        _mark(c, actor, notice, now)
        found = notifications.get(c, notice_id)
    assert found is not None
    return found


def read_all(room: Room, actor: Actor, up_to: str) -> int:
    """The actor has read everything up to that notice. A call is not made by reading of it: calls stay. How many there were."""
    with room.store.writing() as c:
        now = room.now()
        return sum(_mark(c, actor, each, now) for each in notifications.to_read(c, recipients(actor), up_to))


def _mark(c: Connection, actor: Actor, notice: Notice, now: datetime) -> bool:
    if not notifications.mark_read(c, notice.id, actor.username, now):
        return False
    item = items.get(c, notice.item) if notice.item else None
    detail = {"notice": notice.id, "kind": notice.kind, "step": notice.params.get("step", "")}
    study = item.study_instance_uid if item else ""
    audit.append(c, "notice-read", actor, now, item=notice.item, study=study, detail=detail)
    return True
