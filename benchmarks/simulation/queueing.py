"""Tables T1 to T4: published or closed-form waits beside simulated ones, and the production dispatcher on the same studies.

The confidence intervals come from the plain heap of ``fast``; that the service's dispatcher in SimPy does the same is shown
by comparing both study by study.
"""

from __future__ import annotations

import time
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from statistics import mean, stdev

from teleradiology.core import dispatch
from teleradiology.core.dispatch import OWN, Waiting

from . import cases, fast, theory
from .cases import FIFO, HIERARCHICAL, PRIORITY
from .model import Case as ModelCase
from .model import Read, ReadingRoom

T1, T2N, T2P, T3, T4 = cases.T1, cases.T2N, cases.T2P, cases.T3, cases.T4

# Expected mean waits in minutes. T1: the FDA's numerical solution, printed by QuCAD; the others follow from the closed forms
# (``theory_of`` computes them again). T4 FIFO is the exact 17.528 and not the 13.720 that multi-QuCAD prints: see README.md.
EXPECTED: dict[tuple[str, str], dict[str, float]] = {
    (T1.name, FIFO): {"diseased": 18.29, "non-diseased": 18.29},
    (T1.name, PRIORITY): {"diseased": 2.57, "non-diseased": 19.98, "AI-positive": 0.39, "AI-negative": 22.16},
    (T2N.name, FIFO): {"diseased": 40.0, "non-diseased": 40.0},
    (T2N.name, PRIORITY): {"AI-positive": 9.346, "AI-negative": 46.729, "diseased": 13.084, "non-diseased": 42.991},
    (T2P.name, PRIORITY): {"AI-positive": 1.682, "AI-negative": 48.411, "diseased": 6.355, "non-diseased": 43.738},
    (T3.name, FIFO): dict.fromkeys(("A", "B", "C", "D", "AI-positive", "AI-negative"), 40.0),
    (T3.name, PRIORITY): {"A": 13.649, "B": 13.649, "C": 13.649, "D": 13.649, "AI-positive": 6.892, "AI-negative": 74.459},
    (T3.name, HIERARCHICAL): {"A": 8.536, "B": 11.315, "C": 15.428, "D": 20.935, "AI-negative": 74.459},
    (T4.name, FIFO): dict.fromkeys(("A", "B", "C", "D", "AI-positive", "AI-negative"), 17.528),
    (T4.name, PRIORITY): {"A": 6.443, "B": 8.395, "C": 6.833, "D": 24.405, "AI-positive": 4.881, "AI-negative": 24.405},
    (T4.name, HIERARCHICAL): {"A": 5.548, "B": 8.063, "C": 7.580, "D": 24.405, "AI-negative": 24.405},
}
BY_NAME = {case.name: case for case in (T1, T2N, T2P, T3, T4)}
DISCARDED = 0.05  # of the patients, at the beginning


@dataclass(frozen=True)
class Cell:
    """One number of a table, minutes; ``half_width`` of the 95 % confidence interval over the replications."""

    table: str
    policy: str
    who: str
    expected: float
    simulated: float
    half_width: float

    @property
    def holds(self) -> bool:
        """Within 2 % of the expected value, or the expected value within the confidence interval."""
        off = abs(self.simulated - self.expected)
        return off <= 0.02 * self.expected or off <= self.half_width


def groups(label: str) -> tuple[str, ...]:
    """The columns a study counts in: what it is, and what the AI said."""
    if label == "interrupting":
        return ()
    return label[:-1], "AI-positive" if label[-1] == "+" else "AI-negative"


def means(waits: Iterable[tuple[float, str, int]], count: int) -> dict[str, float]:
    """Mean wait per column, without the first patients."""
    sums: dict[str, list[float]] = defaultdict(lambda: [0.0, 0])
    for number, (wait, label, _) in enumerate(waits):
        if number >= DISCARDED * count:
            for column in groups(label):
                sums[column][0] += wait
                sums[column][1] += 1
    return {column: total / number for column, (total, number) in sums.items()}


def cells(name: str, policy: str, *, replications: int, patients: int) -> list[Cell]:
    """Simulate one row of a table."""
    case, samples = BY_NAME[name], defaultdict(list)
    for seed in range(replications):
        stream = cases.studies(case, policy, patients, seed)
        for column, value in means(fast.waits(stream, case.readers, preemptive=case.preemptive), patients).items():
            samples[column].append(value)
    return [
        Cell(name, policy, who, expected, mean(samples[who]), 1.96 * stdev(samples[who]) / replications**0.5)
        for who, expected in EXPECTED[name, policy].items()
    ]


