"""The next case: of everything that a reader may read, what is best begun now; and passing one on."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any, NamedTuple

from ..config.rules_file import RulesFile
from ..core import dispatch
from ..core.reader import Reader
from ..core.readers import NEVER, PARTNERS, STRICT, Reason, lasting
from ..store import waiting
from ..store.engine import Connection
from ..store.waiting import Waiting
from . import assignment, insisting

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
    never: dict[object, tuple[Reason, ...]] = field(default_factory=dict)


def choose(c: Connection, rules: RulesFile, reader: Reader, now: datetime) -> Offer | None:
    """The best of what is assigned to the reader, or to nobody and theirs to read.

    Who asks is there and has a free hand by asking, so hours and capacity do not count; everything else does.
    """
    skipped, look = waiting.skipped_by(c, reader.id, now), _Look(c, rules, reader, now)
    best: dict[str, _Best] = {}  # values of different orders do not compare
    readable = 0
    for row in waiting.for_reader(c, reader.id):
        kind = look.kind(row)
        if look.may(row, kind) and row.id not in skipped:
            readable += 1
            best[kind.order] = look.better(best.get(kind.order), row, kind, dispatch.POLICIES[kind.order])
    meeting: _Best | None = None
    for each in best.values():
        meeting = look.better(meeting, each.row, each.kind, dispatch.POLICIES[dispatch.DEFAULT])
    return _offer(meeting.kind, meeting.row, readable, now.timestamp()) if meeting else None


class _Best(NamedTuple):
    value: tuple[bool, Any]
    row: Waiting
    kind: Kind


class _Look:
    """One reader's look at everything that waits, at an instant."""

    def __init__(self, c: Connection, rules: RulesFile, reader: Reader, now: datetime):
        self.c = c
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
        if row.reader:  # theirs: somebody thought of the rest when it was given, and the reassignment looks after it
            return not (never := self._never(row, kind)) or not insisting.news(self.c, row.id, self.reader.id, never)
        if self._judged(row, kind, STRICT):  # a wider search takes nobody away
            return True
        return self._judged(row, kind, max(row.broadened, _step(kind.shares, row, self.at * 1e6)))

    def _never(self, row: Waiting, kind: Kind) -> tuple[Reason, ...]:
        """What has come about that nothing overcomes: the licence ended at midnight, and nobody has looked since."""
        key = (row.patient, row.referrer) if self.names_persons else None
        if key not in kind.never:
            asked = assignment.need(self.rules, _wanted(row), self.now)
            kind.never[key] = tuple(each for each in lasting(self.reader, asked) if each.code in NEVER)
        return kind.never[key]

    def _judged(self, row: Waiting, kind: Kind, step: int) -> bool:
        key = (step, row.patient, row.referrer) if self.names_persons else step
        known = kind.permitted.get(key)
        if known is None:
            asked = assignment.need(self.rules, _wanted(row), self.now)
            known = kind.permitted[key] = not lasting(self.reader, replace(asked, broadened=step))
        return known

    def better(self, best: _Best | None, row: Waiting, kind: Kind, policy: dispatch.Policy) -> _Best:
        """Ties go to the older one, then by id, so that the choice is the same in whatever order they are looked at."""
        value = self._value(row, kind, policy)
        if best is None or value > best.value:
            return _Best(value, row, kind)
        if value == best.value and (row.received, row.id) < (best.row.received, best.row.id):
            return _Best(value, row, kind)
        return best

    def _value(self, row: Waiting, kind: Kind, policy: dispatch.Policy) -> tuple[bool, Any]:
        """What it is worth to begin an item now; larger is sooner, and what needs attention goes first."""
        since, due = (row.restarted or row.received) / 1e6, row.due
        limit = due / 1e6 - since if due else _NO_PROMISE
        study = dispatch.Waiting(row.id, row.rank, since, limit if limit > _ALL_LATE else _ALL_LATE, kind.reading)
        return row.rank < 0, policy(study, self.at, kind.fit)


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
