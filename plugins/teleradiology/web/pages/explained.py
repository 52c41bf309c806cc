"""Decisions and audit records in words: "why here?" and the timeline."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from markupsafe import Markup

from ...core.identity import Actor, may
from ...core.ladder import Action
from ...store.item import Item
from ...workflow import clock, promises, reading
from ...workflow.escalation import COORDINATORS
from ...workflow.room import Room
from . import conditions, reasons, show, words
from .words import _

_DETAILS = (
    *("suggested_by", "reader", "reason", "priority", "before", "status", "version", "cause", "stage"),
    *("way", "account", "destination", "step", "problem"),
)


@dataclass(frozen=True)
class Attribute:
    """One attribute, its value, and the rule that set it."""

    name: str
    value: str
    rule: str
    line: int


@dataclass(frozen=True)
class PassedOver:
    """A rule that did not hold: which of its conditions failed, what that expected, and what the study said."""

    rule: str
    line: int
    condition: Markup
    expected: Markup
    found: Markup


@dataclass(frozen=True)
class Considered:
    """A reader who was considered, and why not."""

    name: str
    eligible: bool
    reasons: tuple[str, ...]
    load: int
    chosen: bool
    work: str = ""  # open, in relative values
    done: str = ""  # in this shift
    step: str = ""  # of a wider search


@dataclass(frozen=True)
class Why:
    """The decision in force about an item."""

    digest: str
    at: datetime | None
    cause: str
    file: str
    attributes: list[Attribute]
    passed_over: list[PassedOver]
    policy: str
    readers: list[Considered]
    holder: str = ""  # who has it by a person's doing
    changed: str = ""  # the priority, by a person or the ladder, since the rules decided


@dataclass(frozen=True)
class Event:
    """An audit record in words."""

    at: datetime
    text: str
    actor: str
    outcome: int
    details: list[str]


def why(room: Room, actor: Actor, item: Item) -> Why:
    """The explanation of an item, as the page shows it."""
    found = reading.explanation(room, actor, item.id)
    readers = found["readers"]
    return Why(
        digest=found["rules_digest"],
        at=datetime.fromisoformat(found["at"]) if found.get("at") else None,
        cause=_cause(found["cause"], _names(room)),
        file=room.rules.file.name,
        attributes=[_attribute(name, decided) for name, decided in found["attributes"].items()],
        passed_over=_passed_over(room, found["rules_digest"], found["passed_over"]),
        policy=policy(readers),
        readers=[considered(one, readers.get("chosen")) for one in readers.get("considered", ())],
        holder=reasons.holder(readers["holder"]) if readers.get("holder") else "",
        changed=_changed(found["attributes"].get("priority", {}).get("value", ""), item.priority),
    )


def _passed_over(room: Room, digest: str, kept: Sequence[Mapping[str, Any]]) -> list[PassedOver]:
    wording = conditions.wording_of(room, digest, [(each["condition"], each["expected"]) for each in kept])
    return [_passed(wording, each) for each in kept]


def _passed(wording: conditions.Wording, each: Mapping[str, Any]) -> PassedOver:
    asked = each["condition"], each["expected"]
    told = conditions.subject(each["condition"]), wording.expected(*asked), wording.found(*asked, each["found"])
    return PassedOver(each["rule"], each["line"], *told)


def _names(room: Room) -> dict[str, str]:
    return {reader.id: reader.name for reader in room.rules.current.readers.values()}


def _cause(cause: str, names: Mapping[str, str]) -> str:
    return reasons.moved(cause, names) or words.translated(words.CAUSES, cause)


def _changed(decided: str, present: str) -> str:
    before, after = (words.translated(words.PRIORITIES, each) for each in (decided, present))
    return words.turned(before, after) if decided and present and decided != present else ""


def _attribute(name: str, decided: Mapping[str, Any]) -> Attribute:
    return Attribute(name, show.attribute_value(decided["value"], name), decided["rule"], decided["line"])


def policy(readers: Mapping[str, Any]) -> str:
    """How the reader was chosen; decisions of old have it in words alone."""
    if readers.get("stated"):
        return " ".join(reasons.policy(each) for each in readers["stated"])
    return words.translated(words.CAUSES, readers.get("policy", ""))


def considered(one: Mapping[str, Any], chosen: str | None) -> Considered:
    """One reader of a decision, in words."""
    name = str(one.get("name") or one["reader"])
    against = tuple(map(reasons.against, one["codes"])) if one.get("codes") else tuple(one["reasons"])
    work, done = (f"{one[each]:g}" if each in one else "" for each in ("work", "done"))
    step = reasons.step(int(one.get("step", 0)))
    return Considered(name, bool(one["eligible"]), against, int(one["load"]), one["reader"] == chosen, work, done, step)


# Instants that are no act of anybody, and so on no audit trail.
_UNTOLD = ("exam_end_at", "last_image_at", "delivered_at")


def timeline(room: Room, actor: Actor, item: Item) -> list[Event]:
    """What happened to an item, latest first."""
    names, records = _names(room), reading.timeline(room, actor, item.id)
    numbers = _numbers(room, item) if may(actor, "assign") else {}
    found = [event(record, datetime.fromisoformat(record["at"]), names, numbers) for record in records]
    moments = ((name, at) for name, at in promises.instants_of(item).items() if at and name in _UNTOLD)
    found += [Event(at, words.translated(words.INSTANTS, name), "", 0, []) for name, at in moments]
    return sorted(found, key=lambda each: each.at)[::-1]


def _numbers(room: Room, item: Item) -> dict[str, list[str]]:
    """Whom the steps of the study's ladder want called, by their names: for coordinators alone."""
    rules = room.rules.current
    ladder = rules.ladder_of(clock.policy_of(rules, item))
    steps = ladder.steps if ladder else ()
    return {step.name: [show.with_numbers(each) for each in step.to] for step in steps if step.action is Action.CALL}


