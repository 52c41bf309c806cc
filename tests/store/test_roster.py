"""The stored part of the roster: kept, found by time, ended, removed."""

from __future__ import annotations

from datetime import timedelta

from store.rows import NOON
from teleradiology.core.roster import Exception_
from teleradiology.store import roster
from teleradiology.store.engine import Store

HOUR = timedelta(hours=1)


def test_exceptions_are_found_by_the_time_they_touch(store: Store) -> None:
    with store.writing() as c:
        leave = roster.add(c, NOON, Exception_("dr-a", "leave", NOON, NOON + HOUR, "congress", created_by="coordinator"))
        other = roster.add(c, NOON, Exception_("dr-b", "extra", NOON + HOUR, NOON + 2 * HOUR))
        assert roster.get(c, leave.id) == leave
        assert roster.exceptions(c, NOON, NOON + 2 * HOUR) == [leave, other]
        assert roster.exceptions(c, NOON, NOON + 2 * HOUR, "dr-b") == [other]
        assert roster.exceptions(c, NOON + HOUR, NOON + 2 * HOUR) == [other]
        assert roster.exceptions(c, NOON - HOUR, NOON) == []
        assert roster.current(c, NOON) == [leave]
        assert roster.current(c, NOON + HOUR) == [other]


def test_what_was_removed_is_on_the_roster_no_more(store: Store) -> None:
    with store.writing() as c:
        leave = roster.add(c, NOON, Exception_("dr-a", "leave", NOON, NOON + HOUR))
        assert roster.remove(c, leave.id, NOON)
        assert not roster.remove(c, leave.id, NOON)
        assert roster.get(c, leave.id) is None
        assert roster.exceptions(c, NOON, NOON + HOUR) == roster.current(c, NOON) == []


def test_who_is_unavailable_stays_so_until_it_is_ended(store: Store) -> None:
    with store.writing() as c:
        away = roster.add(c, NOON, Exception_("dr-a", "unavailable", NOON))
        assert roster.availability(c, NOON + 100 * HOUR) == {"dr-a": False}
        assert roster.finish(c, away.id, NOON + HOUR)
        assert roster.availability(c, NOON + HOUR) == {}
        assert not roster.finish(c, "0" * 26, NOON)
