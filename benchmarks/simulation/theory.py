"""Closed forms for one radiologist: what a simulation of priority classes must come out at."""

from __future__ import annotations

from collections.abc import Sequence


def waits(classes: Sequence[tuple[float, float, float]], *, preemptive: bool) -> list[float]:
    """Mean wait per class, highest class first, in the unit of E[S].

    ``classes`` holds (arrival rate, E[S], E[S²]); Poisson arrivals, one server. Non-preemptive is Cobham's formula;
    preemptive-resume counts the interruptions as waiting (wait = completion - arrival - own reading time).
    """
    total = sum(rate * second for rate, _, second in classes) / 2
    load = seen = 0.0
    result = []
    for rate, mean, second in classes:
        above, load, seen = 1 - load, load + rate * mean, seen + rate * second / 2
        result.append(mean / above + seen / (above * (1 - load)) - mean if preemptive else total / (above * (1 - load)))
    return result


def first_come_first_served(classes: Sequence[tuple[float, float, float]]) -> float:
    """Mean wait of everybody without classes (Pollaczek-Khinchine)."""
    load = sum(rate * mean for rate, mean, _ in classes)
    return sum(rate * second for rate, _, second in classes) / 2 / (1 - load)
