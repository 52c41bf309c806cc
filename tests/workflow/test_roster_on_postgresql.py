"""The roster, reassigning and passing on with PostgreSQL below: time zones, empty ends and counts as on SQLite."""

from __future__ import annotations

from datetime import timedelta

import pytest

from support import postgres
from support.bench import RULES, Bench
from support.builders import coordinator, radiologist
from teleradiology.core.errors import InvalidInput
from teleradiology.core.roster import Exception_
from teleradiology.workflow import handing_over, reading, roster, roster_files
from teleradiology.workflow.skips import skipping

HOUR = timedelta(hours=1)


@pytest.fixture
def bench(tmp_path):
    made = Bench(tmp_path, RULES, database_url=postgres.emptied())
    made.live(2)
    yield made
    made.room.store.close()


def test_leave_moves_a_study_and_its_end_brings_the_reader_back(bench):
    item = bench.take_in(("CT", 1))
    assert item.reader == "dr-amal"
    now = bench.room.now()
    made = roster.add(bench.room, coordinator(), Exception_("dr-amal", "leave", now, now + HOUR, "عائلة"))
    bench.live(120, step=60)
    assert bench.item(item.orthanc_id).reader == "dr-salem"
    assert [cause.cause.split()[1] for cause in bench.decisions(item) if cause.cause.startswith("reassigned")] == ["on-leave"]
    bench.clock.pass_(3600)
    board = roster.board(bench.room, coordinator())
    assert all(row.now for row in board.rows)
    bench.clock.pass_(-1800)
    roster.remove(bench.room, coordinator(), made.id)
    assert all(row.now for row in roster.board(bench.room, coordinator()).rows)


def test_availability_without_an_end(bench):
    assert roster.set_availability(bench.room, coordinator(), "dr-amal", False)
    assert not roster.set_availability(bench.room, coordinator(), "dr-amal", False)
    assert bench.take_in(("CT", 1)).reader == "dr-salem"
    assert roster.set_availability(bench.room, coordinator(), "dr-amal", True)


@pytest.mark.parametrize("form", ["csv", "ics"])
def test_files_go_in_whole_come_back_the_same_or_change_nothing(bench, form):
    table = "reader,kind,start,end,note\ndr-amal,on-call,2026-12-01 20:00,2026-12-02 06:00,ليلة\n"
    table += "dr-salem,leave,2026-12-01,2026-12-05,\n"
    assert roster_files.imported(bench.room, coordinator(), "csv", table).added == 2
    text = roster_files.exported(bench.room, coordinator(), form)
    assert roster_files.imported(bench.room, coordinator(), form, text).unchanged == 2
    with pytest.raises(InvalidInput):
        roster_files.imported(bench.room, coordinator(), "csv", table + "dr-amal,leave,2027-01-01,2026-01-01,\n")
    assert roster_files.exported(bench.room, coordinator(), "csv").count("\n") == 3


def test_handing_over_and_passing_on(bench):
    first = bench.take_in(("CT", 1))
    (passed,) = handing_over.hand_over(bench.room, coordinator(), first.reader, None, "end of the shift")
    assert (passed.moved, passed.to) == (True, "dr-salem")
    reading.claim(bench.room, radiologist("dr-salem"), first.id)
    reading.skip(bench.room, radiologist("dr-salem"), first.id, "called-away: theatre")
    (row,) = skipping(bench.room, coordinator()).rows
    assert (row.reader, row.passed_on, row.reasons) == ("dr-salem", 1, (("called-away", 1),))
