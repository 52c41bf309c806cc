"""Work on threads with a large stack: results, refusals, and an end."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Iterator

import pytest

from support.probe_app import stack_bytes
from teleradiology.core.errors import Busy
from teleradiology.host.pool import STACK, LargeStackPool
from teleradiology.host.threads import start_thread


@pytest.fixture
def pool() -> Iterator[LargeStackPool]:
    made = LargeStackPool(2)
    yield made
    made.close()


def test_results_and_exceptions_reach_the_caller(pool: LargeStackPool) -> None:
    assert pool.run(lambda one, other: one + other, 1, 2) == 3
    with pytest.raises(KeyError):
        pool.run({}.__getitem__, "nothing")


def test_all_threads_have_the_large_stack_and_nobody_else_does(pool: LargeStackPool) -> None:
    gate = threading.Barrier(2)

    def measured() -> int:
        gate.wait(5)  # so that each thread measures itself
        return stack_bytes()

    found: list[int] = []
    asking = [threading.Thread(target=lambda: found.append(pool.run(measured))) for _ in range(2)]
    for thread in asking:
        thread.start()
    for thread in asking:
        thread.join()
    assert min(found) >= STACK
    assert threading.stack_size() == 0


def test_a_thread_of_our_own_has_the_large_stack_too() -> None:
    found: list[int] = []
    start_thread(lambda: found.append(stack_bytes()), "measured").join(5)
    assert found[0] >= STACK


def test_deep_recursion_is_an_exception_not_the_end(pool: LargeStackPool) -> None:
    with pytest.raises(RecursionError):
        pool.run(json.loads, "[" * 100_000)


def test_work_that_takes_too_long_is_busy(pool: LargeStackPool) -> None:
    release = threading.Event()
    with pytest.raises(Busy):
        pool.run(release.wait, 5, timeout=0.05)
    release.set()


def test_work_that_was_given_up_before_it_began_is_not_begun(pool: LargeStackPool) -> None:
    release, begun = threading.Event(), []
    busy = [threading.Thread(target=pool.run, args=(release.wait, 5)) for _ in range(2)]
    for thread in busy:
        thread.start()
    with pytest.raises(Busy):
        pool.run(begun.append, "late", timeout=0.05)
    release.set()
    for thread in busy:
        thread.join()
    assert pool.run(lambda: begun) == []


def test_a_timeout_inside_the_work_is_its_own_affair(pool: LargeStackPool) -> None:
    def unlucky() -> None:
        raise TimeoutError("a peer did not answer")

    with pytest.raises(TimeoutError, match="a peer"):
        pool.run(unlucky)


def test_entering_again_from_a_pool_thread_does_not_wait_for_the_pool() -> None:
    pool = LargeStackPool(1)
    assert pool.run(lambda: pool.run(lambda: "inner", timeout=1), timeout=2) == "inner"
    pool.close()


def test_a_closed_pool_refuses_and_does_not_wait_for_what_hangs() -> None:
    pool = LargeStackPool(1)
    with pytest.raises(Busy):
        pool.run(time.sleep, 2, timeout=0.01)
    begun = time.monotonic()
    pool.close(0.05)
    assert time.monotonic() - begun < 1
    with pytest.raises(Busy, match="stopping"):
        pool.run(lambda: None)
