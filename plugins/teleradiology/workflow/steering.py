"""Running the list: who is to read, how urgent it is, what waits and what is given up."""

from __future__ import annotations

import difflib
from datetime import datetime
from typing import Any

from ..config.rules_file import RulesFile
from ..core import hold_reasons
from ..core.errors import InvalidInput, Problem, Told
from ..core.identity import Actor
from ..core.readers import Reader, Reason, Standing, judge
from ..core.worklist import State, after
from ..store.engine import Connection
from ..store.item import Item
from . import assignment, clock, placement, standings, telling
from .acting import UNCLAIMED, Step, act, checked, find, permit, reason_given, record
from .room import Room


def assign(
    room: Room,
    actor: Actor,
    item_id: str,
    reader: str,
    version: int | None = None,
    reason: str | None = None,
    *,
    force: bool = False,
) -> Item:
    """Give an item to a reader; from one who is reading it, that is a take-over, and their draft stays theirs.

    What speaks against the reader is a refusal, unless ``force`` is given with a reason.
    """
    chosen = _reader(room.rules.current, reader)

    def step(c: Connection, item: Item, now: datetime) -> Step:
        against = _against(c, room.rules.current, chosen, item, now)
        if against and not force:
            why = "; ".join(map(str, against))
            raise InvalidInput(
                f"{chosen.name} may not have this study: {why}. Repeat with force and a reason to insist.",
                problems=[Problem(str(each), path="reader") for each in against],
                told=Told("assign-against", {"reader": chosen.name, "why": against}),
            )
        why = reason_given(reason) if against else reason or ""
        detail: dict[str, Any] = {"reader": chosen.id, "reason": why}
        if against:
            detail |= {"against": list(map(str, against)), "known": [each.code for each in against]}
        detail |= {"taken_from": item.reader} if item.reader not in ("", chosen.id) else {}
        columns = {**UNCLAIMED, "reader": chosen.id, "assigned_at": now, "reason": "", **_attended(room.rules.current, item)}
        return Step(columns, detail)

    return act(room, actor, "assign", item_id, step, version)


def prioritize(
    room: Room, actor: Actor, item_id: str, priority: str, version: int | None = None, reason: str | None = None
) -> Item:
    """Give an item another priority of the rules file; the clock is that priority's and has run since the first image."""
    _check_priority(room.rules.current, priority)

    def step(c: Connection, item: Item, now: datetime) -> Step:
        urgency = placement.given(room.rules.current, item, priority)
        columns = placement.columns(room.rules.current, urgency, item, now, attention=item.attention)
        if item.state == State.ARRIVING:  # it stays where arriving studies stand until it is complete
            columns |= {"rank": item.rank, "order_key": item.order_key}
        return Step(columns, {"priority": priority, "before": item.priority, "reason": reason or ""})

    return act(room, actor, "prioritize", item_id, step, version)


def hold(room: Room, actor: Actor, item_id: str, version: int | None = None, reason: str = "") -> Item:
    """Put an item aside; for some reasons, the rules file's ``pause_reasons``, its clock stops.

    The reason is a word of ``core.hold_reasons``, free text, or "word: text".
    """
    word, text = hold_reasons.split(reason_given(reason))

    def step(c: Connection, item: Item, now: datetime) -> Step:
        kept = hold_reasons.joined(word, text)
        columns = {**UNCLAIMED, "held_at": now, "hold_reason": kept, **clock.stopped(room.rules.current, kept, now)}
        telling.facility_of_hold(c, room, item, kept, now)
        detail = {"ground": word, "code": hold_reasons.GROUNDS[word].code, "reason": text, "reader": item.reader}
        return Step(columns, {**detail, "clock": "paused" if columns.get("paused_at") else "runs on"})

    return act(room, actor, "hold", item_id, step, version)


