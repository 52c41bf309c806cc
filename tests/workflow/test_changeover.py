"""What the clock changes is acted upon within five seconds of its instant, and the heartbeat has no more work for it."""

from __future__ import annotations

import dataclasses
from datetime import UTC, datetime, timedelta

import pytest

from support import day_and_night
from support.bench import Bench
from support.builders import coordinator, radiologist
from teleradiology.core.roster import Exception_
from teleradiology.core.worklist import State
from teleradiology.store import waiting
from teleradiology.workflow import assignment, changeover, oversight, reading, reassigning, roster, roster_files
from teleradiology.workflow.memory import Memory

SECOND, MINUTE, HOUR = timedelta(seconds=1), timedelta(minutes=1), timedelta(hours=1)
PROMPTLY = 5 * SECOND
EVENING = datetime(2026, 6, 10, 20, tzinfo=UTC)  # ten in Rome


def opened(tmp_path, at=EVENING, *, zone="Europe/Rome", end="06:00", begin="", until="", **settings):
    bench = Bench(tmp_path, day_and_night.rules(zone, "20:00", end, begin, until), **settings)
    bench.clock.pass_((at - bench.clock.now()).total_seconds())
    bench.beat()
    return bench


def until(bench, at, before=20 * SECOND):
    """Beat now and then, and every second shortly before the instant."""
    while bench.clock.now() < at - before:
        bench.beat(min(37.0, (at - before - bench.clock.now()).total_seconds()))


def moved_at(bench, item, most=60) -> datetime:
    """When it is somebody else's, or nobody's."""
    for _ in range(most):
        bench.beat(1)
        if bench.item(item.orthanc_id).reader != item.reader:
            return bench.clock.now()
    raise AssertionError("it stays")


def causes(bench, item) -> list[str]:
    return [made.cause for made in reversed(bench.decisions(item)) if made.cause.startswith("reassigned")]


@pytest.mark.parametrize(
    ("zone", "before", "end", "at"),
    [
        ("Europe/Rome", EVENING, "06:00", datetime(2026, 6, 11, 4, tzinfo=UTC)),
        ("Europe/Rome", datetime(2026, 3, 28, 22, tzinfo=UTC), "02:30", datetime(2026, 3, 29, 1, tzinfo=UTC)),  # skipped
        ("Europe/Rome", datetime(2026, 10, 24, 21, tzinfo=UTC), "02:30", datetime(2026, 10, 25, 0, 30, tzinfo=UTC)),  # twice
        ("Africa/Cairo", datetime(2026, 4, 23, 20, tzinfo=UTC), "00:30", datetime(2026, 4, 23, 22, tzinfo=UTC)),
        ("America/New_York", datetime(2026, 11, 1, 2, tzinfo=UTC), "06:00", datetime(2026, 11, 1, 11, tzinfo=UTC)),
    ],
)
def test_the_end_of_a_shift_hands_over_promptly_also_in_the_night_of_another_clock(tmp_path, zone, before, end, at):
    bench = opened(tmp_path, before, zone=zone, end=end)
    item = bench.take_in(("CT", 1))
    assert item.reader == "dr-night"
    until(bench, at)
    assert timedelta(0) <= moved_at(bench, item) - at <= PROMPTLY
    assert bench.item(item.orthanc_id).reader == "dr-day"
    bench.live(600, step=5)
    assert causes(bench, item) == [f"reassigned: off-duty {at:%Y-%m-%d} dr-night"]


def test_what_waits_is_offered_promptly_to_whose_shift_begins(tmp_path):
    bench = opened(tmp_path, datetime(2026, 6, 11, 4, 30, tzinfo=UTC), begin="07:00")  # nobody from six to seven
    item = bench.take_in(("CT", 1))
    assert (item.state, item.reader) == (State.UNASSIGNED, "")
    at = datetime(2026, 6, 11, 5, tzinfo=UTC)
    until(bench, at)
    assert timedelta(0) <= moved_at(bench, item) - at <= PROMPTLY
    assert bench.item(item.orthanc_id).reader == "dr-day"


