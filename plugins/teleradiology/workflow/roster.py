"""The roster: who is on duty now and next, when nobody is, and the exceptions to the weekly hours."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from ..config.rules_file import RulesFile
from ..core.errors import InvalidInput, NotAllowed, NotFound, Told
from ..core.identity import Actor, may
from ..core.reader import Reader
from ..core.roster import UNAVAILABLE, Cover, Duty, Exception_, Gap, gaps, is_available, spans
from ..core.roster_entries import Wrong, checked, note_of, reader_named, utc
from ..core.roster_mistakes import mistake
from ..store import audit, roster
from ..store.engine import Connection
from . import changeover
from .acting import note_denial, permit
from .duties import standing_of
from .room import Room

__all__ = ["Board", "Row", "add", "board", "remove", "set_availability", "standing_of"]

DAYS = 14
_DAY = timedelta(days=1)
AHEAD = 3660 * _DAY
LISTED = 300


@dataclass(frozen=True)
class Row:
    """A reader's line: the present duty, the next one, and all of the window with what stands beside the weekly hours."""

    reader: Reader
    now: Duty | None
    next: Duty | None
    available: bool
    duties: tuple[Duty, ...]
    exceptions: tuple[Exception_, ...]


@dataclass(frozen=True)
class Board:
    """The roster of the coming days."""

    at: datetime
    until: datetime
    rows: tuple[Row, ...]
    gaps: tuple[Gap, ...]
    covers: tuple[Cover, ...]
    entries: tuple[Exception_, ...]  # all that has not ended, beyond the window too; the first LISTED
    more: int = 0  # that are not listed


def board(room: Room, actor: Actor, days: int = DAYS) -> Board:
    """Every active reader, and the gaps of the coming days."""
    permit(room, actor, "see roster")
    now, rules = room.now(), room.rules.current
    until = now + days * _DAY
    with room.store.reading() as c:
        stored = roster.exceptions(c, now - _DAY, until + _DAY)
        ahead = roster.exceptions(c, now, now + AHEAD)
    readers = [one for one in rules.readers.values() if one.active]
    covers = needed(rules)
    rows = tuple(_row(one, now, until, [each for each in stored if each.reader == one.id]) for one in readers)
    found = gaps(readers, stored, now, until, covers)
    return Board(now, until, rows, found, covers, tuple(ahead[:LISTED]), max(0, len(ahead) - LISTED))


def needed(rules: RulesFile) -> tuple[Cover, ...]:
    """What the house must be able to read: every subspecialty that a rule decides on, in every jurisdiction of a facility."""
    decided = dict.fromkeys(str(name) for rule in rules.ruleset.rules if (name := rule.then.get("subspecialty")))
    places: dict[str, Cover] = {}
    for one in rules.facilities.values():
        known = places.setdefault(one.jurisdiction, Cover("", one.jurisdiction, one.timezone))
        groups = dict.fromkeys((*known.groups, *rules.assigning_of(one.id).groups))
        places[one.jurisdiction] = replace(known, groups=tuple(groups))
    return tuple(replace(place, subspecialty=name) for name in decided for place in places.values())


def _row(reader: Reader, now: datetime, until: datetime, stored: list[Exception_]) -> Row:
    duties = spans(reader, now - _DAY, until + _DAY, stored)
    present = next((each for each in duties if each.start <= now < each.end), None)
    following = next((each for each in duties if each.start > now), None)
    beside = tuple(each for each in stored if each.end is None or each.end > now)
    return Row(reader, present, following, is_available(reader.id, now, stored), duties, beside)


def add(room: Room, actor: Actor, given: Exception_) -> Exception_:
    """Put leave, an extra shift or an on-call duty on the roster."""
    permit(room, actor, "roster")
    good = valid(room.rules.current, given)
    with room.store.writing() as c:
        made = put(c, room, actor, [good])
    follow(room)
    if not made:
        raise InvalidInput(problems=[mistake("there-already", "start")])
    return made[0]


