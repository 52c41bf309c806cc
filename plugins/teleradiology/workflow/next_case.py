"""The next case: of everything that a reader may read, what is best begun now; and passing one on."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from datetime import datetime

from ..config.rules_file import RulesFile
from ..core import dispatch
from ..core.assigning import Assigning
from ..core.reader import Reader
from ..core.readers import lasting
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


def choose(c: Connection, rules: RulesFile, reader: Reader, now: datetime) -> Offer | None:
    """The best of what is assigned to the reader, or to nobody and theirs to read.

    Who asks is there and has a free hand by asking, so hours and capacity do not count; everything else does.
    """
    skipped = waiting.skipped_by(c, reader.id, now)
    open_ = [row for row in waiting.for_reader(c, reader.id) if row.id not in skipped]
    permitted = _permitted(rules, reader, now)
    at = now.timestamp()
    best: tuple[tuple[object, ...], Waiting] | None = None
    readable = 0
    for row in open_:
        if not permitted(row):
            continue
        readable += 1
        value = _value(rules, reader, row, at)
        if best is None or value > best[0]:
            best = (value, row)
    return _offer(rules, reader, best[1], readable, at) if best else None


def _value(rules: RulesFile, reader: Reader, row: Waiting, at: float) -> tuple[object, ...]:
    """Larger is sooner. What needs attention goes first; ties go to the older one, then by id."""
    assigning = rules.assigning_of(row.facility)
    study, fit = _study(rules, assigning, row), _fit(reader, row)
    value = dispatch.POLICIES[assigning.order](study, at, fit)
    return (row.rank < 0, *(value if isinstance(value, tuple) else (value,)), -row.received, _later(row.id))


def _later(item: str) -> tuple[int, ...]:
    return tuple(-ord(letter) for letter in item[-12:])


def _study(rules: RulesFile, assigning: Assigning, row: Waiting) -> dispatch.Waiting:
    since = (row.restarted or row.received) / 1e6
    limit = max(_ALL_LATE, row.due / 1e6 - since) if row.due else _NO_PROMISE
    reading = 60 * assigning.reading_minutes * rules.workload.weight(row.modality, row.body_part)
    return dispatch.Waiting(row.id, max(0, row.rank), since, limit, reading)


def _fit(reader: Reader, row: Waiting) -> dispatch.Fit:
    """One's first subspecialty is one's own field; what needs none is everybody's."""
    own = not row.subspecialty or reader.subspecialties[:1] == (row.subspecialty,)
    return dispatch.OWN if own else dispatch.OUTSIDE


def _permitted(rules: RulesFile, reader: Reader, now: datetime) -> Callable[[Waiting], bool]:
    """Whether nothing lasting stands against the reader; judged once for items that are alike."""
    known: dict[object, bool] = {}
    conflicts = reader.conflicts
    names_persons = bool(conflicts.patients or conflicts.referrers)

    def may(row: Waiting) -> bool:
        if row.reader:  # theirs: somebody thought of it when it was given, and the reassignment looks after it
            return True
        step = max(row.broadened, _step(rules, row, now))
        key: object = (row.facility, row.subspecialty, row.modality, row.language, step)
        if names_persons:
            key = (key, row.patient, row.referrer)
        if key not in known:
            asked = assignment.need(rules, _wanted(row), now)
            known[key] = not lasting(reader, replace(asked, broadened=step))
        return known[key]

    return may


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


def _step(rules: RulesFile, row: Waiting, now: datetime) -> int:
    if not row.due:
        return 0
    since, due = (row.restarted or row.received), row.due
    used = (now.timestamp() * 1e6 - since) / (due - since) if due > since else 0.0
    return min(3, sum(used >= share for share in rules.assigning_of(row.facility).broaden_at))


def _offer(rules: RulesFile, reader: Reader, row: Waiting, readable: int, at: float) -> Offer:
    why: dict[str, str | int] = {
        "order": rules.assigning_of(row.facility).order,
        "of": readable,
        "assigned": "you" if row.reader else "nobody",
        "field": "own" if _fit(reader, row) is dispatch.OWN else "other",
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

