"""What inference services find raises urgency and never lowers it; told twice it counts once; it stays a suggestion."""

from __future__ import annotations

from dataclasses import replace

import pytest
from pydicom.dataset import Dataset

from support.ai_reports import ABSENT, AI_RULES, BLEEDING, probability, report
from support.bench import QUIET, RULES, Bench
from teleradiology.core.ai import Ai
from teleradiology.core.errors import NotAllowed, NotFound
from teleradiology.core.findings import Finding
from teleradiology.core.identity import Actor, Role
from teleradiology.core.worklist import State
from teleradiology.documents import ai_sr
from teleradiology.workflow import findings, reading

SERVICE = Actor("ai-service", frozenset({Role.INTEGRATOR}))
READER = Actor("amal", frozenset({Role.RADIOLOGIST}), reader="dr-amal")


@pytest.fixture
def bench(tmp_path):
    bench = Bench(tmp_path, RULES.replace("  - name: waits for a prior", AI_RULES + "  - name: waits for a prior", 1))
    bench.ring()
    return bench


def arrived(bench: Bench, modality: str = "CT", **tags: object):
    orthanc_id = bench.host.add_study((modality, 2), **tags)
    bench.live(QUIET + 5)
    return bench.item(orthanc_id)


def tell(bench: Bench, item, **found: object):
    uid = item.study_instance_uid
    bleeding = Finding(uid, "BleedFinder", "haemorrhage", "ICH", "2.1", 0.93)
    finding = replace(bleeding, **found)  # type: ignore[arg-type]
    findings.record(bench.room, SERVICE, uid, [finding])
    return bench.item(item.orthanc_id)


def test_a_finding_raises_the_priority_of_a_waiting_study(bench):
    item = arrived(bench)
    raised = tell(bench, item)
    assert (item.priority, raised.priority, raised.due_at < item.due_at) == ("routine", "stat", True)
    assert bench.decisions(raised)[0].cause == "AI finding"
    assert "suggested-by:BleedFinder (0.93)" in raised.flags
    assert raised.facts["ai_device"] == ["BleedFinder"]
    assert "ai-finding" in bench.events(raised)


def test_told_again_it_changes_nothing(bench):
    once = tell(bench, arrived(bench))
    again = tell(bench, once, score=0.2)
    assert (again.version, bench.events(again).count("ai-finding")) == (once.version, 1)


def test_a_device_never_lowers_a_priority(bench):
    stroke = arrived(bench, StudyDescription="stroke")
    told = tell(bench, stroke, code="NORMAL", text="nothing acute", score=0.99)
    assert (told.priority, told.due_at) == ("stat", stroke.due_at)


def test_neither_does_it_when_it_was_faster_than_the_last_image(bench):
    orthanc_id = bench.host.add_study(("CT", 2), StudyDescription="stroke")
    bench.ring()
    tell(bench, bench.item(orthanc_id), code="NORMAL", text="nothing acute", score=0.99)
    bench.live(QUIET + 5)
    assert bench.item(orthanc_id).priority == "stat"


def test_a_device_takes_nothing_off_the_list_and_promises_nothing_later(bench):
    item = arrived(bench)
    told = tell(bench, item, device="Worthless", code="X")
    assert (told.state, told.due_at) == (item.state, item.due_at)


def test_what_a_person_decided_stays(bench):
    item = arrived(bench)
    reading.prioritize(bench.room, Actor("carla", frozenset({Role.COORDINATOR})), item.id, "urgent", None, "a call")
    assert tell(bench, item).priority == "urgent"


def test_what_is_being_read_is_flagged_and_nothing_else(bench):
    item = reading.claim(bench.room, READER, arrived(bench).id)
    told = tell(bench, item)
    assert (told.state, told.priority, told.claimed_by) == (State.READING, "routine", "amal")
    assert "ai-finding" in told.flags


def test_a_negative_finding_is_kept_but_is_no_fact(bench):
    item = arrived(bench)
    told = tell(bench, item, positive=False)
    assert (told.priority, "ai_finding" in told.facts, told.flags) == ("routine", False, item.flags)
    assert [each.positive for each in findings.of_study(bench.room, SERVICE, item.study_instance_uid)] == [False]


