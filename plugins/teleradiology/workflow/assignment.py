"""Who gets a study: the readers of the rules file weighed by eligibility and work, now or as soon as somebody is free."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from ..config.rules_file import RulesFile
from ..core.identity import service
from ..core.ladder import Action
from ..core.readers import Assignment, Need, Reason, Standing, choose
from ..core.worklist import State, after
from ..store import accounts, audit, decisions, items, ladder_steps, notifications, waiting, watching
from ..store.decisions import Decided
from ..store.engine import Connection
from ..store.item import Item
from . import clock, description, placement, standings
from .room import Room

ASSIGNER = service("assignment")
TRIED_AT_ONCE = 1000  # unassigned items looked at in one round
FREE, LAPSED, NOBODY = "somebody is free", "the claim lapsed", "nobody is eligible"


@dataclass(frozen=True)
class Wanted:
    """What the rules ask of the reader of a study; ``holder`` is who has it now and keeps it if still eligible."""

    facility: str
    subspecialty: str
    modality: str
    language: str = ""
    named: str = ""
    holder: str = ""
    item: str = ""
    priority: str = ""
    rank: int = 0
    body_part: str = ""
    patient: str = ""
    referrer: str = ""
    since: datetime | None = None  # the clock of the promise
    due: datetime | None = None
    broadened: int = 0  # by the ladder


def wanted_by(item: Item, attributes: Mapping[str, Any] | None = None) -> Wanted:
    """What an item on the list asks; ``attributes`` are those of its decision."""
    named = (attributes or {}).get("assign_to", {}).get("value") or ""
    return Wanted(
        facility=item.facility,
        subspecialty=item.subspecialty,
        modality=item.modality or str(item.facts.get("modality", "")),
        language=item.language,
        named=named,
        item=item.id,
        priority=item.priority,
        rank=item.rank,
        body_part=item.body_part,
        patient=item.patient_id,
        referrer=item.referrer,
        since=item.restarted_at or item.received_at,
        due=item.due_at,
        broadened=item.broadened,
    )


def need(rules: RulesFile, wanted: Wanted, now: datetime) -> Need:
    """What the study asks, with what the rules file says of its facility."""
    facility = rules.facilities.get(wanted.facility)
    languages = facility.languages if facility else ()
    assigning = rules.assigning_of(wanted.facility)
    step = assigning.step(wanted.since, wanted.due, now) if wanted.since else 0
    return Need(
        wanted.facility,
        facility.jurisdiction if facility else "",
        wanted.subspecialty,
        wanted.modality,
        wanted.language or (languages[0] if languages else ""),
        now,
        timezone=facility.timezone if facility else "UTC",
        priority=wanted.priority,
        body_part=wanted.body_part,
        patient=wanted.patient,
        referrer=wanted.referrer,
        language_required=assigning.language_required,
        report=assigning.report,
        groups=assigning.groups,
        broadened=max(step, min(wanted.broadened, 3)),
    )


def find_reader(c: Connection, rules: RulesFile, wanted: Wanted, now: datetime) -> Assignment:
    """The reader for a study, by the work in this transaction; nobody where readers ask for the next case themselves."""
    asked = replace(
        need(rules, wanted, now),
        previous=waiting.previous_reader(c, wanted.facility, wanted.patient, wanted.item),
        passed_on_by=frozenset(waiting.passed_on_by(c, wanted.item, now)) if wanted.item else frozenset(),
    )
    stand = standings.of(c, rules, asked)
    if wanted.holder in stand:
        weight = rules.workload.weight(wanted.modality, wanted.body_part)
        stand[wanted.holder] = without(stand[wanted.holder], weight)  # the study itself is not work in its own way
    assigning = rules.assigning_of(wanted.facility)
    chosen = choose(rules.readers.values(), asked, stand, prefer=wanted.named or None, choice=assigning.choice)
    if chosen.stated[0].code == "named":
        return chosen
    if any(one.reader == wanted.holder and one.eligible for one in chosen.considered):
        return replace(chosen, reader=wanted.holder, stated=(Reason("stays"),))
    if chosen.reader and not assigning.pushes(wanted.priority, wanted.rank):
        return replace(chosen, reader=None, stated=(Reason("pull"), *chosen.stated[1:]))
    return chosen


def without(standing: Standing, weight: float) -> Standing:
    """The standing as it would be with one study fewer."""
    return replace(standing, count=max(0, standing.count - 1), load_weight=max(0.0, standing.load_weight - weight))


def summary(chosen: Assignment) -> str:
    """Why nobody can have the study, in a line; "" when somebody has or may ask for it."""
    if chosen.reader or chosen.has_eligible:
        return ""
    return "; ".join(f"{one.reader} {', '.join(one.reasons)}" for one in chosen.considered) or "the rules file has no readers"


def assign_waiting(room: Room) -> int:
    """Try again for the items without a reader: somebody may have come on duty or have free hands. Returns how many got one."""
    with room.store.reading() as c:
        unassigned = watching.without_reader(c, TRIED_AT_ONCE)
        given_back = waiting.passed_on(c, (item.id for item in unassigned), room.now())
    hopeless: set[object] = set()
    return sum(_try(room, item, hopeless, item.id in given_back) for item in unassigned)


def _try(room: Room, item: Item, hopeless: set[object], given_back: bool) -> bool:
    rules = room.rules.current
    asked = need(rules, wanted_by(item), room.now())
    kind = kind_of(rules, item, asked, given_back)
    lost = asked.broadened >= rules.assigning_of(item.facility).last_step and not item.attention
    if kind in hopeless and not lost:
        return False
    with room.store.writing() as c:
        assigned = give(c, room, item.id)
        if not assigned and lost:
            _tell_that_nobody_may(c, room, item.id)
    if not assigned:
        hopeless.add(kind)
    return assigned


def kind_of(rules: RulesFile, item: Item, asked: Need, given_back: bool) -> object:
    """Items alike in this have the same chances; one that somebody gave back, or has a conflict with, is a kind of its own."""
    kind = (asked.facility, asked.subspecialty, asked.modality, asked.language, asked.priority, asked.broadened)
    conflicts = [reader.conflicts for reader in rules.readers.values()]
    if given_back or any(
        one.with_patient(asked.facility, asked.patient) or one.with_referrer(asked.referrer) for one in conflicts
    ):
        return item.id
    return kind


def give(c: Connection, room: Room, item_id: str, cause: str = "") -> bool:
    """Give an unassigned item to a reader, with the reasons kept as a decision of its own. False when nobody gets it."""
    item, now, rules = items.get(c, item_id), room.now(), room.rules.current
    if item is None or item.state != State.UNASSIGNED:
        return True
    last = decisions.get(c, item.decision) if item.decision else None
    chosen = find_reader(c, rules, wanted_by(item, last.attributes if last else None), now)
    if chosen.reader is None:
        return False
    cause = cause or (LAPSED if "lapse" in waiting.passed_on_by(c, item.id, now).values() else FREE)
    hand_over(c, room, item, chosen, cause)
    return True


def hand_over(c: Connection, room: Room, item: Item, chosen: Assignment, cause: str, **told: Any) -> Item:
    """Write who has the item now (nobody when nobody was chosen), why, and how that came about."""
    now, rules = room.now(), room.rules.current
    made, last = keep(c, room, item, chosen, cause)
    columns: dict[str, Any] = {"reader": chosen.reader or "", "assigned_at": now if chosen.reader else None}
    if last:  # what the rules could not decide stays undecided
        columns |= {"decision": made.id, **description.fitting(reason=summary(chosen))}
    if chosen.reader and item.attention == placement.NO_READER:
        columns |= {"attention": "", "rank": placement.as_is(rules, item).rank}
    state = State(item.state)
    if chosen.reader or state is State.ASSIGNED:
        state = after(state, "assign" if chosen.reader else "release")
    changed = items.change(c, item, now, state=state, **columns)
    detail = {"reader": chosen.reader or "", "policy": chosen.policy, "cause": cause, **told}
    event = "assigned" if chosen.reader else "released"
    audit.append(c, event, ASSIGNER, now, item=item.id, study=item.study_instance_uid, detail=detail)
    if changed.reader != item.reader:
        _tell_who_takes_over(c, changed, now)
    return changed


def _tell_who_takes_over(c: Connection, item: Item, now: datetime) -> None:
    """The reader's step of the ladder is taken once: who gets the study after it would not know that time runs out."""
    cause, due_at = clock.cause_of(item), item.due_at.isoformat() if item.due_at else ""
    if any(each.action == Action.NOTIFY_READER and each.cause == cause for each in ladder_steps.of_item(c, item.id)):
        about = {"priority": item.priority, "facility": item.facility, "due_at": due_at}
        for person in accounts.in_use(c, reader=item.reader):
            notifications.add(c, now, recipient=person.username, kind=Action.NOTIFY_READER.value, item=item.id, **about)


