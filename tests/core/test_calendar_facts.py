"""Facts of the calendar and of age: by the facility's clock, through changes of it, and at the edges of the groups."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from support.rule_texts import FACILITIES, rules_of
from teleradiology.core.body_parts import REGIONS
from teleradiology.core.calendar_facts import age_group
from teleradiology.core.codes import SUBSPECIALTIES
from teleradiology.core.study_facts import StudyFacts
from teleradiology.core.usual_subspecialties import BY_MODALITY, BY_REGION, usual

MALTA = {"name": "Gozo", "calling_aets": ["GOZO"], "jurisdiction": "MT", "timezone": "Europe/Malta"}
RULES = rules_of(facilities={**FACILITIES, "gozo": MALTA})


def facts_at(facility: str, *at: int) -> StudyFacts:
    return RULES.completed(StudyFacts(facility=facility, received_at=datetime(*at, tzinfo=UTC)))


@pytest.mark.parametrize(
    ("at", "hour", "day"),
    [
        ((2026, 3, 29, 0, 59), 1, "sun"),  # the last minute of winter time
        ((2026, 3, 29, 1, 0), 3, "sun"),  # 02:00 does not exist
        ((2026, 10, 25, 0, 30), 2, "sun"),  # 02:30 for the first time
        ((2026, 10, 25, 1, 30), 2, "sun"),  # and again
        ((2026, 10, 25, 2, 0), 3, "sun"),
        ((2026, 10, 24, 22, 30), 0, "sun"),  # Saturday still in UTC
    ],
)
def test_the_hour_is_that_of_the_facility_also_when_its_clock_changes(at, hour, day):
    facts = facts_at("gozo", *at)
    assert (facts.received_hour, facts.received_day) == (hour, day)


@pytest.mark.parametrize(
    ("facility", "day", "weekend"),
    [
        ("zliten-clinic", 20, True),
        ("zliten-clinic", 21, True),
        ("zliten-clinic", 22, False),
        ("gozo", 20, False),
        ("gozo", 22, True),
    ],
)
def test_the_weekend_is_that_of_the_facilitys_country(facility, day, weekend):
    assert facts_at(facility, 2026, 11, day, 12).received_weekend is weekend


def test_nobody_knows_the_weekend_of_an_unknown_facility():
    assert facts_at("", 2026, 11, 20, 12).received_weekend is None


@pytest.mark.parametrize(
    ("years", "group"),
    [(0, "neonate"), (27 / 365.25, "neonate"), (28 / 365.25, "infant"), (1.99, "infant"), (2, "child"), (11.9, "child"),
     (12, "adolescent"), (17.9, "adolescent"), (18, "adult"), (101, "adult"), (None, "")],
)  # fmt: skip
def test_an_age_belongs_to_one_group(years, group):
    assert age_group(years) == group


def test_the_table_of_subspecialties_speaks_of_known_regions_and_names():
    assert set(BY_REGION) <= set(REGIONS)
    assert {*BY_REGION.values(), *BY_MODALITY.values(), "paediatric"} - {"womens"} <= set(SUBSPECIALTIES)


@pytest.mark.parametrize(
    ("modality", "parts", "group", "expected"),
    [("CT", ("HEAD",), "adult", "neuro"), ("CT", ("HEAD",), "child", "paediatric"), ("MG", ("BREAST",), "adult", "womens"),
     ("CR", ("KNEE",), "adolescent", "msk"), ("CT", ("WHOLEBODY", "CHEST"), "adult", "chest"), ("OT", (), "", "")],
)  # fmt: skip
def test_the_usual_subspecialty(modality, parts, group, expected):
    assert usual(modality, parts, group) == expected
