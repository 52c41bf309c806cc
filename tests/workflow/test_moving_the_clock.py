"""The clock is moved over everything that ends or begins; after it the assignment, the explanation and the roster agree."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from support import day_and_night
from support.bench import Bench
from support.builders import coordinator, radiologist
from teleradiology.core.errors import NotAllowed
from teleradiology.core.roster import Exception_
from teleradiology.core.worklist import State
from teleradiology.workflow import assignment, handing_over, reading, roster

HOUR, MINUTE = timedelta(hours=1), timedelta(minutes=1)
# Where, and the instant at which the clocks go forward or back.
CHANGES = [
    ("Europe/Rome", datetime(2026, 3, 29, 1, tzinfo=UTC)),
    ("Africa/Cairo", datetime(2026, 4, 23, 22, tzinfo=UTC)),
    ("America/New_York", datetime(2026, 3, 8, 7, tzinfo=UTC)),
    ("Europe/Rome", datetime(2026, 10, 25, 1, tzinfo=UTC)),
    ("Africa/Cairo", datetime(2026, 10, 29, 21, tzinfo=UTC)),
    ("America/New_York", datetime(2026, 11, 1, 6, tzinfo=UTC)),
]


def opened(tmp_path, at, zone="Europe/Rome", start="20:00", end="06:00", until="", more=""):
    bench = Bench(tmp_path, day_and_night.rules(zone, start, end, until=until, more=more))
    move(bench, at)
    return bench


def move(bench, at):
    """To the instant at once, as a service that was asleep, then one beat with everything that is due."""
    bench.clock.pass_((at - bench.clock.now()).total_seconds())
    bench.beat(0)


def there(bench) -> set[str]:
    """Who may have a study now; the roster's page, the coverage, the explanation and the next case must say the same."""
    rules, now = bench.room.rules.current, bench.room.now()
    wanted = assignment.Wanted("clinic", "general", "CT")
    with bench.room.store.reading() as c:
        chosen = assignment.find_reader(c, rules, wanted, now)
    eligible = {one.reader for one in chosen.considered if one.eligible}
    board = roster.board(bench.room, coordinator())
    on_duty = {row.reader.id for row in board.rows if row.now and row.now.layer == "shift" and row.available}
    off_duty = {
        one.reader
        for one in chosen.considered
        if {each.code for each in one.against} & {"off-duty", "on-leave", "unavailable", "inactive", "gone"}
    }
    assert on_duty == {one.reader for one in chosen.considered} - off_duty
    gap = [each for each in board.gaps if each.start <= now < each.end]
    assert bool(gap) == (not eligible)
    assert all(row.now is None or row.next is None or row.next.start >= row.now.end for row in board.rows)
    return eligible


def told(bench, item) -> list[str]:
    return [made.cause for made in reversed(bench.decisions(item)) if made.cause.startswith("reassigned")]


@pytest.mark.parametrize(("zone", "change"), CHANGES)
def test_over_the_night_in_which_the_clocks_change(tmp_path, zone, change):
    bench = opened(tmp_path, change - 90 * MINUTE, zone)
    item = bench.take_in(("CT", 1))
    assert item.reader == "dr-night"
    move(bench, change - MINUTE)
    assert there(bench) == {"dr-night"}
    move(bench, change + MINUTE)
    assert there(bench) == {"dr-night"}
    board = roster.board(bench.room, coordinator())
    night = next(row.now for row in board.rows if row.reader.id == "dr-night")
    move(bench, night.end - MINUTE)
    assert (there(bench), bench.item(item.orthanc_id).reader) == ({"dr-night"}, "dr-night")
    move(bench, night.end)
    assert (there(bench), bench.item(item.orthanc_id).reader) == ({"dr-day"}, "dr-day")
    bench.live(3600, step=60)
    assert told(bench, item) == [f"reassigned: off-duty {night.end:%Y-%m-%d} dr-night"]