def keep(c: Connection, room: Room, item: Item, chosen: Assignment, cause: str) -> tuple[Decided, Decided | None]:
    """A decision with the readers as they were judged now and the rest as it was; and the one before."""
    last = decisions.get(c, item.decision) if item.decision else None
    made = decisions.add(
        c,
        room.now(),
        item=item.id,
        cause=cause,
        rules_digest=last.rules_digest if last else room.rules.current.digest,
        attributes=last.attributes if last else {},
        passed_over=last.passed_over if last else [],
        readers=chosen.to_json(),
    )
    return made, last


def _tell_that_nobody_may(c: Connection, room: Room, item_id: str) -> None:
    """The search went as far as it may and nobody can have the item: it goes on top, and the coordinator is told, once."""
    item, now, rules = items.get(c, item_id), room.now(), room.rules.current
    if item is None or item.state != State.UNASSIGNED or item.attention or item.decision is None:
        return
    last = decisions.get(c, item.decision)
    if last is not None and last.cause == NOBODY:
        return
    chosen = find_reader(c, rules, wanted_by(item, last.attributes if last else None), now)
    if chosen.has_eligible:
        return
    made, _ = keep(c, room, item, chosen, NOBODY)
    reason = description.fitting(reason=summary(chosen))
    items.change(c, item, now, decision=made.id, attention=placement.NO_READER, rank=placement.ON_TOP, **reason)
    detail = {"broadened": chosen.broadened, "considered": len(chosen.considered)}
    audit.append(c, "no-reader", ASSIGNER, now, item=item.id, study=item.study_instance_uid, detail=detail)
    notifications.add(c, now, recipient="role:coordinator", kind="no-reader", item=item.id)
