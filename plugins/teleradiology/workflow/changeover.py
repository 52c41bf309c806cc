"""What the clock alone changes (a shift ends, leave begins, a licence runs out) is acted upon when it comes."""

from __future__ import annotations

from ..core.next_change import AHEAD, next_change
from ..store import roster
from .room import Room

ASSIGN, REASSIGN = "assign", "reassign"  # the turns of the two looks that follow


def is_in_doubt(room: Room) -> bool:
    """Whether the wall clock was set a moment ago. What a slip of it moved would not move again when the time really comes."""
    now = room.now()
    return room.memory.steady(now) != now


def reached(room: Room) -> bool:
    """Whether anything has changed since it was last asked what comes next. A clock that was set back changes things as well."""
    seen = room.memory.holds
    return seen is not None and not seen[0] <= room.now() < seen[1]


def expect(room: Room) -> None:
    """Find out until when all stays as it is, by the rules that are in force at this moment."""
    now, rules = room.now(), room.rules.current
    with room.store.reading() as c:
        stored = roster.exceptions(c, now, now + AHEAD)
    places = ((one.jurisdiction, one.timezone) for one in rules.facilities.values())
    room.memory.rules_seen = rules.digest
    room.memory.holds = now, next_change(rules.readers.values(), stored, places, now)


def look_soon(room: Room) -> None:
    """With the next beat look at what is assigned and at what waits: the roster was changed, or the time has come."""
    room.memory.hurry(REASSIGN)
    room.memory.hurry(ASSIGN)
