"""Contrast medium and side, as descriptions tell them."""

from __future__ import annotations

import pytest

from teleradiology.core.description_words import contrast_in, side_in


@pytest.mark.parametrize(
    ("text", "contrast"),
    [
        ("CT HEAD W/O CONTRAST", False),
        ("CT HEAD WITHOUT CONTRAST", False),
        ("non-contrast CT", False),
        ("HEAD 5MM PLAIN", False),
        ("CT بدون صبغة", False),
        ("CT ABDOMEN WITH CONTRAST", True),
        ("CT ABD C+", True),
        ("CT THORAX W CNT", True),
        ("CTA HEAD", True),
        ("CT بالصبغة", True),
        ("CT مع صبغة", True),
        ("CT with and without contrast", True),
        ("CT HEAD WO/W CONTRAST", True),
        ("CT HEAD", None),
        ("C-SPINE", None),
        ("", None),
    ],
)
def test_contrast(text: str, contrast: bool | None) -> None:
    assert contrast_in(text) is contrast


@pytest.mark.parametrize(
    ("text", "side"),
    [
        ("KNEE LEFT", "L"),
        ("XR_SHOULDER_RT", "R"),
        ("HANDS BILATERAL", "B"),
        ("LEFT AND RIGHT KNEE", "B"),
        ("الركبة اليسرى", "L"),
        ("ركبة يمين", "R"),
        ("KNEE", ""),
        ("BRIGHT BLOOD", ""),
    ],
)
def test_sides(text: str, side: str) -> None:
    assert side_in(text) == side
