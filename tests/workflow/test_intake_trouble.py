"""Intake that fails: the study is on top of the list, tried again with growing pauses, and in the end left to a person."""

from __future__ import annotations

from datetime import timedelta

import pytest

from support.bench import QUIET, Bench
from teleradiology.core.errors import InvalidTransition, NotAllowed, NotFound
from teleradiology.core.identity import Actor, Role
from teleradiology.core.worklist import State
from teleradiology.workflow import intake, trouble

COORDINATOR = Actor("carla", frozenset({Role.COORDINATOR}))
RADIOLOGIST = Actor("amal", frozenset({Role.RADIOLOGIST}), reader="dr-amal")

STAGES = [
    "teleradiology.workflow.gathering.dicom_reader.attributes",
    "teleradiology.workflow.settling.gather",
    "teleradiology.config.rules_file.RulesFile.facts",
    "teleradiology.core.rules.RuleSet.explain",
    "teleradiology.workflow.admission.admit",
    "teleradiology.workflow.admission.hands_on",
    "teleradiology.workflow.assignment.choose",
    "teleradiology.workflow.assignment.find_reader",
    "teleradiology.workflow.placement.decided",
    "teleradiology.store.decisions.add",
]


@pytest.fixture
def bench(tmp_path):
    return Bench(tmp_path)


class Boom(Exception):
    """A failure whose text holds what must not be kept."""


def boom(*args: object, **kwargs: object) -> None:
    raise Boom("CANARY^PATIENT")


def broken(bench: Bench, **tags: object) -> str:
    """A study none of whose objects can be read."""
    orthanc_id = bench.host.add_study(("CT", 1), **tags)
    (instance,) = bench.host.study(orthanc_id).series[0].instances
    bench.host.failing |= {f"{call} {instance}" for call in ("instance_file", "instance_tags", "instance_size")}
    return orthanc_id


@pytest.mark.parametrize("stage", STAGES)
def test_a_crash_in_any_stage_leaves_one_item_on_top_and_the_retry_makes_one_decision(bench, monkeypatch, caplog, stage):
    other = bench.take_in(("CT", 1), PatientID="other", StudyDescription="stroke")
    orthanc_id = bench.host.add_study(("CT", 2), PatientID="P-1")
    intake.notice(bench.room, orthanc_id)
    bench.clock.pass_(QUIET)
    with monkeypatch.context() as patch:
        patch.setattr(stage, boom)
        intake.settle(bench.room, orthanc_id)
    top = bench.items()[0]
    assert (top.orthanc_id, top.rank, top.decision) == (orthanc_id, -1, None)
    assert top.attention.startswith("undecided: ")
    assert (top.attempts, top.retry_at) == (1, bench.clock.now() + timedelta(seconds=5))
    bench.live(7)
    item = bench.item(orthanc_id)
    assert (item.state, item.attention, item.priority, item.attempts, item.retry_at) == (State.ASSIGNED, "", "routine", 0, None)
    assert len(bench.items()) == 2 and len([one for one in bench.decisions(item) if one.cause == "study complete"]) == 1
    assert "CANARY" not in caplog.text + repr(bench.records(item)) + repr(top)
    assert bench.item(other.orthanc_id) == other


@pytest.mark.parametrize("stage", STAGES)
def test_an_unopened_item_whose_late_images_crash_a_stage_keeps_its_decision_and_goes_on_top(bench, monkeypatch, stage):
    item = bench.take_in(("CT", 1))
    bench.host.add_images(item.orthanc_id, 1)
    with monkeypatch.context() as patch:
        patch.setattr(stage, boom)
        intake.settle(bench.room, item.orthanc_id)
    crashed = bench.item(item.orthanc_id)
    assert (crashed.state, crashed.reader, crashed.decision, crashed.rank) == (State.ASSIGNED, item.reader, item.decision, -1)
    bench.live(7)
    fine = bench.item(item.orthanc_id)
    assert (fine.rank, fine.attention, fine.decided_instances) == (item.rank, "", 2)
    assert len(bench.decisions(fine)) == 2


def test_a_crash_about_late_images_of_a_reported_study_still_reopens_it(bench, monkeypatch):
    item = bench.change(bench.take_in(("CT", 1)), state=State.COMPLETED)
    bench.host.add_images(item.orthanc_id, 1)
    with monkeypatch.context() as patch:
        patch.setattr("teleradiology.core.rules.RuleSet.explain", boom)
        intake.settle(bench.room, item.orthanc_id)
    task = bench.item(item.orthanc_id)
    assert (task.state, task.rank) == (State.UNASSIGNED, -1) and "addendum-task" in task.flags


def test_a_study_that_cannot_be_read_is_the_most_urgent_and_can_be_read_by_people(bench):
    bench.take_in(("CT", 1), StudyDescription="stroke", PatientID="other")
    orthanc_id = broken(bench)
    intake.settle(bench.room, orthanc_id)
    item = bench.items()[0]
    assert (item.orthanc_id, item.state, item.priority) == (orthanc_id, State.UNASSIGNED, "stat")
    assert item.attention == "undecided: reading the images (Unavailable)"
    assert item.due_at is not None and item.admitted_at is not None
    assert item.patient_id == "P-1"  # what Orthanc's summary tells is there


