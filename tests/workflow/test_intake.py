"""A study comes in: arriving at once, on the list when it is complete, and the same whatever is repeated."""

from __future__ import annotations

from datetime import timedelta

import pytest

from support.bench import QUIET, RULES, Bench
from teleradiology.core.transport import Transport
from teleradiology.core.worklist import State
from teleradiology.workflow import intake, reconciling
from teleradiology.workflow.room import HostStudy

NOBODYS = Transport("STRANGER", "TELERADIOLOGY", "203.0.113.9")


@pytest.fixture
def bench(tmp_path):
    return Bench(tmp_path)


def test_a_study_is_shown_as_arriving_from_its_first_image(bench):
    tags = {"PatientName": "Salem^Ahmed=سالم^أحمد", "PatientID": "7", "StudyDescription": "CT HEAD", "AccessionNumber": "A-1"}
    orthanc_id = bench.host.add_study(("CT", 1), **tags)
    intake.notice(bench.room, orthanc_id)
    item = bench.item(orthanc_id)
    assert (item.state, item.facility) == (State.ARRIVING, "zliten")
    assert (item.patient_name, item.patient_name_other, item.patient_id) == ("Salem^Ahmed", "سالم^أحمد", "7")
    assert (item.description, item.accession_number, item.modalities) == ("CT HEAD", "A-1", "CT")
    assert bench.events(item) == ["study-arriving"]


def test_an_arriving_study_costs_orthanc_one_question(bench):
    orthanc_id = bench.host.add_study(("CT", 1))
    bench.host.calls.clear()
    intake.notice(bench.room, orthanc_id)
    assert bench.host.calls == ["study"]


def test_arriving_studies_stand_below_everything_that_can_be_read(bench):
    ready = bench.take_in(("CT", 2))
    arriving = bench.host.add_study(("CT", 1))
    intake.notice(bench.room, arriving)
    assert [one.orthanc_id for one in bench.items()] == [ready.orthanc_id, arriving]


def test_reception_is_when_orthanc_got_the_first_image(bench):
    orthanc_id = bench.host.add_study(("CT", 1))
    received_at = bench.clock.now()
    bench.clock.pass_(7)
    intake.notice(bench.room, orthanc_id)
    assert bench.item(orthanc_id).received_at == received_at


def test_reception_is_never_in_the_future(bench):
    orthanc_id = bench.host.add_study(("CT", 1))
    bench.clock.step(-3600)
    intake.notice(bench.room, orthanc_id)
    assert bench.item(orthanc_id).received_at == bench.clock.now()


def test_a_study_that_is_gone_before_it_is_noticed_leaves_nothing(bench):
    assert intake.notice(bench.room, "11111111-22222222-33333333-44444444-55555555") is None
    assert bench.items() == []


def test_a_complete_study_is_decided_assigned_and_audited_together(bench):
    item = bench.take_in(("CT", 3), StudyDescription="CT HEAD STROKE CODE", PatientSex="F", PatientBirthDate="19580404")
    assert (item.state, item.priority, item.rank, item.subspecialty) == (State.ASSIGNED, "stat", 0, "neuro")
    assert (item.reader, item.sex, item.birth_date, item.body_part) == ("dr-amal", "F", "1958-04-04", "HEAD")
    assert (item.series_count, item.instance_count, item.decided_instances) == (1, 3, 3)
    assert item.due_at == item.received_at + timedelta(hours=1)
    assert item.warn_at == item.received_at + timedelta(minutes=30)
    assert item.quiet_at is None and item.attention == ""
    assert bench.events(item) == ["study-arriving", "study-complete", "decided", "admitted", "assigned"]
    (decision,) = bench.decisions(item)
    assert decision.id == item.decision and decision.cause == "study complete"
    assert decision.rules_digest == bench.room.rules.current.digest
    assert decision.attributes["priority"] == {"value": "stat", "rule": "stroke", "line": 23}
    assert decision.readers["chosen"] == "dr-amal"
    salem = next(one for one in decision.readers["considered"] if one["reader"] == "dr-salem")
    assert salem["reasons"] == ["reads general; this study needs neuro"]


