"""What the roster says of the readers at an instant, for choosing among them."""

from __future__ import annotations

from datetime import datetime
from typing import NamedTuple

from ..config.rules_file import RulesFile
from ..core.roster import duty_at, is_available
from ..store import roster
from ..store.engine import Connection


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
