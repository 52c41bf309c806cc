"""The section `ai`: which devices are listened to, how sure they must be, and what is wrong with it."""

from __future__ import annotations

from typing import Any

import pytest

from support.rule_texts import rules_of
from teleradiology.core.errors import InvalidConfiguration
from teleradiology.core.findings import Finding


def section(**written: Any):
    return rules_of(ai=written).ai


def test_thresholds_are_by_device_whatever_the_case_of_its_name():
    ai = section(
        threshold="60%", thresholds=[{"device": "BleedFinder", "threshold": "80%"}, {"device": "Other", "threshold": 0.3}]
    )
    found = [ai.judged(Finding("1.2", device, "x", score=0.7)).positive for device in ("bleedfinder", "OTHER", "third")]
    assert found == [False, True, True]


def test_half_is_the_threshold_that_is_left_out():
    assert [section(nodes="A").judged(Finding("1.2", "A", "x", score=each)).positive for each in (0.49, 0.5)] == [False, True]


def test_without_a_score_no_threshold_says_anything():
    assert section(threshold="90%").judged(Finding("1.2", "A", "x")).positive


@pytest.mark.parametrize(
    ("written", "told"),
    [
        ({"treshold": "50%"}, "threshold"),
        ({"threshold": "150%"}, "expected a percentage"),
        ({"thresholds": {"device": "A"}}, "lacks 'threshold'"),
        ({"thresholds": [{"devise": "A", "threshold": "50%"}]}, "device"),
        ({"endpoint": "ftp://ai.example.org"}, "expected an address"),
        ({"timeout": "61s"}, "at most 60s"),
    ],
)
def test_what_is_wrong_is_told(written, told):
    with pytest.raises(InvalidConfiguration) as refused:
        section(**written)
    assert any(told in f"{each.message} {each.suggestion}" for each in refused.value.problems)
