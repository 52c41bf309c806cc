"""The PACS in memory behaves as tests/live/test_intake_host.py finds the real one to behave."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from pydicom import Dataset

from support.fake_host import FakeHost
from support.host_expectations import EXPECTATIONS, Pacs


class InMemory:
    """The fake, on both sides."""

    def __init__(self) -> None:
        self.host = FakeHost()

    def receive(self, image: Dataset) -> None:
        self.host.receive(image)

    def delete(self, study: str) -> None:
        self.host.delete(study)

    def empty_changes(self) -> None:
        self.host.empty_changes()

    def become_stable(self, study: str) -> None:
        self.host.become_stable()


@pytest.mark.parametrize("holds", EXPECTATIONS, ids=lambda holds: holds.__name__)
def test_the_pacs_in_memory_is_like_orthanc(holds: Callable[[Pacs], None]) -> None:
    holds(InMemory())
