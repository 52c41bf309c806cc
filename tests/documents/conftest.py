from __future__ import annotations

from collections.abc import Iterator

import pytest

from support.sample_reports import FONTS, TEMPLATES
from teleradiology.documents.pdf import Renderer


@pytest.fixture(scope="session")
def renderer() -> Iterator[Renderer]:
    """One for all tests: its worker starts once."""
    made = Renderer(TEMPLATES, FONTS)
    yield made
    made.close()
