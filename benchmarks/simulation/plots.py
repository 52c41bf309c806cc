"""The results as one page of plots: plain HTML with SVG inside, to be opened from the disk."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from html import escape
from pathlib import Path

from . import ladder
from .ladder import Outcome

WIDTH, HEIGHT, LEFT, TOP, BOTTOM = 760, 320, 52, 16, 40
COLOURS = ("#8b949e", "#b08800", "#bc4c00", "#6e7781", "#a475f9", "#57606a", "#1b7c83", "#0969da", "#cf222e")
STYLE = """
:root { color-scheme: light dark; font: 15px/1.5 system-ui, sans-serif; }
body { max-width: 60rem; margin: 2rem auto; padding: 0 1rem; }
svg { width: 100%; height: auto; } text { fill: currentColor; font-size: 12px; } .axis { stroke: currentColor; opacity: .25; }
table { border-collapse: collapse; font-variant-numeric: tabular-nums; }
td, th { padding: .2rem .8rem .2rem 0; text-align: start; }
td svg { width: 6rem; height: .7rem; }
"""


def write(path: Path, climbs: Mapping[float, Mapping[str, Outcome]], head: Sequence[str]) -> None:
    """The page: promises missed over the load, and what each policy does to each priority at 0.88."""
    parts = [
        "<!doctype html><html lang=en><meta charset=utf-8><title>Reading order: the policy ladder</title>",
        f"<style>{STYLE}</style><h1>Reading order: the policy ladder</h1>",
        *(f"<p>{escape(line)}</p>" for line in head),
        "<h2>Promises missed, by utilisation</h2>",
        lines(climbs),
    ]
    if 0.88 in climbs:
        parts += ["<h2>Mean turnaround at utilisation 0.88</h2>", bars(climbs[0.88])]
    path.write_text("\n".join(parts) + "\n", encoding="utf-8")


def lines(climbs: Mapping[float, Mapping[str, Outcome]]) -> str:
    """One line a policy; ours is thick. Each line is named at its end, so that colour is not needed to read it."""
    loads = sorted(climbs)
    top = max(outcome.missed for found in climbs.values() for outcome in found.values())
    right = WIDTH - 190

    def x(load: float) -> float:
        return LEFT + (load - loads[0]) / (loads[-1] - loads[0] or 1) * (right - LEFT)

    def y(share: float) -> float:
        return TOP + (1 - share / top) * (HEIGHT - TOP - BOTTOM)

    drawn = [
        *_grid(top, y, right),
        *(f'<text x="{x(load):.0f}" y="{HEIGHT - 14}" text-anchor="middle">{load}</text>' for load in loads),
    ]
    ends = sorted((y(climbs[loads[-1]][rung.name].missed), number) for number, rung in enumerate(ladder.LADDER))
    labels = _apart(ends)
    for number, rung in enumerate(ladder.LADDER):
        points = " ".join(f"{x(load):.1f},{y(climbs[load][rung.name].missed):.1f}" for load in loads)
        colour, width = COLOURS[number % len(COLOURS)], 4 if rung.ours else 1.6
        drawn.append(f'<polyline points="{points}" fill="none" stroke="{colour}" stroke-width="{width}"/>')
        drawn.append(f'<text x="{right + 8}" y="{labels[number] + 4:.0f}">{escape(rung.name)}</text>')
    return f'<svg viewBox="0 0 {WIDTH} {HEIGHT}" role="img" aria-label="Share of promises missed">{"".join(drawn)}</svg>'


def _grid(top: float, y, right: float) -> Iterator[str]:  # type: ignore[no-untyped-def]
    for step in range(5):
        share = top * step / 4
        yield f'<line class="axis" x1="{LEFT}" x2="{right}" y1="{y(share):.1f}" y2="{y(share):.1f}"/>'
        yield f'<text x="{LEFT - 6}" y="{y(share) + 4:.1f}" text-anchor="end">{100 * share:.0f} %</text>'


def _apart(ends: Sequence[tuple[float, int]], least: float = 15.0) -> dict[int, float]:
    """Places for labels, in their order and never on top of each other."""
    placed: dict[int, float] = {}
    last = -least
    for at, number in ends:
        last = max(at, last + least)
        placed[number] = last
    over = last - (HEIGHT - BOTTOM)
    return {number: at - max(over, 0) for number, at in placed.items()}


def bars(found: Mapping[str, Outcome]) -> str:
    """A table with a bar in each cell, each priority on its own scale."""
    longest = [max(outcome.mean[rank] for outcome in found.values()) for rank in range(4)]
    rows = "".join(
        f"<tr><th>{escape(name)}</th>"
        + "".join(f"<td>{_bar(outcome.mean[rank] / longest[rank])} {outcome.mean[rank]:.0f} min</td>" for rank in range(4))
        + "</tr>"
        for name, outcome in found.items()
    )
    return f"<table><tr><th>policy</th>{''.join(f'<th>{name}</th>' for name in ladder.NAMES)}</tr>{rows}</table>"


def _bar(share: float) -> str:
    return f'<svg viewBox="0 0 100 10"><rect width="{100 * share:.0f}" height="10" fill="#0969da"/></svg>'
