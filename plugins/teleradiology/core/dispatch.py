"""Which waiting study should be read next, and by which free reader: the reading order as a choice of policy.

All times are numbers on one scale (the service uses seconds, the simulations minutes). A policy gives each pair of study and
reader a value; the pair with the highest value starts. The default and its two weights were chosen by
``benchmarks/simulation`` (docs/decisions).
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Waiting:
    """A study that waits to be read.

    ``since`` is when its clock started, ``limit`` the promised turnaround, ``reading`` the expected reading time by a reader
    of its own subspecialty, ``spread`` the standard deviation of the logarithm of reading times.
    """

    key: str
    rank: int  # of its priority; 0 is the most urgent
    since: float
    limit: float
    reading: float
    spread: float = 0.6


@dataclass(frozen=True, slots=True)
class Fit:
    """How a reader suits a study: ``slowdown`` multiplies the reading time, ``willingness`` the value of the pair."""

    slowdown: float = 1.0
    willingness: float = 1.0


OWN = Fit()  # the reader's primary subspecialty
OUTSIDE = Fit(slowdown=1.25, willingness=0.2)  # another subspecialty the reader may read; see the policy ladder for the numbers

Policy = Callable[[Waiting, float, Fit], Any]  # larger is sooner; values of one policy compare with each other


def first_come_first_served(study: Waiting, now: float, fit: Fit) -> float:
    """The oldest first."""
    return -study.since


def strict_priority(study: Waiting, now: float, fit: Fit) -> tuple[int, float]:
    """The most urgent priority first, the oldest first within it."""
    return -study.rank, -study.since


def earliest_due_date(study: Waiting, now: float, fit: Fit) -> float:
    """The one that is due next."""
    return -(study.since + study.limit)


def least_slack(study: Waiting, now: float, fit: Fit) -> float:
    """The one with the least time to spare once its reading time is set aside."""
    return -(study.since + study.limit - now - study.reading * fit.slowdown)


def generalised_c_mu(study: Waiting, now: float, fit: Fit) -> float:
    """Marginal cost of delay per minute of reading, for a cost that grows with the square of the share of the limit used up.

    Asymptotically optimal for convex costs (van Mieghem 1995, Annals of Applied Probability 5:809).
    """
    return _delay_cost(study, now) / (study.reading * fit.slowdown)


CHANCE_WEIGHT = 0.2


def promise_keeping(study: Waiting, now: float, fit: Fit) -> float:
    """Generalised c-mu, plus how fast the chance to keep the promise is melting, times the willingness.

    The chance to be done in time, with lognormal reading times, falls by its density at the time left for every minute of
    waiting: a study is worth most to start while it can still just be saved. One that is late keeps its delay cost, which
    grows without end, so nobody is forgotten.
    """
    left = study.since + study.limit - now
    melting = _density(left / fit.slowdown, study) / fit.slowdown if left > 0 else 0.0
    return fit.willingness * (_delay_cost(study, now) + CHANCE_WEIGHT * melting) / (study.reading * fit.slowdown)


def _delay_cost(study: Waiting, now: float) -> float:
    return 2 * max(now - study.since, 1e-6 * study.limit) / (study.limit * study.limit)


def _density(time: float, study: Waiting) -> float:
    """Of a lognormal reading time with the study's mean and spread, at ``time``."""
    spread = study.spread
    z = (math.log(time / study.reading) + spread * spread / 2) / spread
    return math.exp(-z * z / 2) / (spread * time * 2.5066282746310002)


POLICIES: dict[str, Policy] = {
    "fifo": first_come_first_served,
    "strict-priority": strict_priority,
    "earliest-due": earliest_due_date,
    "least-slack": least_slack,
    "generalised-c-mu": generalised_c_mu,
    "promise-keeping": promise_keeping,
}
DEFAULT = "promise-keeping"


def best_pair(
    policy: Policy,
    waiting: Iterable[Waiting],
    readers: Iterable[str],
    fit: Callable[[Waiting, str], Fit | None],
    now: float,
) -> tuple[Waiting, str] | None:
    """The study and the free reader that should start now.

    ``readers`` in the order in which ties are broken (longest free first).
    """
    best, best_value = None, None
    order = list(readers)
    for study in waiting:
        for place, reader in enumerate(order):
            suits = fit(study, reader)
            if suits is None:
                continue
            value = (policy(study, now, suits), -place, -study.since)
            if best_value is None or value > best_value:
                best, best_value = (study, reader), value
    return best
