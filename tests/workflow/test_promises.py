"""What is promised when a study comes in: by its policy, its calendar, and what its clock starts with."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from support.bench import RULES, Bench
from teleradiology.core.identity import Actor, Role
from teleradiology.store import bookmarks, outbox
from teleradiology.workflow import clock, delivery, reading

COORDINATOR = Actor("carla", frozenset({Role.COORDINATOR}))
CLOCKS = """
calendars:
  office: {timezone: Africa/Tripoli, country: LY, hours: '08:00-16:00'}
turnaround:
  - {name: emergencies, priority: stat, time: 40m}
  - {name: from the exam, modality: MR, time: 3h, starts: exam-end}
  - {name: office, facility: zliten, time: 8h, calendar: office}
"""


@pytest.fixture
def bench(tmp_path: Path) -> Bench:
    return Bench(tmp_path, RULES + CLOCKS)


def test_office_hours_count_for_the_facility_s_routine(bench: Bench) -> None:
    item = bench.take_in(("CR", 1))  # Monday, 12:00 in Tripoli
    assert (item.policy, item.due_at) == ("office", datetime(2026, 3, 3, 10, 0, tzinfo=UTC))
    assert item.warn_at == datetime(2026, 3, 3, 8, 0, tzinfo=UTC)


def test_emergencies_do_not_wait_for_the_office(bench: Bench) -> None:
    item = bench.take_in(("CT", 1), StudyDescription="stroke")
    assert (item.policy, item.due_at) == ("emergencies", item.received_at + timedelta(minutes=40))


def test_a_rule_s_turnaround_wins_over_the_policy_s_time_and_leaves_its_calendar(tmp_path: Path) -> None:
    text = RULES.replace("{priority: routine, subspecialty", "{priority: routine, turnaround: 12h, subspecialty")
    item = Bench(tmp_path, text + CLOCKS).take_in(("CR", 1))
    assert (item.policy, item.due_at) == ("office", datetime(2026, 3, 3, 14, 0, tzinfo=UTC))


def test_a_clock_may_start_with_the_end_of_the_exam(bench: Bench) -> None:
    times = {"AcquisitionDate": "20260302", "AcquisitionTime": "113000"}  # by the clock in Tripoli
    item = bench.take_in(("MR", 1), **times)
    assert item.exam_end_at == datetime(2026, 3, 2, 9, 30, tzinfo=UTC)
    assert (item.policy, item.due_at) == ("from the exam", datetime(2026, 3, 2, 12, 30, tzinfo=UTC))


def test_another_priority_is_another_promise(bench: Bench) -> None:
    item = bench.take_in(("CR", 1))
    changed = reading.prioritize(bench.room, COORDINATOR, item.id, "stat")
    assert (changed.policy, changed.due_at) == ("emergencies", item.received_at + timedelta(minutes=40))


def test_a_pause_over_night_does_not_move_what_is_due_by_office_hours(bench: Bench) -> None:
    item = bench.take_in(("CR", 1))
    bench.clock.pass_(6 * 3600)  # Monday, 18:00
    reading.hold(bench.room, COORDINATOR, item.id, None, "missing-images")
    bench.clock.pass_(15 * 3600)  # Tuesday, 09:00
    resumed = reading.resume(bench.room, COORDINATOR, item.id)
    assert resumed.due_at is not None and item.due_at is not None
    lost = resumed.due_at - item.due_at
    assert timedelta(minutes=59) < lost < timedelta(minutes=62)
    promised = clock.promise_of(bench.room.rules.current, resumed)
    assert promised is not None and promised.at() == resumed.due_at


def test_a_changed_file_changes_no_promise_that_was_given(bench: Bench) -> None:
    item = bench.take_in(("CR", 1))
    bench.settings.rules_file.write_text((RULES + CLOCKS).replace("time: 8h", "time: 1h"))
    bench.live(5)
    assert bench.item(item.orthanc_id).due_at == item.due_at


def test_a_calendar_that_takes_for_ever_still_takes_studies_in(tmp_path: Path) -> None:
    """A minute a week: what comes in is on the list, due at the end of what we count."""
    seldom = "{timezone: UTC, hours: '08:00-08:01', weekend: [tue, wed, thu, fri, sat, sun]}"
    text = RULES + CLOCKS.replace("{timezone: Africa/Tripoli, country: LY, hours: '08:00-16:00'}", seldom)
    item = Bench(tmp_path, text.replace("time: 8h", "time: 300d")).take_in(("CR", 1))
    assert (item.state, item.attention, item.policy) == ("assigned", "", "office")


def test_a_receiver_that_answers_gone_is_left_alone_until_somebody_retries(tmp_path: Path) -> None:
    """410: what is under way is given up, visibly, and no attempt is made for the others."""
    bench = Bench(tmp_path, RULES, webhook_url="http://127.0.0.1:9/")
    with bench.room.store.writing() as c:
        bookmarks.put(c, bookmarks.WEBHOOK_OFF, 0, "http://127.0.0.1:9/")
        row = outbox.put(c, bench.clock.now(), key="one", courier="webhook")
    delivery.deliver_due(bench.room, "webhook")
    with bench.room.store.reading() as c:
        (failed,) = outbox.failed(c)
    assert (failed.id, failed.last_error[:11]) == (row.id, "SwitchedOff")
    delivery.retry(bench.room, COORDINATOR, row.id)
    with bench.room.store.reading() as c:
        assert bookmarks.get(c, bookmarks.WEBHOOK_OFF)[1] == ""