def test_what_is_searched_for_is_found_however_it_is_written(bench):
    item = bench.take_in(("CT", 1), PatientName="Salem^Ahmed=سالم^أحمد", AccessionNumber="A-1")
    assert "احمد" in item.search and "ahmed" in item.search and "a-1" in item.search


def test_the_audit_trail_holds_nothing_of_the_patient(bench):
    item = bench.take_in(("CT", 1), PatientName="CANARY^NAME", PatientID="CANARY-ID", StudyDescription="CANARY DESC")
    assert "CANARY" not in repr([(record.event, record.detail) for record in bench.records(item)])


def test_all_series_count_and_one_object_of_each_is_read(bench):
    orthanc_id = bench.host.add_study(("CT", 30), ("CT", 20), ("PT", 10), ("SR", 1))
    bench.host.calls.clear()
    item = intake.settle(bench.room, orthanc_id)
    assert (item.series_count, item.instance_count, item.decided_instances) == (4, 61, 60)
    assert item.modalities == "CT,PT,SR"
    assert bench.host.calls.count("instance_file") == 4


def test_the_least_loaded_reader_gets_the_next_study(bench):
    readers = [bench.take_in(("CR", 1), PatientID=f"P-{number}").reader for number in range(6)]
    assert sorted(readers) == ["dr-amal"] * 3 + ["dr-salem"] * 3


def test_a_rule_that_skips_leaves_a_row_with_the_reason(bench):
    item = bench.take_in(("SR", 1), ("KO", 1))
    assert (item.state, item.reason, item.reader) == (State.SKIPPED, "there are no images to read", "")
    assert bench.events(item)[-2:] == ["decided", "skipped"]


def test_a_rule_that_holds_stops_the_clock(bench):
    item = bench.take_in(("CT", 1), StudyDescription="compare with prior")
    assert (item.state, item.hold_reason, item.held_at) == (State.HELD, "missing-images", bench.clock.now())
    assert item.reader == "" and bench.events(item)[-2:] == ["admitted", "held"]


def test_a_sender_that_no_facility_claims_is_on_top_with_the_reasons(bench):
    routine = bench.take_in(("CT", 1), StudyDescription="stroke", PatientID="other")
    item = bench.take_in(("CT", 1), transport=NOBODYS)
    assert (item.state, item.facility, item.attention) == (State.UNASSIGNED, "", "no facility claims the sender")
    assert (item.priority, item.rank) == ("routine", -1)
    assert "no facility is known for this study, so no licence can be checked" in item.reason
    assert [one.id for one in bench.items()] == [item.id, routine.id]


def test_a_study_that_no_reader_may_ever_read_is_on_top(tmp_path):
    bench = Bench(tmp_path, RULES.replace("licences: [{jurisdiction: LY}]", "licences: [{jurisdiction: DE}]"))
    item = bench.take_in(("CT", 1), StudyDescription="stroke")
    assert (item.state, item.attention, item.rank) == (State.UNASSIGNED, "no reader may read this", -1)
    assert "dr-amal has no licence for LY; dr-salem reads general; this study needs neuro" in item.reason


@pytest.mark.parametrize(
    "tags",
    [
        {"PatientName": "<script>alert(1)</script>", "StudyDescription": "'; DROP TABLE items; --"},
        {"PatientName": "山田^太郎=山田^太郎=やまだ^たろう"},
        {"PatientName": "A" * 900, "PatientID": "B" * 500, "StudyDescription": "C" * 4000, "AccessionNumber": "D" * 300},
        {"PatientName": "", "PatientID": "", "StudyDescription": "", "AccessionNumber": ""},
        {"PatientName": "evil\u202egnp\x07", "StudyDescription": "tab\tand\x00nul"},
        {"PatientBirthDate": "not a date", "PatientSex": "hermaphrodite", "StudyDate": "31.12.2025"},
    ],
)
def test_odd_values_do_not_keep_a_study_off_the_list(bench, tags):
    item = bench.take_in(("CT", 1), **tags)
    assert item.state == State.ASSIGNED
    assert len(item.patient_name) <= 200 and len(item.patient_id) <= 64 and len(item.description) <= 256
    assert not set("\u202e\x07\x00") & set(item.patient_name + item.description)


