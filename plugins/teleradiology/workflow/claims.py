"""Reading as a lease: claim, keep, give back, lapse; and the next case on one key."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

from ..core import skip_reasons
from ..core.errors import InvalidTransition, NotAllowed, Told
from ..core.identity import Actor, service
from ..core.readers import NEVER, Reader, judge
from ..core.worklist import State, after
from ..store import items, waiting
from ..store.engine import Connection
from ..store.item import Item
from . import assignment, insisting
from . import next_case as nextcase
from .acting import UNCLAIMED, Step, act, allowed_to, checked, find, permit, reason_given, record, standing
from .room import Room

OVERSIGHT = service("oversight")
NOT_AGAIN_FOR = timedelta(minutes=30)  # what a reader passed on, or let lapse
Why = dict[str, str | int]


def claim(room: Room, actor: Actor, item_id: str, version: int | None = None) -> Item:
    """Take an item to read it. Where one may pick freely, whoever it was assigned to; who picked is on the audit trail.

    Of two who claim at once one gets it; the other's InvalidTransition names the first. So it is also when both are the same
    account in two windows: who holds the item already keeps it by the heartbeat, not by another claim.
    """
    permit(room, actor, "claim", item_id)
    reader = own_reader(room, actor)
    with room.store.writing() as c:
        now, item = room.now(), find(c, actor, item_id)
        state = checked(room.rules.current, actor, "claim", item, version, now)
        _refuse_unfit(c, room, actor, reader, item)
        return record(c, actor, "claim", item, now, state, _claimed(room, actor, reader, item, now))


def heartbeat(room: Room, actor: Actor, item_id: str) -> Item:
    """The reader is still there: the lease begins anew. The version stays, for nothing about the item has changed."""
    with room.store.writing() as c:
        now, item = room.now(), find(c, actor, item_id)
        if not _holds(actor, item):
            can = (*allowed_to(actor, item), "view")
            stands = standing(room.rules.current, item, now)
            text = f"your claim has lapsed; the item is {stands}; allowed: {', '.join(can)}"
            raise InvalidTransition(text, allowed=can, told=Told("lapsed", {"standing": stands}))
        items.extend_lease(c, item.id, _lease(room, now))
        return replace(item, lease_until=_lease(room, now))


def release(room: Room, actor: Actor, item_id: str, version: int | None = None, reason: str | None = None) -> Item:
    """Give an item back to the pool."""

    def step(c: Connection, item: Item, now: datetime) -> Step:
        return Step({**UNCLAIMED, "reader": "", "assigned_at": None}, {"reader": item.reader, "reason": reason or ""})

    return act(room, actor, "release", item_id, step, version)


def release_lapsed(room: Room) -> list[Item]:
    """Release what silent readers hold. Their drafts stay. Who is there loses nothing because the clock was set forward."""
    now = room.now()
    with room.store.reading() as c:
        lapsed = items.lapsed_leases(c, min(now, room.memory.steady(now)))
    return [released for item in lapsed if (released := _lapse(room, item.id)) is not None]


def _lapse(room: Room, item_id: str) -> Item | None:
    with room.store.writing() as c:
        now, item = room.now(), items.get(c, item_id)
        # Looked at again: a heartbeat may have come meanwhile.
        if item is None or item.state != State.READING or item.lease_until is None or item.lease_until > now:
            return None
        state = after(State.READING, "release")
        _not_again(c, item, "lapse", now)
        step = Step({**UNCLAIMED, "reader": "", "assigned_at": None}, {"reader": item.reader, "account": item.claimed_by})
        return record(c, OVERSIGHT, "lapse", item, now, state, step)


def next_case(room: Room, actor: Actor) -> Item | None:
    """Claim what is best begun now of the items that are assigned to the actor, or to nobody and theirs to read.

    None if there is none. Items that others were given are left to them. Choosing and claiming is one transaction, so no two
    readers get the same item.
    """
    offered = offer(room, actor)
    return offered[0] if offered else None


def offer(room: Room, actor: Actor) -> tuple[Item, Why] | None:
    """The same, with why this one."""
    permit(room, actor, "claim")
    reader = own_reader(room, actor)
    with room.store.writing() as c:
        now = room.now()
        found = nextcase.choose(c, room.rules.current, reader, now)
        item = items.get(c, found.item) if found else None
        if found is None or item is None:
            return None
        state = after(State(item.state), "claim")
        step = _claimed(room, actor, reader, item, now)
        step = Step(step.columns, {**step.detail, "why": found.why})
        return record(c, actor, "claim", item, now, state, step), found.why


def skip(room: Room, actor: Actor, item_id: str, reason: str | None = None, version: int | None = None) -> Item:
    """Pass a case on with a reason: it goes back to the list and is not offered to this reader for half an hour."""
    why = reason_given(skip_reasons.joined(*skip_reasons.split(reason_given(reason))))
    permit(room, actor, "claim", item_id)
    reader = own_reader(room, actor)
    with room.store.writing() as c:
        now, item = room.now(), find(c, actor, item_id)
        state = checked(room.rules.current, actor, "release", item, version, now)
        if item.reader != reader.id:
            stands = standing(room.rules.current, item, now)
            text = f"cannot skip what is {stands}: only what is yours can be passed on"
            raise NotAllowed(text, allowed=allowed_to(actor, item), told=Told("not-yours", {"standing": stands}))
        _not_again(c, item, "skip", now, why)
        columns = {**UNCLAIMED, "reader": "", "assigned_at": None}
        return record(c, actor, "skip", item, now, state, Step(columns, {"reader": reader.id, "reason": why}))


def _not_again(c: Connection, item: Item, kind: str, now: datetime, reason: str = "") -> None:
    waiting.pass_on(c, now, item=item.id, reader=item.reader, kind=kind, reason=reason, until=now + NOT_AGAIN_FOR)


def _refuse_unfit(c: Connection, room: Room, actor: Actor, reader: Reader, item: Item) -> None:
    """Neither a licence nor a right nor a conflict of interest is overcome by picking; and picking is itself a right."""
    rules, theirs = room.rules.current, item.reader == reader.id
    asked = assignment.need(rules, assignment.wanted_by(item), room.now())
    never = tuple(each for each in judge(reader, asked) if each.code in NEVER)
    never = insisting.news(c, item.id, reader.id, never) if theirs else never
    if never:
        text = f"{reader.name} may not read this study: {'; '.join(map(str, never))}."
        told = Told("may-not-read", {"reader": reader.name, "why": never})
        raise NotAllowed(text, allowed=allowed_to(actor, item), told=told)
    general = rules.assigning_of(item.facility).may_pick
    if not theirs and not (general if reader.pick_freely is None else reader.pick_freely):
        text = "This study is not yours, and the rules file does not let you pick: ask for the next case, or ask a coordinator."
        raise NotAllowed(text, allowed=("next", "view"), told=Told("may-not-pick"))


def own_reader(room: Room, actor: Actor) -> Reader:
    """The reader that the actor is in the rules in force. Raises NotAllowed."""
    reader = room.rules.current.readers.get(actor.reader or "")
    if reader is None:
        which = f"'{actor.reader}', which is not in the rules in force" if actor.reader else "no reader of the rules file"
        told = Told("unknown-reader" if actor.reader else "no-reader", {"reader": actor.reader or ""})
        raise NotAllowed(f"Your account is linked to {which}; an administrator can change that.", told=told)
    if not reader.active:
        told = Told("inactive-reader", {"reader": reader.name})
        raise NotAllowed(f"The rules file says that {reader.name} does not read at present.", told=told)
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
