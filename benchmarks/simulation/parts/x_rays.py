"""B10: the shape of the published chest X-ray study, on assumed parameters."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from teleradiology.core import dispatch

from .. import shapes
from ..results import Figure, Section, Table

LIMITS = (60.0, *(300.0,) * 8)  # minutes promised: pneumothorax, everything else, first come first served among itself
CHOSEN_ON, SEEDS = 1, (1, 10, 11, 12, 13)
ERRORS = ((0.05, 0.15), (0.15, 0.05))
CAPACITIES = (0.36, 0.385, 0.41)
ABOUT = [
    "One chest X-ray list with AI flags for eight findings, after Baltruschat et al. 2021. Of that study only the "
    "abstract is known: pneumothorax mean 80.1 to 35.6 minutes, maximum 890 to 1,293, with an upper limit 979. Its "
    "arrival rates, prevalences, error rates and capacity are not known; ours are assumed. So this is a check of "
    "shape: ratios to FIFO on the same arrivals, never minutes.",
    "One of the four capacities of each run is set so that FIFO has the published mean of 80.1 minutes. The wait "
    "ratios of Batra (0.64) and O'Neill (0.78) are not simulated: loads and prevalences that would reproduce them are "
    "not published.",
    "The promised turnarounds, 60 minutes for pneumothorax and 300 for everything else, were chosen on seed 1. Other "
    "sets had been tried before, on seeds 1 to 9: 60 and 240 minutes held in 30 of 32 cells of seeds 2 to 5; longer "
    "ones for other findings than for none held in 28 of 32 (seeds 2 to 5) and in 25 of 32 (seeds 6 to 9), because "
    "what the AI took for something else then waits too long. Seeds 10 to 13 had no part in anything. The maximum of "
    "one run hangs on one patient, so the held-out seeds are judged one by one and pooled.",
]


@dataclass(frozen=True)
class Cell:
    """One run: error rates and capacity, and (mean, maximum) of pneumothorax in minutes under each order."""

    seed: int
    errors: tuple[float, float]
    place: int  # of the capacity
    capacity: float
    fifo: shapes.Wait
    alone: shapes.Wait
    ours: shapes.Wait


def run(thorough: bool) -> Section:
    """All seeds, error rates and capacities."""
    section = Section("x-rays", "The chest X-ray list: a published shape (B10)", list(ABOUT))
    days = 600 if thorough else 200
    found = [cell for seed in SEEDS for errors in ERRORS for cell in _cells(seed, errors, days)]
    held_out = [cell for cell in found if cell.seed != CHOSEN_ON]
    told = f"held-out seeds {SEEDS[1]} to {SEEDS[-1]}"
    _judge(section, f"seed {CHOSEN_ON}", [_ratios([cell]) for cell in found if cell.seed == CHOSEN_ON])
    _judge(section, told, [_ratios([cell]) for cell in held_out])
    pools = [[c for c in held_out if (c.errors, c.place) == (errors, place)] for errors in ERRORS for place in range(4)]
    _judge(section, f"{told} pooled", [_ratios(pool) for pool in pools])
    section.figures.append(_scatter(found))
    section.tables.append(_table([[cell] for cell in found], "Mean and maximum of pneumothorax over FIFO"))
    section.tables.append(_table(pools, f"The same, {told} pooled"))
    section.made.append(f"seeds {', '.join(map(str, SEEDS))}, {days} days each")
    return section


def _cells(seed: int, errors: tuple[float, float], days: int) -> Iterator[Cell]:
    images = shapes.arrivals(*errors, seed, days)
    for place, capacity in enumerate((shapes.calibrated(images), *CAPACITIES)):
        fifo, alone = shapes.first_come(images, capacity), shapes.strict(images, capacity)
        ours = shapes.by_policy(images, capacity, dispatch.promise_keeping, LIMITS)
        yield Cell(seed, errors, place, capacity, fifo, alone, ours)


def _pooled(waits: Iterable[shapes.Wait]) -> shapes.Wait:
    means, longest = zip(*waits, strict=True)
    return sum(means) / len(means), max(longest)


def _ratios(pool: Sequence[Cell]) -> tuple[shapes.Wait, shapes.Wait]:
    """(mean, maximum) over those of FIFO, of the AI order alone and of ours."""
    fifo = _pooled(cell.fifo for cell in pool)
    both = _pooled(cell.alone for cell in pool), _pooled(cell.ours for cell in pool)
    return tuple((mean / fifo[0], longest / fifo[1]) for mean, longest in both)  # type: ignore[return-value]


def _holds(ours: shapes.Wait) -> bool:
    return ours[0] <= 0.40 and ours[1] <= 1.10


def _judge(section: Section, of: str, ratios: Sequence[tuple[shapes.Wait, shapes.Wait]]) -> None:
    hold = sum(_holds(ours) for _, ours in ratios)
    told = f"{of}: mean at most 0.40 and maximum at most 1.10 of FIFO in {hold} of {len(ratios)} cells; goal all"
    section.goal(told, hold == len(ratios))


def _scatter(found: Sequence[Cell]) -> Figure:
    ratios = [_ratios([cell]) for cell in found]
    of = shapes.PUBLISHED
    series = [
        {"name": "FIFO", "points": [[1.0, 1.0]]},
        {"name": "AI order alone", "points": [list(alone) for alone, _ in ratios]},
        {"name": "published, no limit", "points": [[of["mean"], of["maximum"]]]},
        {"name": "published, with a limit", "points": [[of["mean"], of["maximum with a limit"]]]},
        {"name": "promise keeping (ours)", "points": [list(ours) for _, ours in ratios], "ours": True},
    ]
    data = {"series": series, "goal": [0.40, 1.10], "across": 1.2, "up": 3.5, "x": "mean over FIFO", "y": "maximum over FIFO"}
    title = "Pneumothorax over FIFO on the same arrivals (published with a limit: only the maximum is known)"
    return Figure("scatter", title, data)


def _table(pools: Sequence[Sequence[Cell]], title: str) -> Table:
    head = ["seed", "AI misses / false alarms", "capacity/min", "FIFO mean / max, min", "AI order alone", "ours", "both bounds"]
    rows = []
    for pool in pools:
        first, fifo, (alone, ours) = pool[0], _pooled(cell.fifo for cell in pool), _ratios(pool)
        row = [", ".join(str(cell.seed) for cell in pool), f"{first.errors[0]} / {first.errors[1]}"]
        row += [f"{sum(cell.capacity for cell in pool) / len(pool):.3f}", f"{fifo[0]:.0f} / {fifo[1]:.0f}"]
        row += [f"{mean:.3f} / {longest:.2f}" for mean, longest in (alone, ours)]
        rows.append([*row, "yes" if _holds(ours) else "NO"])
    of = shapes.PUBLISHED
    note = (
        f"Published: mean {of['mean']:.2f}, maximum {of['maximum']:.2f}, with an upper limit {of['maximum with a limit']:.2f}. "
        "The AI order alone puts flagged studies first and does nothing else: no order can do much better than its mean."
    )
    return Table(title, head, rows, [note])