def resume(room: Room, actor: Actor, item_id: str, version: int | None = None) -> Item:
    """Let the clock run on. The item goes back to the reader it was held from, if they may still have it."""
    permit(room, actor, "resume", item_id)
    with room.store.writing() as c:
        now, item = room.now(), find(c, actor, item_id)
        state = checked(room.rules.current, actor, "resume", item, version, now)
        before = room.rules.current.readers.get(item.reader)
        clock_on = clock.resumed(room.rules.current, item, now)
        columns = {**clock_on, "held_at": None, "reader": "", "assigned_at": None, "hold_reason": ""}
        item = record(c, actor, "resume", item, now, state, Step(columns, {}))
        if before is None or _against(c, room.rules.current, before, item, now):
            return item
        back = Step({"reader": before.id, "assigned_at": now}, {"reader": before.id, "policy": "was held from this reader"})
        return record(c, actor, "assign", item, now, after(state, "assign"), back)


def cancel(room: Room, actor: Actor, item_id: str, version: int | None = None, reason: str = "") -> Item:
    """Take an item off the list: it will not be read."""
    word, text = hold_reasons.split(reason_given(reason))

    def step(c: Connection, item: Item, now: datetime) -> Step:
        clock_on = clock.resumed(room.rules.current, item, now)
        closed = {"held_at": None, "hold_reason": "", "ring_at": None, "reason": hold_reasons.joined(word, text)}
        columns = {**UNCLAIMED, **clock_on, **closed}
        code = hold_reasons.GROUNDS[word].code
        return Step({**columns, **_attended(room.rules.current, item)}, {"ground": word, "code": code, "reason": text})

    return act(room, actor, "cancel", item_id, step, version)


def reopen(room: Room, actor: Actor, item_id: str, version: int | None = None, reason: str | None = None) -> Item:
    """Put a closed item back. What was reported becomes a new task with a clock of its own; for the rest the clock ran on."""
    why = reason_given(reason)

    def step(c: Connection, item: Item, now: datetime) -> Step:
        rules, reported = room.rules.current, item.final_at is not None
        urgency = placement.as_is(rules, item) if item.priority else placement.most_urgent(rules)
        course = clock.restarted(item, now) if reported else clock.course_of(item)
        columns = placement.columns(rules, urgency, item, now, attention="", course=course)
        if reported:
            columns["flags"] = placement.with_flag(columns["flags"], "addendum-task")
        columns |= {**UNCLAIMED, "reader": "", "assigned_at": None, "reason": "", "admitted_at": item.admitted_at or now}
        return Step(columns, {"reason": why})

    return act(room, actor, "reopen", item_id, step, version)


def _reader(rules: RulesFile, name: str) -> Reader:
    if name in rules.readers:
        return rules.readers[name]
    raise InvalidInput(problems=[_unknown("reader", name, list(rules.readers))])


def _check_priority(rules: RulesFile, name: str) -> None:
    if name not in rules.priorities:
        raise InvalidInput(problems=[_unknown("priority", name, list(rules.priorities))])


def _unknown(what: str, word: str, known: list[str]) -> Problem:
    near = difflib.get_close_matches(word.lower(), known, n=1, cutoff=0.6)
    message = f"there is no {what} '{word[:64]}' in the rules file; known: {', '.join(known[:20])}"
    told = Told(f"unknown-{what}", {"found": word[:64], "known": ", ".join(known[:20])})
    return Problem(message, path=what, suggestion=near[0] if near else "", told=told)


def _against(c: Connection, rules: RulesFile, reader: Reader, item: Item, now: datetime) -> tuple[Reason, ...]:
    asked = assignment.need(rules, assignment.wanted_by(item), now)
    standing = standings.of(c, rules, asked).get(reader.id, Standing())
    if item.reader == reader.id:
        weight = rules.workload.weight(asked.modality, asked.body_part)
        standing = assignment.without(standing, weight)
    return judge(reader, asked, standing)


def _attended(rules: RulesFile, item: Item) -> dict[str, Any]:
    """A person has dealt with what needed attention; the item stands by its priority again."""
    return {"attention": "", "rank": placement.as_is(rules, item).rank} if item.attention else {}
