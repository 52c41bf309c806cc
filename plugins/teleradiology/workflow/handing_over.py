"""The end of a shift: all that a reader was given and has not begun passes on, in one act, and what could not is told."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

from ..core.errors import InvalidInput
from ..core.identity import Actor
from ..core.reader import Reader
from ..core.readers import judge
from ..core.reasons import Reason, reason
from ..core.roster_entries import Wrong, reader_named
from ..core.roster_mistakes import mistake
from ..core.worklist import State
from ..store import audit, items, waiting
from ..store.engine import Connection
from ..store.item import Item
from . import assignment, standings
from .acting import reason_given
from .room import Room
from .roster import for_oneself_or_all

NOT_AGAIN_FOR = timedelta(hours=12)  # until the same reader's next shift
CAUSE = "handed over"
_AT_ONCE = 500


@dataclass(frozen=True)
class Passed:
    """What became of one item: ``to`` is the new reader, "" the pool; when not ``moved`` it stays, and ``why`` says why."""

    item: str
    moved: bool
    to: str = ""
    why: tuple[Reason, ...] = ()


def hand_over(room: Room, actor: Actor, from_reader: str, to_reader: str | None, why: str | None) -> list[Passed]:
    """Pass all assigned items of a reader to another one, or to whom the policy chooses for each. What is being read stays."""
    for_oneself_or_all(room, actor, from_reader)
    text = reason_given(why)
    giver, taker = _readers(room, from_reader, to_reader)
    with room.store.writing() as c:
        results = [_pass(c, room, actor, (item, giver, taker), text) for item in _open_items(c, giver.id)]
    room.wake()
    return results


def _readers(room: Room, from_reader: str, to_reader: str | None) -> tuple[Reader, Reader | None]:
    known = room.rules.current.readers
    try:
        giver = reader_named(known, from_reader, "from_reader")
        taker = reader_named(known, to_reader, "to_reader") if to_reader else None
    except Wrong as wrong:
        raise InvalidInput(problems=[wrong.at()]) from None
    if taker is giver:
        raise InvalidInput(problems=[mistake("same-reader", "to_reader")])
    return giver, taker


def _open_items(c: Connection, reader: str) -> list[Item]:
    """In reading order, so that the most urgent find free hands first."""
    found: list[Item] = []
    cursor: str | None = None
    while True:
        page, cursor = items.page(c, items.Filters(state=(State.ASSIGNED,), reader=reader), cursor, _AT_ONCE)
        found += [whole for each in page if (whole := items.get(c, each.id))]
        if cursor is None:
            return found


def _pass(c: Connection, room: Room, actor: Actor, who: tuple[Item, Reader, Reader | None], text: str) -> Passed:
    item, giver, taker = who
    if taker is not None:
        return _to(c, room, actor, (item, giver, taker), text)
    rules = room.rules.current
    others = replace(rules, readers={name: one for name, one in rules.readers.items() if name != giver.id})
    chosen = assignment.find_reader(c, others, assignment.wanted_by(item), room.now())
    if chosen.reader is None and not chosen.has_eligible:
        return Passed(item.id, False, giver.id, (reason("nobody"),))
    made, last = assignment.keep(c, room, item, chosen, CAUSE)
    columns: dict[str, Any] = {"decision": made.id} if last else {}
    _write(c, room, actor, (item, giver, chosen.reader or ""), {"reason": text, "policy": chosen.policy}, columns)
    return Passed(item.id, True, chosen.reader or "", chosen.stated)


def _to(c: Connection, room: Room, actor: Actor, who: tuple[Item, Reader, Reader], text: str) -> Passed:
    item, giver, taker = who
    rules = room.rules.current
    asked = assignment.need(rules, assignment.wanted_by(item), room.now())
    against = judge(taker, asked, standings.of(c, rules, asked)[taker.id])
    if against:
        return Passed(item.id, False, giver.id, against)
    _write(c, room, actor, (item, giver, taker.id), {"reason": text}, {})
    return Passed(item.id, True, taker.id)


def _write(
    c: Connection, room: Room, actor: Actor, who: tuple[Item, Reader, str], told: dict[str, str], columns: dict[str, Any]
) -> None:
    item, giver, to = who
    now = room.now()
    until = now + NOT_AGAIN_FOR
    waiting.pass_on(c, now, item=item.id, reader=giver.id, kind="hand-over", reason=told["reason"], until=until)
    state = State.ASSIGNED if to else State.UNASSIGNED
    items.change(c, item, now, **columns, state=state, reader=to, assigned_at=now if to else None, reason="")
    detail = {"from_reader": giver.id, "reader": to, **told}
    audit.append(c, "handed-over", actor, now, item=item.id, study=item.study_instance_uid, detail=detail)
