"""Counts what happens too often to be audited one by one, and writes it to the audit trail as "so many times"."""

from __future__ import annotations

import threading
from collections import Counter
from dataclasses import dataclass
from datetime import datetime, timedelta

from ..core.identity import Actor
from ..store import audit
from ..workflow.room import Room

MOST_KINDS = 200  # of entries at a time; a flood of invented callers must not become a flood of audit records
SERIOUS = 4  # PS3.15 A.5.3: minor failure
EVERY = timedelta(seconds=30)


@dataclass(frozen=True)
class Entry:
    """What is counted together. No part of it comes from a patient, or from free text of a caller."""

    event: str
    username: str
    origin: str
    what: str


class Notebook:
    """Noted on any thread in memory; written by the heartbeat: the first of a kind at once, repetitions every half minute."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._counts: Counter[Entry] = Counter()
        self._written: dict[Entry, datetime] = {}
        self.totals: Counter[str] = Counter()  # by event, since the start; for the status page

    def note(self, event: str, username: str, origin: str, what: str) -> None:
        """It happened once more."""
        entry = Entry(event, username, origin, what)
        with self._lock:
            self.totals[event] += 1
            if entry not in self._counts and len(self._counts) >= MOST_KINDS:
                entry = Entry(event, "", "", "others")
            self._counts[entry] += 1

    def write(self, room: Room, *, everything: bool = False) -> None:
        """Put on the audit trail what is due, in one transaction; everything before the end."""
        now = room.now()
        due = self._take(now, everything)
        if not due:
            return
        with room.store.writing() as c:
            for entry, count in due.items():
                who = Actor(entry.username, frozenset(), origin=entry.origin)
                audit.append(c, entry.event, who, now, outcome=SERIOUS, detail={"what": entry.what, "count": count})

    def _take(self, now: datetime, everything: bool) -> dict[Entry, int]:
        with self._lock:
            self._written = {entry: at for entry, at in self._written.items() if now - at < EVERY and not everything}
            due = {entry: count for entry, count in self._counts.items() if entry not in self._written}
            for entry in due:
                del self._counts[entry]
                self._written[entry] = now
        return due
