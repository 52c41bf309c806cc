"""Assignment survives life: what somebody has who may not read it any more goes to somebody who may, with the reason."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import Any

from ..config.rules_file import RulesFile
from ..core.identity import Role
from ..core.readers import Assignment, Reason, Standing, judge
from ..core.worklist import State
from ..store import audit, bookmarks, decisions, items, notifications, waiting
from ..store.engine import Connection
from ..store.item import Item
from . import assignment, insisting, standings
from .memory import A_STEP
from .room import Room

REASSIGNED = "reassigned"
LOOKED_AT_ONCE = 5000
# The study is theirs already, and it was given to them in spite of what they had to do.
_OF_LOAD = frozenset({"capacity", "most-work", "passed-on"})


def reassign(room: Room) -> int:
    """Move the items that were given to somebody who may not have them any more and has not opened them. Returns how many."""
    with room.store.reading() as c:
        given, _ = items.page(c, items.Filters(state=(State.ASSIGNED,)), None, LOOKED_AT_ONCE)
        stand = standings.presence(c, room.rules.current, room.now())
        unfit = [item for item in given if _against(room.rules.current, item, stand, room.now())]
        given_back = waiting.passed_on(c, (item.id for item in unfit), room.now())
    hopeless: set[object] = set()
    return sum(_move(room, item, hopeless, item.id in given_back) for item in unfit)


def _against(rules: RulesFile, item: Item, stand: dict[str, Standing], now: datetime) -> tuple[Reason, ...]:
    """What has come between the item and who has it."""
    holder = rules.readers.get(item.reader)
    if holder is None:
        return (Reason("gone"),)
    asked = assignment.need(rules, assignment.wanted_by(item), now)
    found = judge(holder, asked, stand.get(holder.id, Standing()))
    return tuple(each for each in found if each.code not in _OF_LOAD)


def _move(room: Room, seen: Item, hopeless: set[object], given_back: bool) -> bool:
    """To somebody else, or back to the list when waiting for the holder helps nobody; once for one cause."""
    asked = assignment.need(room.rules.current, assignment.wanted_by(seen), room.now())
    kind = (seen.reader, assignment.kind_of(room.rules.current, seen, asked, given_back))
    if kind in hopeless:
        return False
    with room.store.writing() as c:
        item, now, rules = items.get(c, seen.id), room.now(), room.rules.current
        if item is None or item.state != State.ASSIGNED or item.reader != seen.reader or _is_ahead(item, now):
            return False
        found = _against(rules, item, standings.presence(c, rules, now), now)
        against = insisting.news(c, item.id, item.reader, found)
        if not against:
            return False
        cause = _cause(c, item, against[0], now)
        if cause is None:
            return False
        chosen = _somebody_else(c, rules, item, now)
        may_wait = chosen.broadened < rules.assigning_of(item.facility).last_step
        if chosen.reader is None and not chosen.has_eligible and may_wait and all(each.is_passing for each in against):
            if against == found:  # otherwise a person's choice says more for this one than for its like
                hopeless.add(kind)
            return False  # nobody can have it now, and the holder may come back or the search widen
        told = {"taken_from": item.reader, "against": [each.code for each in against]}
        assignment.hand_over(c, room, item, chosen, cause, **told)
        return True


def _cause(c: Connection, item: Item, against: Reason, now: datetime) -> str | None:
    """By the day; by the minute when the same came up that day already, since shifts have breaks. Not again in that minute."""
    told = {each.cause for each in decisions.of_item(c, item.id)}
    causes = (f"{REASSIGNED}: {against.code} {when} {item.reader}"[:64] for when in (f"{now:%Y-%m-%d}", f"{now:%Y-%m-%dT%H:%M}"))
    return next((cause for cause in causes if cause not in told), None)


def _is_ahead(item: Item, now: datetime) -> bool:
    """Whether it was given away later than now: the clock was put back a little, or another service's is ahead of this one."""
    return item.assigned_at is not None and now < item.assigned_at <= now + A_STEP


def _somebody_else(c: Connection, rules: RulesFile, item: Item, now: datetime) -> Assignment:
    last = decisions.get(c, item.decision) if item.decision else None
    wanted = assignment.wanted_by(item, last.attributes if last else None)
    return assignment.find_reader(c, rules, replace(wanted, holder=""), now)


def warn_of_expiry(room: Room) -> None:
    """Once a day: the licences and rights that end within thirty days are put on the audit trail, and coordinators are told."""
    now = room.now()
    with room.store.reading() as c:
        told = bookmarks.get(c, "expiring")[0] >= now.toordinal()
    if told:
        return
    with room.store.writing() as c:
        bookmarks.put(c, "expiring", now.toordinal())
        for each in room.rules.current.expiring(now):
            detail: dict[str, Any] = {
                "reader": each.reader,
                "kind": each.kind,
                "what": each.what,
                "until": str(each.until),
                "days": each.days,
            }
            audit.append(c, "licence-expiring", assignment.ASSIGNER, now, detail=detail)
            _tell(c, now, detail)


def _tell(c: Connection, now: datetime, detail: dict[str, Any]) -> None:
    params: dict[str, Any] = {f"{name}_of" if name == "kind" else name: value for name, value in detail.items()}
    notifications.add(c, now, recipient=f"role:{Role.COORDINATOR}", kind="licence-expiring", **params)
