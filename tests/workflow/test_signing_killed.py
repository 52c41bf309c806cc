"""The process is killed while it signs: every report that was answered is there, whole, once, and on its way out."""

from __future__ import annotations

import os
import random
import subprocess
import sys
import threading
from pathlib import Path

import pytest
import sqlalchemy as sa

from teleradiology.core.reports import SignedReport, content_hash
from teleradiology.store import audit, items, outbox, reports, schema
from teleradiology.store.engine import Store, connect
from teleradiology.store.seal import seal_of

TESTS = Path(__file__).parents[1]


def signs_until_killed(folder: Path, answers: int, after: float) -> list[str]:
    """The ids that clients were told before the process was killed, so many answers and seconds later."""
    environ = {**os.environ, "PYTHONPATH": os.pathsep.join([str(TESTS), str(TESTS.parent / "plugins")])}
    command = [sys.executable, "-m", "support.signing_process", str(folder)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=environ) as process:
        assert process.stdout is not None
        told = [process.stdout.readline().strip() for _ in range(answers + 1)]
        threading.Timer(after, process.kill).start()
        told += [line.strip() for line in process.stdout if line.endswith("\n")]
    assert told[0] == "ready"
    return told[1:]


def check(store: Store, told: list[str]) -> None:
    with store.reading() as c:
        signed = {row.id: reports.get(c, row.id) for row in c.execute(sa.select(schema.reports.c.id))}
        assert set(told) <= set(signed)
        assert len(signed) - len(told) <= 1  # signed, and killed before the answer
        for one in signed.values():
            assert content_hash(SignedReport.from_json(one.content)) == one.content_hash
            assert [row.id for row in reports.of_item(c, one.item)] == [one.id]
            assert items.get(c, one.item).state == "completed"
            assert [row.destination for row in outbox.of_report(c, one.id)] == ["sr", "pdf"]
            assert [record.event for record in audit.of_item(c, one.item)][-2:] == ["signed", "completed"]
        unsigned = c.execute(sa.select(schema.items.c.id).where(schema.items.c.state != "completed")).scalars().all()
        for item in unsigned:
            assert reports.of_item(c, item) == [] and outbox.of_item(c, item) == []


@pytest.mark.parametrize("round_", range(3))
def test_killed_while_signing(tmp_path: Path, round_: int) -> None:
    chance = random.Random(round_)
    told = signs_until_killed(tmp_path, chance.randint(2, 5), chance.random() / 5)
    store = connect(f"sqlite:///{tmp_path / 'teleradiology.db'}", seal_of(tmp_path))
    check(store, told)
    store.close()
