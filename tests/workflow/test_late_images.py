"""Images that come after the decision, and objects that are no images: what they mean in each state of the item."""

from __future__ import annotations

from datetime import timedelta

import pytest

from support.bench import QUIET, Bench
from teleradiology.core.identity import Actor, Role
from teleradiology.core.worklist import State
from teleradiology.store.item import Item
from teleradiology.workflow import intake, reading

COORDINATOR = Actor("carla", frozenset({Role.COORDINATOR}), name="Carla")


@pytest.fixture
def bench(tmp_path):
    bench = Bench(tmp_path)
    bench.ring()
    return bench


def later(bench: Bench, item: Item, count: int = 2, modality: str = "CT") -> Item:
    """More objects for the study, and the quiet time after them."""
    bench.host.add_images(item.orthanc_id, count, modality)
    bench.live(QUIET + 2)
    return bench.item(item.orthanc_id)


def in_state(bench: Bench, state: State, **columns: object) -> Item:
    """An item of two images that has come so far."""
    item = bench.take_in(("CT", 2), StudyDescription="CT CHEST")
    if state is State.UNASSIGNED:
        columns |= {"reader": ""}
    if state is State.READING:
        columns |= {"claimed_by": "amal", "claimed_at": bench.clock.now(), "lease_until": bench.clock.now() + timedelta(days=1)}
    return bench.change(item, state=state, **columns)


def records(bench: Bench, item: Item, event: str) -> list[dict]:
    return [dict(record.detail) for record in bench.records(item) if record.event == event]


@pytest.mark.parametrize("state", [State.UNASSIGNED, State.ASSIGNED])
def test_an_unopened_item_is_decided_again(bench, state):
    item = in_state(bench, state)
    bench.host.add_series("CT", 1, StudyInstanceUID=item.study_instance_uid, PatientID="P-1", StudyDescription="CT CHEST")
    bench.host.add_images(item.orthanc_id, 2)
    grown = intake.settle(bench.room, item.orthanc_id)
    assert (grown.state, grown.decided_instances, grown.series_count) == (State.ASSIGNED, 5, 2)
    latest, first = bench.decisions(grown)
    assert (latest.cause, grown.decision) == ("late images", latest.id) and first.cause == "study complete"
    assert records(bench, grown, "study-grew") == [{"images": [2, 5], "state": state}]


def test_a_second_decision_tells_before_and_after(bench):
    item = bench.take_in(("MR", 1))
    assert item.priority == "urgent"
    grown = later(bench, item, 5, "CR")  # now mostly CR
    assert (grown.priority, grown.subspecialty) == ("routine", "general")
    changed = records(bench, grown, "decided")[-1]["changed"]
    assert changed["priority"] == ["urgent", "routine"] and changed["turnaround_seconds"] == [4 * 3600, 24 * 3600]


def test_the_clock_of_a_study_is_not_set_back_by_late_images(bench):
    item = in_state(bench, State.ASSIGNED)
    assert later(bench, item).due_at == item.due_at


def test_an_item_stays_with_its_reader_when_late_images_come(bench):
    item = in_state(bench, State.ASSIGNED, reader="dr-salem")
    for number in range(3):
        bench.take_in(("CR", 1), PatientID=f"P-{number}")
    assert later(bench, item).reader == "dr-salem"


def test_an_item_that_needs_another_subspecialty_goes_to_another_reader(bench):
    item = bench.take_in(("MR", 1), StudyDescription="stroke", PatientID="9")
    item = bench.change(item, reader="dr-salem", state=State.ASSIGNED)
    grown = later(bench, item, 4, "CT")
    assert (grown.priority, grown.subspecialty, grown.reader) == ("stat", "neuro", "dr-amal")
    assert bench.events(grown)[-1] == "assigned"


def test_a_priority_that_a_person_gave_stays(bench):
    item = in_state(bench, State.ASSIGNED)
    reading.prioritize(bench.room, COORDINATOR, item.id, "stat", reason="called by the ward")
    grown = later(bench, item)
    assert (grown.priority, grown.rank, len(bench.decisions(grown))) == ("stat", 0, 2)


def test_a_priority_given_while_the_study_was_arriving_stays(bench):
    orthanc_id = bench.host.add_study(("CT", 1))
    reading.prioritize(bench.room, COORDINATOR, bench.item(orthanc_id).id, "urgent", reason="announced")
    bench.live(QUIET + 2)
    item = bench.item(orthanc_id)
    assert (item.state, item.priority, item.rank) == (State.ASSIGNED, "urgent", 1)


def test_what_a_person_put_on_hold_stays_on_hold(bench):
    item = in_state(bench, State.ASSIGNED)
    reading.hold(bench.room, COORDINATOR, item.id, reason="waiting for the laboratory")
    grown = later(bench, item)
    assert (grown.state, grown.decided_instances) == (State.HELD, 4)


def test_what_a_rule_put_on_hold_goes_on_when_the_rule_does_not_hold_any_more(bench):
    item = bench.take_in(("CT", 1), StudyDescription="compare with prior")
    assert item.state == State.HELD
    bench.clock.pass_(600)
    rules = bench.settings.rules_file
    rules.write_text(rules.read_text().replace("contains: compare", "contains: nothing of the kind"))
    bench.room.rules.reload("test", bench.clock.now())
    grown = later(bench, item)
    assert (grown.state, grown.held_at, grown.hold_reason) == (State.ASSIGNED, None, "")
    assert grown.paused_seconds >= 600 and grown.due_at >= item.due_at + timedelta(seconds=600)