def test_the_last_midnight_of_a_licence_is_followed_promptly(tmp_path):
    bench = opened(tmp_path, until=", until: 2026-06-10")
    item = bench.take_in(("CT", 1))
    midnight = datetime(2026, 6, 10, 22, tzinfo=UTC)
    until(bench, midnight)
    assert timedelta(0) <= moved_at(bench, item) - midnight <= PROMPTLY
    assert bench.item(item.orthanc_id).state == State.UNASSIGNED
    bench.live(300, step=5)
    assert causes(bench, item) == ["reassigned: licence-ended 2026-06-10 dr-night"]


def test_leave_that_begins_and_an_extra_shift_that_ends_are_followed_promptly(tmp_path):
    bench = opened(tmp_path)
    item = bench.take_in(("CT", 1))
    leave, extra = EVENING + HOUR, EVENING + 2 * HOUR
    roster.add(bench.room, coordinator(), Exception_("dr-night", "leave", leave, leave + 30 * MINUTE))
    roster.add(bench.room, coordinator(), Exception_("dr-day", "extra", EVENING + 30 * MINUTE, extra))
    until(bench, leave)
    assert timedelta(0) <= moved_at(bench, item) - leave <= PROMPTLY
    given = bench.item(item.orthanc_id)
    assert given.reader == "dr-day"
    until(bench, extra)
    assert timedelta(0) <= moved_at(bench, given) - extra <= PROMPTLY
    assert [each.split()[1] for each in causes(bench, item)] == ["on-leave", "off-duty"]


def test_who_is_available_again_at_a_stated_time_gets_what_waits(tmp_path):
    bench = opened(tmp_path)
    bench.live(40, step=1)
    back = bench.clock.now() + 10 * MINUTE
    assert roster.set_availability(bench.room, radiologist("dr-night"), "dr-night", False, back)
    item = bench.take_in(("CT", 1))
    assert item.reader == ""
    until(bench, back)
    assert timedelta(0) <= moved_at(bench, item) - back <= PROMPTLY


def test_who_comes_back_gets_what_waits_behind_a_study_that_was_given_back(tmp_path):
    bench = opened(tmp_path)
    first, second = (bench.take_in(("CT", 1), PatientID=name) for name in "12")
    reading.claim(bench.room, radiologist("dr-night"), first.id)
    away(bench)
    reading.skip(bench.room, radiologist("dr-night"), first.id, "called-away: theatre")
    bench.change(second, reader="", state=State.UNASSIGNED)
    assert roster.set_availability(bench.room, radiologist("dr-night"), "dr-night", True)
    bench.beat(1)
    assert [bench.item(each.orthanc_id).reader for each in (first, second)] == ["", "dr-night"]


def away(bench):
    roster.set_availability(bench.room, radiologist("dr-night"), "dr-night", False)


def on_leave(bench):
    now = bench.clock.now()
    roster.add(bench.room, coordinator(), Exception_("dr-night", "leave", now, now + HOUR))


def from_a_file(bench):
    table = "reader,kind,start,end,note\ndr-night,leave,2026-06-10,2026-06-12,\n"
    assert roster_files.imported(bench.room, coordinator(), "csv", table).added == 1


@pytest.mark.parametrize("change", [away, on_leave, from_a_file])
def test_a_changed_roster_is_followed_with_the_next_beat(tmp_path, change):
    bench = opened(tmp_path)
    roster.add(bench.room, coordinator(), Exception_("dr-day", "extra", EVENING, EVENING + 12 * HOUR))
    bench.beat(1)
    item = bench.take_in(("CT", 1))
    bench.change(item, reader="dr-night", state=State.ASSIGNED)
    bench.live(7)  # between two of the looks that are made every minute
    change(bench)
    bench.beat(1)
    assert bench.item(item.orthanc_id).reader == "dr-day"


def test_an_entry_taken_off_the_roster_brings_what_waits_with_the_next_beat(tmp_path):
    bench = opened(tmp_path)
    made = roster.add(bench.room, coordinator(), Exception_("dr-night", "leave", EVENING, EVENING + HOUR))
    item = bench.take_in(("CT", 1))
    bench.live(7)
    roster.remove(bench.room, coordinator(), made.id)
    bench.beat(1)
    assert bench.item(item.orthanc_id).reader == "dr-night"


