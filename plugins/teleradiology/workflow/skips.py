"""How often and why each reader passed cases on, beside what they read: picking and choosing shows here."""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass
from datetime import datetime, timedelta

from ..core.identity import Actor
from ..core.skip_reasons import split
from ..store import waiting
from .acting import permit, reader_name
from .room import Room

DAYS = 30


@dataclass(frozen=True)
class Skips:
    """One reader's: cases read, passed on with a reason, and let lapse; ``reasons`` are words of the list, most often first."""

    reader: str
    name: str
    read: int
    passed_on: int
    lapsed: int
    reasons: tuple[tuple[str, int], ...]

    @property
    def percent(self) -> float:
        """The share of passed-on cases in all that came to an end with this reader."""
        return round(100 * self.passed_on / (self.read + self.passed_on), 1) if self.passed_on else 0.0


@dataclass(frozen=True)
class Skipping:
    """The readers who passed anything on, or let it lapse, since then; the largest share first."""

    since: datetime
    days: int
    rows: tuple[Skips, ...]


def skipping(room: Room, actor: Actor, days: int = DAYS) -> Skipping:
    """Of the days before now."""
    permit(room, actor, "skips")
    since = room.now() - timedelta(days=days)
    with room.store.reading() as c:
        passes, read = waiting.passes_since(c, since), waiting.read_since(c, since)
    counts: dict[str, Counter[str]] = defaultdict(Counter)
    reasons: dict[str, Counter[str]] = defaultdict(Counter)
    for each in passes:
        counts[each.reader][each.kind] += each.times
        if each.kind == "skip":
            reasons[each.reader][split(each.reason)[0]] += each.times
    rules = room.rules.current
    rows = [
        Skips(name, reader_name(rules, name), read.get(name, 0), of["skip"], of["lapse"], _sorted(reasons[name]))
        for name, of in counts.items()
        if of["skip"] or of["lapse"]
    ]
    return Skipping(since, days, tuple(sorted(rows, key=lambda row: (-row.percent, -row.lapsed, row.reader))))


def _sorted(reasons: Counter[str]) -> tuple[tuple[str, int], ...]:
    return tuple(sorted(reasons.items(), key=lambda each: (-each[1], each[0])))
