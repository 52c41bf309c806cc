"""B4: what a decision costs, beside other rule engines in the same run; what its reasons cost, and a reload.

Rules of three predicates (equality, substring, set membership) on nine tags; only the last rule holds, so that an engine
that stops at the first match evaluates all of them. CPU time; engines interleaved in random order; the first round is thrown
away. mercure's own code is not run: its way is, a new asteval interpreter that parses the text of each rule.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
import venv
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from statistics import median
from typing import Any

import machine
from support.rule_texts import rule, text_of
from tables import spread, table, verdict
from teleradiology.config.in_force import RulesInForce

ROOT = Path(__file__).parents[1]
PEERS = ROOT / "build" / "bench"
REQUIREMENTS = Path(__file__).with_name("requirements.txt")

OURS = ("ours", "ours, first look at the facts", "ours, explained", "plain closures, no index")
QUICK = (*OURS, "zen-engine, compiled", "json-logic", "asteval, parsed beforehand")
SLOW = "mercure's way"  # not with a thousand rules, where it takes a tenth of a second
COUNTS = ((10, (*QUICK, SLOW)), (100, (*QUICK, SLOW)), (1000, QUICK))

Figures = Mapping[str, Mapping[str, Sequence[float]]]


def peers_python() -> Path:
    """The interpreter of build/bench, made when the peers are not there in the versions asked for."""
    python, stamp = PEERS / "bin" / "python", PEERS / "requirements.txt"
    wanted = REQUIREMENTS.read_text(encoding="utf-8")
    if not stamp.is_file() or stamp.read_text(encoding="utf-8") != wanted:
        venv.create(PEERS, with_pip=True, clear=True)
        subprocess.run([python, "-m", "pip", "install", "--quiet", "--requirement", REQUIREMENTS], check=True)
        stamp.write_text(wanted, encoding="utf-8")
    return python


def measured(rounds: int, seed: int) -> dict[str, Any]:
    """What rule_engines.py says."""
    wishes = json.dumps({"rounds": rounds, "seed": seed, "counts": COUNTS})
    path = os.pathsep.join((str(ROOT / "plugins"), str(Path(__file__).parent)))
    command = [peers_python(), "-m", "rule_engines", wishes]
    said = subprocess.run(command, env=os.environ | {"PYTHONPATH": path}, check=True, capture_output=True, text=True)
    answer: dict[str, Any] = json.loads(said.stdout)
    return answer


def rows(figures: Figures) -> list[list[str]]:
    """For each engine: microseconds, and within each round the ratio to ours."""
    found = []
    for name in (*QUICK, SLOW):
        row = [name]
        for count, _ in COUNTS:
            each = figures[str(count)]
            if name not in each:
                row += ["", ""]
                continue
            ratios = [theirs / ours for theirs, ours in zip(each[name], each["ours"], strict=True)]
            row += [f"{min(each[name]) * 1e6:.2f}", "1" if name == "ours" else spread(ratios, "{:.1f}")]
        found.append(row)
    return found


def reloads() -> dict[str, float]:
    """Milliseconds of CPU to check a file whole and put it in force, by the number of its rules."""
    found = {}
    with tempfile.TemporaryDirectory() as folder:
        for label, text in _files().items():
            file = Path(folder) / "rules.yaml"
            file.write_text(text, encoding="utf-8")
            rules = RulesInForce(file, Path(folder) / "last-good.yaml")
            found[label] = min(_reload(rules) for _ in range(5)) * 1000
    return found


def _files() -> dict[str, str]:
    files = {f"{count} rules": text_of(*(_rule(number) for number in range(count - 1))) for count in (10, 100, 1000)}
    example = (ROOT / "worklist_rules.yaml").read_text(encoding="utf-8")
    return files | {"worklist_rules.yaml, with its examples": example}


def _rule(number: int) -> dict[str, Any]:
    when = {"modality": ["CT", "MR"], "study_description": {"contains": f"word{number}"}, "body_part": ["HEAD", "NECK"]}
    return rule(when, f"rule {number}", priority="urgent")


def _reload(rules: RulesInForce) -> float:
    started = time.process_time()
    rules.reload("benchmark", datetime.now(UTC))
    return time.process_time() - started


def goals(figures: Figures, reload: Mapping[str, float]) -> list[tuple[str, float, float, bool]]:
    """Each goal with its figure, its bound, and whether more is better."""
    ten = figures["10"]

    def ratio(name: str) -> float:
        return median(theirs / ours for theirs, ours in zip(ten[name], ten["ours"], strict=True))

    return [
        ("10 rules, microseconds", min(ten["ours"]) * 1e6, 2, False),
        ("10 rules with the reasons, microseconds", min(ten["ours, explained"]) * 1e6, 5, False),
        ("1,000 rules, microseconds", min(figures["1000"]["ours"]) * 1e6, 50, False),
        ("mercure's way / ours", ratio(SLOW), 400, True),
        ("zen-engine / ours", ratio("zen-engine, compiled"), 6, True),
        ("reload of 10 rules, milliseconds", reload["10 rules"], 50, False),
    ]


def main() -> None:
    """Print the tables; fail when a goal is missed."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--rounds", type=int, default=9)
    parser.add_argument("--seed", type=int, default=20261123)
    options = parser.parse_args()
    answer = measured(options.rounds, options.seed)
    figures: Figures = answer["figures"]
    head = ["engine", *(part for count, _ in COUNTS for part in (f"{count:,} rules, us", "x ours"))]
    versions = ", ".join(f"{name} {number}" for name, number in answer["versions"].items())
    how = f"seed {options.seed}, {options.rounds} rounds; least CPU time; ratios: median (quartiles)"
    notes = [*machine.conditions(), versions, how]
    print(table("B4 Rule decision", head, rows(figures), notes))
    agreed = answer["agreed"]
    print(f"Compared with the plain reading: {agreed['studies']:,} studies, {agreed['different']} different.\n")
    reload = reloads()
    print(table("B4 Reload", ["file", "ms of CPU"], [[label, f"{value:.1f}"] for label, value in reload.items()]))
    found = goals(figures, reload)
    met = [value >= bound if more else value <= bound for _, value, bound, more in found]
    lines = [
        [name, f"{value:.2f}", f"{'>=' if more else '<='} {bound:g}", verdict(holds)]
        for (name, value, bound, more), holds in zip(found, met, strict=True)
    ]
    print(table("B4 Goals", ["goal", "found", "bound", ""], lines))
    sys.exit(0 if all(met) and not agreed["different"] else 1)


if __name__ == "__main__":
    main()
