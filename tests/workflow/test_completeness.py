"""When a study counts as complete: by quiet time, by what is expected of it, or because its facility says so; never for ever."""

from __future__ import annotations

from datetime import timedelta

import pytest

from support.bench import QUIET, RULES, Bench
from teleradiology.core import completeness
from teleradiology.core.errors import InvalidInput, InvalidTransition, NotAllowed, NotFound
from teleradiology.core.identity import Actor, Role
from teleradiology.core.reasons import Reason
from teleradiology.core.transport import Transport
from teleradiology.core.worklist import State
from teleradiology.workflow import declaring

EXPECTED = """\
completeness:
  - {name: thin CT, modalities: [CT], facilities: [zliten], series: 2, expect: [{description: thin}], at_most: 10m}
  - {name: told, modalities: [MR], declared: true, at_most: 1h}
  - {name: slow, modalities: [US], quiet: 2m}
  - {name: fast, modalities: [CR], quiet: 5s}
  - {name: four views, modalities: [MG], instances: 4, quiet: 1m}
"""
URGENT = """\
  - name: the facility says so
    when: {urgency: stat}
    then: {priority: stat}
  - name: the facility does not mind
    when: {urgency: routine}
    then: {priority: routine}
"""
FROM_ZLITEN = Transport(calling_aet="ZLITEN_CT")
SITE = Actor("zliten", frozenset({Role.FACILITY}), facility="zliten")
READER = Actor("amal", frozenset({Role.RADIOLOGIST}), reader="dr-amal")
COORDINATOR = Actor("carla", frozenset({Role.COORDINATOR}))


@pytest.fixture
def bench(tmp_path):
    text = RULES.replace("rules:\n", EXPECTED + "rules:\n", 1).replace("  - name: magnetic", URGENT + "  - name: magnetic")
    bench = Bench(tmp_path, text)
    bench.ring()
    return bench


def send(bench: Bench, modality: str = "CT", description: str = "bone", **tags: object) -> str:
    uid = tags.pop("StudyInstanceUID", None)
    more = {"StudyInstanceUID": uid} if uid else {}
    return bench.host.add_study((modality, 1), transport=FROM_ZLITEN, SeriesDescription=description, **more, **tags)


def test_a_study_that_lacks_a_series_stays_arriving_and_says_what(bench):
    orthanc_id = send(bench)
    bench.live(QUIET + 5)
    item = bench.item(orthanc_id)
    assert (item.state, item.flags) == (State.ARRIVING, ("incomplete",))
    assert list(map(str, completeness.read(item.reason))) == ["series 'thin'", "1 of 2 series"]
    assert bench.events(item).count("incomplete") == 1


def test_it_is_taken_in_when_the_rest_has_come(bench):
    orthanc_id = send(bench)
    bench.live(QUIET + 5)
    send(bench, description="THIN 1mm", StudyInstanceUID=bench.item(orthanc_id).study_instance_uid)
    bench.live(QUIET + 5)
    item = bench.item(orthanc_id)
    assert (item.state, item.flags, item.reason) == (State.ASSIGNED, (), "")


def test_after_the_longest_wait_it_is_read_as_it_is(bench):
    orthanc_id = send(bench)
    bench.live(600 + 3 * QUIET, step=5)
    item = bench.item(orthanc_id)
    assert (item.state, item.flags) == (State.ASSIGNED, ("incomplete",))


def test_the_wait_survives_a_restart(bench):
    orthanc_id = send(bench)
    bench.live(QUIET + 5)
    bench.restart()
    bench.ring()
    bench.live(600 + 3 * QUIET, step=5)
    assert bench.item(orthanc_id).state == State.ASSIGNED


def test_it_is_taken_in_as_soon_as_the_expected_number_has_come(bench):
    orthanc_id = send(bench, "MG")
    bench.live(5)
    bench.host.add_images(orthanc_id, 2, "MG")
    bench.live(5)
    assert bench.item(orthanc_id).state == State.ARRIVING
    bench.host.add_images(orthanc_id, 1, "MG")
    bench.live(3)
    item = bench.item(orthanc_id)
    assert (item.state, item.flags, item.instance_count) == (State.ASSIGNED, (), 4)
    assert "incomplete" not in bench.events(item)