@pytest.mark.parametrize(("zone", "change"), CHANGES)
@pytest.mark.parametrize("clock", ["00:30", "01:30", "02:30", "23:30"])
def test_shifts_that_meet_in_the_missing_or_repeated_hour_change_over_once(tmp_path, zone, change, clock):
    bench = opened(tmp_path, change - 3 * HOUR, zone, start="12:00", end=clock)
    item = bench.take_in(("CT", 1))
    seen = []
    for _ in range(24):
        bench.beat(900)
        (reader,) = there(bench)
        seen += [reader] if seen[-1:] != [reader] else []
        assert bench.item(item.orthanc_id).reader == reader
    assert len(seen) <= 2
    assert len(told(bench, item)) == len(seen) - 1


@pytest.mark.parametrize("zone", ["Europe/Rome", "Africa/Cairo", "America/New_York"])
def test_over_a_licences_last_midnight_which_is_the_facilitys(tmp_path, zone):
    bench = opened(tmp_path, datetime(2026, 6, 10, 12, tzinfo=UTC), zone, until=", until: 2026-06-10")
    midnight = datetime(2026, 6, 11, 0, tzinfo=ZoneInfo(zone)).astimezone(UTC)
    move(bench, midnight - 2 * HOUR)
    item = bench.take_in(("CT", 1))
    move(bench, midnight - MINUTE)
    assert (there(bench), bench.item(item.orthanc_id).reader) == ({"dr-night"}, "dr-night")
    move(bench, midnight)
    back = bench.item(item.orthanc_id)
    assert (there(bench), back.state, back.reader) == (set(), State.UNASSIGNED, "")
    assert "dr-night licence for XX ended 2026-06-10" in back.reason
    why = reading.explanation(bench.room, coordinator(), item.id)
    assert {each["code"] for one in why["readers"]["considered"] for each in one["codes"]} == {"licence-ended", "off-duty"}
    assert reading.next_case(bench.room, radiologist("dr-night")) is None
    move(bench, midnight + 7 * HOUR)
    assert (there(bench), bench.item(item.orthanc_id).reader) == ({"dr-day"}, "dr-day")


def test_a_case_of_ones_own_is_not_begun_after_the_licences_midnight_though_nobody_has_looked_yet(tmp_path):
    bench = opened(tmp_path, datetime(2026, 6, 10, 20, tzinfo=UTC), until=", until: 2026-06-10")
    item = bench.take_in(("CT", 1))
    assert item.reader == "dr-night"
    bench.clock.pass_(3 * 3600)  # no beat
    assert reading.next_case(bench.room, radiologist("dr-night")) is None
    with pytest.raises(NotAllowed, match="licence for XX ended 2026-06-10"):
        reading.claim(bench.room, radiologist("dr-night"), item.id)


def test_what_a_coordinator_gave_all_the_same_is_begun(tmp_path):
    bench = opened(tmp_path, datetime(2026, 6, 11, 20, tzinfo=UTC), until=", until: 2026-06-10")
    item = bench.take_in(("CT", 1))
    reading.assign(bench.room, coordinator(), item.id, "dr-night", reason="the new licence is in the post", force=True)
    bench.live(300, step=60)
    assert reading.next_case(bench.room, radiologist("dr-night")).id == item.id


def test_over_the_last_day_of_a_right(tmp_path):
    bench = opened(tmp_path, datetime(2026, 6, 10, 20, tzinfo=UTC), more=", rights: [{until: 2026-06-10}]")
    item = bench.take_in(("CT", 1))
    assert (item.reader, there(bench)) == ("dr-night", {"dr-night"})
    move(bench, datetime(2026, 6, 10, 22, tzinfo=UTC))
    back = bench.item(item.orthanc_id)
    assert (there(bench), back.reader) == (set(), "")
    assert "right to read CT ended 2026-06-10" in back.reason


