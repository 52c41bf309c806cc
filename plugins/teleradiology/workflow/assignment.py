"""Who gets a study: the readers of the rules file weighed by eligibility and open work, now or as soon as somebody is free."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime

from ..config.rules_file import RulesFile
from ..core.identity import service
from ..core.readers import Assignment, Need, choose
from ..core.worklist import State, after
from ..store import audit, decisions, items, watching
from ..store.engine import Connection
from ..store.item import Item
from .room import Room

ASSIGNER = service("assignment")
TRIED_AT_ONCE = 200  # unassigned items looked at in one round


@dataclass(frozen=True)
class Wanted:
    """What the rules ask of the reader of a study; ``holder`` is who has it now and keeps it if still eligible."""

    facility: str
    subspecialty: str
    modality: str
    language: str = ""
    named: str = ""
    holder: str = ""


def need(rules: RulesFile, wanted: Wanted, now: datetime) -> Need:
    """What the study asks, with what the rules file says of its facility."""
    facility = rules.facilities.get(wanted.facility)
    languages = facility.languages if facility else ()
    return Need(
        wanted.facility,
        facility.jurisdiction if facility else "",
        wanted.subspecialty,
        wanted.modality,
        wanted.language or (languages[0] if languages else ""),
        now,
        timezone=facility.timezone if facility else "UTC",
    )


def find_reader(c: Connection, rules: RulesFile, wanted: Wanted, now: datetime) -> Assignment:
    """The reader for a study, by the work that is open in this transaction."""
    loads = items.open_loads(c)
    if wanted.holder:
        loads[wanted.holder] = loads.get(wanted.holder, 1) - 1  # the study itself is not work in its own way
    chosen = choose(rules.readers.values(), need(rules, wanted, now), loads, prefer=wanted.named or None)
    keeps = any(one.reader == wanted.holder and one.eligible for one in chosen.considered)
    if keeps and chosen.policy != "named by the rules":
        return replace(chosen, reader=wanted.holder, policy="stays with its reader")
    return chosen


def summary(chosen: Assignment) -> str:
    """Why nobody has the study, in a line; "" when somebody has."""
    if chosen.reader:
        return ""
    return "; ".join(f"{one.reader} {', '.join(one.reasons)}" for one in chosen.considered) or "the rules file has no readers"


def assign_waiting(room: Room) -> int:
    """Try again for the items without a reader: somebody may have come on duty or have free hands. Returns how many got one."""
    with room.store.reading() as c:
        waiting = watching.without_reader(c, TRIED_AT_ONCE)
    hopeless: set[tuple[str, str, str]] = set()
    return sum(_try(room, item, hopeless) for item in waiting)


def _try(room: Room, item: Item, hopeless: set[tuple[str, str, str]]) -> bool:
    kind = (item.facility, item.subspecialty, str(item.facts.get("modality", "")))
    if kind in hopeless:
        return False
    with room.store.writing() as c:
        assigned = give(c, room, item.id, "somebody is free")
    if not assigned:
        hopeless.add(kind)
    return assigned


def give(c: Connection, room: Room, item_id: str, cause: str) -> bool:
    """Give an unassigned item to a reader, with the reasons kept as a decision of its own. False when nobody is eligible."""
    item, now, rules = items.get(c, item_id), room.now(), room.rules.current
    if item is None or item.state != State.UNASSIGNED:
        return True
    last = decisions.get(c, item.decision) if item.decision else None
    attributes = last.attributes if last else {}
    chosen = find_reader(c, rules, _wanted(item, attributes), now)
    if chosen.reader is None:
        return False
    made = decisions.add(
        c,
        now,
        item=item.id,
        cause=cause,
        rules_digest=last.rules_digest if last else rules.digest,
        attributes=attributes,
        passed_over=last.passed_over if last else [],
        readers=chosen.to_json(),
    )
    columns = {"decision": made.id, "reason": ""} if last else {}  # what the rules could not decide stays undecided
    items.change(c, item, now, state=after(State.UNASSIGNED, "assign"), reader=chosen.reader, assigned_at=now, **columns)
    detail = {"reader": chosen.reader, "policy": chosen.policy, "cause": cause}
    audit.append(c, "assigned", ASSIGNER, now, item=item.id, study=item.study_instance_uid, detail=detail)
    return True


def _wanted(item: Item, attributes: object) -> Wanted:
    decided = {name: value["value"] for name, value in attributes.items()} if isinstance(attributes, dict) else {}
    return Wanted(
        facility=item.facility,
        subspecialty=item.subspecialty,
        modality=str(item.facts.get("modality", "")),
        language=decided.get("language") or "",
        named=decided.get("assign_to") or "",
    )
