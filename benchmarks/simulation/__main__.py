"""Runs the parts of the simulation, prints their tables, and writes them with plots to one page and its JSON.

A part that is run alone replaces its own section of the page. Exit 1 when a goal of a part that ran is missed.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable
from functools import partial
from importlib.metadata import version
from pathlib import Path

from machine import conditions

from . import page, qucad, results
from .parts import day, ladder, queues, x_rays
from .results import Section

PAGE = Path(__file__).parents[2] / "build" / "simulation.html"
ORDER = ("queues", "ladder", "x-rays", "day")


def main() -> None:
    """Run the chosen parts."""
    options = argparse.ArgumentParser(prog="benchmarks/run simulation", description=__doc__)
    options.add_argument("parts", nargs="*", metavar="part", help=f"any of {', '.join(ORDER)}; all when none is named")
    options.add_argument("--thorough", action="store_true", help="more replications, loads, seeds: half an hour of a core")
    options.add_argument("--page", type=Path, default=PAGE, metavar="FILE.html", help="where the page goes; FILE.json beside it")
    options.add_argument(
        "--qucad", type=Path, metavar="DIR", help="a checkout of DIDSR/QuCAD with its .venv, to be run beside ours"
    )
    chosen = options.parse_args()
    unknown = [part for part in chosen.parts if part not in ORDER]
    if unknown:
        options.error(f"no part {', '.join(unknown)}; there are {', '.join(ORDER)}")
    if chosen.qucad:
        qucad.python_of(chosen.qucad)  # said now rather than after some minutes
    parts: dict[str, Callable[[], Section]] = {
        "queues": partial(queues.run, chosen.thorough, chosen.qucad),
        "ladder": partial(ladder.run, chosen.thorough),
        "x-rays": partial(x_rays.run, chosen.thorough),
        "day": partial(day.run, chosen.thorough),
    }
    missed = False
    for name in ORDER:
        if name in (chosen.parts or ORDER):
            section = parts[name]()
            head = [*conditions(), f"SimPy {version('simpy')}", "thorough" if chosen.thorough else "not thorough"]
            section.made[:0] = head
            print("\n".join(head), section.as_text(), sep="\n\n", flush=True)
            page.write(chosen.page, results.keep(chosen.page.with_suffix(".json"), [section], ORDER))
            missed |= not all(goal.met for goal in section.goals)
    print(f"As plots: {chosen.page}")
    sys.exit(1 if missed else 0)


if __name__ == "__main__":
    main()