def valid(rules: RulesFile, given: Exception_) -> Exception_:
    """The exception as it is kept. Raises InvalidInput."""
    try:
        reader = reader_named(rules.readers, given.reader)
        start, end = utc(given.start, "start"), utc(given.end, "end") if given.end else None
        start, end = start.replace(microsecond=0), end.replace(microsecond=0) if end else None  # as files have them
        return checked(replace(given, reader=reader.id, start=start, end=end, note=note_of(given.note)))
    except Wrong as wrong:
        raise InvalidInput(problems=[wrong.at()]) from None


def put(c: Connection, room: Room, actor: Actor, given: Iterable[Exception_]) -> list[Exception_]:
    """Keep those that are not there yet, each with a record on the audit trail."""
    now = room.now()
    made = []
    known: dict[str, set[tuple[object, ...]]] = {}
    for each in given:
        if each.reader not in known:
            there = roster.exceptions(c, datetime.min.replace(tzinfo=now.tzinfo), _end_of_time(now), each.reader)
            known[each.reader] = {_same(one) for one in there}
        if _same(each) in known[each.reader]:
            continue
        known[each.reader].add(_same(each))
        kept = roster.add(c, now, replace(each, created_by=actor.username))
        audit.append(c, "roster-changed", actor, now, detail={"act": "added", **_told(kept)})
        made.append(kept)
    return made


def _end_of_time(now: datetime) -> datetime:
    return datetime(9999, 1, 1, tzinfo=now.tzinfo)


def _same(one: Exception_) -> tuple[object, ...]:
    return one.kind, one.start, one.end


def _told(one: Exception_) -> dict[str, str]:
    end = one.end.isoformat() if one.end else ""
    return {"exception": one.id, "reader": one.reader, "kind": one.kind, "start": one.start.isoformat(), "end": end}


def remove(room: Room, actor: Actor, exception_id: str) -> Exception_:
    """Take an exception off the roster."""
    permit(room, actor, "roster")
    with room.store.writing() as c:
        found, now = roster.get(c, exception_id), room.now()
        if found is None or not roster.remove(c, exception_id, now):
            raise NotFound("There is no such entry on the roster.", told=Told("no-roster-entry"))
        audit.append(c, "roster-changed", actor, now, detail={"act": "removed", **_told(found)})
    follow(room)
    return found


def set_availability(
    room: Room, actor: Actor, reader: str, available: bool, until: datetime | None = None, *, note: str = ""
) -> bool:
    """Say that a reader can, or cannot, be given studies from now on; readers do so themselves. False if it was so already."""
    for_oneself_or_all(room, actor, reader)
    now = room.now()
    given = valid(room.rules.current, Exception_(reader, UNAVAILABLE, now, until, note))
    with room.store.writing() as c:
        there = [each for each in roster.current(c, now) if each.reader == given.reader and each.kind == UNAVAILABLE]
        changed = available == bool(there) or (not available and all(each.end != given.end for each in there))
        if not changed:
            return False
        for each in there:
            roster.finish(c, each.id, now)
        if not available:
            roster.add(c, now, replace(given, created_by=actor.username))
        detail = {"reader": given.reader, "available": available, "until": given.end.isoformat() if given.end else ""}
        audit.append(c, "availability-changed", actor, now, detail=detail)
    follow(room)
    return True


def follow(room: Room) -> None:
    """The roster has changed: whoever may not have a study any more passes it on now, and who came gets what waits."""
    changeover.look_soon(room)
    room.wake()


def for_oneself_or_all(room: Room, actor: Actor, reader: str) -> None:
    """Refuse who neither keeps the roster nor is that reader."""
    own = bool(actor.reader) and actor.reader == reader and may(actor, "claim")
    if not own and not may(actor, "roster"):
        note_denial(room, actor, "roster")
        detail = "Only the reader, a coordinator or an administrator may do this."
        raise NotAllowed(detail, told=Told("not-your-roster"))
