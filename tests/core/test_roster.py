"""The roster: who is on duty when, on days with a changed clock too, and when nobody is."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from time import monotonic
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from teleradiology.core.reader import Licence, Reader, Shift
from teleradiology.core.roster import Cover, Duty, Exception_, duty_at, gaps, is_available, on_since, spans

BERLIN, TRIPOLI = "Europe/Berlin", "Africa/Tripoli"
EVERY_DAY = tuple(range(7))
MONDAY = datetime(2026, 11, 23, tzinfo=UTC)


def local(zone: str, *at: int) -> datetime:
    return datetime(*at, tzinfo=ZoneInfo(zone))


def reader(*shifts: Shift, name: str = "dr-a", **more) -> Reader:
    given = {"subspecialties": ("neuro",), "licences": (Licence("LY"),), **more}
    return Reader(name, name, shifts=shifts, **given)


def day_shift(zone: str = TRIPOLI, days: tuple[int, ...] = EVERY_DAY) -> Shift:
    return Shift(days, time(8), time(16), zone)


def night(zone: str) -> Shift:
    return Shift(EVERY_DAY, time(20), time(6), zone)


def test_leave_over_a_shift_is_no_duty():
    one = reader(day_shift())
    at = local(TRIPOLI, 2026, 11, 23, 9)
    leave = Exception_("dr-a", "leave", at - timedelta(hours=1), at + timedelta(hours=1))
    assert duty_at(one, at, []) == "shift"
    assert duty_at(one, at, [leave]) is None
    assert duty_at(one, at + timedelta(hours=1), [leave]) == "shift"  # the end does not count
    assert duty_at(one, at, [Exception_("dr-b", "leave", at)]) == "shift"  # somebody else's


def test_an_extra_shift_and_being_on_call_are_duties():
    one, at = reader(day_shift()), local(TRIPOLI, 2026, 11, 23, 20)
    hours = (at, at + timedelta(hours=2))
    assert duty_at(one, at, [Exception_("dr-a", "on-call", *hours)]) == "on-call"
    assert duty_at(one, at, [Exception_("dr-a", "on-call", *hours), Exception_("dr-a", "extra", *hours)]) == "shift"
    assert duty_at(one, at, [Exception_("dr-a", "extra", *hours), Exception_("dr-a", "leave", *hours)]) is None


def test_a_duty_goes_on_from_a_weekly_shift_into_an_extra_one_and_begins_anew_after_leave():
    one, begin = reader(day_shift("UTC")), MONDAY + timedelta(hours=8)
    extra = Exception_("dr-a", "extra", begin + timedelta(hours=8), begin + timedelta(hours=12))
    leave = Exception_("dr-a", "leave", begin + timedelta(hours=2), begin + timedelta(hours=3))
    at, long_ago = begin + timedelta(hours=10), MONDAY - timedelta(days=1)
    assert on_since(one, at, [extra], long_ago) == begin
    assert on_since(one, at, [extra, leave], long_ago) == leave.end
    assert on_since(one, at, [extra], begin + timedelta(hours=1)) == begin + timedelta(hours=1)
    assert on_since(one, at, [], long_ago) == at  # off duty
    assert on_since(one, at, [replace(extra, kind="leave")], long_ago) == at


@given(st.lists(st.tuples(st.sampled_from(["leave", "extra", "on-call"]), st.integers(0, 30), st.integers(1, 12)), max_size=6))
def test_since_when_somebody_is_on_duty_agrees_with_the_spans(entries):
    one, at = reader(day_shift("UTC")), MONDAY + timedelta(hours=12, minutes=30)
    start = MONDAY - timedelta(days=1)
    given_ = [Exception_("dr-a", kind, start + timedelta(hours=n), start + timedelta(hours=n + m)) for kind, n, m in entries]
    parts = spans(one, start, at + timedelta(minutes=1), given_)
    since = at
    for part in reversed(parts):  # what touches is one duty, whichever its layer
        since = part.start if part.start <= since <= part.end else since
    assert on_since(one, at, given_, start) == since


def test_who_is_unavailable_until_further_notice_has_no_duty():
    one, at = reader(), MONDAY
    away = [Exception_("dr-a", "unavailable", at)]
    assert duty_at(one, at + timedelta(days=900), away) is None
    assert not is_available("dr-a", at, away)
    assert is_available("dr-b", at, away)
    assert is_available("dr-a", at - timedelta(seconds=1), away)


def test_leave_cuts_a_shift_in_two():
    one = reader(day_shift("UTC"))
    leave = Exception_("dr-a", "leave", MONDAY + timedelta(hours=10), MONDAY + timedelta(hours=11))
    found = spans(one, MONDAY, MONDAY + timedelta(days=1), [leave])
    assert [(each.start.hour, each.end.hour) for each in found] == [(8, 10), (11, 16)]


def test_a_night_is_one_duty_and_is_cut_at_the_end_of_the_window():
    found = spans(reader(night("UTC")), MONDAY, MONDAY + timedelta(days=1), [])
    assert found == (
        Duty("dr-a", "shift", MONDAY, MONDAY + timedelta(hours=6)),
        Duty("dr-a", "shift", MONDAY + timedelta(hours=20), MONDAY + timedelta(days=1)),
    )


def test_who_has_no_hours_is_always_on_duty():
    assert spans(reader(), MONDAY, MONDAY + timedelta(days=14), []) == (
        Duty("dr-a", "shift", MONDAY, MONDAY + timedelta(days=14)),
    )


@pytest.mark.parametrize(("day", "hours"), [((2026, 3, 28), 9), ((2026, 10, 24), 11), ((2026, 11, 24), 10)])
def test_a_night_in_which_the_clocks_change_is_an_hour_shorter_or_longer(day, hours):
    start = local(BERLIN, *day, 12)
    (found,) = spans(reader(night(BERLIN)), start, start + timedelta(hours=23), [])
    assert found.end - found.start == timedelta(hours=hours)
    assert (found.start.astimezone(ZoneInfo(BERLIN)).hour, found.end.astimezone(ZoneInfo(BERLIN)).hour) == (20, 6)


@pytest.mark.parametrize("day", [date(2026, 3, 29), date(2026, 10, 25)])
@pytest.mark.parametrize(("begins", "ends"), [(time(2, 30), time(10)), (time(22), time(2, 30)), (time(2, 15), time(2, 45))])
def test_spans_and_the_question_at_an_instant_agree_while_the_clocks_change(day, begins, ends):
    one = reader(Shift(EVERY_DAY, begins, ends, BERLIN))
    start = datetime.combine(day - timedelta(days=1), time(0), UTC)
    found = spans(one, start, start + timedelta(days=3), [])
    for minutes in range(0, 3 * 24 * 60, 5):
        at = start + timedelta(minutes=minutes)
        assert any(each.start <= at < each.end for each in found) == (duty_at(one, at, []) is not None), at


NEURO = Cover("neuro", "LY", TRIPOLI)


def hours_of(found) -> list[tuple[str, str]]:
    return [(f"{gap.start:%d %H:%M}", f"{gap.end:%d %H:%M}") for gap in found]


def test_nights_without_a_reader_are_gaps():
    found = gaps([reader(day_shift("UTC"))], [], MONDAY, MONDAY + timedelta(days=2), [NEURO])
    assert hours_of(found) == [("23 00:00", "23 08:00"), ("23 16:00", "24 08:00"), ("24 16:00", "25 00:00")]


def test_day_and_night_together_leave_no_gap():
    readers = [reader(day_shift("UTC")), reader(Shift(EVERY_DAY, time(16), time(8), "UTC"), name="dr-b")]
    assert gaps(readers, [], MONDAY, MONDAY + timedelta(days=14), [NEURO]) == ()


def test_two_leaves_that_touch_are_one_gap():
    at = [MONDAY + timedelta(hours=hours) for hours in (3, 5, 9)]
    away = [Exception_("dr-a", "leave", at[0], at[1]), Exception_("dr-a", "leave", at[1], at[2])]
    assert hours_of(gaps([reader()], away, MONDAY, MONDAY + timedelta(days=1), [NEURO])) == [("23 03:00", "23 09:00")]


def test_the_licence_ends_with_the_day_at_the_facility():
    one = reader(licences=(Licence("LY", until=date(2026, 11, 24)),))
    (gap,) = gaps([one], [], MONDAY, MONDAY + timedelta(days=14), [NEURO])
    assert gap.start == local(TRIPOLI, 2026, 11, 25)
    assert gap.end == MONDAY + timedelta(days=14)


def test_a_licence_that_begins_in_the_window_ends_the_gap():
    one = reader(licences=(Licence("LY", since=date(2026, 11, 25)),))
    (gap,) = gaps([one], [], MONDAY, MONDAY + timedelta(days=14), [NEURO])
    assert gap.end == local(TRIPOLI, 2026, 11, 25)


@pytest.mark.parametrize(
    "lacks", [{"subspecialties": ("chest",)}, {"licences": (Licence("MT"),)}, {"active": False}, {"group": "partners"}]
)
def test_who_may_not_read_it_covers_nothing(lacks):
    (gap,) = gaps([reader(**lacks)], [], MONDAY, MONDAY + timedelta(days=1), [NEURO])
    assert (gap.start, gap.end, gap.on_call) == (MONDAY, MONDAY + timedelta(days=1), False)


def test_hours_with_somebody_on_call_alone_are_told_apart():
    one = reader(on_call=(Shift(EVERY_DAY, time(0), time(12), "UTC"),))
    found = gaps([one], [], MONDAY, MONDAY + timedelta(days=1), [NEURO])
    assert [gap.on_call for gap in found] == [True, False]


def test_two_licences_that_follow_each_other_leave_no_gap():
    held = (Licence("LY", until=date(2026, 11, 24)), Licence("LY", since=date(2026, 11, 25)))
    assert gaps([reader(licences=held)], [], MONDAY, MONDAY + timedelta(days=14), [NEURO]) == ()


def test_the_gaps_of_150_readers_are_found_while_somebody_waits_for_the_page():
    readers = [reader(Shift(EVERY_DAY, time(n % 24), time((n + 8) % 24), TRIPOLI), name=f"dr-{n}") for n in range(150)]
    needs = [Cover("neuro", "LY", TRIPOLI)] * 20
    begun = monotonic()
    assert gaps(readers, [], MONDAY, MONDAY + timedelta(days=14), needs) == ()
    assert monotonic() - begun < 5