def test_over_the_beginning_and_the_end_of_leave(tmp_path):
    at = datetime(2026, 6, 10, 20, tzinfo=UTC)
    bench = opened(tmp_path, at)
    item = bench.take_in(("CT", 1))
    roster.add(bench.room, coordinator(), Exception_("dr-night", "leave", at + 2 * HOUR, at + 5 * HOUR))
    roster.add(bench.room, coordinator(), Exception_("dr-day", "extra", at + 2 * HOUR, at + 4 * HOUR))
    move(bench, at + 2 * HOUR - MINUTE)
    assert (there(bench), bench.item(item.orthanc_id).reader) == ({"dr-night"}, "dr-night")
    move(bench, at + 2 * HOUR)
    assert (there(bench), bench.item(item.orthanc_id).reader) == ({"dr-day"}, "dr-day")
    move(bench, at + 4 * HOUR)  # the extra shift is over, the leave is not: nobody is there, and it waits where it is
    assert (there(bench), bench.item(item.orthanc_id).reader) == (set(), "dr-day")
    move(bench, at + 5 * HOUR)
    assert (there(bench), bench.item(item.orthanc_id).reader) == ({"dr-night"}, "dr-night")
    assert [each.split()[1] for each in told(bench, item)] == ["on-leave", "off-duty"]


def test_nobody_is_left_waiting_for_a_reader_who_is_away_when_time_has_run_out(tmp_path):
    at = datetime(2026, 6, 10, 20, tzinfo=UTC)
    bench = opened(tmp_path, at)
    item = bench.take_in(("CT", 1))
    for reader in ("dr-night", "dr-day"):
        roster.add(bench.room, coordinator(), Exception_(reader, "leave", at + HOUR, at + 300 * HOUR))
    move(bench, at + 200 * HOUR)
    assert bench.item(item.orthanc_id).reader == "dr-night"
    move(bench, at + 241 * HOUR)
    red = bench.item(item.orthanc_id)
    assert (red.state, red.reader, red.attention, red.rank) == (State.UNASSIGNED, "", "no reader may read this", -1)
    assert "dr-night is not on duty by the roster" in red.reason
    move(bench, at + 300 * HOUR)
    back = bench.item(item.orthanc_id)
    assert (back.reader, back.attention) == (next(iter(there(bench))), "")


def test_those_on_call_are_asked_when_the_time_has_come_and_only_in_their_hours(tmp_path):
    at = datetime(2026, 6, 10, 18, 30, tzinfo=UTC)  # half past eight in Rome
    more = f", on_call: [{{days: {day_and_night.EVERY_DAY}, from: '22:00', to: '23:00', timezone: Europe/Rome}}]"
    bench = opened(tmp_path, at, start="08:00", end="20:00", more=more)
    roster.add(bench.room, coordinator(), Exception_("dr-day", "leave", at - HOUR, at + 24 * HOUR))
    item = bench.take_in(("CT", 1))
    bench.change(item, broadened=2)
    bench.live(120, step=60)
    assert bench.item(item.orthanc_id).reader == ""
    move(bench, at + 90 * MINUTE)  # ten
    given = bench.item(item.orthanc_id)
    assert given.reader == "dr-night"
    assert bench.decisions(given)[0].readers["policy"].endswith("general readers and those on call are asked as well")
    board = roster.board(bench.room, coordinator())
    assert [row.now.layer for row in board.rows if row.reader.id == "dr-night"] == ["on-call"]
    assert [gap.on_call for gap in board.gaps if gap.start <= bench.room.now() < gap.end] == [True]


def test_a_reader_set_inactive_is_off_the_page_and_has_nothing_at_the_next_beat(tmp_path):
    at = datetime(2026, 6, 10, 20, tzinfo=UTC)
    bench = opened(tmp_path, at)
    item = bench.take_in(("CT", 1))
    file = bench.settings.rules_file
    file.write_text(file.read_text().replace("name: Dr Night,", "name: Dr Night, active: false,"))
    bench.room.rules.reload("test", bench.clock.now())
    bench.beat(1)
    back = bench.item(item.orthanc_id)
    assert (back.state, back.reader, there(bench)) == (State.UNASSIGNED, "", set())
    assert [row.reader.id for row in roster.board(bench.room, coordinator()).rows] == ["dr-day"]
    assert told(bench, item) == ["reassigned: inactive 2026-06-10 dr-night"]


