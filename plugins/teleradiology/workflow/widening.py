"""When the search is widened close to the due time, what somebody has and has not begun goes to who can begin sooner."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from ..config.rules_file import RulesFile
from ..core.readers import Assignment, choose
from ..core.worklist import State
from ..store import waiting, watching
from ..store.engine import Connection
from ..store.item import Item
from . import assignment, clock, insisting, standings
from .room import Room

WIDENED = "broadened"


def widen(c: Connection, room: Room, item: Item, now: datetime) -> str:
    """Give the item to a reader who has fewer studies to read before it; returns to whom, "" when it stays.

    Once for each promise, never away from somebody to whom a person gave it, and not before the time of warning.
    """
    if item.state != State.ASSIGNED or item.warn_at is None or now < item.warn_at:
        return ""
    given, promise = insisting.given(c, item.id), clock.cause_of(item)
    if not given or insisting.is_persons_choice(given[-1]) or any(each.detail.get("promise") == promise for each in given):
        return ""
    chosen = _somebody_freer(c, room.rules.current, item, now)
    if chosen is None or chosen.reader is None:
        return ""
    assignment.hand_over(c, room, item, chosen, WIDENED, taken_from=item.reader, promise=promise)
    return chosen.reader


def _somebody_freer(c: Connection, rules: RulesFile, item: Item, now: datetime) -> Assignment | None:
    """The choice among all, of whom only those with fewer studies before it are eligible; None where nothing is pushed."""
    assigning = rules.assigning_of(item.facility)
    if not assigning.pushes(item.priority, item.rank):
        return None
    asked = assignment.need(rules, assignment.wanted_by(item), now)
    ahead = watching.ahead_of(c, item)
    no_sooner = frozenset(each for each in rules.readers if ahead.get(each, 0) >= ahead.get(item.reader, 0))
    asked = replace(asked, passed_on_by=frozenset(waiting.passed_on_by(c, item.id, now)), no_sooner=no_sooner)
    return choose(rules.readers.values(), asked, standings.of(c, rules, asked), choice=assigning.choice)