def test_an_object_larger_than_can_be_read_is_known_by_its_tags(bench, monkeypatch):
    monkeypatch.setattr("teleradiology.workflow.gathering.LARGEST_READ", 10)
    item = bench.take_in(("CT", 1), StudyDescription="stroke")
    assert item.priority == "stat" and "instance_file" not in bench.host.calls


def test_another_object_stands_for_a_series_whose_first_cannot_be_read(bench):
    orthanc_id = bench.host.add_study(("CT", 3), StudyDescription="stroke")
    first = bench.host.study(orthanc_id).series[0].instances[0]
    bench.host.failing.add(f"instance_file {first}")
    assert intake.settle(bench.room, orthanc_id).priority == "stat"


# Repetition


def test_repeated_events_change_nothing(bench):
    item = bench.take_in(("CT", 3), ("SR", 1))
    with bench.unchanged():
        for _ in range(3):
            bench.clock.pass_(1)
            intake.settle(bench.room, item.orthanc_id, "repeated")
            intake.stable(bench.room, item.orthanc_id)
            intake.vanish(bench.room, item.orthanc_id)
            intake.catch_up(bench.room)
            reconciling.reconcile(bench.room)


def test_noticing_again_only_sets_the_timer(bench):
    orthanc_id = bench.host.add_study(("CT", 1))
    intake.notice(bench.room, orthanc_id)
    before = bench.item(orthanc_id)
    bench.clock.pass_(5)
    intake.notice(bench.room, orthanc_id)
    after = bench.item(orthanc_id)
    assert after.quiet_at == before.quiet_at + timedelta(seconds=5)
    assert (after.version, bench.events(after)) == (before.version, ["study-arriving"])


@pytest.mark.parametrize(
    "order", ["stir notice", "stable notice", "settle notice stir", "stable stir settle notice", "vanish notice"]
)
def test_events_in_any_order_end_with_one_decided_item(bench, order):
    orthanc_id = bench.host.add_study(("CT", 2))
    for event in order.split():
        getattr(intake, event)(bench.room, orthanc_id)
    bench.live(QUIET + 2)
    (item,) = bench.items()
    assert item.state == State.ASSIGNED and len(bench.decisions(item)) == 1


def test_studies_mixed_over_several_associations_are_one_item_each(bench):
    bench.ring()
    one, other = bench.host.add_study(("CT", 1)), bench.host.add_study(("CT", 1), PatientID="P-2")
    for _ in range(5):
        bench.host.add_images(one, 1)
        bench.host.add_images(other, 2)
        bench.clock.pass_(0.2)
    bench.live(QUIET + 2)
    assert {item.orthanc_id: item.decided_instances for item in bench.items()} == {one: 6, other: 11}


# The quiet timer


def test_a_study_is_complete_when_no_image_comes_for_the_quiet_time(bench):
    bench.ring()
    orthanc_id = bench.host.add_study(("CT", 1))
    for _ in range(5):
        bench.live(QUIET - 2)
        assert bench.item(orthanc_id).state == State.ARRIVING
        bench.host.add_images(orthanc_id, 1)
    bench.live(QUIET - 1)
    assert bench.item(orthanc_id).state == State.ARRIVING
    bench.live(2)
    assert bench.item(orthanc_id).decided_instances == 6


def test_many_images_are_written_about_once_a_second(bench, monkeypatch):
    from teleradiology.store import watching

    orthanc_id = bench.host.add_study(("CT", 1))
    intake.notice(bench.room, orthanc_id)
    notes = []
    monkeypatch.setattr(watching, "note", lambda c, item, **columns: notes.append(bench.clock.monotonic))
    for _ in range(300):
        bench.clock.pass_(0.01)
        intake.stir(bench.room, orthanc_id)
    assert len(notes) <= 3