def test_once_per_cause_whoever_comes_and_goes(tmp_path):
    at = datetime(2026, 6, 10, 20, tzinfo=UTC)
    bench = opened(tmp_path, at)
    roster.add(bench.room, coordinator(), Exception_("dr-day", "extra", at - HOUR, at + 9 * HOUR))
    item = bench.take_in(("CT", 1))
    for times in range(1, 7):  # whoever has it becomes unavailable, and available again
        holder = bench.item(item.orthanc_id).reader
        roster.set_availability(bench.room, coordinator(), holder, False)
        bench.live(180, step=60)
        assert bench.item(item.orthanc_id).reader != holder
        roster.set_availability(bench.room, coordinator(), holder, True)
        bench.live(180, step=60)
        assert len(set(told(bench, item))) == len(told(bench, item)) == times


def test_a_shift_end_after_a_hand_over_does_not_move_it_again(tmp_path):
    bench = opened(tmp_path, datetime(2026, 6, 11, 3, 30, tzinfo=UTC))
    item = bench.take_in(("CT", 1))
    roster.add(bench.room, coordinator(), Exception_("dr-day", "extra", bench.room.now() - HOUR, bench.room.now() + HOUR))
    (passed,) = handing_over.hand_over(bench.room, radiologist("dr-night"), "dr-night", "dr-day", "end of the shift")
    assert (passed.moved, passed.to) == (True, "dr-day")
    why = reading.explanation(bench.room, coordinator(), item.id)["readers"]
    assert (why["chosen"], why["holder"]["reader"], why["holder"]["how"]) == ("dr-night", "dr-day", "handed-over")
    move(bench, datetime(2026, 6, 11, 5, tzinfo=UTC))
    bench.live(600, step=60)
    assert (bench.item(item.orthanc_id).reader, told(bench, item)) == ("dr-day", [])


def test_work_done_in_the_shift_counts_from_where_the_extra_shift_goes_on(tmp_path):
    at = datetime(2026, 6, 11, 6, tzinfo=UTC)  # eight in Rome: the night is over, the extra shift goes on with it
    bench = opened(tmp_path, at - 2 * HOUR - 30 * MINUTE)
    for name in ("dr-night", "dr-day"):
        roster.add(bench.room, coordinator(), Exception_(name, "extra", at - 2 * HOUR, at + 4 * HOUR))
    done = bench.take_in(("CT", 1))
    assert done.reader == "dr-night"
    bench.change(done, state=State.COMPLETED, closed_at=bench.room.now())
    move(bench, at)
    wanted = assignment.Wanted("clinic", "general", "CT")
    with bench.room.store.reading() as c:
        found = assignment.find_reader(c, bench.room.rules.current, wanted, bench.room.now())
    assert {one.reader: one.done for one in found.considered} == {"dr-night": 4.5, "dr-day": 0.0}
    assert found.reader == "dr-day"


def test_the_roster_says_who_is_next_when_nobody_is_on(tmp_path):
    at = datetime(2026, 6, 10, 20, tzinfo=UTC)
    bench = opened(tmp_path, at)
    roster.add(bench.room, coordinator(), Exception_("dr-night", "leave", at, at + 12 * HOUR))
    board = roster.board(bench.room, coordinator())
    following = {row.reader.id: (row.now, row.next.start) for row in board.rows}
    assert following == {"dr-night": (None, at + 22 * HOUR), "dr-day": (None, at + 8 * HOUR)}
    assert board.gaps[0].end == at + 8 * HOUR
