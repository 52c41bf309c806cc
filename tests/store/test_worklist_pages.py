"""Pages of the worklist: in order, complete, within the facility, and read from an index."""

from __future__ import annotations

from datetime import timedelta
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Connection, event

from store.rows import NOON, put_item
from teleradiology.core.errors import InvalidInput
from teleradiology.core.worklist import OPEN, State
from teleradiology.store import items
from teleradiology.store.engine import Store
from teleradiology.store.items import Filters
from teleradiology.store.schema import IS_OPEN

EVERY_STATE = tuple(State)


def ids(store: Store, filters: Filters, limit: int = 50) -> list[str]:
    """All pages of a list."""
    found: list[str] = []
    after = None
    while True:
        with store.reading() as c:
            page, after = items.page(c, filters, after, limit)
        assert len(page) <= limit
        found += [item.id for item in page]
        if after is None:
            return found


def test_the_most_urgent_comes_first_then_who_is_due_first(store: Store) -> None:
    with store.writing() as c:
        routine_late = put_item(c, minute=50)
        routine_soon = put_item(c, minute=10)
        stat = put_item(c, rank=0, minute=90)
        attention = put_item(c, rank=-1, minute=99)
        twin = put_item(c, minute=10)
    assert ids(store, Filters()) == [attention.id, stat.id, routine_soon.id, twin.id, routine_late.id]


def test_the_completed_list_begins_with_the_latest(store: Store) -> None:
    with store.writing() as c:
        closed = [put_item(c, "completed", minute=minute) for minute in (5, 1, 9)]
    assert ids(store, Filters(state=("completed",)), 2) == [closed[2].id, closed[0].id, closed[1].id]


def test_all_states_are_the_open_ones_and_then_the_closed_ones(store: Store) -> None:
    with store.writing() as c:
        done, cancelled, waiting, skipped = (put_item(c, state) for state in ("completed", "cancelled", "unassigned", "skipped"))
    found = ids(store, Filters(state=EVERY_STATE), 1)
    assert found[0] == waiting.id
    assert set(found[1:]) == {done.id, cancelled.id, skipped.id}


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=15, deadline=None)
@given(data=st.data(), limit=st.integers(1, 7))
def test_pages_put_together_are_the_whole_list_once(store: Store, data: st.DataObject, limit: int) -> None:
    some = st.tuples(st.sampled_from(EVERY_STATE), st.integers(-1, 2), st.integers(0, 3))
    with store.writing() as c:
        for state, rank, minute in data.draw(st.lists(some, max_size=12)):
            put_item(c, state, rank=rank, minute=minute)
    whole = ids(store, Filters(state=EVERY_STATE), 500)
    assert len(set(whole)) == len(whole)
    assert ids(store, Filters(state=EVERY_STATE), limit) == whole
    with store.reading() as c:
        listed, _ = items.page(c, Filters(), None, 500)
    assert all((a.rank, a.order_key, a.id) < (b.rank, b.order_key, b.id) for a, b in pairwise(listed))


def test_what_comes_in_while_somebody_pages_neither_doubles_nor_hides(store: Store) -> None:
    with store.writing() as c:
        first, second = put_item(c, minute=1), put_item(c, minute=2)
    with store.reading() as c:
        page, after = items.page(c, Filters(), None, 1)
    with store.writing() as c:
        put_item(c, minute=0)
    with store.reading() as c:
        following, end = items.page(c, Filters(), after, 5)
    assert ([item.id for item in page], [item.id for item in following], end) == ([first.id], [second.id], None)


@pytest.mark.parametrize(
    ("filters", "expected"),
    [
        (Filters(priority=("stat",)), "a"),
        (Filters(priority=("stat", "urgent")), "ab"),
        (Filters(facility="gozo"), "b"),
        (Filters(subspecialty="neuro"), "ac"),
        (Filters(reader="dr-a"), "c"),
        (Filters(state=("assigned",)), "c"),
        (Filters(state=("assigned", "held")), "cd"),
        (Filters(free_or_of="dr-a"), "abc"),
        (Filters(attention=True), "e"),
        (Filters(facility="gozo", confined_to="zliten"), ""),
        (Filters(confined_to="gozo"), "b"),
        (Filters(confined_to=""), ""),
    ],
    ids=lambda value: value or "nothing" if isinstance(value, str) else "",
)
def test_filters(store: Store, filters: Filters, expected: str) -> None:
    with store.writing() as c:
        named = {
            "a": put_item(c, priority="stat", rank=0, subspecialty="neuro", minute=1),
            "b": put_item(c, priority="urgent", facility="gozo", minute=2),
            "c": put_item(c, "assigned", reader="dr-a", subspecialty="neuro", minute=3),
            "d": put_item(c, "held", reader="dr-b", minute=4),
            "e": put_item(c, rank=-1, reader="dr-b", minute=5),
        }
        put_item(c, "completed", priority="stat", subspecialty="neuro", facility="gozo", reader="dr-a")
    by_id = {item.id: name for name, item in named.items()}
    assert "".join(sorted(by_id[each] for each in ids(store, filters))) == expected


