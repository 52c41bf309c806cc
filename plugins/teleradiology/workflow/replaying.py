"""The effect of other rules on people and promises: whose work it would have been, and what would have been late."""

from __future__ import annotations

import heapq
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from itertools import takewhile
from typing import Any

from ..config.rules_file import RulesFile
from ..core.readers import BY_SHIFTS, FAIR_SHIFT, Choice, Need, Reader, Standing, choose, lasting
from ..core.roster import UNAVAILABLE, Exception_, duty_at, is_available
from ..core.study_facts import StudyFacts
from ..store import roster, waiting
from ..store.engine import Connection
from ..store.replay import Received
from . import assignment, clock, imagining, standings

NOBODY = ""


@dataclass(frozen=True)
class Share:
    """What a reader would have had to read."""

    studies: int = 0
    weight: float = 0.0


@dataclass(frozen=True)
class Taken:
    """Where a study would have gone, "" for nobody, and by when it would have had to be read."""

    reader: str = NOBODY
    due_at: datetime | None = None


@dataclass
class Lateness:
    """Studies by priority that had a promise, and those of them that were, or still are, later than it."""

    studies: Counter[str] = field(default_factory=Counter)
    late: Counter[str] = field(default_factory=Counter)

    def to_json(self, priorities: Iterable[str]) -> dict[str, dict[str, int]]:
        """By priority, in the order of ``priorities``, which are all that there are."""
        found = (name for name in priorities if name in self.studies)
        return {name: {"studies": self.studies[name], "late": self.late[name]} for name in found}


class Past:
    """What the database knows of the period: the roster, and who read the patients before it."""

    def __init__(self, c: Connection, since: datetime, now: datetime):
        self.now = now
        self._c, self._since = c, since
        self._entries: dict[str, list[Exception_]] = {}
        for each in roster.exceptions(c, since, now):
            self._entries.setdefault(each.reader, []).append(each)
        self._readers: dict[tuple[str, str], str] = {}

    def presence(self, reader: Reader, at: datetime) -> tuple[str | None, bool]:
        """On which layer the reader was on duty, and whether there."""
        entries = self._entries.get(reader.id)
        if not entries:
            return BY_SHIFTS, True
        return duty_at(reader, at, [each for each in entries if each.kind != UNAVAILABLE]), is_available(reader.id, at, entries)

    def previous_reader(self, facts: StudyFacts) -> str:
        """Who reported the patient's last study before the period."""
        key = (facts.facility, facts.patient_id)
        if key not in self._readers:
            self._readers[key] = waiting.previous_reader(self._c, *key, before=self._since)
        return self._readers[key]


