"""The policy ladder: twelve readers of four subspecialties, four priorities, a day with peaks, at several loads.

Staff, mix, hourly profile and reading times are those of the scenario in which the published head-CT, chest, abdomen and
spine reading times (Sexauer 2022) are combined with limits of 20 and 30 minutes, 1 hour and 24 hours. Outside the primary
subspecialty a reading takes 1.25 times as long. Minutes.
"""

from __future__ import annotations

import math
import random
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from teleradiology.core import dispatch
from teleradiology.core.dispatch import Fit, Policy, Waiting

from . import spread
from .model import Case, Read, ReadingRoom

READING = {"neuro": 16.05, "body": 17.92, "chest": 15.84, "msk": 9.0}
SUBSPECIALTIES = tuple(READING)
SPREAD = 0.6
# share, limit, subspecialty mix
CLASSES = (
    (0.06, 20, {"neuro": 1.0}),
    (0.24, 30, {"neuro": 0.35, "body": 0.35, "chest": 0.25, "msk": 0.05}),
    (0.30, 60, {"neuro": 0.25, "body": 0.35, "chest": 0.25, "msk": 0.15}),
    (0.40, 1440, {"neuro": 0.20, "body": 0.30, "chest": 0.25, "msk": 0.25}),
)
NAMES = ("stroke", "stat", "urgent", "routine")
# fmt: off
HOURS = (.55, .45, .40, .35, .35, .40, .55, .75, 1.0, 1.2, 1.35, 1.4,
         1.4, 1.35, 1.35, 1.4, 1.45, 1.5, 1.5, 1.45, 1.3, 1.1, .9, .7)
# fmt: on
DAYS, WARM_UP = 6, 1440


def mean_reading() -> float:
    """Of the whole mix, read by own-subspecialty readers."""
    return sum(share * sum(part * READING[kind] for kind, part in mix.items()) for share, _, mix in CLASSES)