def test_what_a_person_resumed_is_not_held_again(bench):
    item = bench.take_in(("CT", 1), StudyDescription="compare with prior")
    reading.resume(bench.room, COORDINATOR, item.id)
    assert later(bench, item).state == State.ASSIGNED


def test_a_study_being_read_is_flagged_and_not_decided_again(bench):
    item = in_state(bench, State.READING)
    grown = later(bench, item)
    assert (grown.state, grown.claimed_by) == (State.READING, "amal")
    assert "study-grew" in grown.flags and (grown.decided_instances, grown.instance_count) == (4, 4)
    assert len(bench.decisions(grown)) == 1
    assert records(bench, grown, "study-grew") == [{"images": [2, 4], "state": "reading"}]


def test_a_reported_study_is_reopened_as_an_addendum_task_with_a_clock_of_its_own(bench):
    item = in_state(bench, State.COMPLETED, final_at=bench.clock.now(), reader="dr-salem")
    bench.clock.pass_(30 * 86400)
    grown = later(bench, item)
    assert grown.state == State.ASSIGNED and {"study-grew", "addendum-task"} <= set(grown.flags)
    assert grown.reader == "dr-salem"  # who knows the study
    assert grown.final_at == item.final_at and grown.closed_at is None
    assert timedelta(hours=23) < grown.due_at - bench.clock.now() <= timedelta(hours=24)
    assert "overdue" not in grown.flags
    assert bench.events(grown)[-4:] == ["study-grew", "decided", "reopened", "assigned"]


def test_a_skipped_study_is_admitted_when_images_come(bench):
    item = bench.take_in(("SR", 1))
    grown = later(bench, item, 3, "CT")
    assert (grown.state, grown.decided_instances, grown.reason) == (State.ASSIGNED, 3, "")
    assert bench.events(grown)[-3:] == ["decided", "reopened", "assigned"]


def test_a_cancelled_study_is_flagged_and_stays_cancelled(bench):
    item = in_state(bench, State.CANCELLED)
    grown = later(bench, item)
    assert grown.state == State.CANCELLED and "study-grew" in grown.flags
    assert len(bench.decisions(grown)) == 1


def test_a_study_cancelled_while_it_arrives_stays_cancelled(bench):
    orthanc_id = bench.host.add_study(("CT", 1))
    bench.change(bench.item(orthanc_id), state=State.CANCELLED)
    bench.live(QUIET + 2)
    assert bench.item(orthanc_id).state == State.CANCELLED


@pytest.mark.parametrize("state", [State.ASSIGNED, State.READING, State.HELD, State.COMPLETED, State.CANCELLED])
@pytest.mark.parametrize("modality", ["SR", "KO", "PR", "DOC", "SEG"])
def test_objects_that_are_no_images_change_nothing_but_the_count(bench, state, modality):
    item = in_state(bench, state)
    after = later(bench, item, 1, modality)
    assert (after.state, after.flags, after.decided_instances) == (state, (), 2)
    assert (after.instance_count, after.series_count, after.version) == (3, 2, item.version)
    assert len(bench.decisions(after)) == 1 and bench.events(after) == bench.events(item)


@pytest.mark.parametrize("state", [State.ASSIGNED, State.READING, State.COMPLETED])
def test_growth_is_told_once_however_often_the_study_becomes_stable(bench, state):
    item = later(bench, in_state(bench, state))
    with bench.unchanged():
        for _ in range(3):
            bench.host.become_stable()
            intake.settle(bench.room, item.orthanc_id)


def test_images_that_are_taken_away_are_noticed_too(bench):
    item = in_state(bench, State.READING)
    bench.host.remove_images(item.orthanc_id, 1)
    intake.settle(bench.room, item.orthanc_id)
    after = bench.item(item.orthanc_id)
    assert "study-shrank" in after.flags and after.decided_instances == 1


def test_a_report_is_not_reopened_because_images_were_taken_away(bench):
    item = in_state(bench, State.COMPLETED)
    bench.host.remove_images(item.orthanc_id, 1)
    intake.settle(bench.room, item.orthanc_id)
    after = bench.item(item.orthanc_id)
    assert after.state == State.COMPLETED and "study-shrank" in after.flags


def test_a_claim_while_the_images_are_read_is_respected(bench, monkeypatch):
    item = in_state(bench, State.ASSIGNED)
    bench.host.add_images(item.orthanc_id, 1)
    read = bench.host.instance_file

    def slow(instance: str) -> bytes:
        bench.change(item, state=State.READING, claimed_by="amal", lease_until=bench.clock.now() + timedelta(hours=1))
        return read(instance)

    monkeypatch.setattr(bench.host, "instance_file", slow)
    intake.settle(bench.room, item.orthanc_id)
    after = bench.item(item.orthanc_id)
    assert (after.state, after.claimed_by) == (State.READING, "amal") and "study-grew" in after.flags


def test_the_last_image_is_an_image_also_once_there_is_a_report(bench):
    """Our SR and PDF go into the study after the report; what counts as its last image stays, until an image comes."""
    item = in_state(bench, State.COMPLETED, final_at=bench.clock.now(), closed_at=bench.clock.now())
    bench.clock.pass_(600)
    assert later(bench, item, 1, "SR").last_image_at == item.last_image_at
    bench.clock.pass_(600)
    bench.host.add_images(item.orthanc_id, 1, "CT")
    came = bench.clock.now()
    bench.live(QUIET + 2)
    assert bench.item(item.orthanc_id).last_image_at == came
