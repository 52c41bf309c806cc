"""Due times, warnings and reading order."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from teleradiology.core import turnaround

NINE = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)
instants = st.integers(0, 90 * 365 * 86_400_000).map(lambda passed: NINE - 9_000 * 24 * HOUR + timedelta(milliseconds=passed))


def test_a_report_is_due_one_turnaround_after_reception():
    assert turnaround.due(NINE, 4 * HOUR, 0.5) == (NINE + 2 * HOUR, NINE + 4 * HOUR)


def test_time_on_hold_moves_warning_and_due_time():
    assert turnaround.due(NINE, 4 * HOUR, 0.5, paused=3 * HOUR) == (NINE + 5 * HOUR, NINE + 7 * HOUR)


def test_without_a_turnaround_nothing_is_promised():
    assert turnaround.due(NINE, None, 0.5) == (None, None)


def test_the_warning_comes_after_three_quarters_unless_said_otherwise():
    warn_at, _ = turnaround.due(NINE, 4 * HOUR)
    assert warn_at == NINE + 3 * HOUR


@pytest.mark.parametrize("share", [-1.0, 7.0])
def test_a_warning_is_never_before_reception_nor_after_the_due_time(share):
    warn_at, due_at = turnaround.due(NINE, HOUR, share)
    assert NINE <= warn_at <= due_at


@pytest.mark.parametrize(
    ("zone", "received"),
    [
        ("Europe/Berlin", "2026-03-29T01:30"),
        ("Europe/Berlin", "2026-10-25T01:30"),
        ("America/New_York", "2026-03-08T01:30"),
        ("Africa/Tripoli", "2028-02-28T23:30"),
    ],
)
def test_elapsed_hours_are_counted_across_changes_of_the_clock(zone, received):
    at = datetime.fromisoformat(received).replace(tzinfo=ZoneInfo(zone))
    _, due_at = turnaround.due(at, 4 * HOUR)
    assert due_at - at.astimezone(UTC) == 4 * HOUR


@pytest.mark.parametrize(
    ("minutes", "held", "expected"),
    [(0, False, "neutral"), (29, False, "neutral"), (30, False, "due-soon"), (59, False, "due-soon"),
     (60, False, "overdue"), (600, False, "overdue"), (0, True, "held"), (600, True, "held")],
)  # fmt: skip
def test_the_status_follows_the_clock_unless_it_is_paused(minutes, held, expected):
    warn_at, due_at = turnaround.due(NINE, HOUR, 0.5)
    assert turnaround.status(NINE + timedelta(minutes=minutes), warn_at, due_at, held) == expected


def test_a_study_without_promise_is_never_late():
    assert turnaround.status(NINE + 10_000 * HOUR, None, None) == "neutral"


@given(instants, instants)
def test_the_earlier_due_time_comes_first(one, other):
    keys = turnaround.order_key(one, other), turnaround.order_key(other, one)
    assert (keys[0] < keys[1]) == (one < other)


@given(instants, instants)
def test_studies_without_a_due_time_come_after_all_others_in_order_of_reception(received, due_at):
    last = turnaround.order_key(None, received)
    assert last > turnaround.order_key(min(due_at, received + timedelta(days=3650)), received)
    assert last < turnaround.order_key(None, received + timedelta(microseconds=1))


def test_a_later_due_time_takes_marks_back_that_hold_no_longer():
    flags = ("due-soon", "addendum-task", "overdue")
    assert turnaround.unmarked(flags, NINE, NINE + HOUR, NINE + 2 * HOUR) == ("addendum-task",)
    assert turnaround.unmarked(flags, NINE, NINE - HOUR, NINE + HOUR) == ("due-soon", "addendum-task")
    assert turnaround.unmarked(flags, NINE, NINE - HOUR, NINE) == flags
    assert turnaround.unmarked(flags, NINE, None, None) == ("addendum-task",)