def test_retries_grow_rarer_and_end_in_quarantine(bench):
    orthanc_id = broken(bench)
    waits = []
    intake.settle(bench.room, orthanc_id)
    while (item := bench.item(orthanc_id)).retry_at:
        waits.append((item.retry_at - bench.clock.now()).total_seconds())
        bench.clock.pass_(waits[-1])
        intake.settle(bench.room, orthanc_id)
    assert waits == [5, 10, 20, 40, 80, 160, 320]
    assert (item.attempts, item.rank) == (trouble.MOST_ATTEMPTS, -1)
    assert item.attention == "quarantined: reading the images (Unavailable)"
    assert "remove the cause and retry it" in item.reason
    bench.beat()  # somebody gets it to read, as it is
    with bench.unchanged():
        bench.live(900, step=30)


def test_the_heartbeat_does_the_retries_by_itself(bench):
    orthanc_id = broken(bench)
    intake.settle(bench.room, orthanc_id)
    bench.live(12)
    assert bench.item(orthanc_id).attempts == 2
    bench.host.failing.clear()
    bench.live(12)
    assert bench.item(orthanc_id).attention == ""


@pytest.mark.parametrize("step", [86400, -86400])
def test_a_step_of_the_clock_loses_no_retry(bench, step):
    orthanc_id = broken(bench)
    intake.settle(bench.room, orthanc_id)
    bench.host.failing.clear()
    bench.clock.step(step)
    bench.live(12)
    assert bench.item(orthanc_id).state == State.ASSIGNED


def quarantined(bench: Bench) -> str:
    orthanc_id = broken(bench)
    for _ in range(trouble.MOST_ATTEMPTS):
        intake.settle(bench.room, orthanc_id)
    return orthanc_id


def test_a_person_may_have_a_quarantined_study_tried_again(bench):
    orthanc_id = quarantined(bench)
    bench.host.failing.clear()
    intake.retry(bench.room, COORDINATOR, bench.item(orthanc_id).id)
    bench.live(2)
    item = bench.item(orthanc_id)
    assert (item.attention, item.attempts) == ("", 0) and len(bench.decisions(item)) >= 1
    assert "intake-retried" in bench.events(item)


def test_a_person_who_has_looked_at_it_gives_it_the_place_of_its_priority(bench):
    item = bench.item(quarantined(bench))
    bench.clock.pass_(1)
    item = intake.attend(bench.room, COORDINATOR, item.id)
    assert (item.attention, item.rank) == ("", 0)
    assert bench.events(item)[-1] == "attention-cleared"


@pytest.mark.parametrize("act", [intake.retry, intake.attend])
def test_only_who_runs_the_list_may_retry_or_attend(bench, act):
    item = bench.item(quarantined(bench))
    with pytest.raises(NotAllowed):
        act(bench.room, RADIOLOGIST, item.id)
    with pytest.raises(NotFound):
        act(bench.room, COORDINATOR, "0" * 26)


def test_what_has_not_failed_cannot_be_retried(bench):
    with pytest.raises(InvalidTransition):
        intake.retry(bench.room, COORDINATOR, bench.take_in(("CT", 1)).id)


def test_while_orthanc_does_not_answer_at_all_no_study_is_blamed(bench):
    bench.ring()
    orthanc_id = bench.host.add_study(("CT", 1))
    bench.host.failing = {"study", "last_change", "changes", "study_ids"}
    bench.live(600, step=5)
    item = bench.item(orthanc_id)
    assert (item.state, item.attempts, item.attention) == (State.ARRIVING, 0, "")
    bench.host.failing = set()
    bench.live(10)
    assert bench.item(orthanc_id).state == State.ASSIGNED


def test_a_study_that_cannot_even_be_looked_at_has_a_bare_row_at_once(bench):
    bench.host.failing = {"study"}
    orthanc_id = bench.host.add_study(("CT", 1), PatientID="7")
    intake.notice(bench.room, orthanc_id)
    bare = bench.item(orthanc_id)
    assert (bare.state, bare.study_instance_uid, bare.patient_id) == (State.ARRIVING, "", "")
    bench.host.failing = set()
    bench.live(QUIET + 2)
    assert bench.item(orthanc_id).patient_id == "7" and bench.item(orthanc_id).state == State.ASSIGNED


def test_the_database_failing_once_loses_nothing(bench, monkeypatch):
    from sqlalchemy.exc import OperationalError

    bench.ring()
    orthanc_id = bench.host.add_study(("CT", 1))

    def full(*args: object, **kwargs: object) -> None:
        raise OperationalError("INSERT", {}, Exception("database or disk is full"))

    with monkeypatch.context() as patch:
        patch.setattr("teleradiology.store.items.change", full)
        patch.setattr("teleradiology.store.decisions.add", full)
        patch.setattr("teleradiology.store.watching.note", full)
        bench.clock.pass_(QUIET)
        with pytest.raises(OperationalError):
            intake.settle(bench.room, orthanc_id)
        bench.beat(1)
    bench.live(2 * QUIET + 5)
    item = bench.item(orthanc_id)
    assert (item.state, item.attempts) == (State.ASSIGNED, 0) and len(bench.decisions(item)) == 1
