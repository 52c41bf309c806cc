"""What is old is forgotten a little at a time, and nothing that an open study or a reader's pause still needs."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from sqlalchemy import Connection, select, text

from store.rows import NOON, put_item
from teleradiology.store import forgetting, notifications, waiting
from teleradiology.store.engine import Store
from teleradiology.store.schema import passes

DAY = timedelta(days=1)


def give_back(c: Connection, item: str, at: datetime, until: datetime) -> None:
    waiting.pass_on(c, at, item=item, reader="dr-a", kind="skip", reason="called-away", until=until)


def told(c: Connection, at: datetime, **columns: str) -> str:
    return notifications.add(c, at, recipient="role:coordinator", kind="overdue", **columns).id


def left(c: Connection) -> set[str]:
    return {each.id for each in notifications.of(c, ["role:coordinator"], limit=1000)}


def test_cases_given_back_long_ago_are_forgotten_once_their_time_is_over(store: Store) -> None:
    with store.writing() as c:
        item = put_item(c).id
        give_back(c, item, NOON - 3 * DAY, NOON - 2 * DAY)
        give_back(c, item, NOON - 3 * DAY, NOON + DAY)  # is not offered to them again before tomorrow
        give_back(c, item, NOON - DAY, NOON - DAY / 2)
        assert forgetting.forget_passes(c, NOON - 2 * DAY, NOON, 10) == 1
        assert waiting.passed_on_by(c, item, NOON) == {"dr-a": "skip"}
        assert [row.times for row in waiting.passes_since(c, NOON - 9 * DAY)] == [2]


def test_notices_are_forgotten_read_or_not_but_none_of_an_open_study(store: Store) -> None:
    with store.writing() as c:
        states = ("unassigned", "reading", "held", "completed", "cancelled")
        kept = {told(c, NOON - 2 * DAY, item=put_item(c, state).id) for state in states[:3]}
        of_closed = {told(c, NOON - 2 * DAY, item=put_item(c, state).id) for state in states[3:]}
        of_none, young = told(c, NOON - 2 * DAY), told(c, NOON, item=put_item(c, "completed").id)
        notifications.mark_read(c, min(of_closed), "carla", NOON)
        assert left(c) == kept | of_closed | {of_none, young}
        assert forgetting.forget_notices(c, NOON - DAY, 10) == 3
        assert left(c) == kept | {young}
        assert forgetting.forget_notices(c, NOON - DAY, 10) == 0


def test_so_many_at_once_and_the_oldest_first(store: Store) -> None:
    with store.writing() as c:
        item = put_item(c, "completed").id
        notices = [told(c, NOON + n * DAY, item=item) for n in range(5)]
        for n in range(5):
            give_back(c, item, NOON + n * DAY, NOON + n * DAY)
        later = NOON + 9 * DAY
        assert (forgetting.forget_notices(c, later, 2), forgetting.forget_passes(c, later, later, 2)) == (2, 2)
        assert left(c) == set(notices[2:])
        assert c.execute(select(passes.c.at).order_by(passes.c.at)).scalars().first() == NOON + 2 * DAY


@pytest.mark.parametrize(("table", "column"), [("passes", "at"), ("notifications", "created_at")])
def test_they_are_found_by_their_index(store: Store, table: str, column: str) -> None:
    explain = "EXPLAIN QUERY PLAN" if store.is_sqlite else "EXPLAIN"
    with store.reading() as c:
        if not store.is_sqlite:
            c.execute(text("SET LOCAL enable_seqscan = off"))  # a table of a few rows it would read whole
        plan = c.execute(text(f"{explain} SELECT id FROM {table} WHERE {column} < 0 ORDER BY {column} LIMIT 5")).all()
    assert f"ix_{table}_{column}" in str(plan)
