"""The next case: of everything that a reader may read, what is best begun now; and passing one on."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from ..config.rules_file import RulesFile
from ..core import dispatch
from ..core.reader import Reader
from ..core.readers import PARTNERS, STRICT, lasting
from ..store import waiting
from ..store.engine import Connection
from ..store.waiting import Waiting
from . import assignment

_NO_PROMISE = 7 * 86400.0  # seconds: what has no due time is read as if it had a week
_ALL_LATE = 60.0  # the shortest limit, for due times that were set before the study came


@dataclass(frozen=True)
class Offer:
    """The item to be read now, and why this one."""

    item: str
    why: dict[str, str | int]


@dataclass
class Kind:
    """What is the same for items that differ in their patients and times alone; thousands are looked at, of a few kinds."""

    order: str
    shares: tuple[float, ...]  # of the turnaround, at which the search widens
    reading: float  # seconds
    fit: dispatch.Fit
    permitted: dict[object, bool] = field(default_factory=dict)


def choose(c: Connection, rules: RulesFile, reader: Reader, now: datetime) -> Offer | None:
    """The best of what is assigned to the reader, or to nobody and theirs to read.

    Who asks is there and has a free hand by asking, so hours and capacity do not count; everything else does.
    """
    skipped, look = waiting.skipped_by(c, reader.id, now), _Look(rules, reader, now)
    by_order: dict[str, list[tuple[Waiting, Kind]]] = defaultdict(list)
    for row in waiting.for_reader(c, reader.id):
        kind = look.kind(row)
        if look.may(row, kind) and row.id not in skipped:
            by_order[kind.order].append((row, kind))
    if not by_order:
        return None
    # Values of different orders do not compare: the best of each meet in the default one.
    bests = [look.best(rows, dispatch.POLICIES[order]) for order, rows in by_order.items()]
    best, kind = look.best(bests, dispatch.POLICIES[dispatch.DEFAULT])
    return _offer(kind, best, sum(map(len, by_order.values())), now.timestamp())


class _Look:
    """One reader's look at everything that waits, at an instant."""

    def __init__(self, rules: RulesFile, reader: Reader, now: datetime):
        self.rules, self.reader, self.now, self.at = rules, reader, now, now.timestamp()
        self.kinds: dict[tuple[str, ...], Kind] = {}
        self.names_persons = bool(reader.conflicts.patients or reader.conflicts.referrers)

    def kind(self, row: Waiting) -> Kind:
        key = row[2:7]  # facility, subspecialty, modality, body part, language
        found = self.kinds.get(key)
        if found is None:
            assigning = self.rules.assigning_of(row.facility)
            reading = 60 * assigning.reading_minutes * self.rules.workload.weight(row.modality, row.body_part)
            found = self.kinds[key] = Kind(assigning.order, assigning.broaden_at, reading, _fit(self.reader, row))
        return found

    def may(self, row: Waiting, kind: Kind) -> bool:
        """Whether nothing lasting stands against the reader; judged once for items that are alike."""
        if row.reader:  # theirs: somebody thought of it when it was given, and the reassignment looks after it
            return True
        step = max(row.broadened, _step(kind.shares, row, self.at * 1e6))
        key = (step, row.patient, row.referrer) if self.names_persons else step
        known = kind.permitted.get(key)
        if known is None:
            asked = assignment.need(self.rules, _wanted(row), self.now)
            known = kind.permitted[key] = not lasting(self.reader, replace(asked, broadened=step))
        return known

    def best(self, rows: list[tuple[Waiting, Kind]], policy: dispatch.Policy) -> tuple[Waiting, Kind]:
        """Ties go to the older one, then by id, so that the choice is the same in whatever order they are looked at."""
        values = [self._value(row, kind, policy) for row, kind in rows]
        highest = max(values)
        equals = (each for each, value in zip(rows, values, strict=True) if value == highest)
        return min(equals, key=lambda each: (each[0].received, each[0].id))

    def _value(self, row: Waiting, kind: Kind, policy: dispatch.Policy) -> tuple[bool, Any]:
        """What it is worth to begin an item now; larger is sooner, and what needs attention goes first."""
        since, due = (row.restarted or row.received) / 1e6, row.due
        limit = max(_ALL_LATE, due / 1e6 - since) if due else _NO_PROMISE
        return row.rank < 0, policy(dispatch.Waiting(row.id, max(0, row.rank), since, limit, kind.reading), self.at, kind.fit)


def _fit(reader: Reader, row: Waiting) -> dispatch.Fit:
    """One's first subspecialty is one's own field; what needs none is everybody's."""
    own = not row.subspecialty or reader.subspecialties[:1] == (row.subspecialty,)
    return dispatch.OWN if own else dispatch.OUTSIDE


def _wanted(row: Waiting) -> assignment.Wanted:
    return assignment.Wanted(
        row.facility,
        row.subspecialty,
        row.modality,
        row.language,
        rank=row.rank,
        patient=row.patient,
        referrer=row.referrer,
        broadened=row.broadened,
    )


def _step(shares: tuple[float, ...], row: Waiting, now: float) -> int:
    """As core.assigning.Assigning.step, in microseconds."""
    since = row.restarted or row.received
    if not row.due or row.due <= since:
        return STRICT
    used = (now - since) / (row.due - since)
    return min(PARTNERS, sum(used >= share for share in shares))


def _offer(kind: Kind, row: Waiting, readable: int, at: float) -> Offer:
    why: dict[str, str | int] = {
        "order": kind.order,
        "of": readable,
        "assigned": "you" if row.reader else "nobody",
        "field": "own" if kind.fit is dispatch.OWN else "other",
    }
    if row.due:
        why["minutes_left"] = int((row.due / 1e6 - at) // 60)
    return Offer(row.id, why)


def said(why: dict[str, str | int]) -> str:
    """Why this case, in English."""
    parts: Iterable[str] = (
        f"chosen of {why['of']} by the order '{why['order']}'",
        _left(why.get("minutes_left")),
        "assigned to you" if why["assigned"] == "you" else "assigned to nobody",
        "your first subspecialty" if why["field"] == "own" else "outside your first subspecialty",
    )
    return "; ".join(part for part in parts if part)


def _left(minutes: str | int | None) -> str:
    if minutes is None:
        return ""
    return f"due in {minutes} min" if int(minutes) >= 0 else f"overdue by {-int(minutes)} min"