@pytest.mark.parametrize("step", [8 * 3600, -4 * 3600])
def test_a_wall_clock_that_is_set_over_the_end_of_a_shift_is_followed_after_a_minute(tmp_path, step):
    bench = opened(tmp_path)
    item = bench.take_in(("CT", 1))
    bench.live(7)
    bench.clock.step(step)
    bench.live(58)
    assert bench.item(item.orthanc_id).reader == "dr-night"
    bench.live(5)
    assert bench.item(item.orthanc_id).reader == "dr-day"
    bench.live(120, step=5)
    assert len(causes(bench, item)) == 1


@pytest.mark.parametrize("step", [8 * 3600, -4 * 3600])
def test_a_slip_of_the_wall_clock_hands_nothing_over_and_the_end_of_the_shift_still_does(tmp_path, step):
    bench = opened(tmp_path)
    item = bench.take_in(("CT", 1))
    bench.live(7)
    bench.clock.step(step)
    bench.live(50)
    bench.clock.step(-step)
    bench.live(70)
    assert causes(bench, item) == []
    end = datetime(2026, 6, 11, 4, tzinfo=UTC)
    until(bench, end)
    assert timedelta(0) <= moved_at(bench, item) - end <= PROMPTLY


@pytest.mark.parametrize("step", [-0.2, -10, -29])
def test_a_clock_that_is_put_back_a_little_after_the_end_of_a_shift_gives_nothing_back(tmp_path, step):
    bench = opened(tmp_path)
    item, end = bench.take_in(("CT", 1)), datetime(2026, 6, 11, 4, tzinfo=UTC)
    until(bench, end)
    assert moved_at(bench, item) == end
    bench.clock.step(step)
    bench.live(120)
    assert bench.item(item.orthanc_id).reader == "dr-day"
    assert causes(bench, item) == ["reassigned: off-duty 2026-06-11 dr-night"]


@pytest.mark.parametrize("behind", [3, 20])
def test_another_service_whose_clock_is_behind_gives_nothing_back(tmp_path, behind):
    bench = opened(tmp_path)
    memory, clock = Memory(lambda: bench.clock.monotonic), lambda: bench.clock.now() - behind * SECOND
    other = dataclasses.replace(bench.room, memory=memory, now=clock)
    item, end = bench.take_in(("CT", 1)), datetime(2026, 6, 11, 4, tzinfo=UTC)
    until(bench, end)
    assert moved_at(bench, item) == end
    for _ in range(90):  # its first beat looks at what is assigned, and sees that the day has not begun by its clock
        oversight.beat(other)
        bench.beat(1)
    assert causes(bench, item) == ["reassigned: off-duty 2026-06-11 dr-night"]


def test_who_is_away_twice_on_one_day_hands_over_twice(tmp_path):
    morning = datetime(2026, 6, 11, 6, tzinfo=UTC)
    bench = opened(tmp_path, morning)
    item = bench.take_in(("CT", 1))
    for begin in (morning + HOUR, morning + 3 * HOUR):
        roster.add(bench.room, coordinator(), Exception_("dr-day", "leave", begin, begin + HOUR))
        roster.add(bench.room, coordinator(), Exception_("dr-night", "extra", begin, begin + HOUR))
    seen = []
    for _ in range(5 * 60):
        bench.beat(60)
        reader = bench.item(item.orthanc_id).reader
        seen += [reader] if seen[-1:] != [reader] else []
    assert seen == ["dr-day", "dr-night", "dr-day", "dr-night", "dr-day"]
    assert causes(bench, item) == [
        "reassigned: on-leave 2026-06-11 dr-day",
        "reassigned: off-duty 2026-06-11 dr-night",
        "reassigned: on-leave 2026-06-11T09:00 dr-day",
        "reassigned: off-duty 2026-06-11T10:00 dr-night",
    ]


def test_a_slip_of_the_wall_clock_takes_no_claim_from_a_reader_who_is_there(tmp_path):
    bench = opened(tmp_path)
    item, night = bench.take_in(("CT", 1)), radiologist("dr-night")
    reading.claim(bench.room, night, item.id)
    for step in (2 * 3600, -2 * 3600):
        bench.clock.step(step)
        bench.live(25)
        reading.heartbeat(bench.room, night, item.id)
        bench.live(25)
        assert bench.item(item.orthanc_id).state == State.READING
    bench.live(300)
    assert bench.item(item.orthanc_id).state != State.READING  # whoever has gone still loses it


