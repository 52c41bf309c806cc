"""When the clock alone next changes who may read what, also in nights in which it is set and at midnights of facilities."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from time import monotonic
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from teleradiology.core.eligibility import ON_CALL, Need, Standing, judge
from teleradiology.core.next_change import AHEAD, next_change
from teleradiology.core.reader import Licence, Reader, Right, Shift
from teleradiology.core.roster import Exception_, duty_at, is_available

EVERY_DAY = tuple(range(7))
MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)  # a Monday
ROME = [("IT", "Europe/Rome")]


def reader(*shifts: Shift, name: str = "dr-a", **more) -> Reader:
    return Reader(name, name, shifts=shifts, **{"licences": (Licence("IT"),), **more})


def hours(begin: int, end: int, zone: str = "UTC", days: tuple[int, ...] = EVERY_DAY) -> Shift:
    return Shift(days, time(begin), time(end), zone)


def next_of(one: Reader, after: datetime = NOON, exceptions: tuple[Exception_, ...] = (), places=ROME) -> datetime:
    return next_change([one], exceptions, places, after)


def test_a_shift_ends_and_the_next_begins():
    one = reader(hours(8, 16))
    end = next_of(one)
    assert end == datetime(2026, 11, 23, 16, tzinfo=UTC)
    assert next_of(one, end) == datetime(2026, 11, 24, 8, tzinfo=UTC)
    assert next_of(one, end - timedelta(microseconds=1)) == end


def test_an_overnight_shift_ends_on_the_next_day_and_not_at_midnight():
    one = reader(hours(20, 6))
    assert next_of(one, NOON + 9 * HOUR) == datetime(2026, 11, 24, 6, tzinfo=UTC)


def test_a_day_without_a_shift_has_no_change_and_is_looked_over_again_after_a_day():
    one = reader(hours(8, 16, days=(0,)))
    assert next_of(one, NOON + 5 * HOUR) == NOON + 5 * HOUR + AHEAD
    assert next_of(reader()) == next_change([], [], [], NOON) == NOON + AHEAD


def test_hours_that_meet_are_no_change_but_their_end_is():
    whole_day = reader(Shift(EVERY_DAY, time(0), time(0), "UTC"))
    assert next_of(whole_day) == NOON + AHEAD


def test_on_call_hours_and_the_first_of_several_readers_count():
    later, sooner = reader(hours(8, 16)), reader(name="dr-b", on_call=(hours(8, 14),))
    assert next_change([later, sooner], [], ROME, NOON) == NOON + 2 * HOUR
    assert next_change([later, replace(sooner, active=False)], [], ROME, NOON) == NOON + 4 * HOUR


@pytest.mark.parametrize("kind", ["leave", "extra", "on-call", "unavailable"])
def test_what_the_roster_says_begins_and_ends(kind):
    entry = Exception_("dr-a", kind, NOON + HOUR, NOON + 2 * HOUR)
    assert next_of(reader(), exceptions=(entry,)) == NOON + HOUR
    assert next_of(reader(), NOON + HOUR, (entry,)) == NOON + 2 * HOUR
    assert next_of(reader(), NOON + 2 * HOUR, (entry,)) == NOON + 2 * HOUR + AHEAD
    assert next_of(reader(), NOON + HOUR, (replace(entry, end=None),)) == NOON + HOUR + AHEAD  # until further notice


def test_a_licence_ends_at_the_midnight_of_each_facility_where_it_is_asked_for():
    one = reader(licences=(Licence("IT", until=date(2026, 11, 23)), Licence("US", until=date(2026, 11, 23))))
    assert next_of(one) == datetime(2026, 11, 23, 23, tzinfo=UTC)
    places = [*ROME, ("US", "America/New_York"), ("MT", "Pacific/Auckland")]
    assert next_of(one, NOON + 11 * HOUR, places=places) == datetime(2026, 11, 24, 5, tzinfo=UTC)


def test_a_licence_begins_at_the_first_midnight_and_a_right_ends_everywhere():
    begins = reader(licences=(Licence("IT", since=date(2026, 11, 24)),))
    assert next_of(begins) == datetime(2026, 11, 23, 23, tzinfo=UTC)
    right = reader(rights=(Right(until=date(2026, 11, 23)),))
    assert next_of(right, places=[("JP", "Asia/Tokyo")]) == datetime(2026, 11, 23, 15, tzinfo=UTC)
    assert next_of(reader(licences=(Licence("IT", until=date.max),))) == NOON + AHEAD


@pytest.mark.parametrize(
    ("zone", "clock", "after", "end"),
    [  # what lies in a missing hour ends with the jump; in one that comes twice the first time counts
        ("Europe/Rome", time(2, 30), (2026, 3, 28, 22), (2026, 3, 29, 1)),
        ("Europe/Rome", time(2, 30), (2026, 10, 24, 22), (2026, 10, 25, 0, 30)),
        ("America/New_York", time(2, 30), (2026, 3, 8, 3), (2026, 3, 8, 7)),
        ("America/New_York", time(1, 30), (2026, 11, 1, 2), (2026, 11, 1, 5, 30)),
    ],
)
def test_an_end_in_the_missing_or_repeated_hour(zone, clock, after, end):
    one = reader(Shift(EVERY_DAY, time(20), clock, zone))
    assert next_of(one, datetime(*after, tzinfo=UTC)) == datetime(*end, tzinfo=UTC)


def test_a_licences_midnight_that_the_clock_skips_is_the_moment_of_the_jump():
    one = reader(licences=(Licence("EG", until=date(2026, 4, 23)),))
    jump = datetime(2026, 4, 23, 22, tzinfo=UTC)  # Cairo goes from midnight to one
    assert next_of(one, jump - 3 * HOUR, places=[("EG", "Africa/Cairo")]) == jump


# Whatever is asked of a reader

ZONES = ["Europe/Rome", "Africa/Cairo", "America/New_York", "Australia/Lord_Howe", "Pacific/Apia"]
CHANGES = [
    datetime(2026, 3, 29, 1, tzinfo=UTC),
    datetime(2026, 4, 23, 22, tzinfo=UTC),
    datetime(2026, 3, 8, 7, tzinfo=UTC),
    datetime(2026, 10, 25, 1, tzinfo=UTC),
    datetime(2026, 10, 29, 21, tzinfo=UTC),
    datetime(2026, 11, 1, 6, tzinfo=UTC),
    datetime(2026, 4, 4, 15, tzinfo=UTC),
    datetime(2026, 10, 3, 15, 30, tzinfo=UTC),
]
clocks = st.builds(time, st.integers(0, 23), st.sampled_from([0, 15, 30, 45]))
shifts = st.builds(Shift, st.sampled_from([EVERY_DAY, (5, 6), (6,)]), clocks, clocks, st.sampled_from(ZONES))


def asked(one: Reader, entries: list[Exception_], places, at: datetime) -> list[object]:
    """All that is judged by the clock alone."""
    duty, available = duty_at(one, at, entries), is_available(one.id, at, entries)
    needs = (Need("site", place, "", "CT", "", at, timezone=zone, broadened=ON_CALL) for place, zone in places)
    return [duty, *([each.code for each in judge(one, need, Standing(duty=duty, available=available))] for need in needs)]


@given(
    st.sampled_from(CHANGES),
    st.integers(-26 * 60, 3 * 60),
    st.lists(shifts, max_size=2),
    st.lists(shifts, max_size=1),
    st.sampled_from(ZONES),
    st.integers(-2, 2),
    st.sampled_from(["leave", "extra", "unavailable"]),
    st.integers(0, 1500),
)
def test_until_then_nothing_changes(change, minutes, weekly, on_call, zone, days, kind, begin):
    after = change + minutes * MINUTE
    last = after.astimezone(ZoneInfo(zone)).date() + days * DAY
    licences = (Licence("XX", until=last), Licence("YY", since=last))
    one = reader(*weekly, on_call=tuple(on_call), licences=licences)
    entries = [Exception_("dr-a", kind, after + begin * MINUTE, after + (begin + 90) * MINUTE)]
    places = [("XX", zone), ("YY", "UTC")]
    then = next_change([one], entries, places, after)
    assert after < then <= after + AHEAD
    now, at = asked(one, entries, places, after), after
    while at < then:
        assert asked(one, entries, places, at) == now, at
        at += 5 * MINUTE
    assert asked(one, entries, places, then - timedelta(microseconds=1)) == now


def test_a_large_house_is_looked_over_in_a_moment():
    ends = [(Licence("IT", until=date(2026, 11, day)),) for day in range(1, 29)]
    weekly = [hours(n % 24, (n + 8) % 24, ZONES[n % 4]) for n in range(150)]
    house = [reader(shift, name=f"dr-{n}", licences=ends[n % 28]) for n, shift in enumerate(weekly)]
    entries = [Exception_(f"dr-{n % 150}", "leave", NOON + n * HOUR, NOON + (n + 8) * HOUR) for n in range(500)]
    next_change(house, entries, ROME, NOON)
    begun = monotonic()
    for minute in range(20):
        next_change(house, entries, ROME, NOON + minute * MINUTE)
    assert monotonic() - begun < 20 * 0.1
