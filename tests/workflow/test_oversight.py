"""The heartbeat: everything that is due is done, once, in time, whatever fails beside it."""

from __future__ import annotations

from datetime import timedelta
from itertools import pairwise

import pytest

from support.bench import QUIET, RULES, Bench
from teleradiology.core.identity import Actor, Role
from teleradiology.core.worklist import State
from teleradiology.workflow import intake, oversight, reading

COORDINATOR = Actor("carla", frozenset({Role.COORDINATOR}))
STAT = {"StudyDescription": "stroke"}


@pytest.fixture
def bench(tmp_path):
    bench = Bench(tmp_path)
    bench.live(2)
    return bench


# Clocks that ring


def test_warning_and_breach_are_marked_and_audited_once_each(bench):
    item = bench.take_in(("CT", 1), **STAT)
    bench.live(2 * 3600, step=60)
    late = bench.item(item.orthanc_id)
    assert late.flags == ("due-soon", "overdue")
    assert [bench.events(late).count(mark) for mark in ("due-soon", "overdue")] == [1, 1]
    (breach,) = [record for record in bench.records(late) if record.event == "overdue"]
    assert breach.detail == {"due_at": item.due_at.isoformat(), "priority": "stat", "state": "assigned"}


def test_a_breach_is_marked_within_a_second(bench):
    item = bench.take_in(("CT", 1), **STAT)
    bench.clock.pass_((item.due_at - bench.clock.now()).total_seconds() - 2)
    bench.live(5)
    (breach,) = [record for record in bench.records(item) if record.event == "overdue"]
    assert timedelta(0) <= breach.at - item.due_at <= timedelta(seconds=1)


def test_a_breach_is_marked_after_a_restart_too(bench):
    item = bench.take_in(("CT", 1), **STAT)
    bench.clock.pass_(2 * 3600)
    bench.restart()
    bench.beat()
    bench.restart()
    bench.beat()
    assert bench.events(bench.item(item.orthanc_id)).count("overdue") == 1


@pytest.mark.parametrize("state", [State.HELD, State.COMPLETED, State.CANCELLED])
def test_what_is_on_hold_or_closed_is_not_late(bench, state):
    paused = {"paused_at": bench.clock.now()} if state == State.HELD else {}
    item = bench.change(bench.take_in(("CT", 1), **STAT), state=state, **paused)
    bench.live(3 * 3600, step=600)
    assert bench.item(item.orthanc_id).flags == ()


def test_a_later_due_time_is_marked_anew(bench):
    item = bench.take_in(("CT", 1), **STAT)
    bench.live(3660, step=60)
    reading.prioritize(bench.room, COORDINATOR, item.id, "urgent", reason="not a stroke")
    assert bench.item(item.orthanc_id).flags == ()
    bench.live(4 * 3600, step=60)
    assert bench.events(bench.item(item.orthanc_id)).count("overdue") == 2


@pytest.mark.parametrize("step", [3600, -3600])
def test_a_clock_that_jumps_and_comes_back_makes_no_storm_of_breaches(bench, step):
    due = [bench.take_in(("CT", 1), PatientID=f"P-{number}", **STAT) for number in range(5)]
    bench.live(60, step=10)
    bench.clock.step(step)
    bench.live(40, step=10)
    bench.clock.step(-step)
    bench.live(20, step=10)
    assert all(bench.item(item.orthanc_id).flags == () for item in due)
    bench.live(3600, step=60)
    assert all(bench.events(item).count("overdue") == 1 for item in due)


def test_a_clock_that_was_set_right_is_believed_in_the_end(bench):
    item = bench.take_in(("CT", 1), **STAT)
    bench.beat()
    bench.clock.step(2 * 3600)
    bench.live(50, step=10)
    assert bench.item(item.orthanc_id).flags == ()
    bench.live(30, step=10)
    assert "overdue" in bench.item(item.orthanc_id).flags


# The steps


@pytest.mark.parametrize("broken", [step.__name__ for step in oversight.STEPS])
def test_a_step_that_fails_does_not_keep_the_others_from_being_done(bench, monkeypatch, caplog, broken):
    def fails(room: object) -> None:
        raise RuntimeError("CANARY^PATIENT")

    done = []

    def works(name: str) -> object:
        return lambda room: done.append(name)

    steps = [fails if step.__name__ == broken else works(step.__name__) for step in oversight.STEPS]
    monkeypatch.setattr(oversight, "STEPS", tuple(steps))
    bench.beat(1)
    assert len(done) == len(steps) - 1
    assert "fails failed: RuntimeError" in caplog.text and "CANARY" not in caplog.text


def test_the_next_beat_is_when_the_next_study_will_be_quiet(bench):
    orthanc_id = bench.host.add_study(("CT", 1))
    intake.notice(bench.room, orthanc_id)
    assert oversight.beat(bench.room) == bench.clock.now() + timedelta(seconds=1)
    bench.clock.pass_(QUIET - 0.3)
    assert oversight.beat(bench.room) == bench.clock.now() + timedelta(seconds=0.3)


def test_a_changed_rules_file_is_put_in_force(bench):
    file = bench.settings.rules_file
    file.write_text(RULES.replace("turnaround: 24h", "turnaround: 48h"))
    bench.live(3)
    assert bench.take_in(("CR", 1)).turnaround_seconds == 48 * 3600


def test_a_bad_rules_file_is_told_once_and_the_good_one_stays(bench, caplog):
    bench.settings.rules_file.write_text("version: 1\nrules: nonsense")
    bench.live(30)
    assert bench.take_in(("CR", 1)).turnaround_seconds == 24 * 3600
    assert caplog.text.count("rules file is not put in force: 2 problem(s)") == 1


def test_a_lapsed_claim_is_given_back(bench):
    item = bench.take_in(("CT", 1), **STAT)
    now = bench.clock.now()
    bench.change(item, state=State.READING, claimed_by="amal", claimed_at=now, lease_until=now + timedelta(seconds=30))
    bench.live(31)
    assert bench.item(item.orthanc_id).state != State.READING
    assert "lease-lapsed" in bench.events(item)


def test_ended_sessions_and_old_answers_are_forgotten(bench, monkeypatch):
    forgotten = []
    monkeypatch.setattr("teleradiology.store.accounts.forget_sessions", lambda c, seen_before, now: forgotten.append("sessions"))
    monkeypatch.setattr("teleradiology.store.idempotency.forget", lambda c, before: forgotten.append("answers"))
    bench.live(7200 + 60, step=60)
    assert forgotten == ["sessions", "answers"] * 2


def test_comparing_very_many_studies_is_done_less_often(bench, monkeypatch):
    compared = []
    study_ids = bench.host.study_ids

    def slow() -> list[str]:
        compared.append(bench.clock.monotonic)
        bench.clock.pass_(6)
        return study_ids()

    bench.live(301, step=10)
    monkeypatch.setattr(bench.host, "study_ids", slow)
    bench.live(3600, step=10)
    assert [round(later - sooner, -2) for sooner, later in pairwise(compared)] == [1200, 1200]