@dataclass(frozen=True)
class Agreement:
    """The dispatcher in SimPy against the plain heap on the same studies.

    ``apart`` is the largest difference of a wait in minutes.
    """

    table: str
    policy: str
    patients: int
    apart: float
    dispatcher_per_second: float
    heap_per_second: float


def agreement(name: str, policy: str, *, patients: int, seed: int = 0) -> Agreement:
    """Run both on one stream."""
    case = BY_NAME[name]
    stream = list(cases.studies(case, policy, patients, seed))
    began = time.process_time()
    plain = fast.waits(stream, case.readers, preemptive=case.preemptive)
    middle = time.process_time()
    reads = _dispatched(case, stream)
    ended = time.process_time()
    ours = [read.turnaround - read.case.reading for read in reads]
    # Waits identify their study only by order in ``plain``: compare them sorted, which any difference in one of them disturbs.
    apart = max(abs(a - b) for a, b in zip(sorted(ours), sorted(wait for wait, _, _ in plain), strict=True))
    return Agreement(name, policy, patients, apart, patients / (ended - middle), patients / (middle - began))


def _dispatched(case: cases.Case, stream: Iterable[cases.Study]) -> list[Read]:
    """The production dispatcher in SimPy."""
    room = ReadingRoom(
        [str(reader) for reader in range(case.readers)],
        dispatch.strict_priority,
        lambda case, reader: OWN,
        preemptive=case.preemptive,
        heads=_oldest_of_each_class,
    )
    return room.run(ModelCase(Waiting(str(n), klass, at, 1.0, 1.0), reading) for n, (at, klass, reading, _) in enumerate(stream))


@dataclass(frozen=True)
class Speed:
    """Patients of T1 per second of CPU time, each drawn once and led through both scenarios, as QuCAD does it."""

    dispatcher_per_second: float
    heap_per_second: float


def speed_on_t1(patients: int = 200_000, seed: int = 0) -> Speed:
    """With the AI and without; the dispatcher gets a tenth of the patients."""

    def per_second(count: int, simulate: Callable[[list[cases.Study]], object]) -> float:
        began = time.process_time()
        with_ai = list(cases.studies(T1, PRIORITY, count, seed))
        simulate(with_ai)
        simulate([(at, min(klass, 1), reading, label) for at, klass, reading, label in with_ai])
        return count / (time.process_time() - began)

    return Speed(
        per_second(patients // 10, lambda stream: _dispatched(T1, stream)),
        per_second(patients, lambda stream: fast.waits(stream, T1.readers, preemptive=T1.preemptive)),
    )


def _oldest_of_each_class(waiting: Iterable[ModelCase]) -> Iterable[ModelCase]:
    oldest: dict[int, ModelCase] = {}
    for case in waiting:
        known = oldest.get(case.study.rank)
        if known is None or case.study.since < known.study.since:
            oldest[case.study.rank] = case
    return oldest.values()


def theory_of(name: str, policy: str) -> Mapping[int, float]:
    """The closed form per class (one reader only), from the case's own parameters by drawing nothing."""
    case = BY_NAME[name]
    flows: dict[int, list[float]] = defaultdict(lambda: [0.0, 0.0, 0.0])
    for klass, share, reading in _shares(case, policy):
        flows[klass][0] += share
        flows[klass][1] += share * reading
        flows[klass][2] += share * 2 * reading**2
    order = sorted(flows)
    classes = [(case.rate * share, m / share, second / share) for share, m, second in (flows[klass] for klass in order)]
    if policy == FIFO:
        return {1: theory.first_come_first_served(classes)}
    return dict(zip(order, theory.waits(classes, preemptive=case.preemptive), strict=True))


def _shares(case: cases.Case, policy: str) -> Iterable[tuple[int, float, float]]:
    """(class, share of all studies, mean reading time) of every combination of truth and AI answers."""
    first = 0
    for group in case.groups:
        ais = [disease for disease in group.diseases if disease.has_ai]
        truths = [(d.name, d.prevalence, d.reading) for d in group.diseases]
        truths.append(("", 1 - sum(d.prevalence for d in group.diseases), group.reading))
        for truth, prevalence, reading in truths:
            missed = 1.0
            for rank, ai in enumerate(ais):
                positive = ai.sensitivity if ai.name == truth else ai.false_alarms
                klass = {FIFO: 1, PRIORITY: 1, HIERARCHICAL: 1 + first + rank}[policy]
                yield klass, group.share * prevalence * missed * positive, reading
                missed *= 1 - positive
            yield (1 if policy == FIFO else 99), group.share * prevalence * missed, reading
        first += len(ais)
