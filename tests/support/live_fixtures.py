"""Fixtures with a real Orthanc; a conftest.py takes in those it wants."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from support.live_orthanc import HOME, LiveOrthanc

PROBE = HOME / "tests" / "support" / "probe_plugin.py"


@pytest.fixture(scope="session")
def orthanc(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LiveOrthanc]:
    """The product in a running Orthanc, shared: tests send studies of their own and leave it alive."""
    with LiveOrthanc(tmp_path_factory.mktemp("orthanc")) as running:
        yield running.start()


@pytest.fixture(scope="session")
def probe(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LiveOrthanc]:
    """The host alone, around the tiny application of probe_app.py."""
    with LiveOrthanc(tmp_path_factory.mktemp("probe"), environ={"TELERADIOLOGY_SCRIPT": str(PROBE)}) as running:
        yield running.start()


@pytest.fixture
def new_orthanc(tmp_path: Path) -> Iterator[Callable[..., LiveOrthanc]]:
    """Makes installations that this test may ruin; not started. Give ``folder`` to have several."""
    made: list[LiveOrthanc] = []

    def make(folder: str = "orthanc", **more: Any) -> LiveOrthanc:
        made.append(LiveOrthanc(tmp_path / folder, **more))
        return made[-1]

    yield make
    for one in made:
        one.close()
