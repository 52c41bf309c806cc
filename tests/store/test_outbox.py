"""The outbox: nothing is put in twice, nothing is forgotten, nothing delivered is touched again."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import Connection

from store.rows import NOON, put_item
from teleradiology.core.errors import InvalidTransition
from teleradiology.store import outbox
from teleradiology.store.engine import Store
from teleradiology.store.outbox import Delivery

LATER = NOON + timedelta(minutes=5)


def put(c: Connection, key: str = "R1:1:pacs", minutes: int = 0) -> Delivery:
    return outbox.put(c, NOON + timedelta(minutes=minutes), key=key, courier="pacs", payload={"kind": "sr"})


def test_the_same_key_is_put_in_once(store: Store) -> None:
    with store.writing() as c:
        first = put(c)
        outbox.mark_delivered(c, first, LATER)
        again = put(c, minutes=9)
        assert (again.id, again.state) == (first.id, "delivered")
        assert outbox.counts(c) == {}


def test_what_waits_longest_is_tried_first(store: Store) -> None:
    with store.writing() as c:
        second, first = put(c, "b", 2), put(c, "a", 1)
        put(c, "c", 60)
        assert [row.id for row in outbox.due(c, LATER)] == [first.id, second.id]
        assert outbox.next_due(c) == first.due_at
        assert len(outbox.due(c, LATER, limit=1)) == 1


def test_a_failed_attempt_waits_for_its_time(store: Store) -> None:
    with store.writing() as c:
        row = put(c)
        outbox.mark_attempt(c, row, "connection refused", LATER)
        assert outbox.due(c, NOON) == []
        (tried,) = outbox.due(c, LATER)
        assert (tried.attempts, tried.last_error) == (1, "connection refused")


def test_what_was_given_up_is_seen_and_can_be_retried(store: Store) -> None:
    with store.writing() as c:
        row = put(c)
        outbox.mark_attempt(c, row, "x" * 600, None)
        (failed,) = outbox.failed(c)
        assert (failed.state, len(failed.last_error)) == ("failed", 512)
        assert outbox.counts(c) == {"failed": 1}
        assert outbox.due(c, LATER) == []
        outbox.retry(c, failed, LATER)
        (again,) = outbox.due(c, LATER)
        assert (again.attempts, again.state) == (0, "waiting")


def test_what_is_delivered_stays_delivered(store: Store) -> None:
    with store.writing() as c:
        row = put(c)
        outbox.mark_delivered(c, row, LATER)
        outbox.mark_attempt(c, row, "a late error", LATER)
        found = outbox.get(c, row.id)
        assert found is not None
        assert (found.state, found.delivered_at, found.attempts, found.last_error) == ("delivered", LATER, 1, "")
        with pytest.raises(InvalidTransition):
            outbox.retry(c, found, LATER)


def test_deliveries_are_found_by_item(store: Store) -> None:
    with store.writing() as c:
        item = put_item(c)
        row = outbox.put(c, NOON, key="k", courier="pacs", item=item.id)
        assert outbox.of_item(c, item.id) == [row]
        assert outbox.of_report(c, "0" * 26) == []
