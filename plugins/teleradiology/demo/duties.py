"""What stands on the demonstration's roster beside the weekly hours: leave that leaves a gap, and who works then."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

from ..config.rules_file import RulesFile
from .client import Client

NOTE = "demonstration"
# The place of the reader in the rules file, what it is, and its start and end after the midnight (UTC) before the loading.
ENTRIES = (
    (0, "extra", timedelta(days=4, hours=6), timedelta(days=4, hours=10)),
    (1, "leave", timedelta(days=3, hours=8), timedelta(days=5, hours=8)),
    (2, "leave", timedelta(days=4), timedelta(days=5)),
    (4, "on-call", timedelta(days=4, hours=8), timedelta(days=4, hours=18)),
)


def enter(administrator: Client, rules: RulesFile, now: datetime) -> None:
    """Put it on the roster; what is there from an earlier loading stays alone."""
    if _entered(administrator):
        return
    readers = [reader.id for reader in rules.readers.values() if reader.active]
    midnight = now.astimezone(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
    for place, kind, start, end in ENTRIES:
        if place < len(readers):
            times = {"start": (midnight + start).isoformat(), "end": (midnight + end).isoformat()}
            administrator.post("roster/exceptions", {"reader": readers[place], "kind": kind, "note": NOTE, **times})


def take_off(administrator: Client) -> None:
    """Take it off again."""
    for entry in _entered(administrator):
        administrator.delete(f"roster/exceptions/{entry}")


def _entered(administrator: Client) -> Sequence[str]:
    people = administrator.get("roster")["readers"]
    return [entry["id"] for reader in people for entry in reader["exceptions"] if entry["note"] == NOTE]
