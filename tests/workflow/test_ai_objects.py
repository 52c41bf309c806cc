"""What an inference service stores into a study is a result: it neither grows nor delays the study, and tells no fact of it."""

from __future__ import annotations

import pytest

from support.ai_reports import ABSENT, AI_RULES, BLEEDING, PRESENT, content_of_nobody, nested, probability, report
from support.bench import QUIET, RULES, Bench
from teleradiology.core.identity import Actor, Role
from teleradiology.core.transport import Transport
from teleradiology.core.worklist import State
from teleradiology.workflow import findings, reading, settling

LISTED = "ai: {nodes: [BleedFinder, AI_NODE], thresholds: [{device: BleedFinder, threshold: 40%}]}\nrules:\n" + AI_RULES
NODE = Transport("AI_NODE", "TELERADIOLOGY", "192.0.2.9")
SERVICE = Actor("ai-service", frozenset({Role.INTEGRATOR}))
READER = Actor("amal", frozenset({Role.RADIOLOGIST}), reader="dr-amal")


@pytest.fixture
def bench(tmp_path):
    bench = Bench(tmp_path, RULES.replace("rules:\n", LISTED, 1))
    bench.ring()
    return bench


def arrived(bench: Bench, **tags: object):
    orthanc_id = bench.host.add_study(("CT", 2), **tags)
    bench.live(QUIET + 5)
    return bench.item(orthanc_id)


def send(bench: Bench, item, modality: str = "OT", *, transport: Transport | None = NODE, count: int = 1, **tags: object) -> None:
    tags = {"StudyInstanceUID": item.study_instance_uid, "PatientID": "P-1", "SeriesDescription": "heat map", **tags}
    bench.host.add_series(modality, count, transport=transport, **tags)


def later(bench: Bench, item):
    bench.live(QUIET + 5)
    return bench.item(item.orthanc_id)


def stored(bench: Bench, item, *group, transport: Transport | None = None, **more):
    bench.host.receive(report(item.study_instance_uid, *group, **more), transport)
    return later(bench, item)


def found(bench: Bench, item) -> list[tuple[str, bool]]:
    return [(each.code, each.positive) for each in findings.of_study(bench.room, SERVICE, item.study_instance_uid)]


@pytest.mark.parametrize("by", ["name", "AE title"])
def test_pictures_of_a_listed_device_do_not_grow_a_study_that_is_being_read(bench, by):
    item = reading.claim(bench.room, READER, arrived(bench).id)
    how = {"Manufacturer": "BleedFinder", "transport": None} if by == "name" else {}
    send(bench, item, **how)
    told = later(bench, item)
    assert (told.decided_instances, told.last_image_at) == (item.decided_instances, item.last_image_at)
    assert "study-grew" not in (*told.flags, *bench.events(told))
    assert "ai-finding" in told.flags


def test_nor_do_they_reopen_a_study_that_was_reported(bench):
    item = bench.change(arrived(bench), state=State.COMPLETED)
    send(bench, item, "CT", count=3, ImageType=["DERIVED", "SECONDARY"])
    told = later(bench, item)
    assert (told.state, told.decided_instances, told.instance_count) == (State.COMPLETED, 2, 5)
    assert "addendum-task" not in told.flags


def test_an_image_that_a_listed_node_passes_on_as_it_was_acquired_is_an_image(bench):
    item = arrived(bench)
    send(bench, item, "CT", ImageType=["ORIGINAL", "PRIMARY"])
    assert later(bench, item).decided_instances == 3


def test_a_picture_of_a_device_that_nobody_listed_is_an_image(bench):
    item = arrived(bench)
    send(bench, item, transport=Transport("OTHER", "TELERADIOLOGY", "192.0.2.8"), Manufacturer="Other")
    assert later(bench, item).decided_instances == 3


def test_results_do_not_put_off_a_study_that_arrives(bench):
    orthanc_id = bench.host.add_study(("CT", 2))
    bench.live(QUIET - 5)
    send(bench, bench.item(orthanc_id))
    bench.live(7)
    assert bench.item(orthanc_id).state == State.ASSIGNED


def test_images_put_it_off_as_before(bench):
    orthanc_id = bench.host.add_study(("CT", 2))
    bench.live(QUIET - 5)
    bench.host.add_images(orthanc_id, 1)
    bench.live(7)
    assert bench.item(orthanc_id).state == State.ARRIVING


