"""The heartbeat comes when it is due, when it is asked for, and ends."""

from __future__ import annotations

import queue
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest

from teleradiology.host.threads import Heartbeat, Worker


def now() -> datetime:
    return datetime.now(UTC)


class Beats:
    """Counts beats; ``due`` says when the next is wanted."""

    def __init__(self, due: Callable[[], datetime | None], longest: float = 60.0):
        self.at: queue.Queue[float] = queue.Queue()
        self._due = due
        self.heartbeat = Heartbeat(self._beat, now, longest)
        self.heartbeat.start()

    def _beat(self) -> datetime | None:
        self.at.put(time.monotonic())
        return self._due()

    def next(self, seconds: float = 5.0) -> float:
        return self.at.get(timeout=seconds)

    def stop(self) -> None:
        self.heartbeat.stop(2)


def test_it_beats_at_once_and_then_when_the_last_beat_said() -> None:
    beats = Beats(lambda: now() + timedelta(milliseconds=50))
    first, second = beats.next(), beats.next()
    beats.stop()
    assert 0.04 < second - first < 1.0


def test_it_beats_when_it_is_asked_to() -> None:
    beats = Beats(lambda: None)
    beats.next()
    asked = time.monotonic()
    beats.heartbeat.wake()
    assert beats.next() - asked < 1.0
    beats.stop()


def test_who_asks_during_a_beat_gets_another() -> None:
    holder: list[Beats] = []

    def due() -> datetime | None:
        if holder and not asked:
            asked.append(True)
            holder[0].heartbeat.wake()
        return None

    asked: list[bool] = []
    beats = Beats(due)
    beats.next()
    holder.append(beats)
    beats.heartbeat.wake()
    beats.next()
    beats.next()
    beats.stop()


def test_it_beats_at_the_latest_after_the_longest_pause() -> None:
    beats = Beats(lambda: now() + timedelta(days=1), longest=0.05)
    assert beats.next() <= beats.next() <= beats.next()
    beats.stop()


def test_a_beat_that_fails_is_followed_by_another(caplog: pytest.LogCaptureFixture) -> None:
    def fails() -> datetime:
        raise ValueError("CANARY")

    beats = Beats(fails, longest=0.02)
    beats.next()
    beats.next()
    beats.stop()
    assert "heartbeat: ValueError" in caplog.text
    assert "CANARY" not in caplog.text


def test_after_the_stop_there_is_no_beat() -> None:
    beats = Beats(lambda: None, longest=0.01)
    beats.next()
    beats.stop()
    while not beats.at.empty():
        beats.at.get()
    with pytest.raises(queue.Empty):
        beats.next(0.1)


def test_a_worker_finishes_what_it_was_handed_before_it_ends() -> None:
    done: list[int] = []
    worker = Worker("test")
    for number in range(100):
        worker.hand(done.append, number)
    worker.start()
    worker.end()
    worker.join(5)
    assert done == list(range(100))
