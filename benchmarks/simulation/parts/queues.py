"""B8: the published queueing tables T1 to T4, the production dispatcher on the same patients, and its speed beside QuCAD's."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from .. import qucad, queueing
from ..queueing import Agreement, Cell
from ..results import Figure, Section, Table, cells

ABOUT = [
    "Mean waits of the FDA's public queueing models QuCAD (T1) and multi-QuCAD (T3, T4) and one plain case (T2), in "
    "minutes. A cell holds when it is within 2 % of the expected value, or the expected value is within its 95 % "
    "confidence interval.",
    "Expected: T1 is the FDA's numerical solution, the others are closed forms. For T4, multi-QuCAD prints 13.720 for "
    "FIFO, which treats a mixture of reading times as one exponential; the exact value is 17.528, and only that one "
    "agrees with the priority row by the conservation law.",
]


def run(thorough: bool, checkout: Path | None) -> Section:
    """Simulate every cell, then compare dispatcher and heap, then speeds."""
    replications, patients = (40 if thorough else 20), 200_000
    section = Section("queues", "Published queueing tables T1 to T4 (B8)", list(ABOUT))
    found = [cell for table in queueing.EXPECTED for cell in queueing.cells(*table, replications=replications, patients=patients)]
    hold = sum(cell.holds for cell in found)
    section.goal(f"{hold} of {len(found)} cells hold, {replications} x {patients:,} patients each; goal all", hold == len(found))
    section.figures.append(Figure("forest", "Simulated over expected mean waits; the band is ± 2 %", _drawn(found)))
    section.tables.append(_waits(section, found))
    section.tables.append(_same(section, [queueing.agreement(*table, patients=20_000) for table in queueing.EXPECTED]))
    section.tables.append(_speed(section, checkout))
    section.made.append(f"seeds 0 to {replications - 1}")
    return section


def _drawn(found: Sequence[Cell]) -> dict[str, object]:
    rows = [
        {
            "label": f"{cell.table}, {cell.policy}: {cell.who}",
            "expected": cell.expected,
            "simulated": cell.simulated,
            "half_width": cell.half_width,
            "holds": cell.holds,
        }
        for cell in found
    ]
    return {"rows": rows}


def _waits(section: Section, found: Sequence[Cell]) -> Table:
    rows = [
        [
            cell.table,
            cell.policy,
            cell.who,
            f"{cell.expected:.3f}",
            f"{cell.simulated:.3f} ± {cell.half_width:.3f}",
            f"{100 * (cell.simulated / cell.expected - 1):+.1f} %",
            "yes" if cell.holds else "NO",
        ]
        for cell in found
    ]
    return Table("Waits in minutes", ["table", "policy", "who", "expected", "simulated (95 %)", "apart", "holds"], rows)


def _same(section: Section, found: Sequence[Agreement]) -> Table:
    largest = max(each.apart for each in found)
    section.goal(
        f"the service's dispatcher in SimPy and a plain heap give the same waits: largest difference {largest:g} minutes",
        largest < 1e-6,
    )
    rows = [
        [each.table, each.policy, f"{each.apart:.1e}", f"{each.dispatcher_per_second:,.0f}", f"{each.heap_per_second:,.0f}"]
        for each in found
    ]
    head = ["table", "policy", "largest difference, min", "dispatcher, patients/s", "heap, patients/s"]
    return Table("The service's dispatcher in SimPy and a plain heap on the same 20,000 patients", head, rows)


def _speed(section: Section, checkout: Path | None) -> Table:
    ours = queueing.speed_on_t1()
    peer = qucad.run(checkout) if checkout else None
    per_second = peer.per_second if peer else qucad.PUBLISHED_PER_SECOND
    of = "measured in this run" if peer else "its published figure, not part of this run (option --qucad)"
    for name, speed, least in (("heap", ours.heap_per_second, 500), ("dispatcher in SimPy", ours.dispatcher_per_second, 20)):
        section.goal(
            f"T1 with and without AI: {name} {speed / per_second:,.0f} times as fast as QuCAD ({of}); goal {least}",
            speed >= least * per_second,
        )
    rows = {"plain heap": ours.heap_per_second, "dispatcher in SimPy": ours.dispatcher_per_second, "QuCAD": per_second}.items()
    notes = ["CPU time; both scenarios, with and without the AI, on each patient, drawing the patients included."]
    notes.append(f"QuCAD: {peer.about}" if peer else f"QuCAD: {of}.")
    table = [[name, f"{speed:,.0f}", f"{speed / per_second:,.0f}"] for name, speed in rows]
    return Table("Speed on T1", ["simulator", "patients/s", "times QuCAD"], cells(table), notes)