def test_results_tell_nothing_of_the_study(bench):
    orthanc_id = bench.host.add_study(("CT", 2), transport=NODE, Manufacturer="BleedFinder", SeriesDescription="heat map")
    uid = bench.item(orthanc_id).study_instance_uid
    site = Transport("ZLITEN_CT", "TELERADIOLOGY", "192.0.2.7")
    bench.host.add_series("MR", 3, transport=site, StudyInstanceUID=uid, PatientID="P-1", SeriesDescription="t2")
    bench.live(QUIET + 5)
    facts = bench.item(orthanc_id).facts
    assert (facts["modality"], facts["image_count"], facts["series_descriptions"]) == ("MR", 3, ["t2"])
    assert (facts["facility"], facts["calling_aet"]) == ("zliten", "ZLITEN_CT")


def test_a_study_of_nothing_but_results_is_shown_all_the_same(bench):
    orthanc_id = bench.host.add_study(("OT", 1), transport=NODE)
    bench.live(QUIET + 5)
    assert bench.item(orthanc_id).decided_instances == 1


def test_a_device_that_is_listed_later_changes_no_study(tmp_path):
    bench = Bench(tmp_path)
    bench.ring()
    item = arrived(bench)
    send(bench, item)
    before = later(bench, item)
    bench.settings.rules_file.write_text(RULES.replace("rules:\n", LISTED, 1), encoding="utf-8")
    bench.room.rules.reload("administrator", bench.clock.now())
    settling.settle(bench.room, item.orthanc_id)
    told = bench.item(item.orthanc_id)
    assert (before.decided_instances, told.decided_instances, bench.events(told).count("study-shrank")) == (3, 3, 0)


# Reports


def test_a_low_probability_is_negative_and_raises_nothing(bench):
    item = arrived(bench)
    told = stored(bench, item, BLEEDING, probability("12"))
    assert (told.priority, found(bench, told), told.flags) == ("routine", [("ICH", False)], item.flags)


def test_the_threshold_of_the_device_is_heeded(bench):
    item = arrived(bench)
    assert found(bench, stored(bench, item, BLEEDING, probability("45"))) == [("ICH", True)]


def test_a_device_that_says_present_is_believed_unless_the_site_knows_better(tmp_path):
    site_knows = "thresholds: {device: BleedFinder, threshold: 50%}"
    for name, text, positive in (("a", "threshold: 50%", True), ("b", site_knows, False)):
        (folder := tmp_path / name).mkdir()
        bench = Bench(folder, RULES.replace("rules:\n", f"ai: {{{text}}}\nrules:\n", 1))
        bench.ring()
        item = arrived(bench)
        assert found(bench, stored(bench, item, BLEEDING, probability("12"), PRESENT)) == [("ICH", positive)]


def test_absent_stays_absent_however_high_the_score(bench):
    item = arrived(bench)
    assert found(bench, stored(bench, item, BLEEDING, probability("93"), ABSENT)) == [("ICH", False)]


def test_a_negative_report_never_lowers(bench):
    item = arrived(bench, StudyDescription="stroke")
    assert stored(bench, item, BLEEDING, probability("1"), ABSENT).priority == "stat"


@pytest.mark.parametrize(
    ("group", "problem"),
    [((BLEEDING, ABSENT, PRESENT), "contradictory"), ((BLEEDING, nested(60, BLEEDING)), "incomplete")],
)
def test_what_is_wrong_with_a_report_is_shown_once_and_the_rest_is_used(bench, group, problem):
    told = stored(bench, arrived(bench), *group)
    assert f"ai-problem:{problem}" in told.flags
    assert [code for code, _ in found(bench, told)] == ["ICH"]
    settling.settle(bench.room, told.orthanc_id)
    assert bench.events(told).count("ai-problem") == 1


def test_a_report_of_nobody_is_shown_and_not_used(bench):
    item = arrived(bench)
    bench.host.receive(content_of_nobody(item.study_instance_uid, BLEEDING))
    told = later(bench, item)
    assert ("ai-problem:no-device" in told.flags, found(bench, told), told.decided_instances) == (True, [], 2)


def test_a_report_that_cannot_be_read_is_shown_and_the_others_are_used(bench, monkeypatch):
    item = arrived(bench)
    bench.host.receive(report(item.study_instance_uid, BLEEDING))
    broken = bench.host.study(item.orthanc_id).series[-1].instances[0]
    file = type(bench.host).instance_file
    monkeypatch.setattr(bench.host, "instance_file", lambda one: b"DICM" if one == broken else file(bench.host, one))
    told = stored(bench, item, BLEEDING, probability("93"))
    assert ("ai-problem:unreadable" in told.flags, told.priority, found(bench, told)) == (True, "stat", [("ICH", True)])