def cases(load: float, seed: int, readers: int = 12, days: int = DAYS) -> Iterator[Case]:
    """The studies of one seed: the same for every policy."""
    draw, at, number = random.Random(seed), 0.0, 0
    peak = max(HOURS) / (sum(HOURS) / 24) * load * readers / mean_reading()
    while at < days * 1440:
        at += draw.expovariate(peak)
        if draw.random() > HOURS[int(at // 60) % 24] / max(HOURS):
            continue
        u, rank = draw.random(), 0
        while rank < 3 and u >= CLASSES[rank][0]:
            u, rank = u - CLASSES[rank][0], rank + 1
        kind = draw.choices(*zip(*CLASSES[rank][2].items(), strict=True))[0]
        reading = draw.lognormvariate(math.log(READING[kind]) - SPREAD**2 / 2, SPREAD)
        number += 1
        yield Case(Waiting(str(number), rank, at, CLASSES[rank][1], READING[kind], SPREAD), reading, kind)


def fit(case: Case, reader: str) -> Fit:
    """Reader i's primary subspecialty is the (i mod 4)-th."""
    return dispatch.OWN if SUBSPECIALTIES[int(reader) % 4] == case.kind else dispatch.OUTSIDE


def oldest_of_each_kind(waiting: Iterable[Case]) -> Iterable[Case]:
    """All that a policy needs which never prefers the younger of two cases of one priority and subspecialty."""
    seen: set[tuple[int, str]] = set()
    for case in waiting:  # in the order of arrival
        if (case.study.rank, case.kind) not in seen:
            seen.add((case.study.rank, case.kind))
            yield case


def oldest_routine_only(waiting: Iterable[Case]) -> Iterable[Case]:
    """Of routine cases of one subspecialty look at the oldest only: ours may prefer a younger one where the promise is short."""
    seen: set[str] = set()
    for case in waiting:
        if case.study.rank == 3:
            if case.kind in seen:
                continue
            seen.add(case.kind)
        yield case


def _cherry_picking(study: Waiting, now: float, suits: Fit) -> float:
    return -study.reading / (1.5, 1.5, 1.2, 1.0)[study.rank]


def _naive_ageing(study: Waiting, now: float, suits: Fit) -> tuple[float, float]:
    rank, age = study.rank, now - study.since
    if age >= study.limit / 2:
        rank = max(0, rank - 1) if age < study.limit else 0
    return -rank, -study.since


def earliest_due_with_skill(study: Waiting, now: float, suits: Fit) -> float:
    """The one that is due next; one of the reader's own subspecialty counts as due four minutes earlier."""
    return -(study.since + study.limit - now + (0 if suits is dispatch.OWN else 4))


@dataclass(frozen=True)
class Rung:
    """A policy of the ladder; a blind one considers only the reader who has been free longest."""

    name: str
    policy: Policy
    blind: bool = False
    ours: bool = False

    @property
    def heads(self) -> Callable[[Iterable[Case]], Iterable[Case]]:
        """What the dispatcher has to look at; the result is the same as with everything that waits."""
        return oldest_routine_only if self.ours else oldest_of_each_kind


LADDER = (
    Rung("FIFO", dispatch.first_come_first_served, blind=True),
    Rung("cherry-picking", _cherry_picking, blind=True),
    Rung("EDF, skill-blind", dispatch.earliest_due_date, blind=True),
    Rung("strict priority", dispatch.strict_priority, blind=True),
    Rung("naive priority ageing", _naive_ageing, blind=True),
    Rung("least slack, skill-blind", dispatch.least_slack, blind=True),
    Rung("EDF + skill bonus", earliest_due_with_skill),
    Rung("generalised c-mu + skills", dispatch.generalised_c_mu),
    Rung("promise keeping (ours)", dispatch.promise_keeping, ours=True),
)


@dataclass(frozen=True)
class Outcome:
    """Of one policy at one load, all seeds pooled, without the first day. Shares 0 to 1, times in minutes."""

    missed: float
    mean: tuple[float, ...]
    percentile95: tuple[float, ...]
    maximum: tuple[float, ...]
    missed_of: tuple[float, ...]
    spread_of_load: float  # coefficient of variation of reading minutes between readers
    gini: float  # of the expected minutes of what each reader read, which stand for relative values
    missed_by_seed: tuple[float, ...] = ()


def outcome(reads: Iterable[Read]) -> Outcome:
    """Sum up what was read."""
    counted = [read for read in reads if read.case.study.since >= WARM_UP]
    by_rank = [sorted(read.turnaround for read in counted if read.case.study.rank == rank) for rank in range(4)]
    minutes: Counter[str] = Counter()
    values: Counter[str] = Counter()
    for read in counted:
        minutes[read.reader] += read.ended - read.began  # type: ignore[assignment]
        values[read.reader] += read.case.study.reading  # type: ignore[assignment]
    return Outcome(
        sum(read.late for read in counted) / len(counted),
        tuple(sum(times) / len(times) for times in by_rank),
        tuple(times[int(0.95 * len(times))] for times in by_rank),
        tuple(times[-1] for times in by_rank),
        tuple(sum(time > CLASSES[rank][1] for time in times) / len(times) for rank, times in enumerate(by_rank)),
        spread.coefficient_of_variation(minutes.values()),
        spread.gini(values.values()),
    )


def climb(load: float, seeds: Iterable[int] = range(4), rungs: Iterable[Rung] = LADDER) -> dict[str, Outcome]:
    """Every policy on the same studies."""
    streams = [list(cases(load, seed)) for seed in seeds]
    return {rung.name: _pooled([_read(rung, stream) for stream in streams]) for rung in rungs}


def _read(rung: Rung, stream: Iterable[Case]) -> list[Read]:
    room = ReadingRoom([str(i) for i in range(12)], rung.policy, fit, longest_free_only=rung.blind, heads=rung.heads)
    return room.run(stream)


def _pooled(runs: Sequence[list[Read]]) -> Outcome:
    pooled = outcome(read for run in runs for read in run)
    return replace(pooled, missed_by_seed=tuple(outcome(run).missed for run in runs))
