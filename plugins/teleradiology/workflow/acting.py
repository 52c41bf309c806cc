"""What every act on an item begins and ends with: right, facility, state, version; then the row and the audit record."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from ..config.rules_file import RulesFile
from ..core.audit import MINOR_FAILURE
from ..core.errors import InvalidInput, InvalidTransition, NotAllowed, NotFound, Problem, StaleVersion, Told
from ..core.identity import Actor, Role, may, require
from ..core.names import clean
from ..core.worklist import State, after, allowed
from ..store import audit, items
from ..store.engine import Connection
from ..store.item import Item
from .room import Room

RUNS_THE_LIST = (Role.COORDINATOR, Role.ADMINISTRATOR, Role.SYSTEM)
# Acts with which one reader would interfere with another one's work.
_HOLDERS_ALONE = {State.READING: ("release", "hold", "complete"), State.ASSIGNED: ("release", "hold")}
LONGEST_REASON = 220
UNCLAIMED: Mapping[str, Any] = {"claimed_by": "", "lease_until": None, "claimed_at": None}


@dataclass(frozen=True)
class Step:
    """What an act writes: the columns besides the state, and what the audit trail tells of it."""

    columns: Mapping[str, Any]
    detail: Mapping[str, Any]


def permit(room: Room, actor: Actor, right: str, item_id: str | None = None) -> None:
    """Refuse who has not the right, and put that on the audit trail."""
    try:
        require(actor, right)
    except NotAllowed:
        note_denial(room, actor, right, item_id)
        raise


def note_denial(room: Room, actor: Actor, right: str, item_id: str | None = None) -> None:
    """Put a refusal on the audit trail; once for each visit, or a script in a loop would fill it."""
    now = room.now()
    if room.visits.is_new(actor.username, f"denied {right}", item_id or "", now):
        with room.store.writing() as c:
            known = items.get(c, item_id) if item_id else None
            study = known.study_instance_uid if known else ""
            item = known.id if known else None
            audit.append(c, "access-denied", actor, now, item=item, study=study, outcome=MINOR_FAILURE, detail={"right": right})


def find(c: Connection, actor: Actor, item_id: str) -> Item:
    """The item, if the actor may know that it exists: another facility's is as unknown as one that does not."""
    item = items.get(c, item_id)
    if item is None or not may_see(actor, item):
        raise NotFound("There is no such item on the worklist.", told=Told("no-item"))
    return item


def may_see(actor: Actor, item: Item) -> bool:
    """Whether the item is of a facility that the actor may see; one that belongs to none is nobody's but the house's."""
    return actor.confined_to is None or (item.facility != "" and actor.confined_to == item.facility)


def act(
    room: Room,
    actor: Actor,
    name: str,
    item_id: str,
    step: Callable[[Connection, Item, datetime], Step],
    version: int | None = None,
) -> Item:
    """Carry out one act of the life cycle in one transaction: check, write, audit."""
    permit(room, actor, name, item_id)
    with room.store.writing() as c:
        now, item = room.now(), find(c, actor, item_id)
        state = checked(room.rules.current, actor, name, item, version, now)
        done = step(c, item, now)
        return record(c, actor, name, item, now, state, done)


def checked(rules: RulesFile, actor: Actor, name: str, item: Item, version: int | None, now: datetime) -> State:
    """The state that follows, unless the life cycle, another reader's work, or a newer version of the item forbid the act."""
    follows = _after(rules, actor, name, item, now)
    if interferes(actor, name, item):
        stands = standing(rules, item, now)
        text = f"cannot {name} what is {stands}; the reader or a coordinator can"
        raise NotAllowed(text, allowed=allowed_to(actor, item), told=Told("not-anothers", {"standing": stands}))
    if version is not None and version != item.version:
        raise StaleVersion()
    return follows


