"""Who gets a study, at once or later, and how that is explained."""

from __future__ import annotations

import time
from dataclasses import replace
from datetime import UTC, datetime
from datetime import time as clock

import pytest

from support.bench import RULES, Bench
from teleradiology.core.readers import Licence, Reader, Shift
from teleradiology.core.worklist import State
from teleradiology.store import items
from teleradiology.workflow import assignment

NIGHT = "shifts: [{days: [mon, tue, wed, thu, fri, sat, sun], from: '20:00', to: '06:00', timezone: Africa/Tripoli}]"


@pytest.fixture
def bench(tmp_path):
    """Monday, noon in Tripoli; Dr Amal works at night and alone reads neuro."""
    rules = RULES.replace("{name: Dr Amal,", f"{{name: Dr Amal, {NIGHT},")
    bench = Bench(tmp_path, rules + "assignment: {broaden_at: []}\n")
    bench.live(2)
    return bench


def test_a_study_whose_readers_are_off_duty_waits_in_its_place(bench):
    item = bench.take_in(("CT", 1), StudyDescription="stroke")
    assert (item.state, item.reader, item.attention, item.rank) == (State.UNASSIGNED, "", "", 0)
    assert item.reason.startswith("dr-amal is off duty at Mon 12:0")
    assert bench.decisions(item)[0].readers["policy"] == "nobody is eligible"


def test_it_is_assigned_when_somebody_comes_on_duty(bench):
    item = bench.take_in(("CT", 1), StudyDescription="stroke")
    bench.live(8 * 3600, step=600)
    later = bench.item(item.orthanc_id)
    assert (later.state, later.reader, later.reason) == (State.ASSIGNED, "dr-amal", "")
    latest, first = bench.decisions(later)
    assert later.decision == latest.id and latest.cause == "somebody is free"
    assert latest.attributes == first.attributes and latest.rules_digest == first.rules_digest
    assert latest.readers["chosen"] == "dr-amal"
    assert bench.events(later).count("assigned") == 1


def test_a_reader_with_full_hands_gets_the_next_study_when_one_is_done(tmp_path):
    rules = RULES.replace("{name: Dr Salem,", "{name: Dr Salem, capacity: 1,").replace("[neuro, general]", "[neuro]")
    bench = Bench(tmp_path, rules)
    first, second = bench.take_in(("CR", 1), PatientID="1"), bench.take_in(("CR", 1), PatientID="2")
    assert (first.reader, second.reader) == ("dr-salem", "")
    assert "has 1 open studies; takes 1 at most" in second.reason
    bench.change(first, state=State.COMPLETED)
    bench.live(32)
    assert bench.item(second.orthanc_id).reader == "dr-salem"


def test_what_was_taken_meanwhile_is_left_alone(bench):
    item = bench.take_in(("CT", 1), StudyDescription="stroke")
    bench.change(item, state=State.READING, claimed_by="amal", reader="dr-amal")
    with bench.room.store.writing() as c:
        assignment.give(c, bench.room, item.id, "test")
    assert bench.item(item.orthanc_id).state == State.READING


def test_a_hundred_hopeless_studies_are_judged_once(bench, monkeypatch):
    for number in range(20):
        bench.take_in(("CT", 1), StudyDescription="stroke", PatientID=f"P-{number}")
    judged = []
    choose = assignment.choose
    monkeypatch.setattr(assignment, "choose", lambda *args, **more: judged.append(1) or choose(*args, **more))
    assert assignment.assign_waiting(bench.room) == 0
    assert len(judged) == 1


def test_a_rule_names_the_reader(tmp_path):
    bench = Bench(tmp_path, RULES.replace("then: {priority: urgent}", "then: {priority: urgent, assign_to: dr-salem}"))
    for number in range(3):
        item = bench.take_in(("MR", 1), PatientID=f"P-{number}")
        assert item.reader == "dr-salem"
    assert bench.decisions(item)[0].readers["policy"] == "named by the rules"


def test_choosing_among_150_readers_takes_milliseconds(bench):
    shift = Shift((0, 1, 2, 3, 4), clock(8), clock(20), "Africa/Tripoli")
    likes = Reader("", "", subspecialties=("general",), licences=(Licence("LY"),), shifts=(shift,))
    crowd = {f"dr-{number}": replace(likes, id=f"dr-{number}") for number in range(150)}
    rules = replace(bench.room.rules.current, readers=crowd)
    wanted = assignment.Wanted("zliten", "general", "CT")
    with bench.room.store.reading() as c:
        items.open_loads(c)
        assignment.find_reader(c, rules, wanted, bench.clock.now())
        begin = time.process_time()
        for _ in range(20):
            chosen = assignment.find_reader(c, rules, wanted, datetime(2026, 3, 2, 10, tzinfo=UTC))
        spent = (time.process_time() - begin) / 20
    assert chosen.reader == "dr-0" and spent < 0.010
