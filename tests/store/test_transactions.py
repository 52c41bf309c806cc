"""Transactions: all or nothing, one writer at a time, a consistent view for readers, a plain refusal when it takes too long."""

from __future__ import annotations

import sqlite3
import threading
from pathlib import Path

import pytest
import sqlalchemy.exc

from store.rows import NOON, put_item
from teleradiology.core.errors import Busy
from teleradiology.store import engine, items
from teleradiology.store.engine import Store


def test_an_act_that_raises_leaves_nothing(store: Store) -> None:
    with pytest.raises(RuntimeError), store.writing() as c:
        item = put_item(c)
        raise RuntimeError
    with store.reading() as c:
        assert items.get(c, item.id) is None


def test_what_is_written_in_a_view_is_not_kept(store: Store) -> None:
    with store.reading() as c:
        item = put_item(c)
    with store.reading() as c:
        assert items.get(c, item.id) is None


def test_a_view_does_not_change_while_somebody_writes(store: Store) -> None:
    with store.writing() as c:
        item = put_item(c)
    with store.reading() as c:
        before = items.get(c, item.id)
        with store.writing() as other:
            items.change(other, item, NOON, priority="stat")
        assert items.get(c, item.id) == before


def test_a_reader_does_not_wait_for_a_writer(store: Store) -> None:
    with store.writing() as c:
        put_item(c)
        with store.reading() as view:
            assert items.page(view, items.Filters())[0] == []


def test_writers_come_one_after_the_other(store: Store) -> None:
    with store.writing() as c:
        item = put_item(c)

    def raise_by_one() -> None:
        for _ in range(20):
            with store.writing() as c:
                found = items.get(c, item.id)
                assert found is not None
                items.change(c, found, NOON, attempts=found.attempts + 1)

    threads = [threading.Thread(target=raise_by_one) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with store.reading() as c:
        last = items.get(c, item.id)
    assert last is not None and last.attempts == 120


def test_another_process_that_writes_for_too_long_is_a_refusal_not_a_fault(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(engine, "BUSY_TIMEOUT_MS", 50)
    store = engine.connect(f"sqlite:///{tmp_path / 'x.db'}")
    with store.reading():
        pass
    other = sqlite3.connect(tmp_path / "x.db", isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    with pytest.raises(Busy) as refusal, store.writing():
        pass
    assert refusal.value.retry_after == 1
    other.close()
    store.close()


def test_sqlite_keeps_what_it_has_answered_through_a_power_cut(tmp_path: Path) -> None:
    store = engine.connect(f"sqlite:///{tmp_path / 'x.db'}")
    with store.reading() as c:
        assert c.exec_driver_sql("PRAGMA synchronous").scalar() == 2  # FULL
        assert c.exec_driver_sql("PRAGMA journal_mode").scalar() == "wal"
        assert c.exec_driver_sql("PRAGMA foreign_keys").scalar() == 1
    store.close()


def test_services_that_open_a_new_database_at_once_all_open_it(tmp_path: Path) -> None:
    problems: list[BaseException] = []
    for number in range(20):
        together = threading.Barrier(4)

        def open_it(address: str = f"sqlite:///{tmp_path}/{number}.db", together: threading.Barrier = together) -> None:
            one = engine.connect(address)
            together.wait()
            try:
                with one.writing() as c:
                    c.exec_driver_sql("CREATE TABLE IF NOT EXISTS one (number INTEGER)")
            except BaseException as problem:  # noqa: BLE001 -- handed to the test
                problems.append(problem)
            one.close()

        services = [threading.Thread(target=open_it) for _ in range(4)]
        for service in services:
            service.start()
        for service in services:
            service.join()
    assert problems == []


def test_a_database_that_cannot_be_written_is_told_at_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "old.db"
    sqlite3.connect(file).execute("CREATE TABLE one (number INTEGER)").connection.close()
    pauses: list[float] = []
    monkeypatch.setattr(engine.time, "sleep", pauses.append)
    store = engine.connect(f"sqlite:///file:{file}?mode=ro&uri=true")
    with pytest.raises(sqlalchemy.exc.OperationalError, match="readonly"), store.reading():
        pass
    assert pauses == []