def test_an_image_told_late_counts_from_when_it_came(bench):
    orthanc_id = bench.host.add_study(("CT", 1))
    intake.notice(bench.room, orthanc_id)
    bench.clock.pass_(10)
    came_at = bench.clock.now()
    bench.clock.pass_(2)
    intake.stir(bench.room, orthanc_id, came_at)
    assert bench.room.memory.next_quiet(QUIET) == pytest.approx(QUIET - 2)


@pytest.mark.parametrize("step", [3600, -3600, 86400, -86400])
def test_a_step_of_the_wall_clock_completes_no_study_early_and_none_late(bench, step):
    bench.ring()
    orthanc_id = bench.host.add_study(("CT", 1))
    bench.live(5)
    bench.clock.step(step)
    bench.host.become_stable()  # Orthanc itself is fooled by the step
    bench.live(QUIET - 7)
    assert bench.item(orthanc_id).state == State.ARRIVING
    bench.live(3)
    assert bench.item(orthanc_id).state == State.ASSIGNED


def test_an_image_that_comes_while_the_study_is_being_settled_is_not_forgotten(bench, monkeypatch):
    bench.ring()
    bench.live(2)
    orthanc_id = bench.host.add_study(("CT", 1))
    bench.live(2)
    bench.clock.pass_(QUIET)
    study = bench.host.study

    def slow(wanted: str) -> HostStudy | None:
        seen = study(wanted)
        monkeypatch.setattr(bench.host, "study", study)
        bench.clock.pass_(1)
        bench.host.add_images(orthanc_id, 1)
        return seen

    monkeypatch.setattr(bench.host, "study", slow)
    intake.settle(bench.room, orthanc_id)
    assert bench.item(orthanc_id).decided_instances == 1
    bench.live(QUIET + 2)
    assert bench.item(orthanc_id).decided_instances == 2


# One study under two patients, and studies that go


def test_a_study_under_two_patients_is_flagged_on_both_items(bench):
    one = bench.take_in(("CT", 1), StudyInstanceUID="1.2.3", PatientID="P-1")
    other = bench.take_in(("CT", 1), StudyInstanceUID="1.2.3", PatientID="P-l")
    assert "split-study" in bench.item(one.orthanc_id).flags and "split-study" in other.flags
    bench.host.delete(other.orthanc_id)
    intake.vanish(bench.room, other.orthanc_id)
    assert "split-study" not in bench.item(one.orthanc_id).flags


def test_a_deleted_study_stays_on_the_list_and_says_so(bench):
    item = bench.take_in(("CT", 2))
    bench.host.delete(item.orthanc_id)
    intake.vanish(bench.room, item.orthanc_id)
    gone = bench.item(item.orthanc_id)
    assert (gone.state, gone.missing_since) == (State.ASSIGNED, bench.clock.now())
    assert bench.events(gone)[-1] == "study-missing"


def test_a_study_that_comes_back_is_the_same_item(bench):
    item = bench.take_in(("CT", 2), StudyInstanceUID="1.2.3")
    bench.host.delete(item.orthanc_id)
    intake.vanish(bench.room, item.orthanc_id)
    assert bench.host.add_study(("CT", 2), StudyInstanceUID="1.2.3") == item.orthanc_id
    intake.notice(bench.room, item.orthanc_id)
    bench.live(QUIET + 2)
    back = bench.item(item.orthanc_id)
    assert (back.id, back.missing_since, back.quiet_at) == (item.id, None, None)
    assert bench.events(back)[-2:] == ["study-missing", "study-returned"]


def test_a_rumour_of_deletion_changes_nothing(bench):
    item = bench.take_in(("CT", 2))
    with bench.unchanged():
        intake.vanish(bench.room, item.orthanc_id)
