"""How much work a study is."""

from __future__ import annotations

import pytest

from teleradiology.core.workload import ELSE, RelativeValue, Workload


@pytest.mark.parametrize(
    ("modality", "body_part", "weight"),
    [("CR", "CHEST", 1.0), ("CT", "HEAD", 4.0), ("CT", "ABDOMEN", 4.5), ("ct", "head", 4.0), ("MR", "", 5.0), ("ES", "", ELSE)],
)
def test_the_defaults(modality: str, body_part: str, weight: float) -> None:
    assert Workload().weight(modality, body_part) == weight


def test_a_row_of_the_site_goes_before_the_defaults_and_the_one_that_says_most_decides() -> None:
    table = Workload((RelativeValue(9, "CT"), RelativeValue(12, "CT", "CHEST"), RelativeValue(3, body_part="CHEST")))
    assert [table.weight("CT", "HEAD"), table.weight("CT", "CHEST"), table.weight("CR", "CHEST")] == [9, 12, 3]
