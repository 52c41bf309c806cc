"""Brings a database to the tables that this version expects; run at every start, does nothing when all is done."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection

from ..core.errors import Unavailable
from .engine import Store

MIGRATIONS = Path(__file__).parent / "migrations"


def to_head(store: Store) -> str:
    """Apply what is missing, in one transaction, and return the revision. An SQLite file with data is copied beside first."""
    head = newest()
    with store.reading() as c:
        found = revision(c)
    if found == head:
        return head
    if found and store.is_sqlite:
        _copy(store, found)
    with store.writing() as c:  # two services that start at once: the second one waits and finds all done
        _refuse_a_newer(revision(c))
        configuration = _configuration()
        configuration.attributes["connection"] = c
        command.upgrade(configuration, "head")
    return head


def newest() -> str:
    """The revision that this version of the service works with."""
    return str(ScriptDirectory.from_config(_configuration()).get_current_head())


def revision(c: Connection) -> str | None:
    """The revision that the database has, None for an empty one."""
    return MigrationContext.configure(c).get_current_revision()


def _configuration() -> Config:
    configuration = Config()
    configuration.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
    configuration.set_main_option("path_separator", "os")
    return configuration


def _refuse_a_newer(found: str | None) -> None:
    known = {script.revision for script in ScriptDirectory.from_config(_configuration()).walk_revisions()}
    if found and found not in known:
        raise Unavailable(
            f"the database is at revision {found}, which this version does not know: it was made by a newer version of the "
            "service; install that one, or restore the backup taken before the upgrade"
        )


def _copy(store: Store, found: str) -> None:
    source = Path(str(store.engine.url.database))
    target = source.with_name(f"{source.name}.before-upgrade-from-{found}")
    if target.exists():
        return  # an earlier attempt made it; the file may have been changed since by nothing but that attempt
    beside = target.with_name(f"{target.name}.part")
    beside.unlink(missing_ok=True)
    with closing(sqlite3.connect(source)) as whole, closing(sqlite3.connect(beside)) as copy:
        whole.backup(copy)
    beside.chmod(0o600)
    beside.rename(target)
