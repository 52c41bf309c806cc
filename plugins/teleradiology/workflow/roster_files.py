"""The roster to and from files: CSV and iCalendar; an import is all or nothing."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from ..config import roster_calendar
from ..core import roster_csv, roster_ics
from ..core.errors import InvalidInput, Problem, Told
from ..core.identity import Actor
from ..core.roster import ON_CALL, SHIFT, Exception_
from ..core.roster_entries import WEEKLY
from ..core.roster_mistakes import mistake
from ..core.roster_remarks import noticed
from ..store import roster
from .acting import permit
from .room import Room
from .roster import AHEAD, board, follow, put

CSV, ICS = "csv", "ics"
MOST_ENTRIES, MOST_PROBLEMS = 5000, 200


@dataclass(frozen=True)
class Imported:
    """What an import did: entries that are new, that were there already, and those that are none of the roster's.

    ``repeating`` events were taken as far as ``until``, which is None when none goes on beyond it; ``noticed`` is what may not
    be meant.
    """

    added: int
    unchanged: int
    passed_over: int
    repeating: int = 0
    until: datetime | None = None
    noticed: tuple[Problem, ...] = ()


def exported(room: Room, actor: Actor, form: str, *, duties: bool = False) -> str:
    """What is on the roster from now on; with ``duties`` the hours of the coming days as they result, for people's calendars."""
    permit(room, actor, "see roster")
    now, readers = room.now(), room.rules.current.readers
    if duties:
        layers = {SHIFT: WEEKLY[0], ON_CALL: WEEKLY[1]}
        rows = board(room, actor).rows
        entries = [
            Exception_(duty.reader, layers[duty.layer], duty.start, duty.end)
            for row in rows
            for duty in row.duties
            if duty.end > now
        ]
    else:
        with room.store.reading() as c:
            entries = roster.exceptions(c, now, now + AHEAD)
    return roster_csv.written(entries, readers) if form == CSV else roster_ics.written(entries, readers, now)


def imported(room: Room, actor: Actor, form: str, text: str) -> Imported:
    """Put a file's entries on the roster. With anything wrong in it nothing is, and InvalidInput tells everything."""
    permit(room, actor, "roster")
    rules, now = room.rules.current, room.now()
    found = roster_calendar.read(text, rules.readers, now) if form == ICS else roster_csv.parsed(text, rules.readers)
    problems = list(found.problems)
    if len(found.found) > MOST_ENTRIES:
        problems.insert(0, mistake("too-many", most=MOST_ENTRIES))
    if problems:
        told = Told("not-imported", {"told": min(len(problems), MOST_PROBLEMS), "all": len(problems)})
        text = "Nothing was imported."
        text += f" The first {MOST_PROBLEMS} of {len(problems)} mistakes are told." if len(problems) > MOST_PROBLEMS else ""
        raise InvalidInput(text, problems=problems[:MOST_PROBLEMS], told=told)
    with room.store.writing() as c:
        added = len(put(c, room, actor, found.found))
    follow(room)
    unchanged, remarks = len(found.found) - added, noticed(found)[:MOST_PROBLEMS]
    return Imported(added, unchanged, found.passed_over, found.repeating, found.until, remarks)
