"""./test: installs what the tests need, then ruff, mypy and pytest; the exit code says whether all of them passed."""

import os
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

from install import everything
from install.environment import PYTHON
from install.places import HOME
from running.command import outcome

USAGE = """usage: ./test [--all] [pytest arguments]

Installs what is missing, then checks style (ruff), types (mypy) and runs the unit, live and browser tests.
  --all              also the slow suites
  pytest arguments   only pytest, with these: ./test tests/core -k claim
"""
NO_TESTS = 5


def main(arguments: Sequence[str]) -> int:
    if {"-h", "--help"} & set(arguments):
        print(USAGE, end="")
        return 0
    chosen = [argument for argument in arguments if argument != "--all"]
    everything.for_testing()
    with tempfile.TemporaryDirectory(prefix="teleradiology-test-") as temporary:
        Path(temporary).chmod(0o755)  # a database server refuses to run as root and must get at its folder in there
        environment = {**os.environ, "TMPDIR": temporary, "TCP_NODELAY": "1", "PYTHONUTF8": "1"}
        failed = [] if chosen else [name for name, command in _static_checks().items() if _run(name, command, environment)]
        tests = _run("pytest", _pytest(chosen, everything_too="--all" in arguments), environment)
    if tests == NO_TESTS:
        print("pytest was expected to run tests; found none to run.", file=sys.stderr)
    for name in failed:
        print(f"{name} found problems: see above.", file=sys.stderr)
    return tests or bool(failed)


def _static_checks() -> dict[str, list[str]]:
    return {"ruff": ["ruff", "check", "."], "mypy": ["mypy"]}


def _pytest(chosen: Sequence[str], *, everything_too: bool) -> list[str]:
    selects = any(argument.startswith("-m") for argument in chosen)
    # Whole files go to one of as many processes as there are cores: what a file starts, an Orthanc or a database, it starts once.
    side_by_side = [] if chosen else ["-n", str(min(os.cpu_count() or 1, 4)), "--dist", "loadfile"]
    return ["pytest", *side_by_side, *([] if everything_too or selects else ["-m", "not slow"]), *chosen]


def _run(name: str, command: Sequence[str], environment: dict[str, str]) -> int:
    print(f"== {name}", flush=True)
    return subprocess.run(
        [str(PYTHON), "-m", *command], cwd=HOME, env=environment, stdin=subprocess.DEVNULL, check=False
    ).returncode


if __name__ == "__main__":
    sys.exit(outcome(lambda: main(sys.argv[1:])))
