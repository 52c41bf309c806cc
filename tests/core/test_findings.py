"""What devices suggest, as it is shown."""

from __future__ import annotations

import pytest

from teleradiology.core.findings import Finding, suggestion


def found(device: str, score: float | None = None, *, positive: bool = True) -> Finding:
    return Finding("1.2.3", device, "haemorrhage", score=score, positive=positive)


@pytest.mark.parametrize(
    ("findings", "told"),
    [
        ([], ""),
        ([found("A", 0.9, positive=False)], ""),
        ([found("A")], "A"),
        ([found("A", 0.61), found("A", 0.93), found("A")], "A (0.93)"),
        ([found("B", 0.61), found("A", 0.93), found("C")], "A (0.93), B (0.61), C"),
    ],
)
def test_every_device_that_found_something_is_named_with_its_highest_score(findings: list[Finding], told: str) -> None:
    assert suggestion(findings) == told
