"""What the roster says of the readers at an instant, for choosing among them."""

from __future__ import annotations

from collections import defaultdict
from datetime import datetime, timedelta
from typing import NamedTuple

from ..config.rules_file import RulesFile
from ..core.roster import EXTRA, ON_CALL, Exception_, duty_at, is_available, on_since
from ..store import roster
from ..store.engine import Connection

LONGEST = timedelta(hours=24)  # what was done longer ago is not of this shift
_INSTANT = timedelta(microseconds=1)


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
    added = {each.reader for each in roster.current(c, at) if each.kind in (EXTRA, ON_CALL) and each.reader in rules.readers}
    lately: dict[str, list[Exception_]] = defaultdict(list)
    for each in roster.exceptions(c, at - LONGEST, at + _INSTANT) if added else ():
        lately[each.reader].append(each)
    return {name: on_since(rules.readers[name], at, lately[name], at - LONGEST) for name in added}
