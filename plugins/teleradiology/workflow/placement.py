"""Where the rules' decision puts a study on the list: urgency, clock, order; and when a person must look at it first."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from ..config.rules_file import RulesFile
from ..core import turnaround
from ..core.decision import Decision
from ..store.item import Item

ON_TOP = -1  # the rank of what needs a person's attention
MARKS = ("due-soon", "overdue")
NO_FACILITY = "no facility claims the sender"
NO_READER = "no reader may read this"


@dataclass(frozen=True)
class Urgency:
    """A priority with the rank and the clock that go with it."""

    priority: str
    rank: int
    turnaround: timedelta | None
    warn_after: float | None


def most_urgent(rules: RulesFile) -> Urgency:
    """The first priority of the file: for what could not be decided."""
    return _of_priority(rules, next(iter(rules.priorities)))


def decided(rules: RulesFile, decision: Decision) -> Urgency:
    """The urgency that the rules gave. A priority the file does not have counts as the most urgent."""
    name = decision.value("priority")
    found = _of_priority(rules, name) if name in rules.priorities else most_urgent(rules)
    return Urgency(
        found.priority,
        found.rank,
        decision.value("turnaround", found.turnaround),
        decision.value("warn_after", found.warn_after),
    )


def as_is(rules: RulesFile, item: Item) -> Urgency:
    """The urgency that a person gave the item."""
    seconds = item.turnaround_seconds
    priority = rules.priorities.get(item.priority)
    return Urgency(
        item.priority,
        priority.rank if priority else 0,
        timedelta(seconds=seconds) if seconds is not None else None,
        priority.warn_after if priority else None,
    )


def _of_priority(rules: RulesFile, name: str) -> Urgency:
    priority = rules.priorities[name]
    return Urgency(name, priority.rank, priority.turnaround, priority.warn_after)


def columns(urgency: Urgency, item: Item, now: datetime, *, paused_seconds: int, attention: str) -> dict[str, Any]:
    """The columns of urgency, clock and order. The clock began when the first image came and is never set back."""
    paused = timedelta(seconds=paused_seconds)
    warn_at, due_at = turnaround.due(item.received_at, urgency.turnaround, urgency.warn_after, paused)
    return {
        "priority": urgency.priority,
        "rank": ON_TOP if attention else urgency.rank,
        "turnaround_seconds": int(urgency.turnaround.total_seconds()) if urgency.turnaround is not None else None,
        "warn_at": warn_at,
        "due_at": due_at,
        "order_key": turnaround.order_key(due_at, item.received_at),
        "paused_seconds": paused_seconds,
        "flags": turnaround.unmarked(item.flags, now, warn_at, due_at),
        "attention": attention,
    }


def with_flag(flags: Iterable[str], *more: str) -> tuple[str, ...]:
    """The flags and these, each once."""
    return tuple(dict.fromkeys((*flags, *more)))


def without_flag(flags: Iterable[str], *fewer: str) -> tuple[str, ...]:
    """The flags but these."""
    return tuple(flag for flag in flags if flag not in fewer)