def _after(rules: RulesFile, actor: Actor, name: str, item: Item, now: datetime) -> State:
    try:
        return after(State(item.state), name)
    except InvalidTransition:
        can = (*allowed_to(actor, item), "view")
        stands = standing(rules, item, now)
        text = f"cannot {name} while {stands}; allowed: {', '.join(can)}"
        if name == "claim" and item.state == State.ARRIVING:
            text += '; to read it on purpose before it is complete, claim it with {"incomplete": true}'
        raise InvalidTransition(text, allowed=can, told=Told("not-while", {"standing": stands})) from None


_EVENTS = {
    "claim": "claimed",
    "release": "released",
    "lapse": "lease-lapsed",
    "skip": "passed-on",
    "assign": "assigned",
    "prioritize": "prioritized",
    "hold": "held",
    "resume": "resumed",
    "cancel": "cancelled",
    "reopen": "reopened",
}


def record(c: Connection, actor: Actor, name: str, item: Item, now: datetime, state: State, done: Step) -> Item:
    """Write an act's row and its audit record."""
    changed = items.change(c, item, now, state=state, **done.columns)
    detail = {"from": str(item.state), "to": str(state), **done.detail}
    audit.append(c, _EVENTS[name], actor, now, item=item.id, study=item.study_instance_uid, detail=detail)
    return changed


def interferes(actor: Actor, name: str, item: Item) -> bool:
    """Whether the act would take another reader's work away, by somebody who does not run the list."""
    if name not in _HOLDERS_ALONE.get(State(item.state), ()) or actor.has(*RUNS_THE_LIST):
        return False
    mine = item.claimed_by == actor.username if item.state == State.READING else item.reader == actor.reader
    return not mine


def allowed_to(actor: Actor, item: Item) -> tuple[str, ...]:
    """The acts of the life cycle that this actor may do with the item now."""
    return tuple(name for name in allowed(State(item.state)) if _has_right(actor, name) and not interferes(actor, name, item))


def _has_right(actor: Actor, name: str) -> bool:
    right = {"complete": "sign"}.get(name, name)
    return right not in ("admit", "skip") and may(actor, right)  # those two are the service's own


@dataclass(frozen=True)
class Stands:
    """How an item stands; ``str()`` says it in English: "reading by Dr A since 10:41 EET"."""

    state: str
    reader: str
    since: str

    def __str__(self) -> str:
        who = f" {'by' if self.state == State.READING else 'to'} {self.reader}" if self.reader else ""
        return f"{self.state}{who}" + (f" since {self.since}" if self.since else "")


def standing(rules: RulesFile, item: Item, now: datetime) -> Stands:
    """How the item stands, for a person."""
    reader = reader_name(rules, item.reader) if item.state in (State.READING, State.ASSIGNED) else ""
    since = {
        State.READING: item.claimed_at,
        State.ASSIGNED: item.assigned_at,
        State.HELD: item.held_at,
        State.COMPLETED: item.closed_at,
        State.CANCELLED: item.closed_at,
        State.SKIPPED: item.closed_at,
    }.get(State(item.state))
    return Stands(str(item.state), reader, clock(rules, item, since, now) if since else "")


def clock(rules: RulesFile, item: Item, at: datetime, now: datetime) -> str:
    """A time of day by the wall clock of the item's facility, with its zone, and the date if it is not today's."""
    zone = rules.clock_of(item.facility)
    local, today = at.astimezone(zone), now.astimezone(zone).date()
    name = local.tzname() or "UTC"
    name = f"UTC{name}" if name[0] in "+-" else name
    return f"{local:%H:%M} {name}" if local.date() == today else f"{local:%Y-%m-%d %H:%M} {name}"


def reader_name(rules: RulesFile, reader: str) -> str:
    """A reader's name as the rules file has it."""
    known = rules.readers.get(reader)
    return known.name if known else reader


def reason_given(reason: str | None) -> str:
    """A reason that must be there. Raises InvalidInput."""
    text = " ".join(clean(reason or "").split())
    if not text:
        raise InvalidInput(problems=[Problem("expected a reason, in a few words", path="reason", told=Told("reason"))])
    return text[:LONGEST_REASON]