@pytest.mark.parametrize(("images", "state"), [(3, State.ARRIVING), (4, State.ASSIGNED)])
def test_results_of_inference_services_are_not_among_the_images_expected(tmp_path, images, state):
    bench = Bench(tmp_path, RULES.replace("rules:\n", EXPECTED + "ai: {nodes: [BleedFinder]}\nrules:\n", 1))
    bench.ring()
    study = {"StudyInstanceUID": "1.2.3", "transport": FROM_ZLITEN}
    orthanc_id = bench.host.add_study(("MG", images), **study)
    bench.host.add_series("OT", 1, PatientID="P-1", Manufacturer="BleedFinder", **study)
    bench.live(10)
    assert bench.item(orthanc_id).state == state


def test_the_number_is_reached_after_a_restart_and_after_a_long_wait_too(bench):
    orthanc_id = send(bench, "MG")
    bench.live(90)
    assert bench.item(orthanc_id).flags == ("incomplete",)
    bench.restart()
    bench.ring()
    bench.live(2)
    bench.host.add_images(orthanc_id, 3, "MG")
    bench.live(3)
    assert bench.item(orthanc_id).state == State.ASSIGNED


def test_what_finds_no_room_in_the_row_is_left_out_and_nothing_is_cut():
    lacking = tuple(Reason("series-wanted", {"series": f"CT 'phase {number} سلسلة'"}) for number in range(20))
    kept = completeness.read(completeness.written(lacking, 512))
    assert 3 < len(kept) < 20
    assert kept == lacking[: len(kept)]
    assert completeness.written(lacking[:1], 10) == ""


@pytest.mark.parametrize(
    "typed",
    [
        '[{"code"',
        '[{"code": "x"}]',
        '[{"code": "series-count", "params": {}}]',
        '[{"code": [], "params": {}}]',
        '[{"code": "x"}, 3]',
    ],
)
def test_what_somebody_typed_is_not_taken_for_what_is_missing(typed):
    assert completeness.read(typed) == ()


def test_images_are_counted_once_in_a_pause_and_not_one_by_one(bench):
    orthanc_id = bench.host.add_study(("MG", 1), transport=FROM_ZLITEN)
    bench.beat()
    bench.host.calls.clear()
    for _ in range(3):
        bench.host.add_images(orthanc_id, 5, "MG")
        bench.beat(0.5)
    assert bench.host.calls.count("study") == 0
    bench.live(10)
    assert bench.host.calls.count("study") == 1
    assert bench.item(orthanc_id).state == State.ARRIVING  # sixteen are not four: it may be a longer study


def test_after_a_restart_only_the_rest_of_the_quiet_time_is_waited_for(bench):
    orthanc_id = bench.host.add_study(("DX", 1), transport=FROM_ZLITEN)
    bench.live(QUIET - 5)
    bench.restart()
    bench.ring()
    bench.live(3)
    assert bench.item(orthanc_id).state == State.ARRIVING
    bench.live(4)
    assert bench.item(orthanc_id).state == State.ASSIGNED


def test_its_facility_says_that_everything_was_sent(bench):
    orthanc_id = send(bench, "MR")
    bench.live(QUIET + 5)
    item = bench.item(orthanc_id)
    assert (item.state, [each.code for each in completeness.read(item.reason)]) == (State.ARRIVING, ["declaration"])
    taken = declaring.declare_complete(bench.room, SITE, item.id)
    assert (taken.state, taken.flags) == (State.ASSIGNED, ())
    assert declaring.declare_complete(bench.room, SITE, item.id).version == taken.version
    assert "declared-complete" in bench.events(taken)


def test_it_is_declared_complete_while_images_still_come(bench):
    orthanc_id = send(bench)
    assert declaring.declare_complete(bench.room, SITE, bench.item(orthanc_id).id).state == State.ASSIGNED


