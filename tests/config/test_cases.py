"""Every way of being bad has a small file in cases/, and tells its problems in the words that stand beside it."""

from __future__ import annotations

from pathlib import Path

import pytest

from teleradiology.config.in_force import RulesInForce
from teleradiology.core.errors import InvalidConfiguration

FOLDER = Path(__file__).parent / "cases"
CASES = sorted([*FOLDER.glob("*.yaml"), *FOLDER.glob("*.bytes")])  # bytes: what is not UTF-8


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.stem)
def test_a_bad_file_tells_its_problems(case: Path, tmp_path: Path) -> None:
    with pytest.raises(InvalidConfiguration) as refused:
        RulesInForce(case, tmp_path / "last-good.yaml")
    expected = case.with_suffix(".problems").read_text(encoding="utf-8").splitlines()
    assert [str(problem) for problem in refused.value.problems] == expected
    assert all(problem.file == case.name for problem in refused.value.problems)


def test_every_case_is_one() -> None:
    assert len(CASES) >= 60
    assert {case.stem for case in CASES} == {path.stem for path in FOLDER.glob("*.problems")}