def test_readers_do_not_tell_and_strangers_do_not_see(bench):
    item = arrived(bench)
    with pytest.raises(NotAllowed):
        findings.record(bench.room, READER, item.study_instance_uid, [])
    with pytest.raises(NotFound):
        findings.of_study(bench.room, Actor("x", frozenset({Role.FACILITY}), facility="gozo"), item.study_instance_uid)


# DICOM structured reports


def test_a_report_of_a_device_is_read_by_its_codes():
    told = ai_sr.read(report("1.2.3", BLEEDING, probability("93")))
    finding = told.findings[0]
    assert (finding.device, finding.version, finding.code, finding.text) == ("BleedFinder", "2.1", "ICH", "Haemorrhage")
    assert (finding.score, finding.positive, Ai(nodes=("example company",)).lists(*told.names)) == (0.93, True, True)


def test_what_is_said_to_be_absent_is_negative():
    assert [each.positive for each in ai_sr.read(report("1.2.3", BLEEDING, ABSENT)).findings] == [False]


def test_a_percentage_of_something_else_is_no_score():
    assert ai_sr.read(report("1.2.3", BLEEDING, probability("70", concept="408714007"))).findings[0].score is None


def test_what_a_person_measured_in_the_viewer_is_not_a_device_s():
    assert ai_sr.read(report("1.2.3", BLEEDING, tracking="Cornerstone3DTools@^0.1.0:Length")).findings == []
    assert ai_sr.read(report("1.2.3", BLEEDING, device=False)).findings == []


def test_a_report_without_any_structure_tells_nothing():
    assert ai_sr.read(Dataset()).findings == []


def test_a_stored_report_raises_the_priority_and_is_no_new_image(bench):
    item = arrived(bench)
    bench.host.receive(report(item.study_instance_uid, BLEEDING, probability("93")))
    bench.live(QUIET + 5)
    raised = bench.item(item.orthanc_id)
    assert (raised.priority, raised.decided_instances) == ("stat", item.decided_instances)
    assert bench.decisions(raised)[0].cause == "AI finding"
    bench.live(QUIET + 5)
    assert bench.item(item.orthanc_id).version == raised.version


def test_a_report_that_came_with_the_images_counts_at_once(bench):
    orthanc_id = bench.host.add_study(("CT", 2))
    bench.ring()
    bench.host.receive(report(bench.item(orthanc_id).study_instance_uid, BLEEDING, probability("93")))
    bench.live(QUIET + 5)
    assert bench.item(orthanc_id).priority == "stat"


def test_only_devices_that_the_rules_list_are_listened_to(tmp_path):
    text = RULES.replace("rules:\n", "ai: {nodes: [Another]}\nrules:\n" + AI_RULES, 1)
    bench = Bench(tmp_path, text)
    bench.ring()
    item = arrived(bench)
    bench.host.receive(report(item.study_instance_uid, BLEEDING, probability("93")))
    bench.live(QUIET + 5)
    assert bench.item(item.orthanc_id).priority == "routine"


def test_a_picture_of_a_listed_device_is_a_finding_without_a_score_and_of_others_none(tmp_path):
    bench = Bench(tmp_path, RULES.replace("rules:\n", "ai: {nodes: [BleedFinder]}\nrules:\n", 1))
    bench.ring()
    item = arrived(bench, Manufacturer="Scanner Company")
    tags = {"StudyInstanceUID": item.study_instance_uid, "PatientID": "P-1", "SeriesDescription": "heat map"}
    bench.host.add_series("OT", 1, Manufacturer="bleedfinder", **tags)
    bench.live(QUIET + 5)
    found = findings.of_study(bench.room, SERVICE, item.study_instance_uid)
    assert [(each.device, each.text, each.score, each.source) for each in found] == [("bleedfinder", "heat map", None, "sc")]
    assert "suggested-by:bleedfinder" in bench.item(item.orthanc_id).flags
