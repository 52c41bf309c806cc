"""Shifts, leave and licences in the nights in which the clocks change, where an hour is missing or comes twice."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest

from teleradiology.core.eligibility import Need, Standing, judge
from teleradiology.core.reader import Licence, Reader, Right, Shift
from teleradiology.core.roster import Cover, Exception_, duty_at, gaps, spans
from teleradiology.core.wall_clock import change_on, comes_twice, instant, is_skipped

EVERY_DAY = tuple(range(7))
MINUTE, DAY = timedelta(minutes=1), timedelta(days=1)
# Where, the day whose night or midnight it is, and the instant of the change.
FORWARD = [
    ("Europe/Rome", date(2026, 3, 29), datetime(2026, 3, 29, 1, tzinfo=UTC)),
    ("America/New_York", date(2026, 3, 8), datetime(2026, 3, 8, 7, tzinfo=UTC)),
    ("Africa/Cairo", date(2026, 4, 24), datetime(2026, 4, 23, 22, tzinfo=UTC)),
]
BACK = [
    ("Europe/Rome", date(2026, 10, 25), datetime(2026, 10, 25, 1, tzinfo=UTC)),
    ("America/New_York", date(2026, 11, 1), datetime(2026, 11, 1, 6, tzinfo=UTC)),
    ("Africa/Cairo", date(2026, 10, 29), datetime(2026, 10, 29, 21, tzinfo=UTC)),
]


def reader(*shifts: Shift, **more) -> Reader:
    return Reader("dr-a", "Dr A", subspecialties=("neuro",), shifts=shifts, **{"licences": (Licence("EG"),), **more})


def wall(at: datetime, zone: str) -> str:
    return f"{at.astimezone(ZoneInfo(zone)):%d %H:%M}"


def agree(one: Reader, middle: datetime, exceptions=()) -> list:
    """The spans two days around, which must say the same as the question at each minute and never overlap."""
    found = spans(one, middle - DAY, middle + DAY, exceptions)
    for minute in range(0, 2 * 24 * 60):
        at = middle - DAY + minute * MINUTE
        inside = [each for each in found if each.start <= at < each.end]
        assert len(inside) == (duty_at(one, at, exceptions) is not None), at
    return [(each.start, each.end) for each in found]


@pytest.mark.parametrize(("zone", "day", "change"), FORWARD + BACK)
def test_the_change_is_found_to_the_second(zone, day, change):
    assert change in (change_on(day - DAY, zone), change_on(day, zone))  # in Cairo the clocks jump at midnight
    assert change_on(day + DAY, zone) is None


@pytest.mark.parametrize(("zone", "day", "change"), FORWARD)
def test_a_night_loses_an_hour_in_spring_and_keeps_its_wall_clock(zone, day, change):
    one = reader(Shift(EVERY_DAY, time(20), time(6), zone))
    night = next(span for span in agree(one, change) if span[0] <= change - MINUTE < span[1])
    assert night[1] - night[0] == timedelta(hours=9)
    assert [wall(each, zone)[-5:] for each in night] == ["20:00", "06:00"]


@pytest.mark.parametrize(("zone", "day", "change"), BACK)
def test_a_night_gains_an_hour_in_autumn_and_keeps_its_wall_clock(zone, day, change):
    one = reader(Shift(EVERY_DAY, time(20), time(6), zone))
    night = next(span for span in agree(one, change) if span[0] <= change < span[1])
    assert night[1] - night[0] == timedelta(hours=11)
    assert [wall(each, zone)[-5:] for each in night] == ["20:00", "06:00"]


@pytest.mark.parametrize(("zone", "day", "change"), FORWARD)
def test_a_shift_that_begins_or_ends_in_the_skipped_hour_does_so_at_the_jump(zone, day, change):
    skipped = (change - MINUTE).astimezone(ZoneInfo(zone)).replace(tzinfo=None) + 31 * MINUTE
    assert is_skipped(skipped.replace(tzinfo=ZoneInfo(zone)))
    assert instant(day, skipped.time(), zone) == change
    begins = reader(Shift(EVERY_DAY, skipped.time(), time(10), zone))
    assert change in [span[0] for span in agree(begins, change)]
    assert begins.shift_began(change + MINUTE) == change
    ends = reader(Shift(EVERY_DAY, time(18), skipped.time(), zone))
    assert change in [span[1] for span in agree(ends, change)]


@pytest.mark.parametrize(("zone", "day", "change"), BACK)
def test_a_shift_that_begins_or_ends_in_the_hour_that_comes_twice_does_so_the_first_time(zone, day, change):
    first = change - 30 * MINUTE
    clock = first.astimezone(ZoneInfo(zone)).time()
    assert comes_twice(datetime.combine(day, clock, ZoneInfo(zone)))
    early = (change.astimezone(ZoneInfo(zone)) - 8 * 60 * MINUTE).time()
    begins, ends = Shift(EVERY_DAY, clock, time(10), zone), Shift(EVERY_DAY, early, clock, zone)
    assert next(span for span in agree(reader(begins), change) if span[0] <= change < span[1])[0] == first
    assert reader(begins).shift_began(change + 45 * MINUTE) == first
    assert not [span for span in agree(reader(ends), change) if span[0] < change + 60 * MINUTE and span[1] > first]
    assert first in [span[1] for span in agree(reader(ends), change)]


@pytest.mark.parametrize(("zone", "day", "change"), FORWARD + BACK)
@pytest.mark.parametrize("clock", [time(0), time(0, 30), time(1, 30), time(2, 30), time(23, 30)])
def test_two_shifts_that_follow_each_other_leave_no_gap_and_never_overlap(zone, day, change, clock):
    early = reader(Shift(EVERY_DAY, time(12), clock, zone))
    late = reader(Shift(EVERY_DAY, clock, time(12), zone))
    for minute in range(-24 * 60, 24 * 60, 5):
        at = change + minute * MINUTE
        assert early.is_on_duty(at) != late.is_on_duty(at), at


@pytest.mark.parametrize(("zone", "day", "change"), FORWARD + BACK)
def test_the_last_midnight_of_a_licence_and_a_right_is_the_facilitys_also_then(zone, day, change):
    last = change.astimezone(ZoneInfo(zone)).date()
    licensed = reader(licences=(Licence("EG", until=last),), rights=(Right(until=last),))
    midnight = instant(last + DAY, time(0), zone)
    need = Need("clinic", "EG", "neuro", "CT", "", midnight - MINUTE, timezone=zone)
    assert judge(licensed, need, Standing()) == ()
    over = Need("clinic", "EG", "neuro", "CT", "", midnight, timezone=zone)
    assert [each.code for each in judge(licensed, over, Standing())] == ["licence-ended", "right-ended"]
    (gap,) = gaps([licensed], [], midnight - 2 * DAY, midnight + DAY, [Cover("neuro", "EG", zone)])
    assert (gap.start, gap.end) == (midnight, midnight + DAY)


@pytest.mark.parametrize(("zone", "day", "change"), FORWARD + BACK)
def test_leave_over_the_change_cuts_a_night_where_it_begins_and_ends(zone, day, change):
    one = reader(Shift(EVERY_DAY, time(20), time(6), zone), on_call=(Shift(EVERY_DAY, time(6), time(9), zone),))
    leave = Exception_("dr-a", "leave", change - 45 * MINUTE, change + 15 * MINUTE)
    found = agree(one, change, [leave])
    assert leave.start in [span[1] for span in found]
    assert leave.end in [span[0] for span in found]
