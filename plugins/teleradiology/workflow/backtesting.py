"""Other rules tried on the studies of the past: who would have moved, to whom, and what would have been late."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from ..config.rules_file import RulesFile
from ..store import replay
from ..store.engine import Connection
from ..store.replay import Received
from . import replaying
from .explaining import compare

MOST_LISTED = 500
NOWHERE = "unknown"  # the facility of a sender that no facility claims, in tables


@dataclass(frozen=True)
class Moved:
    """A study about which the other rules say something else; ``rule`` decides the first changed attribute."""

    id: str
    study_instance_uid: str
    facility: str
    state: str
    received_at: datetime
    changes: Mapping[str, Mapping[str, Any]]
    rule: str
    reader: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Backtest:
    """What other rules would have done, against those in force. ``items`` are the latest of the studies that move.

    A study moves when the files decide otherwise about it or promise another time. Who gets another reader is counted besides:
    each study that moves changes the work by which the readers of all later ones are chosen.
    """

    digest: str
    in_force: str
    since: datetime
    studies: int
    changed: int
    other_reader: int
    truncated: bool
    by_attribute: Mapping[str, int]
    by_facility: Mapping[str, int]
    by_priority: Mapping[str, Mapping[str, int]]
    by_facility_priority: Mapping[str, Mapping[str, Mapping[str, int]]]
    workload: list[dict[str, Any]]
    lateness: Mapping[str, Any]
    items: tuple[Moved, ...]


@dataclass(frozen=True)
class Period:
    """Which studies are replayed: the latest ``limit`` of those received since then, of one facility if it is named."""

    since: datetime
    limit: int = 5000
    facility: str = ""


def backtest(c: Connection, current: RulesFile, other: RulesFile, period: Period, now: datetime) -> Backtest:
    """Both files over the stored studies of the period, oldest first."""
    tally = _Tally(current, other, replaying.Past(c, period.since, now))
    found = list(replay.received_since(c, period.since, period.limit + 1, period.facility))
    for received in reversed(found[: period.limit]):
        tally.add(received)
    return tally.result(period.since, truncated=len(found) > period.limit)


class _Tally:
    """Counts while the studies are replayed."""

    def __init__(self, current: RulesFile, other: RulesFile, past: replaying.Past) -> None:
        self.current, self.other = current, other
        self.before, self.after = replaying.Replay(current, past), replaying.Replay(other, past)
        self.studies = self.other_reader = 0
        self.items: list[Moved] = []
        self.attributes: Counter[str] = Counter()
        self.facilities: Counter[str] = Counter()
        self.priorities: Counter[tuple[str, str, str]] = Counter()

    def add(self, received: Received) -> None:
        """One study under both files."""
        found = compare(self.current, self.other, received.facts)
        self.studies += 1
        before = self.before.take(received, found.facts_before, found.before)
        after = self.after.take(received, found.facts_after, found.after)
        self.other_reader += before.reader != after.reader
        changes = {**found.changes, **_due(found.changes, before, after)}
        if not changes:
            return
        self.attributes.update(changes.keys())
        self.facilities[received.facility] += 1
        if "priority" in changes:
            moved = changes["priority"]
            self.priorities[received.facility, str(moved["before"]), str(moved["after"])] += 1
        decided = self.other.explain(found.facts_after).attributes
        rule = next((decided[name].rule for name in changes if name in decided), "")
        self.items.append(
            Moved(
                received.id, received.study_instance_uid, received.facility, received.state, received.received_at, changes, rule,
                {"before": before.reader, "after": after.reader},
            )
        )  # fmt: skip

    def result(self, since: datetime, *, truncated: bool) -> Backtest:
        """The tables."""
        return Backtest(
            digest=self.other.digest,
            in_force=self.current.digest,
            since=since,
            studies=self.studies,
            changed=len(self.items),
            other_reader=self.other_reader,
            truncated=truncated,
            by_attribute=dict(self.attributes),
            by_facility=dict(self.facilities),
            by_priority=_by_priority(self.priorities),
            by_facility_priority=_by_facility(self.priorities),
            workload=replaying.workload(self.before, self.after),
            lateness=replaying.lateness(self.before, self.after),
            items=tuple(reversed(self.items))[:MOST_LISTED],
        )


def _due(changes: Mapping[str, Any], before: replaying.Taken, after: replaying.Taken) -> dict[str, dict[str, str]]:
    """Another due time that nothing else tells of: by another calendar, or from another start."""
    due = {"before": before.due_at, "after": after.due_at}
    if None in due.values() or due["before"] == due["after"] or not changes.keys().isdisjoint(("priority", "turnaround", "skip")):
        return {}
    return {"due_at": {name: at.isoformat(timespec="seconds") for name, at in due.items() if at}}


def _by_priority(counts: Counter[tuple[str, str, str]]) -> dict[str, dict[str, int]]:
    found: dict[str, dict[str, int]] = {}
    for (_, before, after), count in counts.items():
        row = found.setdefault(before, {})
        row[after] = row.get(after, 0) + count
    return found


def _by_facility(counts: Counter[tuple[str, str, str]]) -> dict[str, dict[str, dict[str, int]]]:
    found: dict[str, dict[str, dict[str, int]]] = {}
    for (facility, before, after), count in counts.items():
        found.setdefault(facility or NOWHERE, {}).setdefault(before, {})[after] = count
    return found
