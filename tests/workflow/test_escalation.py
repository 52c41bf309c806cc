"""The ladder: each step once for each promise, in time, whatever happens to the process or the clock."""

from __future__ import annotations

import json
import threading
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from support.bench import RULES, Bench
from teleradiology.core.calendars import WHOLE_DAY, Calendar
from teleradiology.core.errors import NotFound
from teleradiology.core.identity import Actor, Role
from teleradiology.store import accounts, ladder_steps, notifications, outbox
from teleradiology.store.item import Item
from teleradiology.store.schema import notifications as table
from teleradiology.workflow import delivery, escalation, handing_over, notices, oversight, reading

COORDINATOR = Actor("carla", frozenset({Role.COORDINATOR}))
STAT = {"StudyDescription": "stroke"}
CLOCKS = """
turnaround:
  - {name: emergencies, priority: stat, ladder: emergency}
  - {name: the rest, ladder: calm}
ladders:
  emergency:
    steps:
      - {at: 50%, do: notify-reader}
      - {at: 75%, do: broaden}
      - {at: 100%, do: notify-coordinator, by: [page, email, webhook], to: [night@example.org]}
      - {at: +15m, do: call, to: ['Dr Head, 0912']}
  calm:
    quiet: {from: '21:00', to: '07:00', timezone: Africa/Tripoli}
    steps:
      - {at: 50%, do: raise}
      - {at: 50%, do: notify-reader}
"""


@pytest.fixture
def bench(tmp_path: Path) -> Bench:
    made = Bench(tmp_path, RULES + CLOCKS, mail_server="127.0.0.1", webhook_url="http://127.0.0.1:9/")
    with made.room.store.writing() as c:
        now = made.clock.now()
        for name, role, reader in (("amal", Role.RADIOLOGIST, "dr-amal"), ("carla", Role.COORDINATOR, None)):
            roles = frozenset({role})
            accounts.add(c, accounts.Account(name, 1, "", "", roles, reader, None, "", "", False, now, 0, None))
    made.live(2)
    return made


def steps(bench: Bench, item: Item) -> list[tuple[str, timedelta]]:
    """The steps that were taken, and how long after they were due."""
    with bench.room.store.reading() as c:
        return [(each.action, each.done_at - each.due_at) for each in ladder_steps.of_item(c, item.id)]


def actions(bench: Bench, item: Item) -> list[str]:
    return [action for action, _ in steps(bench, item)]


def told(bench: Bench, *recipients: str) -> list[str]:
    with bench.room.store.reading() as c:
        return [notice.kind for notice in reversed(notifications.of(c, recipients))]


def at_local(bench: Bench, hour: int) -> None:
    """Go to that hour in Tripoli (UTC+2), today or tomorrow."""
    now = bench.clock.now()
    wanted = now.replace(hour=(hour - 2) % 24, minute=0, second=0)
    bench.clock.pass_(((wanted - now) % timedelta(days=1)).total_seconds())


def test_the_steps_are_taken_in_their_order_within_five_seconds(bench: Bench) -> None:
    item = bench.take_in(("CT", 1), **STAT)
    bench.live(80 * 60, step=4)
    taken = steps(bench, item)
    assert [action for action, _ in taken] == ["notify-reader", "broaden", "notify-coordinator", "call"]
    assert all(timedelta(0) <= late <= timedelta(seconds=5) for _, late in taken)
    assert told(bench, "amal") == ["notify-reader"]
    assert told(bench, "role:coordinator") == ["notify-coordinator", "call"]
    assert bench.item(item.orthanc_id).broadened == 1
    assert [event for event in bench.events(item) if event in ("notified", "broadened")] == [
        *("notified", "broadened", "notified", "notified"),
    ]


def test_who_gets_a_late_study_after_the_reader_s_step_is_told_too(bench: Bench) -> None:
    with bench.room.store.writing() as c:
        roles, now = frozenset({Role.RADIOLOGIST}), bench.clock.now()
        accounts.add(c, accounts.Account("salem", 1, "", "", roles, "dr-salem", None, "", "", False, now, 0, None))
    item = bench.take_in(("CT", 1), **STAT)
    bench.live(31 * 60, step=10)
    assert told(bench, "salem") == []
    file = bench.settings.rules_file
    text = file.read_text().replace("Dr Amal,", "Dr Amal, active: false,").replace("[general], lic", "[neuro, general], lic")
    file.write_text(text)
    bench.room.rules.reload("test", bench.clock.now())
    bench.live(120, step=10)
    assert bench.item(item.orthanc_id).reader == "dr-salem"
    assert (told(bench, "amal"), told(bench, "salem")) == (["notify-reader"], ["notify-reader"])
    assert actions(bench, item) == ["notify-reader"]


