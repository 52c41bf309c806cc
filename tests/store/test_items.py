"""Items are found by what is known of them, and changed by version."""

from __future__ import annotations

import dataclasses
from datetime import timedelta

import pytest
from sqlalchemy.exc import IntegrityError

from store.rows import NOON, put_item
from teleradiology.core.errors import StaleVersion
from teleradiology.store import items
from teleradiology.store.engine import Store
from teleradiology.store.item import Item
from teleradiology.store.schema import items as table

LATER = NOON + timedelta(minutes=1)


def test_the_value_has_exactly_the_columns_of_the_table() -> None:
    assert [field.name for field in dataclasses.fields(Item)] == [column.name for column in table.columns]


def test_an_item_is_found_by_its_ids(store: Store) -> None:
    with store.writing() as c:
        put = put_item(c, flags=("study-grew",), labels=["night"], facts={"modality": "CT"}, patient_name="أحمد^سالم")
    with store.reading() as c:
        assert items.get(c, put.id) == put
        assert items.by_orthanc(c, put.orthanc_id) == put
        assert items.by_study(c, put.study_instance_uid) == [put]
        assert (put.flags, put.labels, put.facts) == (("study-grew",), ("night",), {"modality": "CT"})
        assert items.get(c, "0" * 26) is None
        assert items.by_orthanc(c, "nothing") is None


def test_times_come_back_as_they_were(store: Store) -> None:
    at = NOON + timedelta(microseconds=123457)
    with store.writing() as c:
        put = put_item(c, received_at=at)
    assert put.received_at == at
    assert put.received_at.tzinfo is not None


def test_a_naive_time_is_refused(store: Store) -> None:
    with pytest.raises(Exception, match="naive"), store.writing() as c:
        put_item(c, received_at=NOON.replace(tzinfo=None))


def test_there_is_one_item_per_study_of_orthanc(store: Store) -> None:
    with pytest.raises(IntegrityError), store.writing() as c:
        put_item(c, orthanc_id="the same")
        put_item(c, orthanc_id="the same")


def test_a_change_is_a_new_version(store: Store) -> None:
    with store.writing() as c:
        put = put_item(c)
        changed = items.change(c, put, LATER, priority="stat", flags=["overdue"])
        assert changed == items.get(c, put.id)
    assert (changed.version, changed.priority, changed.flags, changed.changed_at) == (2, "stat", ("overdue",), LATER)


def test_who_changes_an_old_version_is_refused(store: Store) -> None:
    with store.writing() as c:
        put = put_item(c)
        items.change(c, put, LATER, priority="stat")
    with pytest.raises(StaleVersion), store.writing() as c:
        items.change(c, put, LATER, priority="urgent")
    with store.reading() as c:
        now = items.get(c, put.id)
    assert now is not None and now.priority == "stat"


def test_a_closed_item_has_a_time_of_closing_and_an_open_one_has_none(store: Store) -> None:
    with store.writing() as c:
        closed = items.change(c, put_item(c), LATER, state="completed")
        again = items.change(c, closed, LATER, state="unassigned")
    assert (closed.closed_at, again.closed_at) == (LATER, None)


def test_the_open_work_of_a_reader_is_what_is_assigned_or_being_read(store: Store) -> None:
    with store.writing() as c:
        for state in ("assigned", "reading", "held", "completed"):
            put_item(c, state, reader="dr-a")
        put_item(c, "assigned", reader="dr-b")
        put_item(c, "unassigned")
        assert items.open_loads(c) == {"dr-a": 2, "dr-b": 1}


def test_timers_that_have_run_out_are_found_longest_first(store: Store) -> None:
    with store.writing() as c:
        late, soon, over = (put_item(c, "arriving", quiet_at=NOON + timedelta(seconds=each)) for each in (90, 30, -30))
        retry = put_item(c, retry_at=NOON)
        lapsed = put_item(c, "reading", lease_until=NOON)
        put_item(c, "reading", lease_until=LATER)
        at = NOON + timedelta(seconds=40)
        assert [item.id for item in items.due_for_quiet(c, at)] == [over.id, soon.id]
        assert [item.id for item in items.due_for_retry(c, NOON)] == [retry.id]
        assert [item.id for item in items.lapsed_leases(c, NOON)] == [lapsed.id]
        assert items.next_moment(c) == over.quiet_at
        assert late.quiet_at not in [item.quiet_at for item in items.due_for_quiet(c, at)]


def test_a_sign_of_life_makes_nobodys_view_stale(store: Store) -> None:
    with store.writing() as c:
        put = put_item(c, "reading", lease_until=NOON)
        items.extend_lease(c, put.id, LATER)
        now = items.get(c, put.id)
    assert now == dataclasses.replace(put, lease_until=LATER)


def test_a_patients_items_are_those_of_one_facility(store: Store) -> None:
    with store.writing() as c:
        first = put_item(c, patient_id="P1")
        second = put_item(c, patient_id="P1", received_at=LATER)
        put_item(c, patient_id="P1", facility="elsewhere")
        put_item(c, patient_id="")
        assert [item.id for item in items.by_patient(c, "zliten", "P1")] == [second.id, first.id]
        assert items.by_patient(c, "zliten", "") == []
