"""Business hours, weekends, holidays, and the days on which clocks are changed."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from teleradiology.core.calendars import ALWAYS, WHOLE_DAY, Calendar, Hours

EIGHT_TO_FOUR = (Hours(time(8), time(16)),)
SUNDAY_TO_THURSDAY = {6: EIGHT_TO_FOUR, 0: EIGHT_TO_FOUR, 1: EIGHT_TO_FOUR, 2: EIGHT_TO_FOUR, 3: EIGHT_TO_FOUR}
LIBYA = Calendar("Africa/Tripoli", SUNDAY_TO_THURSDAY, frozenset({date(2026, 12, 24)}))
BERLIN = Calendar("Europe/Berlin", dict.fromkeys(range(7), (WHOLE_DAY,)))


def at(text: str, zone: str = "Africa/Tripoli") -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(zone))


@pytest.mark.parametrize(
    ("since", "hours", "due"),
    [
        ("2026-11-22T09:00", 4, "2026-11-22T13:00"),  # a Sunday is a working day in Libya
        ("2026-11-22T15:00", 4, "2026-11-23T11:00"),
        ("2026-11-19T15:00", 4, "2026-11-22T11:00"),  # Thursday afternoon, over Friday and Saturday
        ("2026-11-20T12:00", 1, "2026-11-22T09:00"),  # arrives on a Friday
        ("2026-11-22T03:00", 8, "2026-11-22T16:00"),  # before opening
        ("2026-12-23T15:00", 2, "2026-12-27T09:00"),  # over Independence Day (Thursday) and the weekend
        ("2026-11-22T09:00", 24, "2026-11-25T09:00"),
    ],
)
def test_turnaround_counts_working_hours_only(since: str, hours: int, due: str) -> None:
    assert LIBYA.after(at(since), timedelta(hours=hours)) == at(due)


def test_a_night_clinic_may_be_open_over_midnight_in_two_spans() -> None:
    night = Calendar("UTC", {0: (Hours(time(20), time(0)),), 1: (Hours(time(0), time(4)),)})
    monday = datetime(2026, 11, 23, 22, tzinfo=UTC)
    assert night.after(monday, timedelta(hours=3)) == datetime(2026, 11, 24, 1, tzinfo=UTC)


@pytest.mark.parametrize(
    ("day", "hours"),
    [("2026-03-29", 23), ("2026-10-25", 25), ("2026-06-01", 24)],
)
def test_a_day_has_the_hours_that_really_pass_when_clocks_are_changed(day: str, hours: int) -> None:
    begin = at(f"{day}T00:00", "Europe/Berlin")
    tomorrow = datetime.combine(begin.date() + timedelta(days=1), time(0), ZoneInfo("Europe/Berlin"))
    assert BERLIN.elapsed(begin, tomorrow) == timedelta(hours=hours)


def test_a_span_within_the_skipped_hour_has_no_length() -> None:
    skipped = Calendar("Europe/Berlin", {6: (Hours(time(2, 15), time(2, 45)),)})
    sunday = at("2026-03-29T00:00", "Europe/Berlin")
    assert skipped.elapsed(sunday, sunday + timedelta(hours=12)) == timedelta(0)


@pytest.mark.parametrize(
    ("start", "end", "opens", "closes"),
    [
        ("02:30", "10:00", "01:00", "08:00"),  # the clock goes from 02:00 to 03:00 at 01:00 UTC
        ("00:00", "02:30", "23:00", "01:00"),
        ("02:00", "03:00", "01:00", "01:00"),
        ("03:00", "10:00", "01:00", "08:00"),
        ("01:59", "03:01", "00:59", "01:01"),
    ],
)
def test_hours_that_begin_or_end_in_the_skipped_hour_do_so_when_the_clock_is_changed(
    start: str, end: str, opens: str, closes: str
) -> None:
    hours = Hours(time.fromisoformat(start), time.fromisoformat(end))
    begins, ends = hours.on(date(2027, 3, 28), "Europe/Rome")
    assert (f"{begins:%H:%M}", f"{ends:%H:%M}") == (opens, closes)


def test_hours_that_begin_in_the_hour_that_comes_twice_begin_the_first_time() -> None:
    begins, ends = Hours(time(2, 30), time(10)).on(date(2027, 10, 31), "Europe/Rome")
    assert (begins, ends) == (datetime(2027, 10, 31, 0, 30, tzinfo=UTC), datetime(2027, 10, 31, 9, tzinfo=UTC))


def test_a_midnight_that_the_clock_skips_is_the_end_of_the_day_before() -> None:
    """In Cairo the clock goes from 00:00 to 01:00 on a Friday in April."""
    (_, thursday), (friday, ends) = (WHOLE_DAY.on(date(2027, 4, day), "Africa/Cairo") for day in (29, 30))
    assert thursday == friday and ends - friday == timedelta(hours=23)


def test_a_leap_day_is_a_day_like_others() -> None:
    assert LIBYA.after(at("2028-02-28T15:00"), timedelta(hours=10)) == at("2028-03-01T09:00")


def test_without_a_week_every_hour_counts() -> None:
    since = datetime(2026, 11, 20, 23, tzinfo=UTC)
    assert ALWAYS.after(since, timedelta(hours=5)) == since + timedelta(hours=5)
    assert ALWAYS.is_open(since)


def test_a_calendar_that_is_never_open_says_so() -> None:
    with pytest.raises(ValueError, match="never open"):
        Calendar("UTC", {}).after(datetime(2026, 1, 1, tzinfo=UTC), timedelta(hours=1))


def test_what_takes_longer_than_ten_years_is_due_in_ten_years() -> None:
    seldom = Calendar("UTC", {0: (Hours(time(8), time(8, 1)),)})
    since = datetime(2026, 1, 1, tzinfo=UTC)
    due = seldom.after(since, timedelta(days=300))
    assert timedelta(days=3600) < due - since < timedelta(days=3700)


BEGIN = datetime(2026, 1, 1, tzinfo=UTC)
instants = st.integers(0, 366 * 24 * 60).map(lambda minutes: BEGIN + timedelta(minutes=minutes))


@given(since=instants, minutes=st.integers(0, 20_000))
def test_after_and_elapsed_agree(since: datetime, minutes: int) -> None:
    working = timedelta(minutes=minutes)
    due = LIBYA.after(since, working)
    assert LIBYA.elapsed(since, due) == (working if minutes else timedelta(0))


@given(since=instants, first=st.integers(1, 5000), second=st.integers(1, 5000))
def test_working_time_adds_up(since: datetime, first: int, second: int) -> None:
    middle = LIBYA.after(since, timedelta(minutes=first))
    assert LIBYA.after(middle, timedelta(minutes=second)) == LIBYA.after(since, timedelta(minutes=first + second))
