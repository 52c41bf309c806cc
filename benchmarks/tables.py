"""Tables for a terminal and for Markdown alike."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from statistics import median, quantiles


def table(title: str, head: Sequence[str], rows: Iterable[Sequence[object]], notes: Iterable[str] = ()) -> str:
    """A Markdown table under a title, columns aligned."""
    cells = [[str(cell) for cell in head], *[[str(cell) for cell in row] for row in rows]]
    widths = [max(len(row[column]) for row in cells) for column in range(len(head))]
    lines = [f"### {title}", ""]
    for number, row in enumerate(cells):
        lines.append("| " + " | ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)) + " |")
        if number == 0:
            lines.append("|" + "|".join("-" * (width + 2) for width in widths) + "|")
    return "\n".join([*lines, "", *notes, ""])


def spread(values: Sequence[float], form: str = "{:.2f}") -> str:
    """Median and quartiles: ``0.98 (0.96 to 1.01)``."""
    if len(values) < 2:
        return form.format(values[0])
    low, _, high = quantiles(values, n=4)
    return f"{form.format(median(values))} ({form.format(low)} to {form.format(high)})"


def verdict(holds: bool) -> str:
    """Whether a goal is met."""
    return "met" if holds else "NOT MET"