class Replay:
    """One rules file over a period, study by study in the order of their coming.

    Each goes to whom the facility's policy of assignment would choose at that hour: by the roster of then, and by the work that
    the file has given out so far, which is open until the study was in fact final, or for its turnaround when it is not. Not
    how studies were in fact assigned: the same for both files, so that they compare.
    """

    def __init__(self, rules: RulesFile, past: Past):
        self.rules = rules
        self.past = past
        self.shares: dict[str, Share] = {}
        self.lateness = Lateness()
        self._pools: dict[tuple[object, ...], tuple[Reader, ...]] = {}
        self._open: dict[str, list[float]] = {}  # reader -> weights of what is open
        self._ends: list[tuple[datetime, int, str, float]] = []
        self._done: dict[str, list[tuple[datetime, float]]] = {}
        self._taken: dict[tuple[str, str], list[tuple[datetime, str]]] = {}  # patient -> who had them, until when

    def take(self, received: Received, facts: StudyFacts, values: Mapping[str, Any]) -> Taken:
        """What would have become of the study."""
        if values.get("skip"):
            return Taken()
        due_at = self._promise(received, facts, values)
        return Taken(self._assign(received, facts, values), due_at)

    def _promise(self, received: Received, facts: StudyFacts, values: Mapping[str, Any]) -> datetime | None:
        """By when the study was promised; counts whether it would have been late: whether it was in fact final after that."""
        course = clock.Course(
            received.received_at,
            received.admitted_at,
            received.exam_end_at,
            received.restarted_at,
            pauses=received.pauses,
        )
        due_at = imagining.due_at(self.rules, facts, values, course)
        self.lateness.studies[values["priority"]] += 1
        if due_at is not None and (received.final_at or self.past.now) > due_at:
            self.lateness.late[values["priority"]] += 1
        return due_at

    def _assign(self, received: Received, facts: StudyFacts, values: Mapping[str, Any]) -> str:
        at = received.received_at
        self._close(at)
        asked = imagining.wanted(self.rules, facts, values, at)
        need = replace(assignment.need(self.rules, asked, at), previous=self._previous(facts, at))
        choice = self.rules.assigning_of(facts.facility).choice
        pool = self._pool(need)
        stand = {reader.id: self._standing(reader, need, choice) for reader in pool}
        chosen = choose(pool, need, stand, prefer=asked.named or None, choice=choice).reader or NOBODY
        weight = self.rules.workload.weight(facts.modality, facts.body_part)
        share = self.shares.get(chosen, Share())
        self.shares[chosen] = Share(share.studies + 1, round(share.weight + weight, 3))
        if chosen:
            end = received.final_at or at + self.rules.deadline(values, facts)[0]
            self._open.setdefault(chosen, []).append(weight)
            heapq.heappush(self._ends, (end, len(self._ends), chosen, weight))
            if facts.patient_id:
                self._taken.setdefault((facts.facility, facts.patient_id), []).append((end, chosen))
        return chosen

    def _close(self, at: datetime) -> None:
        """What was final by then is no longer open."""
        while self._ends and self._ends[0][0] <= at:
            end, _, reader, weight = heapq.heappop(self._ends)
            self._open[reader].remove(weight)
            self._done.setdefault(reader, []).append((end, weight))

    def _previous(self, facts: StudyFacts, at: datetime) -> str:
        """Who had the patient's last study that was final by then."""
        taken = [each for each in self._taken.get((facts.facility, facts.patient_id), ()) if each[0] <= at]
        return max(taken)[1] if taken else self.past.previous_reader(facts)

    def _standing(self, reader: Reader, need: Need, choice: Choice) -> Standing:
        weights = self._open.get(reader.id, ())
        duty, available = self.past.presence(reader, need.at)
        done = self._done_in_shift(reader, need) if choice.by == FAIR_SHIFT else 0.0
        return Standing(len(weights), sum(weights), done, duty, available)

    def _done_in_shift(self, reader: Reader, need: Need) -> float:
        began = standings.began(reader, need)
        done = takewhile(lambda each: each[0] >= began, reversed(self._done.get(reader.id, ())))
        return sum(weight for _, weight in done)

    def _pool(self, need: Need) -> tuple[Reader, ...]:
        """The readers against whom nothing lasting stands on that day: judging everybody for each study would take minutes."""
        key = (need.facility, need.subspecialty, need.modality, need.language, need.broadened, need.day, *self._concerned(need))
        if key not in self._pools:
            self._pools[key] = tuple(reader for reader in self.rules.readers.values() if not lasting(reader, need))
        return self._pools[key]

    def _concerned(self, need: Need) -> tuple[str, str]:
        """Patient and referrer, where somebody has declared a conflict with them."""
        conflicts = [reader.conflicts for reader in self.rules.readers.values()]
        patient = any(each.with_patient(need.facility, need.patient) for each in conflicts)
        referrer = any(each.with_referrer(need.referrer) for each in conflicts)
        return need.patient if patient else "", need.referrer if referrer else ""


def workload(before: Replay, after: Replay) -> list[dict[str, Any]]:
    """Each reader's share under both files; "" is the work for which nobody was eligible."""
    return [
        {"reader": name, "before": vars(before.shares.get(name, Share())), "after": vars(after.shares.get(name, Share()))}
        for name in _names(before.shares, after.shares)
    ]


def lateness(before: Replay, after: Replay) -> dict[str, Any]:
    """How many studies of each priority had a promise and missed it, under both files."""
    return {"before": before.lateness.to_json(before.rules.priorities), "after": after.lateness.to_json(after.rules.priorities)}


def _names(*shares: Iterable[str]) -> list[str]:
    return sorted({name for each in shares for name in each})
