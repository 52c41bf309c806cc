"""The parameters of tables T1 to T4: the public queueing models QuCAD (T1) and multi-QuCAD (T3, T4) of the FDA, and one plain
case (T2).

Times are minutes. Reading times are exponential, arrivals Poisson, wait = completion - arrival - own reading time.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import accumulate

FIFO, PRIORITY, HIERARCHICAL = "FIFO", "priority", "hierarchical"


@dataclass(frozen=True)
class Disease:
    """A finding: its share within the group, mean reading time, and the AI that looks for it (sensitivity, 1 - specificity)."""

    name: str
    prevalence: float
    reading: float
    sensitivity: float
    false_alarms: float
    has_ai: bool = True


@dataclass(frozen=True)
class Group:
    """Studies that the same AIs look at; ``share`` of all studies, ``reading`` the mean time of those without a finding."""

    share: float
    reading: float
    diseases: tuple[Disease, ...]
    interrupting: bool = False  # read at once, before every other, under every policy


@dataclass(frozen=True)
class Case:
    """One table: groups of studies, load, readers, and whether a more urgent study interrupts a reading."""

    name: str
    groups: tuple[Group, ...]
    preemptive: bool
    readers: int = 1
    load: float = 0.8

    @property
    def mean_reading(self) -> float:
        """E[S] over the whole mix."""
        total = 0.0
        for group in self.groups:
            healthy = 1 - sum(disease.prevalence for disease in group.diseases)
            total += group.share * (healthy * group.reading + sum(d.prevalence * d.reading for d in group.diseases))
        return total

    @property
    def rate(self) -> float:
        """Arrivals per minute."""
        return self.load * self.readers / self.mean_reading


def _four(false_alarms_of_d: float) -> tuple[Group, ...]:
    return tuple(Group(0.25, 10, (Disease(name, 0.4, 10, 0.9, false_alarms_of_d if name == "D" else 0.3),)) for name in "ABCD")


T1 = Case(
    "T1",
    (Group(0.1, 5, (), interrupting=True), Group(0.9, 10, (Disease("diseased", 0.1, 10, 0.9, 0.1),))),
    preemptive=True,
    readers=2,
)
_T2_GROUPS = (Group(1.0, 10, (Disease("diseased", 0.1, 10, 0.9, 0.1),)),)
T2N = Case("T2 non-preemptive", _T2_GROUPS, preemptive=False)
T2P = Case("T2 preemptive", _T2_GROUPS, preemptive=True)
T3 = Case("T3", _four(0.1), preemptive=True)
T4 = Case(
    "T4",
    (
        Group(0.4, 2, (Disease("A", 0.2, 5, 0.9, 0.1), Disease("B", 0.1, 3, 0.8, 0.2))),
        Group(0.5, 3, (Disease("C", 0.1, 10, 0.9, 0.1),)),
        Group(0.1, 5, (Disease("D", 0.1, 5, 0, 0, has_ai=False),)),
    ),
    preemptive=False,
)

# (arrival, class, reading time, label): class 0 is read first; the label says what the study is and whether an AI flagged it.
Study = tuple[float, int, float, str]


def studies(case: Case, policy: str, count: int, seed: int) -> Iterator[Study]:
    """The same stream of studies for every policy of one seed; only the classes differ."""
    draw = random.Random(seed)
    rate, at = case.rate, 0.0
    makers = [(group, _maker(group, policy, first)) for group, first in zip(case.groups, _first_ranks(case), strict=True)]
    groups, shares = [maker for _, maker in makers], list(accumulate(group.share for group in case.groups))
    expovariate, choices = draw.expovariate, draw.choices
    for _ in range(count):
        at += expovariate(rate)
        klass, reading, label = choices(groups, cum_weights=shares)[0](draw)
        yield at, klass, expovariate(1 / reading), label


def _first_ranks(case: Case) -> list[int]:
    """How many AIs come before each group's first one in the hierarchy."""
    ranks, seen = [], 0
    for group in case.groups:
        ranks.append(seen)
        seen += sum(disease.has_ai for disease in group.diseases)
    return ranks


def _maker(group: Group, policy: str, first: int) -> Callable[[random.Random], tuple[int, float, str]]:
    """Draws one study of the group: (class, mean reading time, label)."""
    if group.interrupting:
        return lambda draw: (0, group.reading, "interrupting")
    lowest = 1 if policy == FIFO else 99

    def make(draw: random.Random) -> tuple[int, float, str]:
        u, has, reading = draw.random(), "non-diseased", group.reading
        for disease in group.diseases:
            if u < disease.prevalence:
                has, reading = disease.name, disease.reading
                break
            u -= disease.prevalence
        klass = lowest
        for rank, disease in enumerate(d for d in group.diseases if d.has_ai):
            positive = draw.random() < (disease.sensitivity if disease.name == has else disease.false_alarms)
            if positive and klass == 99:
                klass = 1 if policy == PRIORITY else 1 + first + rank
            if positive and policy == FIFO:
                return lowest, reading, f"{has}+"
        return klass, reading, has + ("-" if klass == lowest else "+")

    return make
