"""What a facility declares about its studies: how urgent it is, that everything was sent; and reading what is not complete."""

from __future__ import annotations

from datetime import datetime

from ..config.rules_file import RulesFile
from ..core.errors import InvalidInput, InvalidTransition, NotAllowed, Problem, StaleVersion, Told
from ..core.identity import Actor
from ..core.worklist import State
from ..store import audit, declarations, items
from ..store.declarations import COMPLETE, EARLY, URGENCY, Declared
from ..store.engine import Connection
from ..store.item import Item
from . import claims, explaining
from .acting import RUNS_THE_LIST, find, permit
from .room import Room
from .settling import settle

BEFORE_READING = (State.ARRIVING, State.UNASSIGNED, State.ASSIGNED, State.HELD)


def declare_urgency(room: Room, actor: Actor, item_id: str, urgency: str, version: int | None = None) -> Item:
    """The facility says how urgent its study is, and the rules decide again. Only those who run the list may lower it."""
    permit(room, actor, "declare", item_id)
    rules = room.rules.current
    if urgency not in rules.priorities:
        known = ", ".join(rules.priorities)
        raise InvalidInput(problems=[Problem(f"expected one of {known}", path="urgency", told=Told("one-of", {"known": known}))])
    with room.store.writing() as c:
        now, item = room.now(), find(c, actor, item_id)
        _refuse_when_begun(item, version)
        before = declarations.of_item(c, item.id).get(URGENCY)
        if not actor.has(*RUNS_THE_LIST):
            _refuse_lowering(rules, item, urgency, before)
        declarations.declare(c, Declared(item.id, URGENCY, urgency, now, actor.username))
        item = items.change(c, item, now, facts={**item.facts, "urgency": urgency})
        detail = {"priority": urgency, "before": before.value if before else ""}
        audit.append(c, "urgency-declared", actor, now, item=item.id, study=item.study_instance_uid, detail=detail)
    return item if item.state == State.ARRIVING else settle(room, item.orthanc_id, "urgency declared", anew=True) or item


def declare_complete(room: Room, actor: Actor, item_id: str) -> Item:
    """The facility says that everything was sent: what waits for more is taken in now. Saying so again changes nothing."""
    permit(room, actor, "declare", item_id)
    return _take_in(room, actor, item_id, COMPLETE, "declared-complete", "declared complete")


def claim_incomplete(room: Room, actor: Actor, item_id: str, version: int | None = None) -> Item:
    """Read a study on purpose before it is complete: it is taken in as it is, flagged, and claimed."""
    permit(room, actor, "claim", item_id)
    claims.own_reader(room, actor)
    item = _take_in(room, actor, item_id, EARLY, "read-early", "to be read early")
    return claims.claim(room, actor, item_id, version if item.version == version else None)


def _take_in(room: Room, actor: Actor, item_id: str, kind: str, event: str, cause: str) -> Item:
    with room.store.writing() as c:
        now, item = room.now(), find(c, actor, item_id)
        if item.state != State.ARRIVING or item.missing_since is not None:
            return item
        _note(c, actor, item, now, kind, event)
    taken = settle(room, item.orthanc_id, cause)
    if taken is None:
        raise InvalidTransition("the study is no longer in Orthanc", told=Told("not-in-orthanc"))
    return taken


def _note(c: Connection, actor: Actor, item: Item, now: datetime, kind: str, event: str) -> None:
    declarations.declare(c, Declared(item.id, kind, "", now, actor.username))
    audit.append(c, event, actor, now, item=item.id, study=item.study_instance_uid, detail={"images": item.instance_count})


def _refuse_when_begun(item: Item, version: int | None) -> None:
    if State(item.state) not in BEFORE_READING:
        text = f"urgency is declared before reading; this study is {item.state}"
        raise InvalidTransition(text, told=Told("urgency-late", {"state": item.state}))
    if version is not None and version != item.version:
        raise StaleVersion()


def _refuse_lowering(rules: RulesFile, item: Item, urgency: str, before: Declared | None) -> None:
    """A facility may raise only: neither the urgency that it declared, nor the priority that the rules then give."""
    ranks = {name: priority.rank for name, priority in rules.priorities.items()}
    if before is not None and ranks[urgency] > ranks.get(before.value, len(ranks)):
        text = f"The urgency was declared as {before.value}; a coordinator can lower it."
        raise NotAllowed(text, told=Told("urgency-declared", {"priority": before.value}))
    if item.decision is None or not item.priority:
        return
    decided = rules.ruleset.decide(explaining.facts_of(rules, {**item.facts, "urgency": urgency})).get("priority")
    if ranks.get(str(decided), 0) > ranks.get(item.priority, len(ranks)):
        text = f"This would lower the priority from {item.priority} to {decided}; a coordinator can do that."
        raise NotAllowed(text, told=Told("urgency-lowers", {"priority": item.priority, "after": decided}))
