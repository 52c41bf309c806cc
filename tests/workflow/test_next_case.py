"""The next case: what is best begun now of what one may read, why, picking freely, and passing on."""

from __future__ import annotations

import time
from datetime import timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa

from support.builders import an_item, radiologist
from support.rooms import RULES, TriedRoom, room
from teleradiology.core.errors import InvalidInput, NotAllowed
from teleradiology.store import audit
from teleradiology.store.ids import new_id
from teleradiology.store.schema import items as table
from teleradiology.workflow import reading

DR_SALEM, DR_BORG = radiologist("dr-salem"), radiologist("dr-borg")
PULL = RULES + "assignment: {mode: pull}\n"


@pytest.fixture
def there(tmp_path: Path) -> TriedRoom:
    return room(tmp_path)


def test_a_promise_that_can_still_be_kept_goes_before_work_that_can_wait(there: TriedRoom) -> None:
    an_item(there, priority="routine", received_at=there.now() - timedelta(hours=2))
    urgent = an_item(there, priority="urgent", received_at=there.now() - timedelta(hours=3))
    found = reading.offer(there, DR_BORG)
    assert found is not None and found[0].id == urgent.id
    assert found[1] == {
        "order": "promise-keeping", "of": 2, "assigned": "nobody", "field": "own", "minutes_left": 60,
    }  # fmt: skip


def test_why_it_was_offered_is_on_the_audit_trail(there: TriedRoom) -> None:
    item = an_item(there)
    reading.next_case(there, DR_BORG)
    with there.store.reading() as c:
        record = audit.of_item(c, item.id)[-1]
    assert record.event == "claimed" and record.detail["why"]["of"] == 1


def test_a_facility_may_want_its_contracts_strict_order(tmp_path: Path) -> None:
    there = room(tmp_path, rules=RULES + "assignment: {order: fifo}\n")
    old = an_item(there, priority="routine", received_at=there.now() - timedelta(hours=2))
    an_item(there, priority="stat")
    assert reading.next_case(there, DR_BORG).id == old.id  # type: ignore[union-attr]


def test_facilities_with_different_orders_meet_in_the_default_one(tmp_path: Path) -> None:
    there = room(tmp_path, rules=RULES + "assignment: {facilities: {gozo-hospital: {order: strict-priority}}}\n")
    an_item(there, facility="gozo-hospital", priority="routine", received_at=there.now() - timedelta(hours=9))
    stat = an_item(there, facility="gozo-hospital", priority="stat")
    an_item(there, priority="routine")
    assert reading.next_case(there, DR_BORG).id == stat.id  # type: ignore[union-attr]


def test_conflicts_and_licences_count_also_for_who_asks(tmp_path: Path) -> None:
    rules = RULES.replace("name: Dr Maria Borg", "name: Dr Maria Borg\n    conflicts: {patients: [P-9]}")
    rules = rules.replace("[{jurisdiction: MT}, {jurisdiction: LY}]", "[{jurisdiction: LY, until: 2026-03-02}]")
    there = room(tmp_path, rules=rules)
    an_item(there, patient_id="P-9", priority="stat")
    mine = an_item(there, patient_id="P-8")
    assert reading.next_case(there, DR_BORG).id == mine.id  # type: ignore[union-attr]
    an_item(there)
    there.clock.pass_(14 * 3600)  # the licence ended at midnight
    assert reading.next_case(there, DR_BORG) is None


def test_what_one_passes_on_is_not_offered_again_for_half_an_hour(there: TriedRoom) -> None:
    item = an_item(there)
    reading.next_case(there, DR_BORG)
    back = reading.skip(there, DR_BORG, item.id, "my former patient")
    assert (back.state, back.reader) == ("unassigned", "")
    assert reading.next_case(there, DR_BORG) is None
    there.clock.pass_(29 * 60)
    assert reading.next_case(there, DR_BORG) is None
    there.clock.pass_(60)
    assert reading.next_case(there, DR_BORG).id == item.id  # type: ignore[union-attr]
    with there.store.reading() as c:
        events = [record.event for record in audit.of_item(c, item.id)]
    assert events == ["claimed", "passed-on", "claimed"]


def test_a_colleague_is_offered_it_at_once(there: TriedRoom) -> None:
    item = an_item(there)
    reading.next_case(there, DR_BORG)
    reading.skip(there, DR_BORG, item.id, "a second look would help")
    assert reading.next_case(there, DR_SALEM).id == item.id  # type: ignore[union-attr]


def test_passing_on_needs_a_reason_and_a_case_of_ones_own(there: TriedRoom) -> None:
    item = reading.claim(there, DR_BORG, an_item(there).id)
    with pytest.raises(InvalidInput):
        reading.skip(there, DR_BORG, item.id, " ")
    with pytest.raises(NotAllowed):
        reading.skip(there, DR_SALEM, item.id, "not mine")


def test_free_picking_is_a_right_where_readers_ask_for_the_next_case(tmp_path: Path) -> None:
    there = room(tmp_path, rules=PULL.replace("name: Dr Salem Ahmed", "name: Dr Salem Ahmed\n    pick_freely: true"))
    first, second = an_item(there), an_item(there)
    with pytest.raises(NotAllowed, match="does not let you pick: ask for the next case"):
        reading.claim(there, DR_BORG, first.id)
    assert reading.claim(there, DR_SALEM, second.id).reader == "dr-salem"
    assert reading.next_case(there, DR_BORG).id == first.id  # type: ignore[union-attr]


def test_picking_does_not_overcome_a_licence(there: TriedRoom) -> None:
    item = an_item(there, facility="gozo-hospital")
    with pytest.raises(NotAllowed, match="Dr Noor Night may not read this study: has no licence for MT"):
        reading.claim(there, radiologist("dr-night"), item.id)


def test_among_five_thousand_open_items_it_takes_a_blink(there: TriedRoom) -> None:
    pattern, now = an_item(there, "assigned", reader="somebody"), there.now()
    row = {column.name: getattr(pattern, column.name) for column in table.c}
    with there.store.writing() as c:
        c.execute(
            sa.insert(table),
            [
                row | {
                    "id": new_id(now), "orthanc_id": f"o-{number}", "state": "unassigned", "reader": "", "modality": "CT",
                    "patient_id": f"P{number}", "received_at": now - timedelta(seconds=7 * number), "facts": {"x": "y" * 4000},
                }
                for number in range(5000)
            ],
        )  # fmt: skip
    reading.next_case(there, DR_BORG)
    spent = []
    for _ in range(10):
        begin = time.process_time()
        assert reading.next_case(there, DR_BORG) is not None
        spent.append(time.process_time() - begin)
    assert sorted(spent)[-2] < 0.050
