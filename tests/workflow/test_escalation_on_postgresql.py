"""The ladder, notices and acknowledgements on PostgreSQL: two processes at once, and texts held to their length."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from support import postgres
from support.bench import RULES, Bench
from teleradiology.core.identity import Actor, Role
from teleradiology.store import ladder_steps, notifications, outbox
from teleradiology.store.item import Item
from teleradiology.workflow import escalation, notices, oversight, reading

COORDINATOR = Actor("carla", frozenset({Role.COORDINATOR}))
CLINIC = Actor("clinic", frozenset({Role.FACILITY}), facility="zliten")
STAT = {"StudyDescription": "stroke"}
CLOCKS = """
turnaround: [{name: all, ladder: all}]
ladders:
  all:
    steps:
      - {at: 50%, do: notify-reader}
      - {at: 75%, do: broaden}
      - {at: 80%, do: raise}
      - {at: 100%, do: notify-coordinator, by: [page, email], to: [night@example.org]}
      - {at: +15m, do: call, to: [Dr Head]}
"""
STEPS = ["notify-reader", "broaden", "raise", "notify-coordinator", "call"]


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[Bench]:
    made = Bench(tmp_path, RULES + CLOCKS, database_url=postgres.emptied(), mail_server="127.0.0.1")
    made.live(2)
    yield made
    made.room.store.close()


def actions(bench: Bench, item: Item) -> list[str]:
    with bench.room.store.reading() as c:
        return [each.action for each in ladder_steps.of_item(c, item.id)]


def test_every_step_is_taken_once_in_time_and_after_restarts(bench: Bench) -> None:
    item = bench.take_in(("CT", 1), **STAT)
    for _ in range(4):
        bench.live(20 * 60, step=60)
        bench.restart()
        bench.beat()
    assert actions(bench, item) == STEPS
    with bench.room.store.reading() as c:
        told = [each.kind for each in notifications.of(c, ["role:coordinator"])]
        assert told == ["call", "notify-coordinator", "notify-reader"]  # the reader has no account
        assert [each.destination for each in outbox.of_item(c, item.id)] == ["night@example.org"]


def test_two_processes_take_each_step_once(bench: Bench) -> None:
    taken_in = [bench.take_in(("CT", 1), PatientID=f"P-{number}", **STAT) for number in range(6)]
    bench.clock.pass_(2 * 3600)
    other, together, failures = bench._room(), threading.Barrier(2), []

    def climb(room: object) -> None:
        together.wait()
        try:
            escalation.escalate(room)  # type: ignore[arg-type]
        except Exception as failure:  # noqa: BLE001 - shown by the test
            failures.append(failure)

    threads = [threading.Thread(target=climb, args=(room,)) for room in (bench.room, other)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    oversight.beat(bench.room)  # what lost the race is done by the next beat
    other.store.close()
    assert failures == []
    for item in taken_in:
        assert actions(bench, item) == STEPS
    with bench.room.store.reading() as c:
        told = [each.kind for each in notifications.of(c, ["role:coordinator"])]
    assert (told.count("call"), told.count("notify-coordinator")) == (6, 6)


def test_who_reads_a_notice_of_a_role_has_read_it_for_all(bench: Bench) -> None:
    bench.take_in(("CT", 1), **STAT)
    bench.live(61 * 60, step=60)
    notice, *others = notices.inbox(bench.room, COORDINATOR, unread=True).notices
    notices.read(bench.room, COORDINATOR, notice.id)
    notices.read(bench.room, Actor("omar", frozenset({Role.COORDINATOR})), notice.id)
    assert notices.inbox(bench.room, COORDINATOR).unread == len(others) > 0


def test_a_facility_is_told_what_its_study_waits_for(bench: Bench) -> None:
    item = bench.take_in(("CT", 1), **STAT)
    reading.hold(bench.room, COORDINATOR, item.id, None, "missing-images: " + "x" * 400)
    assert [each.kind for each in notices.inbox(bench.room, CLINIC).notices] == ["site-held"]
