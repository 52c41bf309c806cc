"""Every test of the store runs on both databases."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from support import postgres
from teleradiology.store import migrate
from teleradiology.store.engine import Store, connect
from teleradiology.store.seal import seal_of

DATABASES = ["sqlite", "postgresql"]


@pytest.fixture(params=DATABASES)
def empty_store(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Store]:
    """A database without tables."""
    url = f"sqlite:///{tmp_path / 'teleradiology.db'}" if request.param == "sqlite" else postgres.server().database()
    opened = connect(url, seal_of(tmp_path))
    yield opened
    opened.close()


@pytest.fixture(params=DATABASES)
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Store]:
    """A database with the tables of this version and no rows."""
    url = f"sqlite:///{tmp_path / 'teleradiology.db'}" if request.param == "sqlite" else postgres.emptied()
    opened = connect(url, seal_of(tmp_path))
    migrate.to_head(opened)
    yield opened
    opened.close()
