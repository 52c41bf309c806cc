"""What the repository must not say: paths of one machine, hosts of registries, unfinished work."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
TEXT = {".py", ".js", ".css", ".html", ".j2", ".sh", ".lua", ".yaml", ".yml", ".json", ".md", ".toml", ".txt", ".in", ".po", ""}
ME = Path(__file__).relative_to(ROOT)

# Split, so that this file does not contain what it looks for.
UNFINISHED = re.compile("|".join(("TO" + "DO", "FIX" + "ME", r"\bXX" + r"X\b", "NotImplemented" + "Error")))
ONE_MACHINE = re.compile(
    "|".join(
        (r"/wor" + r"k/(main|shared)", r"/roo" + r"t/", r"\.pyen" + "v", "registry" + r"\.npmjs", "files" + r"\.pythonhosted")
    )
)


def tracked() -> list[Path]:
    listing = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, check=True, capture_output=True).stdout
    paths = [Path(name) for name in listing.decode().split("\0") if name]
    return [path for path in paths if path.suffix in TEXT and path != ME and (ROOT / path).is_file()]


def hits(pattern: re.Pattern[str], paths: list[Path]) -> list[str]:
    found = []
    for path in paths:
        for number, line in enumerate((ROOT / path).read_text(encoding="utf-8").splitlines(), 1):
            if pattern.search(line):
                found.append(f"{path}:{number}: {line.strip()[:100]}")
    return found


def test_nothing_is_left_unfinished() -> None:
    assert hits(UNFINISHED, [path for path in tracked() if path.name != "LICENSE"]) == []


def test_no_path_of_one_machine_and_no_registry_host() -> None:
    assert hits(ONE_MACHINE, tracked()) == []


@pytest.mark.parametrize("line", ["# TO" + "DO later", "raise NotImplemented" + "Error"])
def test_a_planted_leftover_is_caught(line: str) -> None:
    assert UNFINISHED.search(line)


def test_the_top_level_is_the_agreed_one() -> None:
    for name in ("plugins", "lua", "templates", "docker", "tests", "benchmarks", "docs"):
        assert (ROOT / name).is_dir(), name
    for name in (
        "orthanc.json",
        "worklist_rules.yaml",
        "serve",
        "test",
        "teleradiology",
        "README.md",
        "LICENSE",
        "CHANGELOG.md",
        ".ci/run",
    ):
        assert (ROOT / name).is_file(), name
