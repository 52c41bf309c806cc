"""Where the rules' decision puts a study on the list: urgency and order; and when a person must look at it first."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from ..config.rules_file import RulesFile
from ..core import turnaround
from ..core.decision import Decision
from ..core.facts import StudyFacts
from ..core.policies import TurnaroundPolicy
from ..store.item import Item
from . import clock

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
    policy: TurnaroundPolicy | None = None


def most_urgent(rules: RulesFile) -> Urgency:
    """The first priority of the file: for what could not be decided."""
    return of_priority(rules, next(iter(rules.priorities)), None)


def decided(rules: RulesFile, decision: Decision, facts: StudyFacts) -> Urgency:
    """The urgency that the rules gave. A priority the file does not have counts as the most urgent."""
    name = decision.value("priority")
    if name not in rules.priorities:
        name = most_urgent(rules).priority
    found = of_priority(rules, name, rules.policy_for(facts.facility, name, facts.modality))
    span, share = decision.value("turnaround", found.turnaround), decision.value("warn_after", found.warn_after)
    return Urgency(name, found.rank, span, share, found.policy)


def as_is(rules: RulesFile, item: Item) -> Urgency:
    """The urgency that the item has, with its promise."""
    seconds = item.turnaround_seconds
    priority, policy = rules.priorities.get(item.priority), rules.policy_called(item.policy)
    share = policy.warn_after if policy and policy.warn_after is not None else priority.warn_after if priority else None
    span = timedelta(seconds=seconds) if seconds is not None else None
    return Urgency(item.priority, priority.rank if priority else 0, span, share, policy)


def given(rules: RulesFile, item: Item, priority: str) -> Urgency:
    """The urgency of a priority for an item, with the promise that goes with it."""
    policy = rules.policy_for(item.facility, priority, str(item.facts.get("modality", "")))
    return of_priority(rules, priority, policy)


def of_priority(rules: RulesFile, name: str, policy: TurnaroundPolicy | None) -> Urgency:
    """What the file says of a priority, where the policy does not say otherwise."""
    priority = rules.priorities[name]
    span = priority.turnaround if policy is None or policy.time is None else policy.time
    share = priority.warn_after if policy is None or policy.warn_after is None else policy.warn_after
    return Urgency(name, priority.rank, span, share, policy)


def is_less_urgent(found: Urgency, present: Urgency) -> bool:
    """Whether it comes later in the order, or promises less at the same place."""
    longest = timedelta.max
    return (found.rank, found.turnaround or longest) > (present.rank, present.turnaround or longest)


def columns(
    rules: RulesFile, urgency: Urgency, item: Item, now: datetime, *, attention: str, course: clock.Course | None = None
) -> dict[str, Any]:
    """The columns of urgency, clock and order. ``course`` is what has happened to the clock, as on the item when left out."""
    course = course or clock.course_of(item)
    promise = clock.promise(rules, urgency.policy, urgency.turnaround, course)
    warn_at, due_at = clock.due(promise, urgency.warn_after)
    return {
        "priority": urgency.priority,
        "rank": ON_TOP if attention else urgency.rank,
        "turnaround_seconds": int(urgency.turnaround.total_seconds()) if urgency.turnaround is not None else None,
        "warn_at": warn_at,
        "due_at": due_at,
        "order_key": turnaround.order_key(due_at, item.received_at),
        "policy": urgency.policy.name if urgency.policy else "",
        "ring_at": None if course.paused_at else clock.first_ring(rules, urgency.policy, promise),
        **course.columns(),
        "flags": turnaround.unmarked(item.flags, now, warn_at, due_at),
        "attention": attention,
    }


def with_flag(flags: Iterable[str], *more: str) -> tuple[str, ...]:
    """The flags and these, each once."""
    return tuple(dict.fromkeys((*flags, *more)))


def without_flag(flags: Iterable[str], *fewer: str) -> tuple[str, ...]:
    """The flags but these."""
    return tuple(flag for flag in flags if flag not in fewer)