def event(record: Mapping[str, Any], at: datetime, names: Mapping[str, str], numbers: Mapping[str, list[str]]) -> Event:
    """One record in words. A notice that arrived is not a report that did."""
    who, detail = _("the service") if record["actor"] == "system" else record["actor"], record["detail"]
    calls = numbers.get(detail.get("step", ""), []) if record["event"] == "notified" else []
    notice = record["event"] == "delivered" and not detail.get("report")
    text = words.translated(words.SENT, detail.get("courier", "")) if notice else words.translated(words.EVENTS, record["event"])
    return Event(at, text, who, record["outcome"], details(detail, names) + calls)


def details(detail: Mapping[str, Any], names: Mapping[str, str] | None = None) -> list[str]:
    """The part of a record's detail that helps a person; ``names`` are those of readers by id."""
    told = _with_changes(detail)
    found = [_detail(name, str(told[name]), names or {}) for name in _DETAILS if told.get(name) not in (None, "", [])]
    found += [reasons.lacking(each) for each in detail.get("missing", ()) if isinstance(each, Mapping)]
    if isinstance(detail.get("to"), list):
        found += _addressees(detail["to"], named=bool(detail.get("reader")))
    if detail.get("from") and detail.get("to") and detail["from"] != detail["to"]:
        found.insert(0, words.turned(_state(detail["from"]), _state(detail["to"])))
    return found


def _addressees(told: Sequence[str], *, named: bool) -> list[str]:
    """Who was told by the pages; the accounts of a reader who is ``named`` beside them are not repeated."""
    return [_("the coordinators") if each == COORDINATORS else each for each in told if each == COORDINATORS or not named]


def _with_changes(detail: Mapping[str, Any]) -> dict[str, Any]:
    """A priority that changed, from what to what in one."""
    if not detail.get("priority"):
        return dict(detail)
    change = _changed(str(detail.get("before") or ""), str(detail.get("after") or detail["priority"]))
    return {**detail, "before": "", "priority": change or detail["priority"]}


def _detail(name: str, value: str, names: Mapping[str, str]) -> str:
    if name == "reader":
        return names.get(value, value)
    if name == "step":
        return words.step(value)
    if name == "cause":
        return _cause(value, names)
    if name == "status":
        return words.sign(words.REPORT_STATUSES, value).text
    return words.translated(words.PRIORITIES if name == "priority" else words.CAUSES, value)


def _state(name: str) -> str:
    return words.sign(words.STATES, name).text
