"""The roster decides who gets studies; a shift's end passes them on; files go in whole or not at all."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from support.bench import RULES, Bench
from teleradiology.core.errors import InvalidInput, NotAllowed, NotFound
from teleradiology.core.identity import Actor, Role
from teleradiology.core.roster import Exception_
from teleradiology.core.worklist import State
from teleradiology.store import audit
from teleradiology.workflow import handing_over, roster, roster_files

COORDINATOR = Actor("olga", frozenset({Role.COORDINATOR}))
AMAL = Actor("amal", frozenset({Role.RADIOLOGIST}), reader="dr-amal")
HOUR = timedelta(hours=1)


@pytest.fixture
def bench(tmp_path):
    """Two readers without hours; Dr Amal alone reads neuro, however long it waits."""
    return Bench(tmp_path, RULES + "assignment: {broaden_at: []}\n")


@pytest.fixture
def now(bench):
    return bench.room.now()


def leave(now, reader: str = "dr-amal", hours: int = 5) -> Exception_:
    return Exception_(reader, "leave", now, now + hours * HOUR, "family")


def events(bench) -> list[str]:
    with bench.room.store.reading() as c:
        return [record.event for record in audit.page(c)[0]]


def test_who_is_on_leave_is_given_nothing_until_it_ends(bench, now):
    roster.add(bench.room, COORDINATOR, leave(now))
    item = bench.take_in(("CT", 1), StudyDescription="stroke")
    assert item.state == State.UNASSIGNED
    assert "dr-amal is not on duty by the roster" in item.reason
    bench.live(6 * 3600, step=600)
    assert bench.item(item.orthanc_id).reader == "dr-amal"


def test_who_is_not_available_is_given_nothing_until_they_are(bench, now):
    assert roster.set_availability(bench.room, AMAL, "dr-amal", False)
    assert not roster.set_availability(bench.room, AMAL, "dr-amal", False)
    item = bench.take_in(("CT", 1), StudyDescription="stroke")
    assert "dr-amal is not available at present" in item.reason
    assert roster.set_availability(bench.room, AMAL, "dr-amal", True)
    bench.live(60)
    assert bench.item(item.orthanc_id).reader == "dr-amal"


def test_readers_speak_for_themselves_alone(bench, now):
    with pytest.raises(NotAllowed):
        roster.set_availability(bench.room, AMAL, "dr-salem", False)
    with pytest.raises(NotAllowed):
        roster.add(bench.room, AMAL, leave(now))
    with pytest.raises(NotAllowed):
        handing_over.hand_over(bench.room, AMAL, "dr-salem", None, "tired")


@pytest.mark.parametrize(
    ("changed", "path"),
    [({"reader": "dr-amall"}, "reader"), ({"end": None}, "end"), ({"end": "before"}, "end")],
)
def test_what_makes_no_sense_is_refused(bench, now, changed, path):
    changed = {name: now - HOUR if value == "before" else value for name, value in changed.items()}
    with pytest.raises(InvalidInput) as refused:
        roster.add(bench.room, COORDINATOR, replace(leave(now), **changed))
    assert [each.path for each in refused.value.problems] == [path]


def test_what_is_on_the_roster_already_is_refused_and_removed_once(bench, now):
    made = roster.add(bench.room, COORDINATOR, leave(now))
    with pytest.raises(InvalidInput):
        roster.add(bench.room, COORDINATOR, leave(now))
    roster.remove(bench.room, COORDINATOR, made.id)
    with pytest.raises(NotFound):
        roster.remove(bench.room, COORDINATOR, made.id)
    assert events(bench).count("roster-changed") == 2


def test_now_and_next_and_the_gaps(bench, now):
    roster.add(bench.room, COORDINATOR, leave(now))
    board = roster.board(bench.room, COORDINATOR)
    amal = next(row for row in board.rows if row.reader.id == "dr-amal")
    assert amal.now is None
    assert amal.next is not None and amal.next.start == now + 5 * HOUR
    (gap,) = board.gaps
    assert (gap.subspecialty, gap.jurisdiction, gap.start, gap.end) == ("neuro", "LY", now, now + 5 * HOUR)


def test_a_shift_is_handed_over_to_a_named_reader_as_far_as_they_may(bench):
    neuro = bench.take_in(("CT", 1), StudyDescription="stroke")
    general = bench.change(bench.take_in(("CR", 1), PatientID="2"), state=State.ASSIGNED, reader="dr-amal")
    results = handing_over.hand_over(bench.room, COORDINATOR, "dr-amal", "dr-salem", "end of the shift")
    assert {each.item: each.moved for each in results} == {neuro.id: False, general.id: True}
    assert [str(each) for each in results[0].why] == ["reads general; this study needs neuro"]
    assert bench.item(general.orthanc_id).reader == "dr-salem"
    assert bench.item(neuro.orthanc_id).reader == "dr-amal"
    assert bench.events(general).count("handed-over") == 1


def test_without_a_name_the_policy_chooses_for_each(bench):
    neuro = bench.take_in(("CT", 1), StudyDescription="stroke")
    general = bench.change(bench.take_in(("CR", 1), PatientID="2"), state=State.ASSIGNED, reader="dr-amal")
    results = {each.item: each for each in handing_over.hand_over(bench.room, AMAL, "dr-amal", None, "going home")}
    assert (results[general.id].to, results[general.id].moved) == ("dr-salem", True)
    assert (results[neuro.id].to, results[neuro.id].moved) == ("dr-amal", False)
    assert bench.item(neuro.orthanc_id).reader == "dr-amal"


def test_what_is_being_read_is_not_handed_over(bench):
    reading = bench.change(bench.take_in(("CR", 1)), state=State.READING, reader="dr-amal", claimed_by="amal")
    assert handing_over.hand_over(bench.room, COORDINATOR, "dr-amal", "dr-salem", "end") == []
    assert bench.item(reading.orthanc_id).reader == "dr-amal"


def test_a_shift_is_not_handed_over_to_oneself_nor_without_a_reason(bench):
    for to, why in (("dr-amal", "end"), ("dr-nobody", "end"), ("dr-salem", " ")):
        with pytest.raises(InvalidInput):
            handing_over.hand_over(bench.room, COORDINATOR, "dr-amal", to, why)


@pytest.mark.parametrize("form", ["csv", "ics"])
def test_a_file_comes_back_without_change(bench, now, form):
    bench.clock.pass_(7.25)
    roster.add(bench.room, COORDINATOR, leave(now))
    roster.set_availability(bench.room, AMAL, "dr-amal", False)
    text = roster_files.exported(bench.room, COORDINATOR, form)
    assert roster_files.imported(bench.room, COORDINATOR, form, text) == roster_files.Imported(0, 2, 0)
    duties = roster_files.exported(bench.room, COORDINATOR, form, duties=True)
    assert roster_files.imported(bench.room, COORDINATOR, form, duties).added == 0


def test_of_a_file_with_one_mistake_nothing_is_taken(bench):
    text = "reader,kind,start,end\ndr-amal,leave,2026-12-01,2026-12-02\ndr-amal,leave,2026-12-05,2026-12-04\n"
    with pytest.raises(InvalidInput) as refused:
        roster_files.imported(bench.room, COORDINATOR, "csv", text)
    assert [each.line for each in refused.value.problems] == [3]
    assert all(not row.exceptions for row in roster.board(bench.room, COORDINATOR).rows)
