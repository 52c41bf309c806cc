"""Plots as SVG in the text of a page: light and dark by its style, told apart without colour, no script."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from html import escape
from typing import Any

WIDTH, LABELS, ROW = 760, 190, 18
DASHES = ("", "6 3", "2 3", "9 3 2 3", "1 4", "12 4", "5 2 1 2", "3 6", "")
Data = dict[str, Any]


def svg(height: float, label: str, parts: Sequence[str]) -> str:
    """One drawing."""
    return f'<svg viewBox="0 0 {WIDTH} {height:.0f}" role="img" aria-label="{escape(label)}">{"".join(parts)}</svg>'


def text(x: float, y: float, words: str, anchor: str = "start", css: str = "") -> str:
    """Words at a place."""
    return f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}" class="{css}">{escape(words)}</text>'


def line(x1: float, y1: float, x2: float, y2: float, css: str) -> str:
    """A stroke."""
    return f'<line x1="{x1:.1f}" y1="{y1:.1f}" x2="{x2:.1f}" y2="{y2:.1f}" class="{css}"/>'


def mark(x: float, y: float, shape: int, css: str) -> str:
    """A marker; each shape is another one."""
    drawn = (
        f'<circle cx="{x:.1f}" cy="{y:.1f}" r="4"',
        f'<path d="M{x - 4:.1f} {y - 4:.1f}h8v8h-8z"',
        f'<path d="M{x:.1f} {y - 5:.1f}l5 9h-10z"',
        f'<path d="M{x:.1f} {y - 5:.1f}l5 5l-5 5l-5 -5z"',
        f'<path d="M{x - 4:.1f} {y - 4:.1f}l8 8m0 -8l-8 8"',
    )[shape % 5]
    return f'{drawn} class="mark {css}"/>'


def forest(data: Data) -> str:
    """Simulated over expected, a row for each cell: a dot with its interval, a band for the tolerance."""
    rows, top, left, right = data["rows"], 24, LABELS + 70, WIDTH - 175
    height = top + ROW * len(rows) + 8
    widest = 5.0

    def x(percent: float) -> float:
        return left + (max(-widest, min(widest, percent)) + widest) / (2 * widest) * (right - left)

    parts = [f'<rect x="{x(-2):.1f}" y="{top - 4}" width="{x(2) - x(-2):.1f}" height="{height - top}" class="band"/>']
    for percent in (-4, -2, 0, 2, 4):
        parts += [
            line(x(percent), top - 4, x(percent), height - 4, "axis"),
            text(x(percent), 12, f"{percent:+d} %" if percent else "0 %", "middle"),
        ]
    for number, row in enumerate(rows):
        y = top + ROW * number + 8
        apart, half = (100 * (row["simulated"] / row["expected"] - 1), 100 * row["half_width"] / row["expected"])
        parts += [
            text(0, y + 4, row["label"], css="" if row["holds"] else "missed"),
            line(x(apart - half), y, x(apart + half), y, "whisker"),
            mark(x(apart), y, 0 if row["holds"] else 4, "ours"),
            text(right + 12, y + 4, f"{row['expected']:.3f} → {row['simulated']:.3f} ± {row['half_width']:.3f}"),
        ]
    return svg(height, "Simulated over expected waits", parts)


def lines(data: Data) -> str:
    """One line a policy with its own dashes and markers, named at its end; ours is thick."""
    series, height, left, right, top, bottom = data["series"], 360, 52, WIDTH - LABELS, 16, 320
    across = sorted({point[0] for each in series for point in each["points"]})
    highest = max(point[1] for each in series for point in each["points"])
    step = next(each for each in (0.01, 0.02, 0.05, 0.1, 0.2, 0.25) if highest <= 5 * each)
    most = step * math.ceil(highest / step)

    def x(value: float) -> float:
        return left + (value - across[0]) / (across[-1] - across[0] or 1) * (right - left)

    def y(value: float) -> float:
        return bottom - value / most * (bottom - top)

    parts = [part for number in range(round(most / step) + 1) for part in _level(number * step, y, left, right)]
    parts += [text(x(value), bottom + 18, f"{value}", "middle") for value in across]
    parts.append(text((left + right) / 2, height - 4, data["x"], "middle"))
    labels = apart([y(each["points"][-1][1]) for each in series], 15.0, bottom)
    for number, each in enumerate(series):
        css = "ours" if each.get("ours") else f"series{number % 8}"
        points = " ".join(f"{x(at):.1f},{y(value):.1f}" for at, value in each["points"])
        parts.append(f'<polyline points="{points}" class="line {css}" stroke-dasharray="{_dashes(number, each)}"/>')
        parts += [mark(x(at), y(value), number, css) for at, value in each["points"]]
        end = y(each["points"][-1][1])
        parts += [line(right + 5, end, right + 16, labels[number], "axis"), mark(right + 22, labels[number], number, css)]
        parts.append(text(right + 30, labels[number] + 4, each["name"], css="strong" if each.get("ours") else ""))
    return svg(height, f"{data['y']} over {data['x']}", parts)


def _dashes(number: int, series: Data) -> str:
    return "" if series.get("ours") else DASHES[number % len(DASHES)]


def _level(share: float, y: Callable[[float], float], left: float, right: float) -> Iterator[str]:
    yield line(left, y(share), right, y(share), "axis")
    yield text(left - 6, y(share) + 4, f"{100 * share:.0f} %", "end")


def apart(places: Sequence[float], least: float, lowest: float) -> list[float]:
    """Places for labels in their order, never on top of each other, none below the ``lowest``."""
    found = [0.0] * len(places)
    last = -least
    for at, number in sorted((at, number) for number, at in enumerate(places)):
        last = found[number] = max(at, last + least)
    over = max(0.0, last - lowest)
    return [at - over for at in found]


def ranges(data: Data) -> str:
    """Mean (dot), 95th percentile (stroke) and maximum (diamond) of each policy on a logarithmic scale; a dashed limit."""
    rows, top, left, right = data["rows"], 26, LABELS + 10, WIDTH - 130
    least = min(row["mean"] for row in rows) / 1.3
    most = max([*(row["maximum"] for row in rows), data["limit"]]) * 1.1
    height = top + 22 * len(rows) + 6

    def x(value: float) -> float:
        return left + math.log(value / least) / math.log(most / least) * (right - left)

    parts = []
    for tick in (each * 10**power for power in range(5) for each in (1, 2, 5)):
        if least < tick < most:
            parts += [line(x(tick), top - 8, x(tick), height, "axis"), text(x(tick), 12, f"{tick:,}", "middle")]
    parts.append(line(x(data["limit"]), top - 8, x(data["limit"]), height, "limit"))
    for number, row in enumerate(rows):
        y, css = top + 22 * number + 8, "ours" if row.get("ours") else "series5"
        parts += [
            text(0, y + 4, row["name"], css="strong" if row.get("ours") else ""),
            line(x(row["mean"]), y, x(row["maximum"]), y, f"whisker {css}"),
            mark(x(row["mean"]), y, 0, css),
            line(x(row["p95"]), y - 6, x(row["p95"]), y + 6, f"tick {css}"),
            mark(x(row["maximum"]), y, 3, css),
            text(right + 14, y + 4, f"{row['mean']:.0f} · {row['p95']:.0f} · {row['maximum']:,.0f}"),
        ]
    return svg(height, f"{data['what']}: mean, 95th percentile, maximum", parts)


def scatter(data: Data) -> str:
    """Two ratios of each run; a shape for each policy, a rectangle for the goal."""
    height, left, right, top, bottom = 380, 52, WIDTH - LABELS - 40, 16, 330
    across, up = data["across"], data["up"]

    def x(value: float) -> float:
        return left + min(value, across) / across * (right - left)

    def y(value: float) -> float:
        return bottom - min(value, up) / up * (bottom - top)

    goal_x, goal_y = data["goal"]
    parts = [
        f'<rect x="{left}" y="{y(goal_y):.1f}" width="{x(goal_x) - left:.1f}" height="{bottom - y(goal_y):.1f}" class="band"/>',
        text(left + 6, bottom - 8, "goal"),
        text((left + right) / 2, height - 8, data["x"], "middle"),
        text(left - 40, 10, data["y"]),
    ]
    for step in range(int(across / 0.2) + 1):
        parts += [
            line(x(step / 5), top, x(step / 5), bottom, "axis"),
            text(x(step / 5), bottom + 16, f"{step / 5:.1f}", "middle"),
        ]
    beyond = any(b > up for each in data["series"] for _, b in each["points"])
    for step in range(int(up / 0.5) + 1):
        parts += [
            line(left, y(step / 2), right, y(step / 2), "axis"),
            text(left - 6, y(step / 2) + 4, f"{step / 2:.1f}{'+' if beyond and step / 2 == up else ''}", "end"),
        ]
    for number, each in enumerate(data["series"]):
        css = "ours" if each.get("ours") else f"series{number}"
        parts += [mark(x(a), y(b), number, css) for a, b in each["points"]]
        parts += [mark(right + 22, 40 + 22 * number, number, css), text(right + 34, 44 + 22 * number, each["name"])]
    return svg(height, f"{data['y']} against {data['x']}", parts)


def bars(data: Data) -> str:
    """A bar for each row from nought, its figure beside it; a dashed line for the goal."""
    rows, left, right, top = data["rows"], LABELS + 10, WIDTH - 110, 22
    most = max([*(row["value"] for row in rows), data["goal"]]) * 1.02
    height = top + 22 * len(rows) + 4

    def x(value: float) -> float:
        return left + value / most * (right - left)

    parts = []
    for number, row in enumerate(rows):
        y, css = top + 22 * number, "ours" if row.get("ours") else "other"
        parts += [
            text(0, y + 12, row["name"], css="strong" if row.get("ours") else ""),
            f'<rect x="{left}" y="{y}" width="{max(x(row["value"]) - left, 1):.1f}" height="14" class="bar {css}"/>',
            text(right + 10, y + 12, row["text"]),
        ]
    parts += [
        line(x(data["goal"]), top - 6, x(data["goal"]), height, "limit"),
        text(x(data["goal"]), 11, data["goal_text"], "end" if x(data["goal"]) > WIDTH / 2 else "start"),
    ]
    return svg(height, data["what"], parts)
