"""Pushed, pulled and mixed; the search that widens; and what happens to a study when its reader may not have it any more."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from support.bench import RULES, Bench
from support.builders import coordinator, radiologist
from teleradiology.core.worklist import State
from teleradiology.store import audit, notifications
from teleradiology.workflow import reading, reassigning

ALL_DAYS = "days: [mon, tue, wed, thu, fri, sat, sun]"
SHIFT = f"shifts: [{{{ALL_DAYS}, from: '08:00', to: '14:00', timezone: Africa/Tripoli}}]"
AMAL, SALEM = "{name: Dr Amal, subspecialties: [neuro, general],", "{name: Dr Salem, subspecialties: [general],"


def opened(tmp_path, rules=RULES, more=""):
    bench = Bench(tmp_path, rules + more)
    bench.live(2)
    return bench


def rewritten(bench, old, new):
    file = bench.settings.rules_file
    text = file.read_text()
    assert old in text
    file.write_text(text.replace(old, new))
    bench.room.rules.reload("test", bench.clock.now())


def test_in_pull_mode_nobody_is_given_anything(tmp_path):
    bench = opened(tmp_path, more="assignment: {mode: pull}\n")
    item = bench.take_in(("CT", 1))
    assert (item.state, item.reader, item.reason, item.attention) == (State.UNASSIGNED, "", "", "")
    assert bench.decisions(item)[0].readers["policy"] == "waits for a reader who asks for the next case"
    bench.live(120, step=30)
    assert bench.item(item.orthanc_id).state == State.UNASSIGNED
    assert reading.next_case(bench.room, radiologist("dr-salem")).id == item.id


def test_mixed_mode_pushes_the_most_urgent(tmp_path):
    bench = opened(tmp_path, more="assignment: {mode: mixed}\n")
    stroke, other = bench.take_in(("CT", 1), StudyDescription="stroke"), bench.take_in(("CT", 1), PatientID="2")
    assert (stroke.reader, other.reader) == ("dr-amal", "")


def test_the_search_widens_as_time_runs_out_and_never_across_a_licence(tmp_path):
    rules = RULES.replace(AMAL, f"{{name: Dr Amal, {SHIFT}, capacity: 1, subspecialties: [neuro],")
    bench = opened(tmp_path, rules)
    first, second = (bench.take_in(("CT", 1), StudyDescription="stroke", PatientID=name) for name in "12")
    assert (first.reader, second.reader) == ("dr-amal", "")
    bench.live(29 * 60, step=60)
    assert bench.item(second.orthanc_id).reader == ""
    bench.live(3 * 60, step=30)
    later = bench.item(second.orthanc_id)
    assert later.reader == "dr-salem"
    assert bench.decisions(later)[0].readers["policy"].endswith("general readers are asked as well")


def test_when_nobody_may_however_wide_the_search_it_is_on_top_and_the_coordinator_is_told_once(tmp_path):
    rules = RULES.replace(AMAL, "{name: Dr Amal, capacity: 1, subspecialties: [neuro],").replace(
        "[general], licences: [{jurisdiction: LY}]", "[general], licences: [{jurisdiction: DE}]"
    )
    bench = opened(tmp_path, rules)
    bench.take_in(("CT", 1), StudyDescription="stroke", PatientID="1")
    item = bench.take_in(("CT", 1), StudyDescription="stroke", PatientID="2")
    assert (item.reader, item.attention) == ("", "")
    bench.live(75 * 60, step=60)
    late = bench.item(item.orthanc_id)
    assert (late.attention, late.rank, late.reader) == ("no reader may read this", -1, "")
    assert "dr-salem has no licence for LY" in late.reason
    assert bench.events(late).count("no-reader") == 1
    with bench.room.store.reading() as c:
        told = [each for each in notifications.of(c, ["role:coordinator"]) if each.kind == "no-reader"]
    assert [each.item for each in told] == [item.id]
    rewritten(bench, "capacity: 1", "capacity: 2")
    bench.live(62, step=31)
    freed = bench.item(item.orthanc_id)
    assert (freed.reader, freed.attention, freed.rank) == ("dr-amal", "", 0)


def test_at_the_end_of_a_shift_what_is_unopened_goes_to_who_is_there(tmp_path):
    bench = opened(tmp_path, RULES.replace(SALEM, f"{{name: Dr Salem, {SHIFT}, subspecialties: [general],"))
    bench.change(bench.take_in(("CT", 1), PatientID="9"), reader="dr-amal", state=State.ASSIGNED)
    item = bench.take_in(("CT", 1), PatientID="1")
    assert item.reader == "dr-salem"
    bench.live(2 * 3600, step=60)
    moved = bench.item(item.orthanc_id)
    assert (moved.state, moved.reader) == (State.ASSIGNED, "dr-amal")
    assert bench.decisions(moved)[0].cause == "reassigned: off-duty 2026-03-02 dr-salem"
    assert bench.records(moved)[-1].detail["taken_from"] == "dr-salem"


def test_a_study_stays_with_its_reader_at_the_end_of_a_shift_when_nobody_else_may(tmp_path):
    rules = RULES.replace(AMAL, f"{{name: Dr Amal, {SHIFT}, subspecialties: [neuro],")
    bench = opened(tmp_path, rules, "assignment: {broaden_at: []}\n")
    item = bench.take_in(("CT", 1), StudyDescription="stroke")
    bench.live(3 * 3600, step=300)
    assert bench.item(item.orthanc_id).reader == "dr-amal"


@pytest.mark.parametrize(
    ("new", "code"),
    [
        ("{name: Dr Amal, active: false, subspecialties: [neuro, general],", "inactive"),
        ("{name: Dr Amal, conflicts: {facilities: zliten}, subspecialties: [neuro, general],", "conflict-facility"),
        ("{name: Dr Amal, rights: [{modalities: MR}], subspecialties: [neuro, general],", "no-right"),
    ],
)
def test_other_rules_move_what_somebody_may_not_read_any_more_at_the_next_beat(tmp_path, new, code):
    bench = opened(tmp_path)
    item = bench.take_in(("CT", 1))
    assert item.reader == "dr-amal"
    rewritten(bench, AMAL, new)
    bench.beat(1)
    moved = bench.item(item.orthanc_id)
    assert moved.reader == "dr-salem"
    assert bench.decisions(moved)[0].cause.startswith(f"reassigned: {code} ")
    bench.live(300, step=60)
    assert bench.events(moved).count("assigned") == bench.events(bench.item(item.orthanc_id)).count("assigned")


def test_a_licence_that_ends_at_midnight_takes_the_study_back_to_the_list(tmp_path):
    rules = RULES.replace("licences: [{jurisdiction: LY}]", "licences: [{jurisdiction: LY, until: 2026-03-02}]")
    bench = opened(tmp_path, rules)
    item = bench.take_in(("CT", 1))
    bench.live(11 * 3600, step=600)
    assert bench.item(item.orthanc_id).reader == item.reader
    bench.live(2 * 3600, step=600)
    back = bench.item(item.orthanc_id)
    assert (back.state, back.reader) == (State.UNASSIGNED, "")
    assert "licence for LY ended 2026-03-02" in back.reason
    assert bench.decisions(back)[-2].cause.startswith("reassigned: licence-ended ")


def test_what_a_coordinator_insisted_on_stays(tmp_path):
    bench = opened(tmp_path, RULES.replace(SALEM, f"{{name: Dr Salem, {SHIFT}, subspecialties: [msk],"))
    item = bench.take_in(("CT", 1))
    reading.assign(bench.room, coordinator(), item.id, "dr-salem", reason="knows the patient", force=True)
    bench.live(300, step=60)
    assert bench.item(item.orthanc_id).reader == "dr-salem"


def test_what_lapsed_goes_to_somebody_else(tmp_path):
    bench = opened(tmp_path)
    item = bench.take_in(("CT", 1))
    reading.claim(bench.room, radiologist(item.reader), item.id)
    bench.live(200, step=20)
    moved = bench.item(item.orthanc_id)
    assert moved.reader not in ("", item.reader)
    assert bench.decisions(moved)[0].cause == "the claim lapsed"


def test_licences_about_to_end_are_on_the_trail_once_a_day(tmp_path):
    bench = opened(tmp_path, RULES.replace("{jurisdiction: LY}", "{jurisdiction: LY, until: 2026-03-20}", 1))
    bench.live(26 * 3600, step=1800)
    with bench.room.store.reading() as c:
        found = _expiring(c)
        told = [each for each in notifications.of(c, ["role:coordinator"]) if each.kind == "licence-expiring"]
    assert [each.detail["days"] for each in found] == [18, 17]
    assert len(told) == 2
    reassigning.warn_of_expiry(bench.room)
    with bench.room.store.reading() as c:
        assert len(_expiring(c)) == 2


def test_the_last_day_of_a_licence_is_that_of_the_facility_s_clock(tmp_path):
    rules = RULES.replace("{jurisdiction: LY}", "{jurisdiction: LY, until: 2026-03-20}", 1)
    bench = opened(tmp_path, rules.replace("timezone: Africa/Tripoli", "timezone: Atlantic/Cape_Verde"))
    days = [each.days for hour in (0, 1) for each in bench.room.rules.current.expiring(datetime(2026, 3, 21, hour, tzinfo=UTC))]
    assert days == [0, -1]


def _expiring(c):
    records, _ = audit.page(c, limit=500)
    return sorted((record for record in records if record.event == "licence-expiring"), key=lambda record: record.seq)
