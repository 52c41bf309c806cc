"""Migrations bring any database to the tables of schema.py, from wherever the plugin is installed."""

from __future__ import annotations

import shutil
import subprocess
import sys
import threading
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import inspect, text

from teleradiology.core.errors import Unavailable
from teleradiology.store import migrate
from teleradiology.store.engine import Store, connect
from teleradiology.store.schema import metadata

PLUGINS = Path(__file__).parents[2] / "plugins"


@pytest.fixture
def store(empty_store: Store) -> Store:
    """A database of its own: these tests change its tables."""
    migrate.to_head(empty_store)
    return empty_store


def differences(store: Store) -> list[object]:
    with store.reading() as c:
        return compare_metadata(MigrationContext.configure(c, opts={"compare_type": True}), metadata)


def test_the_migrated_database_has_exactly_the_tables_of_the_schema(store: Store) -> None:
    assert differences(store) == []


def test_the_migrated_database_has_exactly_the_partial_indexes_of_the_schema(store: Store) -> None:
    conditions = "SELECT name, sql FROM sqlite_master WHERE type = 'index' AND sql LIKE '% WHERE %'"
    if not store.is_sqlite:
        conditions = "SELECT indexname, indexdef FROM pg_indexes WHERE schemaname = 'public' AND indexdef LIKE '% WHERE %'"
    with store.reading() as c:
        partial = {row[0] for row in c.execute(text(conditions))}
    wanted = {
        index.name
        for table in metadata.tables.values()
        for index in table.indexes
        if index.dialect_options["sqlite"]["where"] is not None
    }
    assert partial == wanted


def test_server_defaults_are_those_of_the_schema(store: Store) -> None:
    with store.reading() as c:
        inspector = inspect(c)
        for table in metadata.sorted_tables:
            there = {column["name"]: column["default"] for column in inspector.get_columns(table.name)}
            for column in table.columns:
                given = str(there[column.name]).split("::")[0].strip("'") if there[column.name] is not None else None
                assert given == (column.server_default.arg if column.server_default else None), f"{table.name}.{column.name}"  # type: ignore[attr-defined]


def test_a_dropped_column_would_be_noticed(store: Store) -> None:
    with store.writing() as c:
        c.execute(text("ALTER TABLE views DROP COLUMN query"))
    assert differences(store)


def test_migrating_again_changes_nothing(store: Store) -> None:
    before = sorted(path.name for path in Path(str(store.engine.url.database)).parent.glob("*")) if store.is_sqlite else []
    assert migrate.to_head(store) == migrate.newest()
    after = sorted(path.name for path in Path(str(store.engine.url.database)).parent.glob("*")) if store.is_sqlite else []
    assert before == after


def test_two_services_that_start_at_once_migrate_once(empty_store: Store) -> None:
    other = connect(empty_store.engine.url.render_as_string(hide_password=False))
    problems: list[BaseException] = []

    def start(store: Store) -> None:
        try:
            migrate.to_head(store)
        except BaseException as problem:  # noqa: BLE001 - handed to the test
            problems.append(problem)

    threads = [threading.Thread(target=start, args=(store,)) for store in (empty_store, other)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    other.close()
    assert problems == []
    assert differences(empty_store) == []


def test_a_database_of_a_newer_version_is_left_alone(store: Store) -> None:
    with store.writing() as c:
        c.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    with pytest.raises(Unavailable, match="newer version"):
        migrate.to_head(store)


NEXT = '''"""One more column."""

import sqlalchemy as sa
from alembic import op

revision = "zzzz"
down_revision = "{head}"


def upgrade() -> None:
    """Go forward."""
    op.add_column("views", sa.Column("colour", sa.String(8)))
'''


@pytest.fixture
def a_later_version(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The next release, with one more migration."""
    later = tmp_path / "100% later" / "migrations"
    shutil.copytree(migrate.MIGRATIONS, later)
    (later / "versions" / "zzzz_one_more.py").write_text(NEXT.format(head=migrate.newest()))
    monkeypatch.setattr(migrate, "MIGRATIONS", later)


def test_an_upgrade_keeps_a_copy_of_the_file_as_it_was(store: Store, a_later_version: None) -> None:
    with store.writing() as c:
        c.execute(text("INSERT INTO views (id, owner, name, query) VALUES ('1', '', 'mine', 'q=1')"))
    with store.reading() as c:
        before = c.execute(text("SELECT version_num FROM alembic_version")).scalar_one()
    assert migrate.to_head(store) == "zzzz"
    with store.reading() as c:
        assert c.execute(text("SELECT name, colour FROM views")).one() == ("mine", None)
    if store.is_sqlite:
        copy = Path(f"{store.engine.url.database}.before-upgrade-from-{before}")
        old = connect(f"sqlite:///{copy}")
        with old.reading() as c:
            assert c.execute(text("SELECT * FROM views")).one() == ("1", "", "mine", "q=1")
        old.close()
        assert copy.stat().st_mode & 0o077 == 0


def test_a_failing_upgrade_leaves_the_database_as_it_was(store: Store, a_later_version: None) -> None:
    broken = migrate.MIGRATIONS / "versions" / "zzzz_one_more.py"
    broken.write_text(broken.read_text() + '    op.execute("SELECT * FROM there_is_no_such_table")\n')
    with pytest.raises(Exception, match="there_is_no_such_table"):
        migrate.to_head(store)
    assert differences(store) == []


def test_it_works_from_an_installed_plugin_without_alembic_ini(tmp_path: Path) -> None:
    installed = tmp_path / "an installation" / "plugins"
    shutil.copytree(PLUGINS / "teleradiology", installed / "teleradiology", ignore=shutil.ignore_patterns("__pycache__"))
    program = (
        "from teleradiology.store import engine, migrate\n"
        f"store = engine.connect('sqlite:///{tmp_path}/new.db')\n"
        "print(migrate.to_head(store), migrate.__file__)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], cwd="/", env={"PYTHONPATH": str(installed)}, capture_output=True, text=True, check=True
    )
    revision, place = done.stdout.split(maxsplit=1)
    assert revision == migrate.newest()
    assert place.startswith(str(installed))
