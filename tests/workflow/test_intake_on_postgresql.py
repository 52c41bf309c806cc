"""The same way in on PostgreSQL, which holds texts to their length and flags to their type."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from support import postgres
from support.bench import QUIET, Bench
from teleradiology.core.worklist import State
from teleradiology.workflow import intake, reconciling


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[Bench]:
    bench = Bench(tmp_path, database_url=postgres.emptied())
    bench.live(2)
    yield bench
    bench.room.store.close()


def test_a_study_comes_in_grows_is_late_and_goes(bench: Bench) -> None:
    bench.ring()
    orthanc_id = bench.host.add_study(("CT", 2), StudyDescription="stroke")
    bench.live(QUIET + 2)
    assert bench.item(orthanc_id).reader == "dr-amal"
    bench.host.add_images(orthanc_id, 1)
    bench.live(QUIET + 2)
    assert bench.item(orthanc_id).decided_instances == 3
    bench.live(3700, step=60)
    assert {"due-soon", "overdue"} <= set(bench.item(orthanc_id).flags)
    bench.host.delete(orthanc_id)
    gone = bench.item(orthanc_id)
    assert gone.missing_since is not None
    assert [bench.events(gone).count(event) for event in ("decided", "due-soon", "overdue", "study-missing")] == [2, 1, 1, 1]


def test_texts_of_any_length_and_content_fit(bench: Bench) -> None:
    long = {"PatientName": "A" * 900 + "=" + "B" * 900, "PatientID": "C" * 500, "StudyDescription": "D\x00" * 900}
    item = bench.take_in(("CT", 1), **long, AccessionNumber="E" * 300, PatientSex="hermaphrodite")
    assert item.state == State.ASSIGNED


def test_a_failure_whose_story_is_long_fits(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    class AFailureWithAVeryLongNameThatGoesOnAndOnUntilNoColumnCouldHoldItAnyMore(Exception):
        pass

    def fails(*args: object) -> None:
        raise AFailureWithAVeryLongNameThatGoesOnAndOnUntilNoColumnCouldHoldItAnyMore

    monkeypatch.setattr("teleradiology.workflow.settling.gather", fails)
    item = bench.take_in(("CT", 1))
    assert (item.rank, len(item.attention)) == (-1, 64)


def test_kills_and_reconciliation(bench: Bench) -> None:
    studies = {bench.host.add_study(("CT", 1), PatientID=f"P-{number}") for number in range(5)}
    bench.restart()
    bench.live(QUIET + 3)
    assert {item.orthanc_id for item in bench.items() if item.state == State.ASSIGNED} == studies
    with bench.unchanged():
        reconciling.reconcile(bench.room)
        for orthanc_id in studies:
            intake.settle(bench.room, orthanc_id)
