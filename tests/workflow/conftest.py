from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from support.reporting_room import Desk
from support.sample_reports import FONTS, TEMPLATES
from teleradiology.documents.pdf import Renderer


@pytest.fixture(scope="session")
def renderer() -> Iterator[Renderer]:
    """One for all tests: its worker starts once."""
    made = Renderer(TEMPLATES, FONTS)
    yield made
    made.close()


@pytest.fixture
def desk(tmp_path: Path, renderer: Renderer) -> Desk:
    """Dr Salem's desk, with a study to read."""
    return Desk(tmp_path, renderer)
