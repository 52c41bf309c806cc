"""What the acts do besides the state: leases, clocks, reasons, rights, facilities, and what a refusal says."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from support.builders import administrator, an_item, clinic_user, coordinator, person, radiologist
from support.rooms import TriedRoom, room
from teleradiology.core.errors import InvalidInput, InvalidTransition, NotAllowed, NotFound, StaleVersion
from teleradiology.core.identity import Actor, Role
from teleradiology.store import audit, decisions, items
from teleradiology.workflow import reading

DR_SALEM, DR_BORG = radiologist("dr-salem"), radiologist("dr-borg")


@pytest.fixture
def there(tmp_path: Path) -> Iterator[TriedRoom]:
    made = room(tmp_path)
    yield made
    made.store.close()


def events(there: TriedRoom, item_id: str) -> list[str]:
    with there.store.reading() as c:
        return [record.event for record in audit.of_item(c, item_id)]


# Claims


def test_a_claim_is_a_lease_for_the_reader(there: TriedRoom) -> None:
    item = reading.claim(there, DR_SALEM, an_item(there).id)
    assert (item.reader, item.claimed_by, item.claimed_at) == ("dr-salem", "dr-salem", there.now())
    assert item.lease_until == there.now() + timedelta(seconds=120)


def test_the_second_radiologist_to_claim_is_refused_and_told_who_was_first(there: TriedRoom) -> None:
    item = an_item(there)
    reading.claim(there, DR_SALEM, item.id)
    there.clock.pass_(60)
    with pytest.raises(InvalidTransition) as refusal:
        reading.claim(there, DR_BORG, item.id)
    assert refusal.value.detail == "cannot claim while reading by Dr Salem Ahmed since 12:00 EET; allowed: prioritize, view"
    assert refusal.value.allowed == ("prioritize", "view")


def test_a_refusal_names_the_day_when_it_was_not_today(there: TriedRoom) -> None:
    item = an_item(there, "reading", facility="unknown")
    there.clock.pass_(86400)
    with pytest.raises(InvalidTransition, match="since 2026-03-02 10:00 UTC"):
        reading.claim(there, DR_BORG, item.id)


def test_who_holds_an_item_does_not_claim_it_again_from_a_second_window(there: TriedRoom) -> None:
    first = reading.claim(there, DR_SALEM, an_item(there).id)
    with pytest.raises(InvalidTransition, match="cannot claim while reading by Dr Salem Ahmed since"):
        reading.claim(there, DR_SALEM, first.id)
    assert events(there, first.id)[:1] == ["claimed"]


def test_a_study_assigned_to_a_colleague_may_be_picked_and_that_is_on_the_trail(there: TriedRoom) -> None:
    item = reading.claim(there, DR_BORG, an_item(there, "assigned").id)
    with there.store.reading() as c:
        (record,) = audit.of_item(c, item.id)
    assert (item.reader, record.detail["taken_from"]) == ("dr-borg", "dr-salem")


@pytest.mark.parametrize(
    ("actor", "says"),
    [
        (person(Role.RADIOLOGIST), "no reader of the rules file"),
        (radiologist("dr-gone"), "'dr-gone', which is not in the rules in force"),
        (coordinator(), "radiologist"),
        (administrator(), "radiologist"),
        (clinic_user(), "radiologist"),
    ],
)
def test_only_a_reader_of_the_rules_claims(there: TriedRoom, actor: Actor, says: str) -> None:
    item = an_item(there)
    with pytest.raises(NotAllowed, match=says):
        reading.claim(there, actor, item.id)


def test_a_heartbeat_keeps_the_claim_and_the_version(there: TriedRoom) -> None:
    item = reading.claim(there, DR_SALEM, an_item(there).id)
    for _ in range(5):
        there.clock.pass_(100)
        assert reading.heartbeat(there, DR_SALEM, item.id).version == item.version
        assert reading.release_lapsed(there) == []


def test_a_silent_readers_item_is_released_for_the_others(there: TriedRoom) -> None:
    item = reading.claim(there, DR_SALEM, an_item(there).id)
    there.clock.pass_(119)
    assert reading.release_lapsed(there) == []
    there.clock.pass_(1)
    (released,) = reading.release_lapsed(there)
    assert (released.state, released.reader, released.claimed_by, released.lease_until) == ("unassigned", "", "", None)
    assert events(there, item.id) == ["claimed", "lease-lapsed"]
    with pytest.raises(InvalidTransition, match=r"your claim has lapsed.*unassigned; allowed: claim"):
        reading.heartbeat(there, DR_SALEM, item.id)


def test_a_lapse_and_a_heartbeat_at_once_leave_the_item_with_its_reader(there: TriedRoom) -> None:
    item = reading.claim(there, DR_SALEM, an_item(there).id)
    there.clock.pass_(500)
    reading.heartbeat(there, DR_SALEM, item.id)
    assert reading.release_lapsed(there) == []


@pytest.mark.parametrize("name", ["release", "hold"])
def test_a_colleagues_work_is_not_taken_away(there: TriedRoom, name: str) -> None:
    for state in ("reading", "assigned"):
        item = an_item(there, state)
        with pytest.raises(NotAllowed, match="Dr Salem Ahmed"):
            getattr(reading, name)(there, DR_BORG, item.id, None, "image-quality")
        assert getattr(reading, name)(there, DR_SALEM, item.id, None, "image-quality").version == 2


def test_a_stale_version_is_refused(there: TriedRoom) -> None:
    item = an_item(there)
    reading.prioritize(there, coordinator(), item.id, "stat", item.version)
    with pytest.raises(StaleVersion):
        reading.prioritize(there, coordinator(), item.id, "urgent", item.version)
    assert reading.prioritize(there, coordinator(), item.id, "urgent").priority == "urgent"


# The next case


def test_the_next_case_is_the_first_in_reading_order_that_one_may_read(there: TriedRoom) -> None:
    an_item(there, "assigned", priority="stat", reader="dr-salem")  # a colleague's
    an_item(there, priority="stat", subspecialty="neuro")  # not her subspecialty
    an_item(there, priority="stat", facility="nowhere")  # no licence can be checked
    an_item(there, "held", priority="stat")
    mine = an_item(there, "assigned", priority="routine", reader="dr-borg", subspecialty="neuro")
    free = an_item(there, priority="urgent")
    assert [reading.next_case(there, DR_BORG).id for _ in range(2)] == [free.id, mine.id]  # type: ignore[union-attr]
    assert reading.next_case(there, DR_BORG) is None


def test_who_asks_for_the_next_case_is_on_duty_by_asking(there: TriedRoom) -> None:
    item = an_item(there)  # at noon; Dr Night's shift begins at eight in the evening
    found = reading.next_case(there, radiologist("dr-night"))
    assert found is not None and found.id == item.id


def test_the_next_case_is_found_beyond_a_page_of_others(there: TriedRoom) -> None:
    for _ in range(60):
        an_item(there, priority="stat", subspecialty="neuro")
    mine = an_item(there)
    found = reading.next_case(there, DR_BORG)
    assert found is not None and found.id == mine.id


# Running the list


def test_what_speaks_against_a_reader_is_a_refusal(there: TriedRoom) -> None:
    item = an_item(there, subspecialty="neuro")
    with pytest.raises(InvalidInput) as refusal:
        reading.assign(there, coordinator(), item.id, "dr-borg")
    assert [problem.path for problem in refusal.value.problems] == ["reader"]
    assert "this study needs neuro" in refusal.value.detail
    with pytest.raises(InvalidInput, match="off duty"):
        reading.assign(there, coordinator(), an_item(there).id, "dr-night")


def test_insisting_needs_a_reason_and_is_on_the_trail(there: TriedRoom) -> None:
    item = an_item(there, subspecialty="neuro")
    with pytest.raises(InvalidInput) as refusal:
        reading.assign(there, coordinator(), item.id, "dr-borg", force=True)
    assert refusal.value.problems[0].path == "reason"
    done = reading.assign(there, coordinator(), item.id, "dr-borg", None, "she has asked for it", force=True)
    with there.store.reading() as c:
        (record,) = audit.of_item(c, item.id)
    assert done.reader == "dr-borg"
    assert record.detail["reason"] == "she has asked for it"
    assert record.detail["against"] == ["reads general; this study needs neuro"]


def test_an_unknown_reader_or_priority_comes_with_a_suggestion(there: TriedRoom) -> None:
    item = an_item(there)
    with pytest.raises(InvalidInput) as refusal:
        reading.assign(there, coordinator(), item.id, "dr-bork")
    assert refusal.value.problems[0].suggestion == "dr-borg"
    with pytest.raises(InvalidInput) as refusal:
        reading.prioritize(there, coordinator(), item.id, "Urgnt")
    assert refusal.value.problems[0].suggestion == "urgent"


def test_a_coordinator_takes_over_from_who_is_reading(there: TriedRoom) -> None:
    item = reading.claim(there, DR_SALEM, an_item(there).id)
    done = reading.assign(there, coordinator(), item.id, "dr-borg", item.version, "Dr Salem has gone home")
    assert (done.state, done.reader, done.claimed_by, done.lease_until) == ("assigned", "dr-borg", "", None)
    with pytest.raises(InvalidTransition, match="assigned to Dr Maria Borg since 12:00 EET"):
        reading.heartbeat(there, DR_SALEM, item.id)


def test_assigning_settles_what_needed_attention(there: TriedRoom) -> None:
    item = an_item(there, rank=-1, attention="no facility claims the sender", facility="nowhere")
    done = reading.assign(there, coordinator(), item.id, "dr-borg", None, "it is Zliten's", force=True)
    assert (done.attention, done.rank) == ("", 2)


def test_a_priority_has_its_own_clock_counted_from_the_first_image(there: TriedRoom) -> None:
    item = an_item(there)
    there.clock.pass_(1800)
    done = reading.prioritize(there, clinic_user(), item.id, "stat")
    assert (done.priority, done.rank, done.turnaround_seconds) == ("stat", 0, 3600)
    assert done.due_at == item.received_at + timedelta(hours=1)
    assert done.warn_at == item.received_at + timedelta(minutes=30)
    assert done.order_key < item.order_key


def test_a_study_that_is_still_arriving_keeps_its_place_but_not_its_priority(there: TriedRoom) -> None:
    item = an_item(there, "arriving", rank=3)
    done = reading.prioritize(there, coordinator(), item.id, "stat")
    assert (done.state, done.priority, done.rank) == ("arriving", "stat", 3)


def test_on_hold_the_clock_stands_still(there: TriedRoom) -> None:
    item = an_item(there, "assigned", flags=("overdue",), due_at=there.now() - timedelta(minutes=1))
    held = reading.hold(there, DR_SALEM, item.id, None, "images-incomplete: two series")
    there.clock.pass_(7200)
    resumed = reading.resume(there, coordinator(), held.id)
    assert held.hold_reason == "images-incomplete: two series"
    assert item.due_at is not None and resumed.due_at == item.due_at + timedelta(hours=2)
    assert resumed.warn_at is not None and item.warn_at is not None
    assert resumed.warn_at - item.warn_at == timedelta(hours=2)
    assert resumed.order_key == item.order_key + 7200 * 1_000_000
    assert (resumed.paused_seconds, resumed.held_at, resumed.hold_reason) == (7200, None, "")


def test_a_hold_for_a_reason_that_was_not_agreed_does_not_stop_the_clock(there: TriedRoom) -> None:
    item = an_item(there, "assigned")
    held = reading.hold(there, DR_SALEM, item.id, None, "priors-awaited")
    there.clock.pass_(7200)
    resumed = reading.resume(there, coordinator(), held.id)
    assert (held.held_at, held.paused_at) == (held.changed_at, None)
    assert (resumed.due_at, resumed.pauses, resumed.paused_seconds) == (item.due_at, (), 0)


def test_a_held_item_returns_to_the_reader_it_was_held_from(there: TriedRoom) -> None:
    item = reading.claim(there, DR_SALEM, an_item(there).id)
    reading.hold(there, DR_SALEM, item.id, None, "priors-awaited")
    there.clock.pass_(60)
    back = reading.resume(there, DR_BORG, item.id)
    assert (back.state, back.reader) == ("assigned", "dr-salem")
    assert events(there, item.id) == ["claimed", "held", "resumed", "assigned"]


@pytest.mark.parametrize(
    ("reason", "kept", "code"),
    [
        ("image-quality", "image-quality", "110531"),
        ("Images incomplete: leg missing", "images-incomplete: leg missing", "110523"),
        ("waiting for a call back", "waiting for a call back", "110513"),
        ("other", "other", "110513"),
        ("note: with a colon", "note: with a colon", "110513"),
        ("x" * 500, "x" * 220, "110513"),
    ],
)
def test_a_reason_is_a_word_of_the_list_or_ones_own(there: TriedRoom, reason: str, kept: str, code: str) -> None:
    item = reading.hold(there, coordinator(), an_item(there).id, None, reason)
    with there.store.reading() as c:
        (record,) = audit.of_item(c, item.id)
    assert (item.hold_reason, record.detail["code"]) == (kept, code)


@pytest.mark.parametrize(("name", "state"), [("hold", "unassigned"), ("cancel", "unassigned"), ("reopen", "completed")])
@pytest.mark.parametrize("reason", ["", "  \n", None])
def test_without_a_reason_nothing_is_stopped_or_begun_again(there: TriedRoom, name: str, state: str, reason: str | None) -> None:
    item = an_item(there, state)
    with pytest.raises(InvalidInput) as refusal:
        getattr(reading, name)(there, coordinator(), item.id, None, reason)
    assert refusal.value.problems[0].path == "reason"


def test_a_cancelled_item_says_why_and_is_nobodys(there: TriedRoom) -> None:
    item = reading.claim(there, DR_SALEM, an_item(there).id)
    done = reading.cancel(there, coordinator(), item.id, None, "order-cancelled: the patient has left")
    assert (done.reason, done.claimed_by, done.closed_at) == ("order-cancelled: the patient has left", "", there.now())


def test_a_cancelled_items_clock_has_run_on_when_it_is_reopened(there: TriedRoom) -> None:
    item = an_item(there)
    reading.cancel(there, coordinator(), item.id, None, "duplicate")
    there.clock.pass_(3600)
    again = reading.reopen(there, coordinator(), item.id, None, "it was none")
    assert (again.due_at, again.reason, again.flags) == (item.due_at, "", ())


def test_a_reported_study_that_is_reopened_is_a_task_with_a_clock_of_its_own(there: TriedRoom) -> None:
    item = an_item(there, "completed", final_at=there.now())
    there.clock.pass_(5 * 86400)
    again = reading.reopen(there, DR_SALEM, item.id, None, "the surgeon asks about the left side")
    assert again.due_at == there.now() + timedelta(hours=24)
    assert again.flags == ("addendum-task",)
    assert again.final_at == item.final_at


# Who sees what


def test_another_facilitys_study_is_as_unknown_as_none(there: TriedRoom) -> None:
    foreign, stranger = an_item(there, facility="gozo-hospital"), clinic_user("zliten-clinic")
    refusals = []
    for item_id in (foreign.id, "0" * 26):
        with pytest.raises(NotFound) as refusal:
            reading.view(there, stranger, item_id)
        refusals.append(str(refusal.value))
        with pytest.raises(NotFound):
            reading.prioritize(there, stranger, item_id, "stat")
    assert refusals[0] == refusals[1]
    assert events(there, foreign.id) == ["access-denied"]
    assert reading.view(there, clinic_user("gozo-hospital"), foreign.id) == foreign


def test_a_facility_user_without_facility_sees_nothing(there: TriedRoom) -> None:
    unclaimed = an_item(there, facility="")
    with pytest.raises(NotFound):
        reading.view(there, person(Role.FACILITY), unclaimed.id)


def test_a_visit_is_on_the_trail_once(there: TriedRoom) -> None:
    item = an_item(there)
    for _ in range(10):
        reading.view(there, DR_SALEM, item.id)
        there.clock.pass_(60)
    reading.view(there, DR_BORG, item.id)
    there.clock.pass_(1800)
    reading.view(there, DR_SALEM, item.id)
    assert events(there, item.id) == ["viewed"] * 3


@pytest.mark.parametrize("name", ["explanation", "timeline"])
def test_explanation_and_timeline_are_for_the_house(there: TriedRoom, name: str) -> None:
    item = an_item(there)
    assert getattr(reading, name)(there, DR_SALEM, item.id) is not None
    with pytest.raises(NotAllowed):
        getattr(reading, name)(there, clinic_user(), item.id)
    assert "access-denied" in events(there, item.id)


def test_the_explanation_is_the_decision_in_force_with_names(there: TriedRoom) -> None:
    item = an_item(there)
    assert reading.explanation(there, DR_SALEM, item.id)["cause"] == "not decided yet"
    considered = [{"reader": "dr-borg", "eligible": False, "reasons": ["is not active"], "load": 0}]
    with there.store.writing() as c:
        made = decisions.add(
            c,
            there.now(),
            item=item.id,
            cause="study complete",
            rules_digest="a" * 64,
            attributes={"priority": {"value": "stat", "rule": "stroke code", "line": 3}},
            passed_over=[{"rule": "x", "line": 1, "condition": "modality", "expected": "CT", "found": "MR"}],
            readers={"chosen": None, "policy": "nobody is eligible", "considered": considered},
        )
        items.change(c, item, there.now(), decision=made.id)
    told = reading.explanation(there, DR_SALEM, item.id)
    assert told["attributes"]["priority"]["rule"] == "stroke code"
    assert told["readers"]["considered"] == [{**considered[0], "name": "Dr Maria Borg"}]
    assert told["at"] == "2026-03-02T10:00:00.000Z"


def test_the_timeline_is_the_trail_of_the_item_in_order(there: TriedRoom) -> None:
    item = reading.claim(there, DR_SALEM, an_item(there).id)
    reading.release(there, DR_SALEM, item.id)
    told = reading.timeline(there, coordinator(), item.id)
    assert [(each["event"], each["actor"], each["origin"]) for each in told] == [
        ("claimed", "dr-salem", "192.0.2.1"),
        ("released", "dr-salem", "192.0.2.1"),
    ]
    assert told[0]["at"] == "2026-03-02T10:00:00.000Z"
