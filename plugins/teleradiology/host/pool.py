"""Threads with a large stack of our own: Orthanc's HTTP threads have 100 KiB, where a kilobyte of nested brackets is fatal."""

from __future__ import annotations

import queue
import threading
import time
from collections.abc import Callable
from concurrent.futures import Future
from typing import Any, TypeVar

from ..core.errors import Busy

T = TypeVar("T")

STACK = 16 << 20  # address space, not memory: only the pages that are used cost anything


class LargeStackPool:
    """Runs work on its own threads. They are daemons: a handler that hangs must not keep Orthanc from ending."""

    def __init__(self, workers: int, name: str = "teleradiology", stack: int = STACK):
        self._work: queue.SimpleQueue[tuple[Future[Any], Callable[..., Any], tuple[Any, ...]] | None] = queue.SimpleQueue()
        self._closed = False
        self._threads = [threading.Thread(target=self._serve, name=f"{name}-{n}", daemon=True) for n in range(workers)]
        previous = threading.stack_size(stack)
        try:
            for thread in self._threads:
                thread.start()  # returns when the thread runs, so all have their stack before the size is put back
        finally:
            threading.stack_size(previous)

    def run(self, work: Callable[..., T], *args: Any, timeout: float = 25.0) -> T:
        """The result of the work, or what it raised. Busy when it is not done in time; begun work goes on nevertheless."""
        if threading.current_thread() in self._threads:
            return work(*args)  # entered again through a call into Orthanc: a full pool would wait for itself
        if self._closed:
            raise Busy("The service is stopping.", retry_after=5)
        future: Future[T] = Future()
        self._work.put((future, work, args))
        try:
            return future.result(timeout)
        except TimeoutError:
            if future.done():
                raise  # the work itself timed out on something
            future.cancel()
            raise Busy("The service is too busy to answer in time.", retry_after=2) from None

    def close(self, timeout: float = 5.0) -> None:
        """Finish what has begun, start nothing new, and wait for the threads, but not longer than the timeout."""
        self._closed = True
        for _ in self._threads:
            self._work.put(None)
        deadline = time.monotonic() + timeout
        for thread in self._threads:
            thread.join(max(0.0, deadline - time.monotonic()))

    def _serve(self) -> None:
        while (task := self._work.get()) is not None:
            future, work, args = task
            if not future.set_running_or_notify_cancel():
                continue
            try:
                future.set_result(work(*args))
            except BaseException as error:  # noqa: BLE001 -- handed to the caller, who decides
                future.set_exception(error)
            del task, future, work, args  # an idle thread must not keep the last request alive
