"""Durations, percentages, times and names, as administrators write them."""

from __future__ import annotations

from datetime import time, timedelta

import pytest

from teleradiology.config import values


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("30m", timedelta(minutes=30)),
        ("30min", timedelta(minutes=30)),
        ("4h", timedelta(hours=4)),
        ("1h30m", timedelta(minutes=90)),
        ("1h 30m", timedelta(minutes=90)),
        ("2d", timedelta(days=2)),
        ("1d12h", timedelta(hours=36)),
        ("90s", timedelta(seconds=90)),
        ("4H", timedelta(hours=4)),
        ("30", None),
        ("h", None),
        ("0m", None),
        ("-1h", None),
        ("1h1h", None),
        ("30m1h", None),
        ("1.5h", None),
        ("9999999d", None),
        ("400d", None),
        ("", None),
    ],
)
def test_durations(text: str, expected: timedelta | None) -> None:
    assert values.parse_duration(text) == expected


@pytest.mark.parametrize(("text", "expected"), [("50%", 0.5), ("0.5", 0.5), ("100%", 1.0), ("12.5%", 0.125)])
def test_percentages(text: str, expected: float) -> None:
    assert values.parse_percentage(text) == expected


@pytest.mark.parametrize("text", ["0%", "101%", "-5%", "nan", "50 percent"])
def test_what_is_no_percentage(text: str) -> None:
    try:
        assert values.parse_percentage(text) is None
    except ValueError:
        assert not text.removesuffix("%").replace(".", "").isdigit()


@pytest.mark.parametrize(
    ("text", "expected"), [("08:00", time(8)), ("23:59:30", time(23, 59, 30)), ("24:00", time(0)), ("8:00", None), ("0800", None)]
)
def test_times_of_day(text: str, expected: time | None) -> None:
    assert values.parse_time(text) == expected


@pytest.mark.parametrize("name", ["zliten-clinic", "dr.salem", "CT_1", "د-سالم", "1"])
def test_names(name: str) -> None:
    assert values.parse_id(name) == name


@pytest.mark.parametrize("name", ["", "a b", "a/b", "-a", "_a", ".hidden", "a" * 65, "a\n", "<b>"])
def test_what_is_no_name(name: str) -> None:
    assert values.parse_id(name) is None


def test_an_address_stands_for_itself_and_a_range_may_be_written_with_any_of_its_addresses() -> None:
    assert str(values.parse_network("192.0.2.7")) == "192.0.2.7/32"
    assert str(values.parse_network("192.0.2.7/24")) == "192.0.2.0/24"
    assert str(values.parse_network("2001:db8::1")) == "2001:db8::1/128"
