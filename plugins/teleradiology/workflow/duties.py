"""What the roster says of the readers at an instant, for choosing among them."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import NamedTuple

from ..config.rules_file import RulesFile
from ..core.reader import Reader
from ..core.roster import EXTRA, ON_CALL, duty_at, is_available, spans
from ..store import roster
from ..store.engine import Connection

LONGEST = timedelta(hours=24)  # what was done longer ago is not of this shift


class Presence(NamedTuple):
    """On which layer a reader is on duty, "shift", "on-call" or None, and whether they said that they can read."""

    duty: str | None
    available: bool


def standing_of(c: Connection, rules: RulesFile, at: datetime) -> dict[str, Presence]:
    """The readers for whom the roster has something beside the weekly hours; for the others those hours count as they are."""
    stored = roster.current(c, at)
    # Somebody who is unavailable keeps the duty: "not available" tells more than "off duty".
    hours = [each for each in stored if is_available(each.reader, each.start, [each])]
    concerned = (rules.readers[name] for name in {each.reader for each in stored} if name in rules.readers)
    return {one.id: Presence(duty_at(one, at, hours), is_available(one.id, at, stored)) for one in concerned}


def shifts_began(c: Connection, rules: RulesFile, at: datetime) -> dict[str, datetime]:
    """When the present duty began of those whose duty comes from the roster; the extra shift after one's own goes on with it."""
    now = {each.reader for each in roster.current(c, at) if each.kind in (EXTRA, ON_CALL)}
    return {name: began for name in now if (one := rules.readers.get(name)) and (began := _began(c, one, at))}


def _began(c: Connection, reader: Reader, at: datetime) -> datetime | None:
    since, until = at - LONGEST, at + timedelta(seconds=1)
    duties = spans(reader, since, until, roster.exceptions(c, since, until, reader.id))
    return next((duty.start for duty in duties if duty.start <= at < duty.end), None)