def test_the_heartbeat_comes_back_for_the_instant_however_seldom_it_beats(tmp_path):
    bench = opened(tmp_path, heartbeat_seconds=600.0)
    end = datetime(2026, 6, 11, 4, tzinfo=UTC)
    bench.clock.pass_((end - 90 * SECOND - bench.clock.now()).total_seconds())
    assert oversight.beat(bench.room) == end
    bench.clock.pass_(90)
    assert oversight.beat(bench.room) > end


def test_an_idle_hour_has_no_more_looks_than_its_minutes_and_one_for_each_change(tmp_path, monkeypatch):
    looks: list[str] = []

    def counted(of, name):
        act = getattr(of, name)
        monkeypatch.setattr(of, name, lambda room: (looks.append(name), act(room))[1])

    bench = opened(tmp_path, datetime(2026, 6, 11, 3, 30, tzinfo=UTC))
    for of, name in ((reassigning, "reassign"), (changeover, "expect"), (assignment, "assign_waiting")):
        counted(of, name)
    bench.live(3600)  # with the end of a shift in its middle
    assert {name: looks.count(name) for name in looks} == {"reassign": 60, "expect": 60, "assign_waiting": 120}


def test_studies_alike_that_nobody_else_may_have_are_asked_for_once_in_a_look(tmp_path, monkeypatch):
    bench = opened(tmp_path)
    roster.add(bench.room, coordinator(), Exception_("dr-day", "leave", EVENING, EVENING + 24 * HOUR))
    alike = [bench.take_in(("CT", 1), PatientID=str(n)) for n in range(5)]
    bench.change(alike[3], broadened=1)  # the search for it has gone further
    with bench.room.store.writing() as c:  # it was given back, so that fewer may have it
        waiting.pass_on(c, bench.clock.now(), item=alike[0].id, reader="dr-day", kind="skip", until=EVENING + 24 * HOUR)
    asked, find = [], assignment.find_reader
    monkeypatch.setattr(assignment, "find_reader", lambda c, *of: (asked.append(of[1].item), find(c, *of))[1])
    bench.clock.pass_((datetime(2026, 6, 11, 4, tzinfo=UTC) - bench.clock.now()).total_seconds())
    bench.beat()
    assert asked == [alike[0].id, alike[1].id, alike[3].id]
    assert {bench.item(each.orthanc_id).reader for each in alike} == {"dr-night"}


def test_rules_that_come_during_a_look_are_followed_at_their_own_hours(tmp_path, monkeypatch):
    bench = opened(tmp_path)
    item, reassign = bench.take_in(("CT", 1)), reassigning.reassign

    def meanwhile(room):
        monkeypatch.setattr(reassigning, "reassign", reassign)
        file = bench.settings.rules_file
        file.write_text(file.read_text().replace("06:00", "03:00"))
        room.rules.reload("test", bench.clock.now())
        reassign(room)

    end = datetime(2026, 6, 11, 1, tzinfo=UTC)
    bench.clock.pass_((end - 20 * SECOND - bench.clock.now()).total_seconds())
    monkeypatch.setattr(reassigning, "reassign", meanwhile)
    assert timedelta(0) <= moved_at(bench, item) - end <= PROMPTLY


def test_a_look_that_failed_is_made_again_after_a_minute(tmp_path, monkeypatch):
    bench = opened(tmp_path)
    item = bench.take_in(("CT", 1))
    end, reassign = datetime(2026, 6, 11, 4, tzinfo=UTC), reassigning.reassign
    until(bench, end)

    def fails_at_first(room):
        monkeypatch.setattr(reassigning, "reassign", reassign)
        raise RuntimeError("the disk is full")

    while bench.clock.now() < end - SECOND:
        bench.beat(1)
    monkeypatch.setattr(reassigning, "reassign", fails_at_first)
    assert timedelta(0) <= moved_at(bench, item, most=70) - end <= MINUTE + PROMPTLY
