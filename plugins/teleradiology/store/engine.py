"""Opens the database and hands out transactions: one per act, closed before anybody else is asked for anything."""

from __future__ import annotations

import sqlite3
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.exc import OperationalError, SQLAlchemyError, TimeoutError

from ..core.errors import Busy
from .seal import Seal

__all__ = ["Connection", "Store", "connect"]

StorageError = SQLAlchemyError  # whatever a statement may raise, for those who do not speak SQL
BUSY_TIMEOUT_MS = 15_000
SWITCH_AGAIN_MS = 10
CONNECTIONS = 40
_WRITER = 0x7E1E8AD  # the advisory lock of PostgreSQL that every writer holds
SEAL = "teleradiology_seal"  # execution option: the seal that store.audit finds on its connection
HEAD = "teleradiology_head"  # in Connection.info: the audit head that this transaction made


@dataclass(frozen=True)
class Store:
    """The service's own database. ``reading()`` and ``writing()`` each give a connection for one short transaction."""

    engine: Engine
    seal: Seal | None = None
    # SQLite lets one writer in at a time and makes the others poll; a queue of our own wakes the next one at once.
    _one_writer: threading.Lock = field(default_factory=threading.Lock, repr=False)

    @property
    def is_sqlite(self) -> bool:
        """True for the default database, False for PostgreSQL."""
        return self.engine.dialect.name == "sqlite"

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """A consistent view; nothing written in it is kept."""
        with self._connection() as connection:
            if self.is_sqlite:
                connection.exec_driver_sql("BEGIN")
            else:
                connection.execution_options(isolation_level="REPEATABLE READ")
            yield connection
            connection.rollback()

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        """One act: committed at the end of the block, undone when the block raises. Never nested, no network inside.

        Writers come one after the other on PostgreSQL too: the audit chain puts them in a row anyway, and who takes its lock
        first cannot meet another in a deadlock.
        """
        with self._one_writer, self._connection() as connection:
            connection.info.pop(HEAD, None)
            _begin(connection)
            try:
                yield connection
            except BaseException:
                connection.rollback()
                raise
            connection.commit()
            head = connection.info.pop(HEAD, None)
            if head and self.seal:
                self.seal.remember(*head)

    @contextmanager
    def _connection(self) -> Iterator[Connection]:
        try:
            connection = self.engine.connect()
        except TimeoutError:
            raise Busy("all connections to the database are in use", retry_after=1) from None
        with connection:
            yield connection

    def close(self) -> None:
        """Close all connections."""
        self.engine.dispose()


def connect(url: str, seal: Seal | None = None) -> Store:
    """Open ``sqlite:///file`` or ``postgresql+psycopg://…``. The tables are made by ``store.migrate.to_head``.

    SQLite runs with WAL and synchronous=FULL: what was answered is on the disk, also after a power cut.
    """
    engine = create_engine(
        url,
        pool_size=CONNECTIONS,
        max_overflow=0,
        pool_pre_ping=not url.startswith("sqlite"),
        execution_options={SEAL: seal},
    )
    if engine.dialect.name == "sqlite":
        event.listen(engine, "connect", _prepare_sqlite)
    return Store(engine, seal)


def _begin(connection: Connection) -> None:
    if connection.dialect.name != "sqlite":
        connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({_WRITER})")
        return
    try:
        connection.exec_driver_sql("BEGIN IMMEDIATE")
    except OperationalError:  # another process has been writing for longer than the busy timeout
        raise Busy("another process is writing to the database", retry_after=1) from None


def _prepare_sqlite(connection, record) -> None:  # type: ignore[no-untyped-def]
    connection.isolation_level = None  # we say BEGIN ourselves, so that a writer is one from its first statement
    _write_ahead(connection)
    for pragma in (
        f"busy_timeout={BUSY_TIMEOUT_MS}",  # first: the others may have to wait too
        "synchronous=FULL",
        "foreign_keys=ON",
        "temp_store=MEMORY",
    ):
        connection.execute(f"PRAGMA {pragma}")


def _write_ahead(connection: sqlite3.Connection) -> None:
    """Switch to WAL. SQLite does not wait by itself for another service that switches a new database at the same moment."""
    connection.execute("PRAGMA busy_timeout=0")  # it waits at other times, and would wait anew at each of our attempts
    for left in reversed(range(BUSY_TIMEOUT_MS // SWITCH_AGAIN_MS)):
        try:
            connection.execute("PRAGMA journal_mode=WAL")
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode & 0xFF != sqlite3.SQLITE_BUSY or not left:
                raise
            time.sleep(SWITCH_AGAIN_MS / 1000)  # SQLite tells nobody when the other one has finished
        else:
            return