@pytest.mark.parametrize(
    ("q", "found"),
    [
        ("salem", True),
        ("SALEM^Ahmed", True),
        ("ahmed, salem", True),
        ("أحمد", True),
        ("احمد", True),
        ("acc-7", True),
        ("%", False),
        ("_c-7", False),
        ("s%m", False),
        ("\\", False),
        ("' OR 1=1 --", False),
        ("salem nobody", False),
    ],
)
def test_a_search_takes_what_was_typed_literally(store: Store, q: str, found: bool) -> None:
    with store.writing() as c:
        put_item(c, search="salem ahmed احمد سالم acc-7 ct head")
        put_item(c, "completed", search="salem ahmed احمد سالم acc-7 ct head")
    assert len(ids(store, Filters(q=q))) == found
    assert len(ids(store, Filters(q=q, state=("completed",)))) == found


@pytest.mark.parametrize(
    "cursor",
    [
        "nonsense",
        "e30",
        "WyJvcGVuIiwxXQ",
        "WyJjbG9zZWQiLCJ4IiwieSJd",
        "=",
        "ü",
        "WyJvcGVuIiwwLDEwMDAwMDAwMDAwMDAwMDAwMDAwMDAsIngiXQ",
    ],
)
def test_a_cursor_that_we_did_not_give_is_refused(store: Store, cursor: str) -> None:
    with pytest.raises(InvalidInput) as refusal, store.reading() as c:
        items.page(c, Filters(), cursor)
    assert refusal.value.problems[0].path == "cursor"


def test_a_page_leaves_the_facts_where_they_are(store: Store) -> None:
    with store.writing() as c:
        put_item(c, facts={"modality": "CT"})
    with store.reading() as c:
        (item,), _ = items.page(c, Filters())
    assert item.facts == {}


def test_counters(store: Store) -> None:
    with store.writing() as c:
        put_item(c, priority="stat", rank=0, minute=-5)
        put_item(c, "held", minute=-5)
        put_item(c, rank=-1, minute=5)
        put_item(c, facility="gozo", minute=5)
        put_item(c, "completed")
        counts = items.counts(c, NOON)
        assert (counts.total, counts.overdue, counts.attention) == (4, 1, 1)
        assert counts.state == {"unassigned": 3, "held": 1}
        assert counts.priority == {"stat": 1, "routine": 3}
        assert items.counts(c, NOON, "gozo").total == 1
        assert items.counts(c, NOON, "").total == 0


def test_the_revision_is_another_one_after_every_change(store: Store) -> None:
    seen = []
    with store.writing() as c:
        seen.append(items.revision(c))
        item = put_item(c)
        seen.append(items.revision(c))
        items.change(c, item, NOON + timedelta(seconds=1), priority="stat")
        seen.append(items.revision(c))
    with store.reading() as c:
        assert items.revision(c) == seen[-1]
    assert len(set(seen)) == 3


LISTS = [
    Filters(),
    Filters(subspecialty="neuro"),
    Filters(confined_to="gozo"),
    Filters(facility="gozo", priority=("stat", "urgent")),
    Filters(reader="dr-a"),
    Filters(state=("unassigned", "assigned"), free_or_of="dr-a"),
    Filters(q="salem"),
    Filters(state=("completed",)),
    Filters(state=("completed",), confined_to="gozo"),
    Filters(state=("completed",), reader="dr-a"),
]


def test_every_list_is_read_from_an_index_already_in_order(store: Store) -> None:
    """Sorting, or reading the closed items to list the open ones, would make the list slower with every study ever read."""
    with store.writing() as c:
        for minute in range(20):
            put_item(c, minute=minute, subspecialty="neuro", facility="gozo", reader="dr-a", search="salem", priority="stat")
            for _ in range(4):
                put_item(c, "completed", minute=minute, facility="gozo", reader="dr-a", search="salem")
        c.exec_driver_sql("ANALYZE")
    for filters in LISTS:
        with store.reading() as c:
            if not store.is_sqlite:
                # A table of a few pages is faster read whole and sorted; what matters is that there is another way.
                for way in ("seqscan", "bitmapscan", "sort"):
                    c.exec_driver_sql(f"SET LOCAL enable_{way} = off")
            _, after = items.page(c, filters, None, 5)
            for cursor in (None, after):
                plan = _plan(store, c, filters, cursor)
                assert "ix_items_" in plan, filters
                assert "TEMP B-TREE" not in plan, (filters, plan)
                assert "Sort" not in plan, (filters, plan)


def _plan(store: Store, c: Connection, filters: Filters, after: str | None) -> str:
    statements = []

    def note(*told: Any) -> None:
        statements.append((told[2], told[3]))

    event.listen(c, "before_cursor_execute", note)
    items.page(c, filters, after, 5)
    event.remove(c, "before_cursor_execute", note)
    how = "EXPLAIN QUERY PLAN" if store.is_sqlite else "EXPLAIN"
    lines = [str(row[-1]) for statement, values in statements for row in c.exec_driver_sql(f"{how} {statement}", values)]
    return "\n".join(lines)


def test_the_open_states_are_what_the_indexes_hold() -> None:
    assert sorted(OPEN) == sorted(IS_OPEN.split("'")[1::2])
