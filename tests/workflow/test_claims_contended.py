"""Many want the same study at once: exactly one gets it, whether they are threads or processes, one item or a list."""

from __future__ import annotations

import subprocess
import sys
import threading
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import pytest

from support import postgres
from support.builders import an_item, radiologist
from support.rooms import RULES, TriedRoom, room
from teleradiology.core.errors import InvalidTransition
from teleradiology.store import audit, items
from teleradiology.store.engine import connect
from teleradiology.store.seal import seal_of
from teleradiology.workflow import reading

ROOT = Path(__file__).parents[2]
READERS = 16

READER = """\
  dr-{number:02}:
    name: Dr Number {number}
    subspecialties: [general]
    licences: [{{jurisdiction: LY}}]
"""
MANY_READERS = RULES.replace("readers:\n", "readers:\n" + "".join(READER.format(number=number) for number in range(READERS)))


@pytest.fixture(params=["sqlite", "postgresql"])
def there(request: pytest.FixtureRequest, tmp_path: Path) -> TriedRoom:
    store = None if request.param == "sqlite" else connect(postgres.emptied(), seal_of(tmp_path))
    made = room(tmp_path, rules=MANY_READERS, store=store)
    request.addfinalizer(made.store.close)
    return made


def at_once(count: int, work: Callable[[int], object]) -> Counter[str]:
    """How the work ended for each of so many threads that begin together."""
    barrier, ends, lock = threading.Barrier(count), Counter[str](), threading.Lock()

    def run(number: int) -> None:
        barrier.wait()
        try:
            work(number)
            end = "done"
        except InvalidTransition:
            end = "refused"
        except BaseException as problem:  # noqa: BLE001 - counted, and the test fails by it
            end = repr(problem)
        with lock:
            ends[end] += 1

    threads = [threading.Thread(target=run, args=(number,)) for number in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return ends


def test_of_two_hundred_who_claim_at_once_exactly_one_wins(there: TriedRoom) -> None:
    item = an_item(there)
    ends = at_once(200, lambda number: reading.claim(there, radiologist("dr-00", username=f"user-{number}"), item.id))
    assert ends == {"done": 1, "refused": 199}
    with there.store.reading() as c:
        assert [record.event for record in audit.of_item(c, item.id)] == ["claimed"]
        assert audit.verify(c).ok


def test_claim_and_release_by_many_is_one_holder_after_the_other(there: TriedRoom) -> None:
    item = an_item(there)

    def work(number: int) -> None:
        actor = radiologist(f"dr-{number:02}")
        for _ in range(10):
            try:
                reading.claim(there, actor, item.id)
            except InvalidTransition:
                continue
            reading.release(there, actor, item.id)

    assert at_once(READERS, work) == {"done": READERS}
    with there.store.reading() as c:
        told = [record.event for record in audit.of_item(c, item.id)]
        assert told == ["claimed", "released"] * (len(told) // 2)
        assert items.get(c, item.id).version == 1 + len(told)  # type: ignore[union-attr]


def test_the_next_case_never_goes_to_two(there: TriedRoom) -> None:
    waiting = {an_item(there).id for _ in range(60)}
    given: list[str] = []

    def work(number: int) -> None:
        while (item := reading.next_case(there, radiologist(f"dr-{number:02}"))) is not None:
            given.append(item.id)

    assert at_once(READERS, work) == {"done": READERS}
    assert len(given) == 60
    assert set(given) == waiting


PROCESS = """\
import sys
from pathlib import Path
from support.builders import radiologist
from support.rooms import room, RULES
from teleradiology.core.errors import InvalidTransition
from teleradiology.workflow import reading

folder, username, url = Path(sys.argv[1]), sys.argv[2], sys.argv[3]
from teleradiology.store.engine import connect
from teleradiology.store.seal import seal_of
there = room(folder / username, store=connect(url, seal_of(folder)))
print("ready", flush=True)
items = sys.stdin.readline().split()
won = []
for item in items:
    try:
        reading.claim(there, radiologist("dr-salem", username=username), item)
        won.append(item)
    except InvalidTransition:
        pass
print(" ".join(won), flush=True)
"""


def test_of_two_processes_that_claim_the_same_studies_each_gets_what_the_other_does_not(there: TriedRoom, tmp_path: Path) -> None:
    waiting = [an_item(there).id for _ in range(100)]
    url = there.store.engine.url.render_as_string(hide_password=False)
    environment = {"PYTHONPATH": f"{ROOT / 'plugins'}:{ROOT / 'tests'}"}
    processes = [
        subprocess.Popen(
            [sys.executable, "-c", PROCESS, str(tmp_path), name, url],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            env=environment,
        )
        for name in ("user-a", "user-b")
    ]
    for process in processes:
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
    for process in processes:
        assert process.stdin is not None
        process.stdin.write(" ".join(waiting) + "\n")
        process.stdin.flush()
    won = [process.communicate()[0].split() for process in processes]
    assert [process.returncode for process in processes] == [0, 0]
    assert sorted(won[0] + won[1]) == sorted(waiting)
    with there.store.reading() as c:
        for name, theirs in zip(("user-a", "user-b"), won, strict=True):
            assert {items.get(c, item).claimed_by for item in theirs} <= {name}  # type: ignore[union-attr]
        verdict = audit.verify(c)
        assert (verdict.ok, verdict.count) == (True, 100)
