"""Facts that follow from when a study came and from how old the patient is: local time, weekend, age group."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import replace
from datetime import UTC, tzinfo
from zoneinfo import ZoneInfo

from .study_facts import StudyFacts

DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
WeekendOf = Callable[[str], Collection[int]]
TimezoneOf = Callable[[str], str]

# ICH E11: newborn to 27 days, infants and toddlers to 23 months, children to 11 years, adolescents to 17; below so many years.
AGE_GROUPS: Mapping[str, float] = {"neonate": 28 / 365.25, "infant": 2, "child": 12, "adolescent": 18, "adult": float("inf")}
_A_MOMENT = 1e-9  # of a year: ages told in days are not exact as years


def age_group(years: float | None) -> str:
    """The group of an age in years, "" when it is unknown."""
    if years is None:
        return ""
    return next(name for name, below in AGE_GROUPS.items() if years < below - _A_MOMENT)


def with_local_time(facts: StudyFacts, timezone_of: TimezoneOf | None, weekend_of: WeekendOf | None = None) -> StudyFacts:
    """When the study came by the facility's clock; what somebody made up stays as it is."""
    if facts.received_at is None:
        return facts
    name = timezone_of(facts.facility) if timezone_of else ""
    zone: tzinfo = ZoneInfo(name) if name else UTC
    local = facts.received_at.astimezone(zone)
    weekend = weekend_of(facts.facility) if weekend_of else ()
    return replace(
        facts,
        received_time=facts.received_time or local.time().replace(microsecond=0),
        received_hour=local.hour if facts.received_hour is None else facts.received_hour,
        received_day=facts.received_day or DAYS[local.weekday()],
        received_weekend=local.weekday() in weekend if facts.received_weekend is None and weekend else facts.received_weekend,
    )
