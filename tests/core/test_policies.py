"""Promises: which one holds, and forty due times over changes of the clock, nights, weekends, holidays and leap days."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest

from teleradiology.config.public_holidays import PublicHolidays
from teleradiology.core.calendars import ALWAYS, MIDNIGHT, Calendar, Hours
from teleradiology.core.policies import Promise, Start, TurnaroundPolicy, beginning, choose, due, pauses_clock

OFFICE = (Hours(time(8), time(16)),)
LIBYA = Calendar("Africa/Tripoli", dict.fromkeys((6, 0, 1, 2, 3), OFFICE), PublicHolidays("LY"))
MALTA = Calendar("Europe/Malta", dict.fromkeys(range(5), OFFICE), PublicHolidays("MT"))
NEW_YORK = Calendar("America/New_York", dict.fromkeys(range(5), OFFICE))
NIGHT = Calendar("Europe/Malta", {day: (Hours(MIDNIGHT, time(6)), Hours(time(22), MIDNIGHT)) for day in range(7)})
DAYS = Calendar("Europe/Malta", {day: (Hours(MIDNIGHT, MIDNIGHT),) for day in range(5)})


def h(hours: float) -> timedelta:
    return timedelta(hours=hours)


# calendar, begins (local), turnaround, due (local)
TABLE = [
    # around the clock, by elapsed time
    (ALWAYS, "UTC", "2026-03-02T10:00", h(1), "2026-03-02T11:00"),
    (ALWAYS, "Africa/Tripoli", "2026-03-02T23:30", h(1), "2026-03-03T00:30"),
    (ALWAYS, "Europe/Malta", "2026-03-29T01:30", h(1), "2026-03-29T03:30"),  # 02:00 is 03:00
    (ALWAYS, "Europe/Malta", "2026-03-28T12:00", h(24), "2026-03-29T13:00"),
    (ALWAYS, "Europe/Malta", "2026-10-24T12:00", h(24), "2026-10-25T11:00"),  # an hour comes twice
    (ALWAYS, "America/New_York", "2026-03-08T01:30", h(1), "2026-03-08T03:30"),
    (ALWAYS, "America/New_York", "2026-10-31T20:00", h(24), "2026-11-01T19:00"),
    (ALWAYS, "UTC", "2028-02-28T12:00", h(24), "2028-02-29T12:00"),
    (ALWAYS, "UTC", "2028-02-29T12:00", h(24), "2028-03-01T12:00"),
    (ALWAYS, "UTC", "2027-02-28T12:00", h(24), "2027-03-01T12:00"),
    (ALWAYS, "UTC", "2026-12-31T23:30", h(1), "2027-01-01T00:30"),
    # office hours in Libya: Friday and Saturday are free
    (LIBYA, "Africa/Tripoli", "2026-03-01T09:00", h(4), "2026-03-01T13:00"),  # Sunday
    (LIBYA, "Africa/Tripoli", "2026-03-01T15:00", h(4), "2026-03-02T11:00"),
    (LIBYA, "Africa/Tripoli", "2026-03-01T20:00", h(4), "2026-03-02T12:00"),
    (LIBYA, "Africa/Tripoli", "2026-03-01T07:00", h(4), "2026-03-01T12:00"),
    (LIBYA, "Africa/Tripoli", "2026-03-05T15:00", h(2), "2026-03-08T09:00"),  # Thursday
    (LIBYA, "Africa/Tripoli", "2026-03-06T10:00", h(1), "2026-03-08T09:00"),  # Friday
    (LIBYA, "Africa/Tripoli", "2026-03-07T10:00", h(8), "2026-03-08T16:00"),  # Saturday
    (LIBYA, "Africa/Tripoli", "2026-03-04T12:00", h(24), "2026-03-09T12:00"),
    (LIBYA, "Africa/Tripoli", "2026-02-16T15:00", h(2), "2026-02-18T09:00"),  # 17 February
    (LIBYA, "Africa/Tripoli", "2026-02-17T10:00", h(1), "2026-02-18T09:00"),
    (LIBYA, "Africa/Tripoli", "2026-09-15T14:00", h(4), "2026-09-17T10:00"),  # 16 September
    (LIBYA, "Africa/Tripoli", "2026-12-23T15:00", h(2), "2026-12-27T09:00"),  # the 24th, then Friday and Saturday
    (LIBYA, "Africa/Tripoli", "2026-05-25T15:00", h(2), "2026-05-31T09:00"),  # Eid al-Adha and the weekend
    (LIBYA, "Africa/Tripoli", "2026-03-01T08:00", h(8), "2026-03-01T16:00"),
    (LIBYA, "Africa/Tripoli", "2026-03-01T16:00", h(8), "2026-03-02T16:00"),
    # office hours in Malta: Saturday and Sunday, and the clock is changed at weekends
    (MALTA, "Europe/Malta", "2026-03-27T15:00", h(2), "2026-03-30T09:00"),
    (MALTA, "Europe/Malta", "2026-10-23T15:00", h(2), "2026-10-26T09:00"),
    (MALTA, "Europe/Malta", "2026-12-24T15:00", h(2), "2026-12-28T09:00"),
    (MALTA, "Europe/Malta", "2026-04-02T15:00", h(2), "2026-04-06T09:00"),  # Good Friday
    (MALTA, "Europe/Malta", "2026-12-31T15:00", h(2), "2027-01-04T09:00"),
    (MALTA, "Europe/Malta", "2028-02-28T15:00", h(2), "2028-02-29T09:00"),
    (NEW_YORK, "America/New_York", "2026-03-06T15:00", h(2), "2026-03-09T09:00"),
    (NEW_YORK, "America/New_York", "2026-10-30T15:00", h(2), "2026-11-02T09:00"),
    # nights, of which one is an hour shorter and one longer
    (NIGHT, "Europe/Malta", "2026-03-02T23:00", h(2), "2026-03-03T01:00"),
    (NIGHT, "Europe/Malta", "2026-03-02T12:00", h(2), "2026-03-03T00:00"),
    (NIGHT, "Europe/Malta", "2026-03-28T22:00", h(7), "2026-03-29T06:00"),
    (NIGHT, "Europe/Malta", "2026-10-24T22:00", h(9), "2026-10-25T06:00"),
    (NIGHT, "Europe/Malta", "2026-10-24T22:00", h(10), "2026-10-25T23:00"),
    # whole working days
    (DAYS, "Europe/Malta", "2026-03-27T12:00", h(24), "2026-03-30T12:00"),
    (DAYS, "Europe/Malta", "2026-03-27T00:00", h(24), "2026-03-28T00:00"),
]


def local(text: str, zone: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(zone)).astimezone(UTC)


@pytest.mark.parametrize(("calendar", "zone", "begins", "turnaround", "expected"), TABLE)
def test_due_times(calendar: Calendar, zone: str, begins: str, turnaround: timedelta, expected: str) -> None:
    promise = Promise(local(begins, zone), turnaround, calendar)
    assert promise.at() == local(expected, zone)
    assert calendar.elapsed(promise.since, promise.at()) == turnaround


def test_the_table_has_forty_due_times() -> None:
    assert len(TABLE) >= 40


def test_the_warning_comes_after_its_share_of_the_working_time() -> None:
    warn_at, due_at = due(Promise(local("2026-03-05T12:00", "Africa/Tripoli"), h(8), LIBYA), 0.75)
    assert warn_at == local("2026-03-08T10:00", "Africa/Tripoli")
    assert due_at == local("2026-03-08T12:00", "Africa/Tripoli")


# Pauses


def test_a_pause_moves_the_due_time_by_the_working_time_in_it() -> None:
    since, zone = local("2026-03-01T09:00", "Africa/Tripoli"), "Africa/Tripoli"
    pauses = ((local("2026-03-01T15:00", zone), local("2026-03-02T09:00", zone)),)
    assert Promise(since, h(8), LIBYA, pauses).at() == local("2026-03-02T11:00", zone)


def test_a_pause_over_the_weekend_moves_nothing() -> None:
    zone = "Africa/Tripoli"
    pauses = ((local("2026-03-05T16:00", zone), local("2026-03-08T08:00", zone)),)
    assert Promise(local("2026-03-05T15:00", zone), h(2), LIBYA, pauses).at() == local("2026-03-08T09:00", zone)


def test_a_pause_over_a_change_of_the_clock_is_as_long_as_it_was() -> None:
    zone = "Europe/Malta"
    pauses = ((local("2026-03-29T01:00", zone), local("2026-03-29T04:00", zone)),)
    assert Promise(local("2026-03-29T00:00", zone), h(2), ALWAYS, pauses).at() == local("2026-03-29T05:00", zone)


def test_pauses_that_overlap_count_once() -> None:
    zone = "UTC"
    pauses = (
        (local("2026-03-02T11:00", zone), local("2026-03-02T13:00", zone)),
        (local("2026-03-02T12:00", zone), local("2026-03-02T14:00", zone)),
        (local("2026-03-01T09:00", zone), local("2026-03-02T10:30", zone)),  # begun before the clock did
    )
    assert Promise(local("2026-03-02T10:00", zone), h(1), ALWAYS, pauses).at() == local("2026-03-02T14:30", zone)


@pytest.mark.parametrize(
    ("reason", "pauses"),
    [
        ("missing-images", True),
        ("missing images: two series", True),
        ("images-incomplete", True),
        ("missing-information", True),
        ("clinical-information: which side?", True),
        ("priors-awaited", False),
        ("lunch", False),
        ("", False),
    ],
)
def test_only_agreed_reasons_stop_the_clock(reason: str, pauses: bool) -> None:
    assert pauses_clock(reason) is pauses


# Which one


def test_the_first_policy_that_is_for_the_study_decides() -> None:
    policies = (
        TurnaroundPolicy("stat CT", priorities=("stat",), modalities=("CT", "MR")),
        TurnaroundPolicy("stat", priorities=("stat",)),
        TurnaroundPolicy("zliten", facilities=("zliten",)),
    )

    def name(*study: str) -> str:
        found = choose(policies, *study)
        return found.name if found else "none"

    assert name("zliten", "stat", "MR") == "stat CT"
    assert name("zliten", "stat", "US") == "stat"
    assert name("zliten", "routine", "US") == "zliten"
    assert name("gozo", "routine", "US") == "none"


def test_what_a_clock_starts_with() -> None:
    received = datetime(2026, 3, 2, 10, tzinfo=UTC)
    ended, admitted = received - h(1), received + h(0.5)
    assert beginning(Start.RECEIVED, received, ended, admitted) == received
    assert beginning(Start.EXAM_END, received, ended, admitted) == ended
    assert beginning(Start.ADMITTED, received, ended, admitted) == admitted


@pytest.mark.parametrize("ended", [None, timedelta(minutes=5), -timedelta(days=8)])
def test_an_end_of_the_exam_that_cannot_be_is_not_believed(ended: timedelta | None) -> None:
    received = datetime(2026, 3, 2, 10, tzinfo=UTC)
    assert beginning(Start.EXAM_END, received, received + ended if ended else None, None) == received