def test_nobody_is_told_of_a_late_study_as_theirs_when_nobody_takes_it_over(bench: Bench) -> None:
    item = bench.take_in(("CT", 1), **STAT)
    bench.live(31 * 60, step=10)
    file = bench.settings.rules_file
    text = file.read_text().replace("Dr Amal,", "Dr Amal, active: false,").replace("Dr Salem,", "Dr Salem, active: false,")
    file.write_text(text)
    bench.room.rules.reload("test", bench.clock.now())
    bench.live(120, step=10)
    assert bench.item(item.orthanc_id).reader == ""
    assert told(bench, "amal") == ["notify-reader"]
    assert "notify-reader" not in told(bench, "carla")  # nor any other account


def test_each_step_is_taken_once_also_after_restarts(bench: Bench) -> None:
    item = bench.take_in(("CT", 1), **STAT)
    bench.clock.pass_(31 * 60)
    for _ in range(3):
        bench.restart()
        bench.beat()
    bench.clock.pass_(60 * 60)
    bench.restart()
    bench.beat()
    bench.beat(5)
    assert actions(bench, item) == ["notify-reader", "broaden", "notify-coordinator", "call"]


def test_a_restart_catches_up_with_its_first_beat(bench: Bench) -> None:
    item = bench.take_in(("CT", 1), **STAT)
    bench.clock.pass_(30 * 60 + 3)
    bench.restart()
    bench.beat()
    assert actions(bench, item) == ["notify-reader"]


