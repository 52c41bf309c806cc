"""Running the list: who is to read, how urgent it is, what waits and what is given up."""

from __future__ import annotations

import difflib
from datetime import datetime, timedelta
from typing import Any

from ..config.rules_file import RulesFile
from ..core import hold_reasons, turnaround
from ..core.errors import InvalidInput, Problem
from ..core.identity import Actor
from ..core.readers import Reader, reasons_against
from ..core.worklist import State, after
from ..store import items
from ..store.engine import Connection
from ..store.item import Item
from . import assignment, placement
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
            raise InvalidInput(
                f"{chosen.name} may not have this study: {'; '.join(against)}. Repeat with force and a reason to insist.",
                problems=[Problem(text, path="reader") for text in against],
            )
        why = reason_given(reason) if against else reason or ""
        detail: dict[str, Any] = {"reader": chosen.id, "reason": why}
        detail |= {"against": list(against)} if against else {}
        detail |= {"taken_from": item.reader} if item.reader not in ("", chosen.id) else {}
        columns = {**UNCLAIMED, "reader": chosen.id, "assigned_at": now, "reason": "", **_attended(room.rules.current, item)}
        return Step(columns, detail)

    return act(room, actor, "assign", item_id, step, version)


def prioritize(
    room: Room, actor: Actor, item_id: str, priority: str, version: int | None = None, reason: str | None = None
) -> Item:
    """Give an item another priority of the rules file; the clock is that priority's and has run since the first image."""
    urgency = _urgency(room.rules.current, priority)

    def step(c: Connection, item: Item, now: datetime) -> Step:
        columns = placement.columns(urgency, item, now, paused_seconds=item.paused_seconds, attention=item.attention)
        if item.state == State.ARRIVING:  # it stays where arriving studies stand until it is complete
            columns |= {"rank": item.rank, "order_key": item.order_key}
        return Step(columns, {"priority": priority, "before": item.priority, "reason": reason or ""})

    return act(room, actor, "prioritize", item_id, step, version)


def hold(room: Room, actor: Actor, item_id: str, version: int | None = None, reason: str = "") -> Item:
    """Put an item aside and stop its clock. The reason is a word of ``core.hold_reasons``, free text, or "word: text"."""
    word, text = hold_reasons.split(reason_given(reason))

    def step(c: Connection, item: Item, now: datetime) -> Step:
        columns = {**UNCLAIMED, "held_at": now, "hold_reason": hold_reasons.joined(word, text)}
        code = hold_reasons.GROUNDS[word].code
        return Step(columns, {"ground": word, "code": code, "reason": text, "reader": item.reader})

    return act(room, actor, "hold", item_id, step, version)


def resume(room: Room, actor: Actor, item_id: str, version: int | None = None) -> Item:
    """Let the clock run on. The item goes back to the reader it was held from, if they may still have it."""
    permit(room, actor, "resume", item_id)
    with room.store.writing() as c:
        now, item = room.now(), find(c, actor, item_id)
        state = checked(room.rules.current, actor, "resume", item, version, now)
        before = room.rules.current.readers.get(item.reader)
        columns = {**_clock_on(item, now), "reader": "", "assigned_at": None, "hold_reason": ""}
        item = record(c, actor, "resume", item, now, state, Step(columns, {}))
        if before is None or _against(c, room.rules.current, before, item, now):
            return item
        back = Step({"reader": before.id, "assigned_at": now}, {"reader": before.id, "policy": "was held from this reader"})
        return record(c, actor, "assign", item, now, after(state, "assign"), back)


def cancel(room: Room, actor: Actor, item_id: str, version: int | None = None, reason: str = "") -> Item:
    """Take an item off the list: it will not be read."""
    word, text = hold_reasons.split(reason_given(reason))

    def step(c: Connection, item: Item, now: datetime) -> Step:
        columns = {**UNCLAIMED, **_clock_on(item, now), "hold_reason": "", "reason": hold_reasons.joined(word, text)}
        code = hold_reasons.GROUNDS[word].code
        return Step({**columns, **_attended(room.rules.current, item)}, {"ground": word, "code": code, "reason": text})

    return act(room, actor, "cancel", item_id, step, version)


def reopen(room: Room, actor: Actor, item_id: str, version: int | None = None, reason: str | None = None) -> Item:
    """Put a closed item back. What was reported becomes a new task with a clock of its own; for the rest the clock ran on."""
    why = reason_given(reason)

    def step(c: Connection, item: Item, now: datetime) -> Step:
        rules, reported = room.rules.current, item.final_at is not None
        urgency = placement.as_is(rules, item) if item.priority else placement.most_urgent(rules)
        paused = int((now - item.received_at).total_seconds()) if reported else item.paused_seconds
        columns = placement.columns(urgency, item, now, paused_seconds=paused, attention="")
        if reported:
            columns["flags"] = placement.with_flag(columns["flags"], "addendum-task")
        columns |= {**UNCLAIMED, "reader": "", "assigned_at": None, "reason": "", "admitted_at": item.admitted_at or now}
        return Step(columns, {"reason": why})

    return act(room, actor, "reopen", item_id, step, version)


def _reader(rules: RulesFile, name: str) -> Reader:
    if name in rules.readers:
        return rules.readers[name]
    raise InvalidInput(problems=[_unknown("reader", name, list(rules.readers))])


def _urgency(rules: RulesFile, name: str) -> placement.Urgency:
    known = rules.priorities.get(name)
    if known is None:
        raise InvalidInput(problems=[_unknown("priority", name, list(rules.priorities))])
    return placement.Urgency(name, known.rank, known.turnaround, known.warn_after)


def _unknown(what: str, word: str, known: list[str]) -> Problem:
    near = difflib.get_close_matches(word.lower(), known, n=1, cutoff=0.6)
    message = f"there is no {what} '{word[:64]}' in the rules file; known: {', '.join(known[:20])}"
    return Problem(message, path=what, suggestion=near[0] if near else "")


def _against(c: Connection, rules: RulesFile, reader: Reader, item: Item, now: datetime) -> tuple[str, ...]:
    wanted = assignment.Wanted(item.facility, item.subspecialty, str(item.facts.get("modality", "")))
    load = max(0, items.open_loads(c).get(reader.id, 0) - (item.reader == reader.id))
    return reasons_against(reader, assignment.need(rules, wanted, now), load)


def _attended(rules: RulesFile, item: Item) -> dict[str, Any]:
    """A person has dealt with what needed attention; the item stands by its priority again."""
    return {"attention": "", "rank": placement.as_is(rules, item).rank} if item.attention else {}


def _clock_on(item: Item, now: datetime) -> dict[str, Any]:
    """The columns of a clock that runs on after a pause: what was due moves by as long as the pause was."""
    if item.held_at is None:
        return {}
    pause = timedelta(seconds=int((now - item.held_at).total_seconds()))
    warn_at = item.warn_at + pause if item.warn_at else None
    due_at = item.due_at + pause if item.due_at else None
    return {
        "held_at": None,
        "paused_seconds": item.paused_seconds + int(pause.total_seconds()),
        "warn_at": warn_at,
        "due_at": due_at,
        "order_key": turnaround.order_key(due_at, item.received_at),
        "flags": turnaround.unmarked(item.flags, now, warn_at, due_at),
    }