def test_nobody_declares_the_studies_of_others(bench):
    item = bench.item(send(bench))
    with pytest.raises(NotFound):
        declaring.declare_complete(bench.room, Actor("x", frozenset({Role.FACILITY}), facility="gozo"), item.id)
    with pytest.raises(NotAllowed):
        declaring.declare_complete(bench.room, READER, item.id)


def test_an_incomplete_study_is_read_early_only_on_purpose(bench):
    orthanc_id = send(bench)
    bench.live(QUIET + 5)
    item = bench.item(orthanc_id)
    with pytest.raises(InvalidTransition, match="to read it on purpose"):
        declaring.claims.claim(bench.room, READER, item.id)
    claimed = declaring.claim_incomplete(bench.room, READER, item.id, item.version)
    assert (claimed.state, claimed.claimed_by, claimed.flags) == (State.READING, "amal", ("incomplete",))
    assert "read-early" in bench.events(claimed)


@pytest.mark.parametrize(("modality", "before", "after"), [("US", 110, 125), ("CR", 3, 8)])
def test_a_quiet_time_of_its_own_counts(bench, modality, before, after):
    orthanc_id = send(bench, modality)
    bench.live(before)
    assert bench.item(orthanc_id).state == State.ARRIVING
    bench.live(after - before + (QUIET + 2 if modality == "US" else 0))
    assert bench.item(orthanc_id).state == State.ASSIGNED


def test_a_declared_urgency_is_decided_about_at_once(bench):
    item = bench.take_in(("DX", 1))
    assert item.priority == "routine"
    raised = declaring.declare_urgency(bench.room, SITE, item.id, "stat")
    assert (raised.priority, raised.facts["urgency"]) == ("stat", "stat")
    assert bench.decisions(raised)[0].cause == "urgency declared"
    assert "urgency-declared" in bench.events(raised)


def test_a_facility_may_raise_and_only_the_coordinator_lower(bench):
    item = bench.take_in(("DX", 1))
    declaring.declare_urgency(bench.room, SITE, item.id, "stat")
    with pytest.raises(NotAllowed):
        declaring.declare_urgency(bench.room, SITE, item.id, "routine")
    assert declaring.declare_urgency(bench.room, COORDINATOR, item.id, "routine").priority == "routine"
    resonance = bench.change(bench.take_in(("DX", 1), PatientID="P-9"), priority="urgent")
    with pytest.raises(NotAllowed):
        declaring.declare_urgency(bench.room, SITE, resonance.id, "routine")


def test_urgency_is_declared_before_reading_and_by_a_name_of_the_file(bench):
    item = bench.take_in(("DX", 1))
    with pytest.raises(InvalidInput):
        declaring.declare_urgency(bench.room, SITE, item.id, "yesterday")
    declaring.claims.claim(bench.room, READER, item.id)
    with pytest.raises(InvalidTransition):
        declaring.declare_urgency(bench.room, SITE, item.id, "stat")


def test_what_was_declared_while_arriving_counts_when_it_is_decided(bench):
    orthanc_id = send(bench, "DX")
    declaring.declare_urgency(bench.room, SITE, bench.item(orthanc_id).id, "stat")
    bench.live(QUIET + 5)
    assert bench.item(orthanc_id).priority == "stat"


def test_the_patients_earlier_studies_of_the_facility_are_counted(bench):
    first = bench.take_in(("DX", 1), PatientID="P-7", StudyDate="20260101")
    second = bench.take_in(("DX", 1), PatientID="P-7", StudyDate="20260111")
    other = bench.take_in(("DX", 1), PatientID="P-8", StudyDate="20260111")
    assert first.facts["prior_count"] == 0 and "days_since_prior" not in first.facts
    assert (second.facts["prior_count"], second.facts["days_since_prior"]) == (1, 10)
    assert other.facts["prior_count"] == 0
    assert timedelta(0) <= second.received_at - first.received_at
