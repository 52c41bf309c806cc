"""How evenly the work lies on the readers."""

from __future__ import annotations

from collections.abc import Collection


def coefficient_of_variation(values: Collection[float]) -> float:
    """Standard deviation over mean."""
    average = sum(values) / len(values)
    return (sum((value - average) ** 2 for value in values) / len(values)) ** 0.5 / average


def gini(values: Collection[float]) -> float:
    """0 when all have the same, towards 1 when one has everything."""
    ordered = sorted(values)
    weighted = sum((2 * place - len(ordered) - 1) * value for place, value in enumerate(ordered, 1))
    return weighted / (len(ordered) * sum(ordered))
