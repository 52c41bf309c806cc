"""The stand-in for Orthanc keeps to what tests/live/test_the_host.py finds true of the real one."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from host.expectations import BELIEFS
from support.fake_orthanc import FakeOrthanc


@pytest.mark.parametrize("belief", BELIEFS, ids=lambda belief: belief.__name__)
def test_the_stand_in_is_like_orthanc(belief: Callable[[Any], bool]) -> None:
    assert belief(FakeOrthanc())
