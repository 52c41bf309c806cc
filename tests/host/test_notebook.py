"""What happens often is on the audit trail as a number."""

from __future__ import annotations

from pathlib import Path

import pytest

from support.bench import Bench
from teleradiology.host.notebook import MOST_KINDS, Notebook
from teleradiology.store import audit


@pytest.fixture
def bench(tmp_path: Path) -> Bench:
    return Bench(tmp_path)


def written(bench: Bench) -> list[tuple[str, str, int]]:
    with bench.room.store.reading() as c:
        found, _ = audit.page(c, event="access-denied", limit=1000)
    return [(record.actor, record.detail["what"], record.detail["count"]) for record in reversed(found)]


def test_the_first_is_written_at_once_and_repetitions_together(bench: Bench) -> None:
    notebook = Notebook()
    notebook.note("access-denied", "clinic", "192.0.2.1", "GET /studies")
    notebook.write(bench.room)
    for _ in range(500):
        notebook.note("access-denied", "clinic", "192.0.2.1", "GET /studies")
        notebook.write(bench.room)
    assert written(bench) == [("clinic", "GET /studies", 1)]
    bench.clock.pass_(31)
    notebook.write(bench.room)
    assert written(bench) == [("clinic", "GET /studies", 1), ("clinic", "GET /studies", 500)]
    assert notebook.totals["access-denied"] == 501


def test_a_flood_of_callers_is_not_a_flood_of_records(bench: Bench) -> None:
    notebook = Notebook()
    for number in range(10_000):
        notebook.note("access-denied", "", f"192.0.2.{number}", "GET /studies")
    notebook.write(bench.room)
    found = written(bench)
    assert len(found) == MOST_KINDS + 1
    assert sum(count for _, _, count in found) == 10_000


def test_nothing_to_write_is_no_transaction(bench: Bench) -> None:
    before = len(written(bench))
    Notebook().write(bench.room)
    assert len(written(bench)) == before


def test_before_the_end_everything_is_written(bench: Bench) -> None:
    notebook = Notebook()
    for _ in range(3):
        notebook.note("access-denied", "clinic", "", "GET /studies")
        notebook.write(bench.room)
    notebook.write(bench.room, everything=True)
    assert sum(count for _, _, count in written(bench)) == 3
