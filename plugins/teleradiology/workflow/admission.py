"""Puts a decided study on the list: what the rules say is reconciled with what people have done, and a reader is found."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from ..config.rules_file import RulesFile
from ..core.decision import Decision
from ..core.facts import StudyFacts
from ..core.findings import CAUSE
from ..core.readers import Assignment, Reason
from ..core.worklist import State, after
from ..store import audit, decisions, items
from ..store.engine import Connection
from ..store.item import Item
from . import announcing, assignment, clock, description, placement, telling, waiting
from .arrival import INTAKE
from .room import HostStudy, Room

GREW, TASK = "study-grew", "addendum-task"
# What the audit trail shows of a change; never anything of the patient's.
SHOWN = ("facility", "state", "priority", "subspecialty", "template", "reader", "turnaround_seconds", "attention")
_EVENTS = {
    "admit": "admitted",
    "skip": "skipped",
    "hold": "held",
    "resume": "resumed",
    "reopen": "reopened",
    "assign": "assigned",
    "release": "released",
}


@dataclass(frozen=True)
class Case:
    """A study that was read and decided about, and why that was done."""

    study: HostStudy
    facts: StudyFacts
    decision: Decision
    cause: str
    missing: tuple[Reason, ...] = ()  # of what is expected of such a study


@dataclass(frozen=True)
class Hands:
    """What people have done to the item that the rules may not undo."""

    prioritized: bool = False
    raised: bool = False  # by the ladder of escalation
    held: bool = False
    kept_open: bool = False  # resumed or reopened by a person: not held or skipped again


def admit(c: Connection, room: Room, item: Item, case: Case, timer: dict[str, Any]) -> Item:
    """Write item, decision and audit. ``timer`` holds the columns of the quiet timer."""
    now, rules, decision = room.now(), room.rules.current, case.decision
    hands = hands_on(c, item)
    acts = acts_for(State(item.state), decision, hands)
    state = State(item.state)
    for act in acts:
        state = after(state, act)
    readers = None
    if state in (State.UNASSIGNED, State.ASSIGNED):
        readers = assignment.find_reader(c, rules, _wanted(rules, item, case, hands), now)
        acts += _acts_of_assignment(state, item, readers)
        state = State.ASSIGNED if readers.reader else State.UNASSIGNED
    columns = _columns(rules, item, case, hands, acts, readers, now)
    made = decisions.add(
        c, now, item=item.id, cause=case.cause, **_kept(decision), readers=readers.to_json() if readers else {}
    )  # fmt: skip
    columns |= {"state": state, "decision": made.id, **timer}
    changed = items.change(c, item, now, **columns)
    _audit(c, item, changed, case, acts, now)
    if "hold" in acts:
        telling.facility_of_hold(c, room, changed, changed.hold_reason, now)
    if "admit" in acts:
        announcing.announce(c, room, item, changed, now)
    return changed


def acts_for(state: State, decision: Decision, hands: Hands) -> list[str]:
    """The acts of the life cycle that the decision asks for."""
    skip = decision.value("skip") and not hands.kept_open
    hold = ["hold"] if decision.value("hold") and not hands.kept_open else []
    match state:
        case State.ARRIVING:
            return ["skip"] if skip else ["admit", *hold]
        case State.SKIPPED | State.COMPLETED:
            return [] if skip else ["reopen", *hold]
        case State.HELD if hands.held:
            return []
        case State.HELD:
            return ["resume", "skip"] if skip else [] if hold else ["resume"]
        case _:
            return ["skip"] if skip else hold


def hands_on(c: Connection, item: Item) -> Hands:
    """Read from the audit trail, which knows who did what last."""
    if item.version == 1:
        return Hands()
    last = {record.event: record.actor != INTAKE.username for record in audit.of_item(c, item.id)}
    return Hands(
        prioritized=last.get("prioritized", False),
        raised="raised" in last,
        held=last.get("held", False),
        kept_open=last.get("resumed", False) or last.get("reopened", False),
    )


def _rank(rules: RulesFile, item: Item, case: Case, hands: Hands) -> int:
    return _urgency(rules, item, case, hands).rank


def _wanted(rules: RulesFile, item: Item, case: Case, hands: Hands) -> assignment.Wanted:
    value = case.decision.value
    return assignment.Wanted(
        facility=case.facts.facility,
        subspecialty=value("subspecialty", ""),
        modality=case.facts.modality,
        language=value("language", ""),
        named=value("assign_to", ""),
        holder=item.reader,
        item=item.id,
        priority=item.priority if hands.prioritized or hands.raised else value("priority", ""),
        rank=_rank(rules, item, case, hands),
        body_part=case.facts.body_part,
        patient=case.facts.patient_id,
        referrer=case.facts.referring_physician,
        since=item.restarted_at or item.received_at,
        due=item.due_at,
        broadened=item.broadened,
    )


def _acts_of_assignment(state: State, item: Item, readers: Assignment) -> list[str]:
    if readers.reader is None:
        return ["release"] if state is State.ASSIGNED else []
    return [] if state is State.ASSIGNED and readers.reader == item.reader else ["assign"]


def _columns(
    rules: RulesFile, item: Item, case: Case, hands: Hands, acts: list[str], readers: Assignment | None, now: datetime
) -> dict[str, Any]:
    value, reopened = case.decision.value, "reopen" in acts
    labels = tuple(value("labels", ()))
    urgency = _urgency(rules, item, case, hands)
    columns = {
        **description.in_full(case.facts, case.study, labels),
        **placement.columns(
            rules, urgency, item, now, attention=_attention(case, readers), course=_course(rules, item, case, acts, now)
        ),
        **_of_assignment(item, readers, acts, now),
        "labels": labels,
        **description.fitting(language=value("language", "")),
        "subspecialty": value("subspecialty", ""),
        "template": value("template", ""),
        "decided_instances": description.counted(item.decided_instances, case.study),
        "attempts": 0,
        "retry_at": None,
    }
    if "admit" in acts or reopened:
        columns["admitted_at"] = item.admitted_at or now
    if "skip" in acts:
        columns |= description.fitting(reason=str(value("skip"))) | {"reader": ""}
    if "hold" in acts:
        columns |= description.fitting(hold_reason=str(value("hold"))) | {"held_at": now}
    elif "resume" in acts:
        columns |= {"held_at": None, "hold_reason": ""}
    columns["flags"] = waiting.flagged(_flags(item, columns["flags"], acts), case.missing)
    return columns


def _of_assignment(item: Item, readers: Assignment | None, acts: list[str], now: datetime) -> dict[str, Any]:
    if readers is None:
        return {"reason": ""}
    columns = {"reader": readers.reader or "", **description.fitting(reason=assignment.summary(readers))}
    return columns | ({"assigned_at": now} if "assign" in acts else {})


def _urgency(rules: RulesFile, item: Item, case: Case, hands: Hands) -> placement.Urgency:
    """As the rules say now, unless a person said otherwise, or the ladder of escalation has raised it above that."""
    found, present = placement.decided(rules, case.decision, case.facts), placement.as_is(rules, item)
    if case.cause == CAUSE and item.decision and placement.is_less_urgent(found, present):
        return present  # what a device found never lowers anything
    return present if hands.prioritized or (hands.raised and present.rank < found.rank) else found


def _course(rules: RulesFile, item: Item, case: Case, acts: list[str], now: datetime) -> clock.Course:
    """What has happened to the clock: a task that came up later has one of its own, and a hold may stop it."""
    course = clock.restarted(item, now) if "reopen" in acts else clock.course_of(item)
    if "resume" in acts:
        course = course.resumed(now)
    if "hold" in acts and rules.pauses(str(case.decision.value("hold"))):
        course = course.paused(now)
    exam_end = clock.instant_of(case.facts.exam_end_at, rules.timezone_of(case.facts.facility))
    return course.of_study(exam_end, item.admitted_at or now)


def _attention(case: Case, readers: Assignment | None) -> str:
    if readers is None:
        return ""
    if not case.facts.facility:
        return placement.NO_FACILITY
    return placement.NO_READER if readers.is_hopeless else ""


def _flags(item: Item, flags: tuple[str, ...], acts: list[str]) -> tuple[str, ...]:
    if item.state != State.COMPLETED:
        return flags
    return placement.with_flag(flags, GREW, *([TASK] if "reopen" in acts else []))


def _kept(decision: Decision) -> dict[str, Any]:
    told = decision.to_json()
    return {name: told[name] for name in ("rules_digest", "attributes", "passed_over")}


def _audit(c: Connection, before: Item, item: Item, case: Case, acts: list[str], now: datetime) -> None:
    """What came, what was decided, what followed from it."""
    first = before.decision is None
    events: list[tuple[str, dict[str, Any]]] = []
    images = [before.decided_instances, item.decided_instances]
    if first:
        events.append(("study-complete", {"images": item.decided_instances, "cause": case.cause}))
    elif images[0] != images[1]:
        events.append(("study-grew" if images[0] < images[1] else "study-shrank", {"images": images, "state": before.state}))
    after_ = {name: getattr(item, name) for name in SHOWN}
    changed = after_ if first else description.changes(before, after_, SHOWN)
    decided = {"decision": item.decision, "rules": case.decision.digest, "cause": case.cause, "changed": changed}
    events.append(("decided", decided))
    events += [(_EVENTS[act], _about(act, item)) for act in acts]
    for event, detail in events:
        audit.append(c, event, INTAKE, now, item=item.id, study=item.study_instance_uid, detail=detail)


def _about(act: str, item: Item) -> dict[str, Any]:
    return {"reader": item.reader} if act == "assign" else {}
