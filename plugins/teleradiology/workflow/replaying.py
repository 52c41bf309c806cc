"""The effect of other rules on people and promises: whose work it would have been, and what would have been late."""

from __future__ import annotations

import heapq
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from ..config.rules_file import RulesFile
from ..core.study_facts import StudyFacts
from ..core.workload import Workload
from ..store.replay import Received
from . import clock, imagining

NOBODY = ""
_HALF_AN_HOUR = timedelta(minutes=30)
_Pool = tuple[str, ...]


@dataclass(frozen=True)
class Share:
    """What a reader would have had to read."""

    studies: int = 0
    weight: float = 0.0


@dataclass
class Lateness:
    """Studies by priority that had a promise, and those of them that were, or still are, later than it."""

    studies: Counter[str] = field(default_factory=Counter)
    late: Counter[str] = field(default_factory=Counter)

    def to_json(self) -> dict[str, dict[str, int]]:
        """By priority."""
        return {name: {"studies": count, "late": self.late[name]} for name, count in self.studies.items()}


class Replay:
    """One rules file over a period, study by study in the order of their coming.

    Each goes to the reader with the least open weight among those eligible at that hour; it is open until it was in fact final,
    or for its turnaround when it is not. Not how studies were in fact assigned: the same for both files, so that they compare.
    """

    def __init__(self, rules: RulesFile, now: datetime):
        self.rules = rules
        self.now = now
        self.shares: dict[str, Share] = {}
        self.lateness = Lateness()
        self._table: Workload = getattr(rules, "workload", None) or Workload()
        self._pools: dict[tuple[object, ...], _Pool] = {}
        self._open: dict[str, float] = {}
        self._ends: list[tuple[datetime, str, float]] = []

    def take(self, received: Received, facts: StudyFacts, values: Mapping[str, Any]) -> str:
        """The reader that the study would have gone to, "" for nobody."""
        if values.get("skip"):
            return NOBODY
        self._promise(received, facts, values)
        return self._assign(received, facts, values)

    def _promise(self, received: Received, facts: StudyFacts, values: Mapping[str, Any]) -> None:
        """Whether the study would have been late: what was promised against when it was in fact final."""
        span, share = self.rules.deadline(values, facts)
        policy = self.rules.policy_for(facts.facility, values["priority"], facts.modality)
        course = clock.Course(
            received.received_at,
            received.admitted_at,
            received.exam_end_at,
            received.restarted_at,
            pauses=received.pauses,
        )
        _, due_at = clock.due(clock.promise(self.rules, policy, span, course), share)
        self.lateness.studies[values["priority"]] += 1
        if due_at is not None and (received.final_at or self.now) > due_at:
            self.lateness.late[values["priority"]] += 1

    def _assign(self, received: Received, facts: StudyFacts, values: Mapping[str, Any]) -> str:
        at = received.received_at
        while self._ends and self._ends[0][0] <= at:
            _, reader, weight = heapq.heappop(self._ends)
            self._open[reader] -= weight
        pool = self._pool(facts, values, at)
        named = values.get("assign_to")
        chosen = named if named in pool else min(pool, key=lambda each: (self._open.get(each, 0.0), each), default=NOBODY)
        weight = self._table.weight(facts.modality, facts.body_part)
        share = self.shares.get(chosen, Share())
        self.shares[chosen] = Share(share.studies + 1, round(share.weight + weight, 3))
        if chosen:
            self._open[chosen] = self._open.get(chosen, 0.0) + weight
            end = received.final_at or at + self.rules.deadline(values, facts)[0]
            heapq.heappush(self._ends, (end, chosen, weight))
        return str(chosen)

    def _pool(self, facts: StudyFacts, values: Mapping[str, Any], at: datetime) -> _Pool:
        """The readers eligible at that time, to the half hour: judging everybody for each study again would take minutes."""
        hour = int(at.timestamp() // _HALF_AN_HOUR.total_seconds())
        key = (facts.facility, values.get("subspecialty"), facts.modality, values.get("language"), hour)
        if key not in self._pools:
            found = imagining.readers_for(None, self.rules, facts, {**values, "assign_to": ""}, at)
            self._pools[key] = tuple(one.reader for one in found.considered if one.eligible)
        return self._pools[key]


def workload(before: Replay, after: Replay) -> list[dict[str, Any]]:
    """Each reader's share under both files; "" is the work for which nobody was eligible."""
    return [
        {"reader": name, "before": vars(before.shares.get(name, Share())), "after": vars(after.shares.get(name, Share()))}
        for name in _names(before.shares, after.shares)
    ]


def lateness(before: Replay, after: Replay) -> dict[str, Any]:
    """How many studies of each priority had a promise and missed it, under both files."""
    return {"before": before.lateness.to_json(), "after": after.lateness.to_json()}


def _names(*shares: Iterable[str]) -> list[str]:
    return sorted({name for each in shares for name in each})
