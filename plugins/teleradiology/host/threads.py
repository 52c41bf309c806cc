"""Threads of our own that end: daemons with a large stack that are told to stop and waited for."""

from __future__ import annotations

import logging
import queue
import threading
import time
from collections.abc import Callable
from datetime import datetime
from typing import Any

from .log import incident
from .pool import STACK

log = logging.getLogger("teleradiology.threads")
_one_at_a_time = threading.Lock()


def start_thread(target: Callable[[], None], name: str) -> threading.Thread:
    """Start a daemon with our stack size, which Python only lets us set for all threads that start meanwhile."""
    thread = threading.Thread(target=target, name=name, daemon=True)
    with _one_at_a_time:
        previous = threading.stack_size(STACK)
        try:
            thread.start()
        finally:
            threading.stack_size(previous)
    return thread


class Worker:
    """Does what it is handed, in order, on one thread. What fails is logged by its id; the heartbeat looks again."""

    def __init__(self, name: str):
        self._name = name
        self._tasks: queue.SimpleQueue[tuple[Callable[..., Any], tuple[Any, ...]] | None] = queue.SimpleQueue()
        self._thread: threading.Thread | None = None

    def start(self) -> None:
        """Begin; what was handed over before waits until now."""
        self._thread = start_thread(self._work, self._name)

    def hand(self, task: Callable[..., Any], *args: Any) -> None:
        """Do this soon. ``args`` are logged when it fails, so they are ids."""
        self._tasks.put((task, args))

    def end(self) -> None:
        """Finish what has been handed over, and no more."""
        self._tasks.put(None)

    def join(self, timeout: float) -> None:
        """Wait for the end."""
        if self._thread is not None:
            self._thread.join(max(0.0, timeout))

    def _work(self) -> None:
        while (task := self._tasks.get()) is not None:
            act, args = task
            try:
                act(*args)
            except Exception as error:  # noqa: BLE001 -- the boundary of this thread
                incident(log, f"{self._name}: {getattr(act, '__name__', 'task')} {' '.join(map(str, args))}", error)


class Heartbeat:
    """Looks at what is due: when the last look said, when somebody asks, and in any case every ``longest`` seconds."""

    def __init__(self, beat: Callable[[], datetime | None], now: Callable[[], datetime], longest: float):
        self._beat = beat
        self._now = now
        self._longest = longest
        self._asked = threading.Event()
        self._stopping = False
        self._thread: threading.Thread | None = None
        self.last_ended: float | None = None  # monotonic; the status page shows when it is too long ago

    def start(self) -> None:
        """Begin, with a first look at once."""
        self._thread = start_thread(self._run, "teleradiology-heartbeat")

    def wake(self) -> None:
        """Look now."""
        self._asked.set()

    def tell_to_stop(self) -> None:
        """Begin no other look."""
        self._stopping = True
        self._asked.set()

    def stop(self, timeout: float) -> None:
        """Finish the present look, and wait for it."""
        self.tell_to_stop()
        if self._thread is not None:
            self._thread.join(timeout)

    def _run(self) -> None:
        while not self._stopping:
            self._asked.clear()  # before the look: who asks during it wants another one
            self._asked.wait(self._pause(self._look()))

    def _look(self) -> datetime | None:
        try:
            return self._beat()
        except Exception as error:  # noqa: BLE001 -- the boundary of this thread; the next look tries again
            incident(log, "heartbeat", error)
            return None
        finally:
            self.last_ended = time.monotonic()

    def _pause(self, due: datetime | None) -> float:
        if due is None:
            return self._longest
        return min(self._longest, max(0.0, (due - self._now()).total_seconds()))
