"""Identifiers sort by time of creation."""

from __future__ import annotations

import threading
from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from teleradiology.store.ids import ALPHABET, new_id

NOON = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)


def test_an_id_is_26_letters_of_crockfords_alphabet() -> None:
    made = new_id(NOON)
    assert len(made) == 26
    assert set(made) <= set(ALPHABET)


def test_an_id_tells_its_millisecond() -> None:
    later = NOON + timedelta(days=36500)  # later than any id of this process, so that its own time shows
    value = 0
    for letter in new_id(later):
        value = value * 32 + ALPHABET.index(letter)
    assert value >> 80 == int(later.timestamp() * 1000)


@given(st.lists(st.integers(-5000, 5000), min_size=2, max_size=50))
def test_ids_grow_whatever_the_clock_does(steps: list[int]) -> None:
    made = [new_id(NOON + timedelta(milliseconds=step)) for step in steps]
    assert made == sorted(set(made))


def test_threads_never_get_the_same_id() -> None:
    made: list[str] = []

    def make() -> None:
        made.extend([new_id(NOON) for _ in range(500)])

    threads = [threading.Thread(target=make) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(set(made)) == 4000
