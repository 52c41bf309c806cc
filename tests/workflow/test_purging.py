"""What is old is forgotten once a day, in small transactions, with the audit trail and the open studies as they were."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import func, select

from support import postgres
from support.bench import RULES, Bench
from support.builders import coordinator, radiologist
from teleradiology.core.worklist import State
from teleradiology.store import audit, notifications, waiting
from teleradiology.store.schema import notifications as notices
from teleradiology.store.schema import passes
from teleradiology.workflow import purging, reading
from teleradiology.workflow.skips import skipping

DAY = timedelta(days=1)
COORDINATORS = "role:coordinator"


@pytest.fixture(params=["sqlite", "postgresql"])
def bench(request, tmp_path):
    made = Bench(tmp_path, RULES, **({} if request.param == "sqlite" else {"database_url": postgres.emptied()}))
    made.live(2)
    yield made
    made.room.store.close()


def tell(bench, many=1, **columns):
    with bench.room.store.writing() as c:
        for _ in range(many):
            notifications.add(c, bench.clock.now(), recipient=COORDINATORS, kind="no-reader", **columns)


def count(bench, table) -> int:
    with bench.room.store.reading() as c:
        return c.execute(select(func.count()).select_from(table)).scalar_one()


def a_day_passes(bench, days=1):
    bench.clock.pass_(days * 86_400)
    purging.purge(bench.room)


def test_a_notice_is_forgotten_after_ninety_days_once_its_study_is_closed(bench):
    item = bench.take_in(("CT", 1))
    tell(bench, item=item.id)
    tell(bench)
    a_day_passes(bench, 89)
    assert count(bench, notices) == 2
    a_day_passes(bench, 2)
    assert count(bench, notices) == 1  # its study is still waiting to be read
    bench.change(item, state=State.COMPLETED, closed_at=bench.clock.now())
    a_day_passes(bench)
    assert count(bench, notices) == 0


def test_it_is_done_once_a_day_and_goes_on_with_the_next_beats_while_there_is_more(bench):
    purging.purge(bench.room)
    tell(bench, many=2 * purging.AT_ONCE + 3)
    a_day_passes(bench, 100)
    left = [count(bench, notices)]
    for _ in range(3):
        purging.purge(bench.room)
        left.append(count(bench, notices))
    assert left == [purging.AT_ONCE + 3, 3, 0, 0]
    tell(bench)
    bench.clock.pass_(86_000)
    purging.purge(bench.room)
    assert count(bench, notices) == 1


def test_how_often_readers_pass_cases_on_is_told_as_far_back_as_can_be_asked(bench):
    item = bench.take_in(("CT", 1))
    reading.claim(bench.room, radiologist(item.reader), item.id)
    reading.skip(bench.room, radiologist(item.reader), item.id, "called-away: theatre")
    a_day_passes(bench, 365)
    (row,) = skipping(bench.room, coordinator(), days=366).rows
    assert (row.reader, row.passed_on) == (item.reader, 1)
    a_day_passes(bench, 2)
    assert count(bench, passes) == 0


def test_the_audit_trail_stays_whole(bench):
    item = bench.take_in(("CT", 1))
    reading.claim(bench.room, radiologist(item.reader), item.id)
    reading.skip(bench.room, radiologist(item.reader), item.id, "called-away: theatre")
    tell(bench)
    events = bench.events(item)
    a_day_passes(bench, 400)
    assert (count(bench, notices), count(bench, passes)) == (0, 0)
    assert bench.events(item) == events
    with bench.room.store.reading() as c:
        assert audit.verify(c).ok


def test_who_passed_a_case_on_is_not_given_it_again_because_of_it(bench):
    item = bench.take_in(("CT", 1))
    with bench.room.store.writing() as c:
        until = bench.clock.now() + 500 * DAY
        waiting.pass_on(c, bench.clock.now(), item=item.id, reader="dr-amal", kind="skip", until=until)
    a_day_passes(bench, 400)
    with bench.room.store.reading() as c:
        assert waiting.passed_on_by(c, item.id, bench.clock.now()) == {"dr-amal": "skip"}


def test_a_slip_of_the_wall_clock_forgets_nothing(bench):
    tell(bench)
    bench.beat(1)
    bench.clock.step(200 * 86_400)
    bench.room.memory.hurry("purge")
    bench.beat(1)
    bench.clock.step(-200 * 86_400)
    assert count(bench, notices) == 1


def test_the_setting_says_how_long(tmp_path):
    bench = Bench(tmp_path, keep_notices_days=7)
    tell(bench)
    a_day_passes(bench, 8)
    assert count(bench, notices) == 0
