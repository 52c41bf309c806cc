"""Opens the database and hands out transactions: one per act, closed before anybody else is asked for anything."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from sqlalchemy import Connection, Engine, create_engine, event

BUSY_TIMEOUT_MS = 15_000


@dataclass(frozen=True)
class Store:
    """The service's own database. ``reading()`` and ``writing()`` each give a connection for one short transaction."""

    engine: Engine
    # SQLite lets one writer in at a time and makes the others poll; a queue of our own is fair and wakes at once.
    _one_writer: threading.Lock = field(default_factory=threading.Lock, repr=False)

    @property
    def is_sqlite(self) -> bool:
        """True for the default database, False for PostgreSQL."""
        return self.engine.dialect.name == "sqlite"

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """A consistent view; nothing written in it is kept."""
        with self.engine.connect() as connection:
            if self.is_sqlite:
                connection.exec_driver_sql("BEGIN")
            yield connection
            connection.rollback()

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        """One act: committed at the end of the block, undone when the block raises. Never nested, no network inside."""
        if not self.is_sqlite:
            with self.engine.begin() as connection:
                yield connection
            return
        with self._one_writer, self.engine.connect() as connection:
            connection.exec_driver_sql("BEGIN IMMEDIATE")
            try:
                yield connection
            except BaseException:
                connection.rollback()
                raise
            connection.commit()

    def close(self) -> None:
        """Close all connections."""
        self.engine.dispose()


def connect(url: str) -> Store:
    """Open ``sqlite:///file`` or ``postgresql+psycopg://…``. The tables are made by ``store.migrate.to_head``.

    SQLite runs with WAL and synchronous=FULL: what was answered is on the disk, also after a power cut.
    """
    engine = create_engine(url, pool_size=40, max_overflow=0, pool_pre_ping=not url.startswith("sqlite"))
    if engine.dialect.name == "sqlite":
        event.listen(engine, "connect", _prepare_sqlite)
    return Store(engine)


def _prepare_sqlite(connection, record) -> None:  # type: ignore[no-untyped-def]
    connection.isolation_level = None  # we say BEGIN ourselves, so that a writer is one from its first statement
    for pragma in (
        "journal_mode=WAL",
        "synchronous=FULL",
        f"busy_timeout={BUSY_TIMEOUT_MS}",
        "foreign_keys=ON",
        "temp_store=MEMORY",
    ):
        connection.execute(f"PRAGMA {pragma}")
