"""Runs the FDA's QuCAD on the parameters of T1, from a checkout outside this repository, to compare speeds in one invocation.

The checkout is not changed: ``qucad_driver`` gives it the two things that it misses in numpy 2 and pandas 3.
"""

from __future__ import annotations

import json
import subprocess
from dataclasses import dataclass
from pathlib import Path

PUBLISHED_PER_SECOND = 267  # 20,000 patients of T1 in 75 s, plots included
PATIENTS = 20_000  # of one trial, QuCAD's own default; it slows down with their number
DRIVER = Path(__file__).with_name("qucad_driver.py")


@dataclass(frozen=True)
class Speed:
    """What QuCAD did."""

    patients: int
    seconds: float
    about: str

    @property
    def per_second(self) -> float:
        """Patients, each in both scenarios."""
        return self.patients / self.seconds


def python_of(checkout: Path) -> Path:
    """The interpreter of the checkout's own virtual environment ``.venv``."""
    python = checkout.resolve() / ".venv" / "bin" / "python"
    if not python.exists() or not (checkout / "scripts" / "run_sim.py").exists():
        raise SystemExit(
            f"--qucad: expected a checkout of DIDSR/QuCAD with a virtual environment .venv in {checkout}; "
            "see benchmarks/simulation/README.md"
        )
    return python


def run(checkout: Path) -> Speed:
    """With numpy, pandas, scipy, matplotlib and statsmodels of its environment."""
    command = [str(python_of(checkout)), str(DRIVER), str(PATIENTS)]
    said = subprocess.run(command, cwd=checkout / "scripts", capture_output=True, text=True, check=False)
    if said.returncode:
        raise SystemExit(f"--qucad: QuCAD ended with {said.returncode}:\n{said.stderr[-2000:]}")
    told = json.loads(said.stdout.splitlines()[-1])
    about = f"{told['patients']:,} patients of T1 in {told['seconds']:.1f} s, without its plots and profile; {told['versions']}."
    return Speed(told["patients"], told["seconds"], about)
