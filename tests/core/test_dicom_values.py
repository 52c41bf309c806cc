"""Dates, times and ages as devices write them: what is meant is read, what says nothing is nothing."""

from __future__ import annotations

from datetime import date, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from teleradiology.core import dicom_values as dicom


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("20260301", date(2026, 3, 1)),
        ("2026.03.01", date(2026, 3, 1)),
        ("2026-03-01", date(2026, 3, 1)),
        ("20260301120000", date(2026, 3, 1)),
        ("20260231", None),
        ("00000000", None),
        ("unknown", None),
        ("", None),
    ],
)
def test_dates(text: str, expected: date | None) -> None:
    assert dicom.date_of(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("101530", time(10, 15, 30)),
        ("101530.5", time(10, 15, 30, 500000)),
        ("10:15:30", time(10, 15, 30)),
        ("1015", time(10, 15)),
        ("10", time(10)),
        ("235960", time(23, 59, 59)),
        ("250000", None),
        ("", None),
    ],
)
def test_times(text: str, expected: time | None) -> None:
    assert dicom.time_of(text) == expected


@pytest.mark.parametrize(
    ("text", "years"),
    [
        ("045Y", 45),
        ("018M", 1.5),
        ("010D", 0.027),
        ("002W", 0.038),
        ("7y", 7),
        ("000Y", None),
        ("999Y", None),
        ("45", None),
        ("", None),
    ],
)
def test_ages(text: str, years: float | None) -> None:
    assert dicom.age_of(text) == (years if years is None else pytest.approx(years, abs=0.001))


@pytest.mark.parametrize("text", ["19000101", "18000101", "00010101", "11111111", "", "19XX0101"])
def test_place_holders_are_no_birth_dates(text: str) -> None:
    assert dicom.birth_date_of(text) is None


def test_a_real_birth_date_is_one() -> None:
    assert dicom.birth_date_of("19540309") == date(1954, 3, 9)


@pytest.mark.parametrize(
    ("born", "at", "years"),
    [
        (date(2008, 3, 1), date(2026, 3, 1), 18.0),
        (date(2008, 3, 1), date(2026, 2, 28), 17.997),
        (date(2004, 2, 29), date(2026, 2, 28), 21.997),
        (date(2004, 2, 29), date(2026, 3, 1), 22.003),
        (date(2026, 2, 20), date(2026, 3, 1), 0.025),
        (date(2027, 1, 1), date(2026, 1, 1), None),
        (date(1860, 1, 1), date(2026, 1, 1), None),
    ],
)
def test_the_age_at_a_day(born: date, at: date, years: float | None) -> None:
    assert dicom.years_between(born, at) == years


@given(st.dates(date(1900, 1, 1), date(2030, 1, 1)), st.integers(0, 40_000))
def test_the_age_never_falls_from_one_day_to_the_next(born: date, days: int) -> None:
    at = born + timedelta(days=days)
    one, next_ = dicom.years_between(born, at), dicom.years_between(born, at + timedelta(days=1))
    assert one is not None and next_ is not None and one <= next_ <= one + 0.011


@given(st.text(max_size=20))
def test_no_text_is_too_odd(text: str) -> None:
    for read in (dicom.date_of, dicom.time_of, dicom.age_of, dicom.birth_date_of, dicom.zone_of):
        read(text)


def test_zones() -> None:
    zone = dicom.zone_of("-0330")
    assert zone is not None and zone.utcoffset(None) == -timedelta(hours=3, minutes=30)
    assert dicom.zone_of("+9900") is None
    assert dicom.zone_of("") is None