def test_two_heartbeats_at_once_take_each_step_once(bench: Bench) -> None:
    taken_in = [bench.take_in(("CT", 1), PatientID=f"P-{number}", **STAT) for number in range(8)]
    bench.clock.pass_(2 * 3600)
    other = Bench.__new__(Bench)
    other.__dict__ = {**bench.__dict__}
    other.room = other._room()
    together = threading.Barrier(2)

    def beat(room: Any) -> None:
        together.wait()
        escalation.escalate(room)

    threads = [threading.Thread(target=beat, args=(each.room,)) for each in (bench, other)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for item in taken_in:
        assert actions(bench, item) == ["notify-reader", "broaden", "notify-coordinator", "call"]
        assert bench.item(item.orthanc_id).broadened == 1
    assert told(bench, "role:coordinator").count("call") == 8
    other.room.store.close()


def test_when_the_act_fails_nothing_of_the_step_is_kept_and_it_is_taken_later(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    broken = bench.take_in(("CT", 1), PatientID="P-1", **STAT)
    whole = bench.take_in(("CT", 1), PatientID="P-2", **STAT)
    add = notifications.add

    def fails(c: Any, now: datetime, **columns: Any) -> Any:
        if columns["item"] == broken.id:
            raise RuntimeError("CANARY^PATIENT")
        return add(c, now, **columns)

    bench.clock.pass_(31 * 60)
    with monkeypatch.context() as patched:
        patched.setattr(notifications, "add", fails)
        bench.beat()
    assert (actions(bench, broken), actions(bench, whole)) == ([], ["notify-reader"])
    bench.beat(1)
    assert (actions(bench, broken), actions(bench, whole)) == (["notify-reader"], ["notify-reader"])


@pytest.mark.parametrize("step", [3600, -3600, 86_400])
def test_a_clock_that_jumps_and_comes_back_makes_no_storm(bench: Bench, step: int) -> None:
    item = bench.take_in(("CT", 1), **STAT)
    bench.live(60, step=10)
    bench.clock.step(step)
    bench.live(40, step=10)
    bench.clock.step(-step)
    bench.live(20, step=10)
    assert actions(bench, item) == []
    bench.live(30 * 60, step=10)
    assert actions(bench, item) == ["notify-reader"]


@pytest.mark.parametrize("step", [3600, -3600])
def test_a_clock_that_stays_where_it_was_set_is_followed_after_a_minute(
    bench: Bench, step: int, caplog: pytest.LogCaptureFixture
) -> None:
    item = bench.take_in(("MR", 1))  # its first steps are two hours away
    bench.live(60, step=10)
    bench.clock.step(step)
    bench.live(50, step=10)
    assert actions(bench, item) == []
    assert [each.getMessage() for each in caplog.records if "the clock was set by" in each.getMessage()] == [
        f"the clock was set by {step:+d} s; due times, ladders and hand-overs follow it in 60 s if it stays so"
    ]
    assert item.due_at is not None
    bench.live((item.due_at - bench.clock.now()).total_seconds() - 7200 + 120, step=60)
    assert sorted(actions(bench, item)) == ["notify-reader", "raise"]


# The acts


def test_raising_makes_it_one_degree_more_urgent_and_leaves_the_promise(bench: Bench) -> None:
    item = bench.take_in(("MR", 1))
    bench.live(2 * 3600 + 10, step=30)
    raised = bench.item(item.orthanc_id)
    assert (item.priority, raised.priority, raised.rank) == ("urgent", "stat", 0)
    assert (raised.due_at, raised.turnaround_seconds, raised.policy) == (item.due_at, 4 * 3600, "the rest")
    (record,) = [each for each in bench.records(item) if each.event == "raised"]
    assert (record.detail["before"], record.detail["after"]) == ("urgent", "stat")


def test_a_raised_priority_is_not_lowered_by_late_images(bench: Bench) -> None:
    item = bench.take_in(("MR", 1))
    bench.live(2 * 3600 + 10, step=30)
    bench.host.add_images(item.orthanc_id, 1, "MR")
    bench.live(30)
    assert bench.item(item.orthanc_id).priority == "stat"


def test_without_a_reader_the_coordinators_are_told(bench: Bench) -> None:
    item = bench.take_in(("CT", 1), **STAT)
    bench.change(item, state="unassigned", reader="", reason="")
    bench.room.rules.current.readers.clear()  # type: ignore[attr-defined]
    bench.live(31 * 60, step=30)
    assert "notify-reader" in told(bench, "role:coordinator")


def test_mail_and_webhook_go_to_the_outbox_without_a_word_of_the_patient(bench: Bench) -> None:
    item = bench.take_in(("CT", 1), PatientName="CANARY^PATIENT", PatientID="CANARY-1", **STAT)
    bench.live(61 * 60, step=30)
    with bench.room.store.reading() as c:
        sent = outbox.of_item(c, item.id)
        rows = [dict(row._mapping) for row in c.execute(select(table))]
    assert [(each.courier, each.destination) for each in sent] == [("email", "night@example.org"), ("webhook", "")]
    assert "CANARY" not in json.dumps([dict(each.payload) for each in sent]) + str(rows)
    assert all(each.payload["item"] == item.id for each in sent)


# Broadening what somebody has and has not begun

NARROW = RULES.replace("subspecialties: [neuro, general]", "subspecialties: [neuro]")


def given(bench: Bench, *, busy: bool = True) -> Item:
    """A stroke that Dr Amal has, behind three others of hers, while Dr Salem, who reads general studies, has nothing."""
    for number in range(3 if busy else 0):
        bench.take_in(("CT", 1), PatientID=f"B-{number}", **STAT)
    return bench.take_in(("CT", 1), PatientID="last", **STAT)


@pytest.fixture
def narrow(tmp_path: Path) -> Bench:
    rules = NARROW + CLOCKS + "assignment: {broaden_at: [100%]}\n"
    made = Bench(tmp_path, rules)
    made.live(2)
    return made


def test_close_to_breach_a_study_that_was_not_begun_goes_to_who_can_begin_sooner(narrow: Bench) -> None:
    item = given(narrow)
    assert item.reader == "dr-amal"
    narrow.live(46 * 60, step=15)
    moved = narrow.item(item.orthanc_id)
    assert (moved.state, moved.reader, moved.broadened) == ("assigned", "dr-salem", 1)
    (record,) = [each for each in narrow.records(item) if each.event == "assigned" and each.detail.get("cause") == "broadened"]
    assert (record.detail["taken_from"], record.detail["reader"]) == ("dr-amal", "dr-salem")
    decision = narrow.decisions(moved)[0]
    against = {each["reader"]: [code["code"] for code in each["codes"]] for each in decision.readers["considered"]}
    assert (decision.cause, against["dr-amal"]) == ("broadened", ["no-sooner"])
    assert set(against) == set(narrow.room.rules.current.readers)


def test_it_stays_with_who_has_least_to_do(narrow: Bench) -> None:
    item = given(narrow, busy=False)
    narrow.live(46 * 60, step=30)
    assert narrow.item(item.orthanc_id).reader == "dr-amal"


def test_what_is_being_read_is_not_taken_away(narrow: Bench) -> None:
    item = given(narrow)
    narrow.change(item, state="reading", claimed_by="amal", lease_until=narrow.clock.now() + timedelta(hours=9))
    narrow.live(46 * 60, step=30)
    assert narrow.item(item.orthanc_id).reader == "dr-amal"


def test_what_a_person_gave_to_somebody_stays_theirs(narrow: Bench) -> None:
    item = given(narrow)
    reading.assign(narrow.room, COORDINATOR, item.id, "dr-amal", reason="she knows the patient", force=True)
    narrow.live(46 * 60, step=30)
    assert narrow.item(item.orthanc_id).reader == "dr-amal"


THIRD = "  dr-hana: {name: Dr Hana, subspecialties: [general], licences: [{jurisdiction: LY}]}\n"


@pytest.mark.parametrize(("to", "moves"), [("dr-amal", False), (None, True)])
def test_what_was_handed_over_to_somebody_by_name_stays_theirs(tmp_path: Path, to: str | None, moves: bool) -> None:
    rules = NARROW.replace("rules:\n", THIRD + "rules:\n", 1) + CLOCKS + "assignment: {broaden_at: [100%]}\n"
    bench = Bench(tmp_path, rules)
    bench.live(2)
    item = bench.change(given(bench), reader="dr-salem")
    for other in bench.items():
        if other.id != item.id:
            bench.change(other, ring_at=None)  # those that are before it stay where they are
    handing_over.hand_over(bench.room, COORDINATOR, "dr-salem", to, "end of the shift")
    assert bench.item(item.orthanc_id).reader == "dr-amal"
    bench.live(46 * 60, step=30)
    assert bench.item(item.orthanc_id).reader == ("dr-hana" if moves else "dr-amal")


def test_it_moves_once_for_a_promise_however_many_steps_widen(tmp_path: Path) -> None:
    twice = CLOCKS.replace("{at: 75%, do: broaden}", "{at: 75%, do: broaden}\n      - {at: 80%, do: broaden}")
    bench = Bench(tmp_path, NARROW + twice + "assignment: {broaden_at: [100%]}\n")
    bench.live(2)
    item = given(bench)
    bench.live(46 * 60, step=30)
    assert bench.item(item.orthanc_id).reader == "dr-salem"
    for number in range(5):  # now Dr Salem is the one who is busy
        bench.change(bench.take_in(("CT", 1), PatientID=f"S-{number}", **STAT), reader="dr-salem", order_key=number)
    bench.live(4 * 60, step=30)
    assert (bench.item(item.orthanc_id).broadened, bench.item(item.orthanc_id).reader) == (2, "dr-salem")


def test_a_raised_study_is_read_before_those_of_its_old_priority(bench: Bench) -> None:
    first, second = (bench.take_in(("MR", 1), PatientID=name) for name in ("P-1", "P-2"))
    bench.change(second, warn_at=None, ring_at=None)
    bench.live(2 * 3600 + 10, step=60)
    page = [each.id for each in bench.items()]
    assert page.index(first.id) < page.index(second.id)
    assert (bench.item(first.orthanc_id).priority, bench.item(second.orthanc_id).priority) == ("stat", "urgent")


# When it does not ring


def test_on_hold_for_missing_images_nothing_rings_and_afterwards_it_rings_later(bench: Bench) -> None:
    item = bench.take_in(("CT", 1), **STAT)
    bench.live(60, step=10)
    reading.hold(bench.room, COORDINATOR, item.id, None, "missing-images")
    bench.live(3 * 3600, step=60)
    assert actions(bench, item) == []
    reading.resume(bench.room, COORDINATOR, item.id)
    bench.live(28 * 60, step=30)
    assert actions(bench, item) == []
    bench.live(3 * 60, step=30)
    assert actions(bench, item) == ["notify-reader"]


def test_what_was_done_before_a_pause_is_not_done_again(bench: Bench) -> None:
    item = bench.take_in(("CT", 1), **STAT)
    bench.live(31 * 60, step=30)
    reading.hold(bench.room, COORDINATOR, item.id, None, "missing-information: which side")
    bench.live(600, step=60)
    reading.resume(bench.room, COORDINATOR, item.id)
    bench.live(60, step=10)
    assert actions(bench, item) == ["notify-reader"]


def test_another_hold_does_not_silence_the_ladder(bench: Bench) -> None:
    item = bench.take_in(("CT", 1), **STAT)
    reading.hold(bench.room, COORDINATOR, item.id, None, "priors-awaited")
    bench.live(31 * 60, step=30)
    assert actions(bench, item) == ["notify-reader"]


def test_closed_items_do_not_ring(bench: Bench) -> None:
    item = bench.take_in(("CT", 1), **STAT)
    reading.cancel(bench.room, COORDINATOR, item.id, None, "duplicate")
    bench.live(3 * 3600, step=300)
    assert actions(bench, item) == [] and bench.item(item.orthanc_id).ring_at is None


def test_people_are_not_disturbed_at_night_and_what_disturbs_nobody_is_done(bench: Bench) -> None:
    at_local(bench, 12)
    item = bench.take_in(("CR", 1))  # half of its day is over at midnight
    bench.clock.pass_(12 * 3600)
    bench.live(60, step=30)
    assert actions(bench, item) == ["raise"]


def test_the_notice_comes_when_the_quiet_hours_are_over(bench: Bench) -> None:
    at_local(bench, 12)
    item = bench.take_in(("CR", 1))
    bench.clock.pass_(19 * 3600 - 60)
    bench.live(30, step=10)
    assert actions(bench, item) == ["raise"]
    bench.live(40, step=4)
    assert actions(bench, item) == ["raise", "notify-reader"]
    assert steps(bench, item)[-1][1] <= timedelta(seconds=5)


def test_what_has_become_stat_breaks_quiet_hours_at_once(bench: Bench) -> None:
    at_local(bench, 20)
    item = bench.take_in(("MR", 1))  # half of its four hours is over at ten, and raised it is stat
    bench.live(2 * 3600 + 60, step=30)
    assert sorted(actions(bench, item)) == ["notify-reader", "raise"]


def test_stat_breaks_quiet_hours(tmp_path: Path) -> None:
    always_quiet = "emergency:\n    quiet: {from: '00:00', to: '23:59', timezone: UTC}\n    steps"
    text = RULES + CLOCKS.replace("emergency:\n    steps", always_quiet)
    bench = Bench(tmp_path, text)
    item = bench.take_in(("CT", 1), **STAT)
    bench.live(31 * 60, step=30)
    assert actions(bench, item) == ["notify-reader"]


# A changed promise, a changed file


def test_a_new_promise_has_a_ladder_of_its_own(bench: Bench) -> None:
    item = bench.take_in(("CT", 1), **STAT)
    bench.live(31 * 60, step=30)
    reading.prioritize(bench.room, COORDINATOR, item.id, "urgent", reason="not a stroke")
    bench.live(2 * 3600, step=60)
    first, *rest = actions(bench, item)
    assert (first, sorted(rest)) == ("notify-reader", ["notify-reader", "raise"])


def test_a_changed_ladder_holds_for_what_is_open(bench: Bench) -> None:
    item = bench.take_in(("CT", 1), **STAT)
    text = (RULES + CLOCKS).replace("at: 50%, do: notify-reader", "at: 10%, do: notify-coordinator", 1)
    bench.settings.rules_file.write_text(text)
    bench.live(7 * 60, step=5)
    assert actions(bench, item) == ["notify-coordinator"]


def test_a_renamed_policy_does_not_silence_what_is_open(bench: Bench) -> None:
    item = bench.take_in(("CT", 1), **STAT)
    bench.live(31 * 60, step=30)
    bench.settings.rules_file.write_text((RULES + CLOCKS).replace("name: emergencies", "name: stat studies"))
    bench.live(30 * 60, step=30)
    assert actions(bench, item) == ["notify-reader", "broaden", "notify-coordinator"]
    assert bench.item(item.orthanc_id).due_at == item.due_at


def test_a_policy_whose_clock_now_starts_with_something_else_repeats_no_step(bench: Bench) -> None:
    item = bench.take_in(("CT", 1), **STAT)
    bench.live(31 * 60, step=30)
    bench.settings.rules_file.write_text((RULES + CLOCKS).replace("name: emergencies", "name: emergencies, starts: admitted"))
    bench.live(10 * 60, step=30)
    assert actions(bench, item) == ["notify-reader"]


def test_late_images_repeat_no_step(bench: Bench) -> None:
    """The same promise, though the study was ready anew and its clock starts with that."""
    bench.settings.rules_file.write_text((RULES + CLOCKS).replace("name: emergencies", "name: emergencies, starts: admitted"))
    bench.live(2)
    item = bench.take_in(("CT", 1), **STAT)
    bench.live(31 * 60, step=30)
    bench.host.add_images(item.orthanc_id, 2, "CT")
    bench.live(35 * 60, step=10)
    assert actions(bench, item).count("notify-reader") == 1


def test_endless_quiet_hours_do_not_stop_the_heartbeat(bench: Bench) -> None:
    """The check of the file refuses them; were it to miss some, the ladder goes on."""
    item = bench.take_in(("MR", 1))
    ladder = bench.room.rules.current.ladders["calm"]
    silent = Calendar("UTC", dict.fromkeys(range(7), (WHOLE_DAY,)))
    bench.room.rules.current.ladders["calm"] = replace(ladder, quiet=silent)  # type: ignore[index]
    bench.live(2 * 3600 + 60, step=30)
    assert "notify-reader" in actions(bench, item)


def test_a_file_without_ladders_takes_no_steps(tmp_path: Path) -> None:
    bench = Bench(tmp_path)
    item = bench.take_in(("CT", 1), **STAT)
    bench.live(2 * 3600, step=120)
    assert actions(bench, item) == [] and "overdue" in bench.item(item.orthanc_id).flags


# The heartbeat


def test_the_heartbeat_comes_back_for_the_next_step(tmp_path: Path) -> None:
    bench = Bench(tmp_path, RULES + CLOCKS, heartbeat_seconds=600.0)
    item = bench.take_in(("CT", 1), **STAT)
    bench.beat()
    bench.clock.pass_(29 * 60 + 30)
    again = oversight.beat(bench.room)
    assert again == bench.item(item.orthanc_id).ring_at


def test_a_slow_receiver_delays_no_step(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    """Delivery has threads of its own: the heartbeat does not come to them at all."""
    item = bench.take_in(("CT", 1), **STAT)
    with bench.room.store.writing() as c:
        outbox.put(c, bench.clock.now(), key="slow", courier="webhook", item=item.id)
    entered, go_on = threading.Event(), threading.Event()

    class Slow:
        name = "webhook"

        def form(self, destination: str) -> str:
            return ""

        def deliver(self, parcel: object) -> str:
            entered.set()
            assert go_on.wait(30)
            return "done"

    monkeypatch.setattr(delivery, "COURIERS", {"webhook": lambda room: Slow()})
    courier = threading.Thread(target=delivery.deliver, args=(bench.room, "webhook"))
    courier.start()
    assert entered.wait(10)
    bench.clock.pass_(61 * 60)
    bench.beat()
    assert "overdue" in bench.item(item.orthanc_id).flags
    assert actions(bench, item) == ["notify-reader", "broaden", "notify-coordinator"]
    go_on.set()
    courier.join(10)


# Notices


def test_a_call_stays_until_a_coordinator_has_made_it(bench: Bench) -> None:
    item = bench.take_in(("CT", 1), **STAT)
    bench.live(76 * 60, step=30)
    inbox = notices.inbox(bench.room, COORDINATOR, unread=True)
    call = next(notice for notice in inbox.notices if notice.kind == "call")
    assert call.params["to"] == ["Dr Head, 0912"]
    notices.read(bench.room, COORDINATOR, call.id)
    notices.read(bench.room, COORDINATOR, call.id)
    assert notices.inbox(bench.room, COORDINATOR).unread == inbox.unread - 1
    assert bench.events(item).count("notice-read") == 1


def test_the_notices_of_others_are_not_there(bench: Bench) -> None:
    bench.take_in(("CT", 1), **STAT)
    bench.live(31 * 60, step=30)
    with bench.room.store.reading() as c:
        (notice,) = notifications.of(c, ["amal"])
    assert notices.inbox(bench.room, COORDINATOR).notices == ()
    with pytest.raises(NotFound):
        notices.read(bench.room, COORDINATOR, notice.id)
