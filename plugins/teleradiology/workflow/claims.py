"""Reading as a lease: claim, keep, give back, lapse; and the next case on one key."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

from ..config.rules_file import RulesFile
from ..core.errors import InvalidTransition, NotAllowed
from ..core.identity import Actor, service
from ..core.readers import Reader, reasons_against
from ..core.worklist import State, after
from ..store import items
from ..store.engine import Connection
from ..store.item import Item
from . import assignment
from .acting import UNCLAIMED, Step, act, allowed_to, checked, find, permit, record, standing
from .room import Room

OVERSIGHT = service("oversight")
_FIRST_LOOK, _LOOKED_AT_ONCE = 4, 50  # the first one nearly always is the one


def claim(room: Room, actor: Actor, item_id: str, version: int | None = None) -> Item:
    """Take an item to read it, whoever it was assigned to: one may pick freely, and who picked is on the audit trail.

    Of two who claim at once one gets it; the other's InvalidTransition names the first. Who holds the item already keeps it.
    """
    permit(room, actor, "claim", item_id)
    reader = own_reader(room, actor)
    with room.store.writing() as c:
        now, item = room.now(), find(c, actor, item_id)
        if _holds(actor, item):
            items.extend_lease(c, item.id, _lease(room, now))
            return replace(item, lease_until=_lease(room, now))
        state = checked(room.rules.current, actor, "claim", item, version, now)
        return record(c, actor, "claim", item, now, state, _claimed(room, actor, reader, item, now))


def heartbeat(room: Room, actor: Actor, item_id: str) -> Item:
    """The reader is still there: the lease begins anew. The version stays, for nothing about the item has changed."""
    with room.store.writing() as c:
        now, item = room.now(), find(c, actor, item_id)
        if not _holds(actor, item):
            can = (*allowed_to(actor, item), "view")
            text = f"your claim has lapsed; the item is {standing(room.rules.current, item, now)}; allowed: {', '.join(can)}"
            raise InvalidTransition(text, allowed=can)
        items.extend_lease(c, item.id, _lease(room, now))
        return replace(item, lease_until=_lease(room, now))


def release(room: Room, actor: Actor, item_id: str, version: int | None = None, reason: str | None = None) -> Item:
    """Give an item back to the pool."""

    def step(c: Connection, item: Item, now: datetime) -> Step:
        return Step({**UNCLAIMED, "reader": "", "assigned_at": None}, {"reader": item.reader, "reason": reason or ""})

    return act(room, actor, "release", item_id, step, version)


def release_lapsed(room: Room) -> list[Item]:
    """Release what silent readers hold. Their drafts stay."""
    with room.store.reading() as c:
        lapsed = items.lapsed_leases(c, room.now())
    return [released for item in lapsed if (released := _lapse(room, item.id)) is not None]


def _lapse(room: Room, item_id: str) -> Item | None:
    with room.store.writing() as c:
        now, item = room.now(), items.get(c, item_id)
        # Looked at again: a heartbeat may have come meanwhile.
        if item is None or item.state != State.READING or item.lease_until is None or item.lease_until > now:
            return None
        state = after(State.READING, "release")
        step = Step({**UNCLAIMED, "reader": "", "assigned_at": None}, {"reader": item.reader, "account": item.claimed_by})
        return record(c, OVERSIGHT, "lapse", item, now, state, step)


def next_case(room: Room, actor: Actor) -> Item | None:
    """Claim the first item in reading order that is assigned to the actor, or to nobody and theirs to read.

    None if there is none. The order alone decides between the two: an urgent study that nobody has goes before a routine one
    of one's own. Items that others were given are left to them. Who asks is on duty and has a free hand by asking, so shifts
    and capacity do not count; licence, subspecialty and modality do. Choosing and claiming is one transaction, so no two
    readers get the same item.
    """
    permit(room, actor, "claim")
    reader = own_reader(room, actor)
    with room.store.writing() as c:
        now = room.now()
        item = _first_for(c, room.rules.current, reader, now)
        if item is None:
            return None
        state = after(State(item.state), "claim")
        return record(c, actor, "claim", item, now, state, _claimed(room, actor, reader, item, now))


def _first_for(c: Connection, rules: RulesFile, reader: Reader, now: datetime) -> Item | None:
    by_asking = replace(reader, shifts=(), capacity=None)
    cursor: str | None = None
    waiting = items.Filters(state=(State.UNASSIGNED, State.ASSIGNED), free_or_of=reader.id)
    look = _FIRST_LOOK
    while True:
        page, cursor = items.page(c, waiting, cursor, look)
        look = _LOOKED_AT_ONCE
        for item in page:
            if item.reader == reader.id or _may_read(c, rules, by_asking, item, now):
                return item
        if cursor is None:
            return None


def _may_read(c: Connection, rules: RulesFile, reader: Reader, item: Item, now: datetime) -> bool:
    if item.subspecialty and item.subspecialty not in reader.subspecialties:
        return False  # before the facts are fetched: most items of other readers end here
    whole = items.get(c, item.id)
    modality = str(whole.facts.get("modality", "")) if whole else ""
    wanted = assignment.Wanted(facility=item.facility, subspecialty=item.subspecialty, modality=modality)
    return not reasons_against(reader, assignment.need(rules, wanted, now), 0)


def own_reader(room: Room, actor: Actor) -> Reader:
    """The reader that the actor is in the rules in force. Raises NotAllowed."""
    reader = room.rules.current.readers.get(actor.reader or "")
    if reader is None:
        which = f"'{actor.reader}', which is not in the rules in force" if actor.reader else "no reader of the rules file"
        raise NotAllowed(f"Your account is linked to {which}; an administrator can change that.")
    if not reader.active:
        raise NotAllowed(f"The rules file says that {reader.name} does not read at present.")
    return reader


def _holds(actor: Actor, item: Item) -> bool:
    return item.state == State.READING and item.claimed_by == actor.username


def _claimed(room: Room, actor: Actor, reader: Reader, item: Item, now: datetime) -> Step:
    columns = {
        "reader": reader.id,
        "claimed_by": actor.username,
        "claimed_at": now,
        "assigned_at": item.assigned_at or now,
        "lease_until": _lease(room, now),
        "reason": "",
    }
    detail = {"reader": reader.id} | ({"taken_from": item.reader} if item.reader not in ("", reader.id) else {})
    return Step(columns, detail)


def _lease(room: Room, now: datetime) -> datetime:
    return now + timedelta(seconds=room.settings.lease_seconds)
