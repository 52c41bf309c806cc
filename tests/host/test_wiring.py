"""What is registered with Orthanc, and in which order it begins and ends."""

from __future__ import annotations

import os
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from support.bench import Bench
from support.fake_orthanc import FakeOrthanc
from teleradiology.host.changes import Acts
from teleradiology.host.inlet import Inlet
from teleradiology.host.notebook import Notebook
from teleradiology.host.threads import Heartbeat
from teleradiology.host.wiring import GUARDING, Parts, wire
from teleradiology.store import audit

KINDS, NONE = FakeOrthanc.ChangeType, FakeOrthanc.ResourceType.NONE


class Recording(FakeOrthanc):
    """Also tells the order, and whether the guard's sign was up already."""

    def __init__(self, environ: dict[str, str]):
        super().__init__()
        self.order: list[str] = []
        self._environ = environ

    def __getattribute__(self, name: str) -> Any:
        found = super().__getattribute__(name)
        if name.startswith("Register"):
            assert GUARDING not in object.__getattribute__(self, "_environ"), "the sign goes up last"
            object.__getattribute__(self, "order").append(name)
        return found


@pytest.fixture
def bench(tmp_path: Path) -> Bench:
    return Bench(tmp_path)


def wired(bench: Bench, environ: dict[str, str], ended: list[str]) -> Recording:
    orthanc = Recording(environ)
    object.__setattr__(bench.room, "renderer", SimpleNamespace(close=lambda: ended.append("renderer")))
    heartbeat = Heartbeat(lambda: None, bench.room.now, 0.05)
    acts = Acts(*[lambda study: None] * 4)
    wire(orthanc, Parts(bench.room, lambda environ, start: [], acts, heartbeat, Notebook(), Inlet("http://127.0.0.1:9")), environ)
    return orthanc


def test_the_filter_stands_before_anything_is_served_and_the_sign_goes_up_last(bench: Bench) -> None:
    environ: dict[str, str] = {}
    orthanc = wired(bench, environ, [])
    assert orthanc.order[0] == "RegisterIncomingHttpRequestFilter"
    assert {"/teleradiology", "/teleradiology/(.*)", "/", "change", "http", "c-store"} <= set(orthanc.registered)
    assert environ[GUARDING] == str(os.getpid())


def test_start_and_stop_are_in_good_order(bench: Bench) -> None:
    ended: list[str] = []
    orthanc = wired(bench, {}, ended)
    orthanc.registered["change"](KINDS.ORTHANC_STARTED, NONE, "")
    orthanc.registered["change"](KINDS.ORTHANC_STOPPED, NONE, "")
    assert ended == ["renderer"]
    with bench.room.store.reading() as c:
        events = [record.event for record in audit.page(c)[0]]
    assert events == ["service-stopped", "service-started"]


def test_a_database_that_does_not_answer_keeps_orthanc_from_nothing(bench: Bench, caplog: pytest.LogCaptureFixture) -> None:
    orthanc = wired(bench, {}, [])
    with bench.room.store.engine.begin() as c:
        c.exec_driver_sql("DROP TABLE audit")
    orthanc.registered["change"](KINDS.ORTHANC_STARTED, NONE, "")
    orthanc.registered["change"](KINDS.ORTHANC_STOPPED, NONE, "")
    assert "service-started: OperationalError" in caplog.text
