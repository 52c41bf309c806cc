"""The audit trail shows every edit, gap, insertion, reorder, cut and exchange, and names the first bad record."""

from __future__ import annotations

import random
import threading
from pathlib import Path

import pytest
from sqlalchemy import Connection, delete, insert, select, text, update

from store.rows import NOON
from teleradiology.core.audit import linker, record_text
from teleradiology.core.identity import Actor, Role, service
from teleradiology.store import audit, bookmarks, migrate
from teleradiology.store import seal as seal_module
from teleradiology.store.engine import Store, connect
from teleradiology.store.schema import audit as table
from teleradiology.store.seal import Seal, seal_of

DR_A = Actor("dr-a", frozenset({Role.RADIOLOGIST}), origin="192.0.2.1")


FORGED = {"at": NOON, "event": "claimed", "actor": "dr-x", "outcome": 0, "detail": "{}", "hash": "ab" * 32}


def tell(store: Store, count: int, event: str = "claimed") -> None:
    """Some acts, one transaction each."""
    for number in range(count):
        with store.writing() as c:
            audit.append(c, event, DR_A, NOON, item="01" + "A" * 24, study="1.2.3", detail={"number": number})


def verdict(store: Store) -> audit.Verdict:
    with store.reading() as c:
        return audit.verify(c)


def tamper(store: Store, statement) -> None:  # type: ignore[no-untyped-def]
    """What somebody does with a database client, past the service."""
    with store.engine.begin() as c:
        c.execute(statement)


def test_an_untouched_chain_holds(store: Store) -> None:
    assert verdict(store) == audit.Verdict(True, 0, audit.GENESIS)
    tell(store, 5)
    found = verdict(store)
    assert (found.ok, found.count, found.first_bad_seq, found.reason) == (True, 5, None, "")
    with store.reading() as c:
        assert bookmarks.get(c, "audit")[0] == 5


def test_a_record_tells_who_what_when_and_on_which_study(store: Store) -> None:
    with store.writing() as c:
        audit.append(c, "assigned", DR_A, NOON, item="01" + "A" * 24, study="1.2.3", outcome=4, detail={"reader": "د. سالم"})
    with store.reading() as c:
        (record,) = audit.of_item(c, "01" + "A" * 24)
    assert record == audit.Record(
        1, NOON, "assigned", "dr-a", "192.0.2.1", 4, "01" + "A" * 24, "1.2.3", {"reader": "د. سالم"}, record.hash
    )


def test_an_act_that_is_undone_leaves_no_record(store: Store) -> None:
    tell(store, 1)
    with pytest.raises(RuntimeError), store.writing() as c:
        audit.append(c, "claimed", DR_A, NOON)
        raise RuntimeError("the act failed")
    tell(store, 1)
    assert verdict(store).count == 2
    assert verdict(store).ok


def test_an_event_that_is_not_in_the_table_is_refused(store: Store) -> None:
    with pytest.raises(ValueError, match="EVENTS"), store.writing() as c:
        audit.append(c, "teleported", DR_A, NOON)


def test_nothing_is_written_without_a_key(tmp_path: Path) -> None:
    keyless = connect(f"sqlite:///{tmp_path / 'x.db'}")
    migrate.to_head(keyless)
    with pytest.raises(ValueError, match="seal"), keyless.writing() as c:
        audit.append(c, "claimed", DR_A, NOON)
    keyless.close()


def test_writers_at_once_make_one_chain(store: Store) -> None:
    threads = [threading.Thread(target=tell, args=(store, 10)) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    found = verdict(store)
    assert (found.ok, found.count) == (True, 80)


def test_two_services_on_one_database_make_one_chain(store: Store) -> None:
    other = connect(store.engine.url.render_as_string(hide_password=False), store.seal)
    threads = [threading.Thread(target=tell, args=(each, 15)) for each in (store, other)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    other.close()
    found = verdict(store)
    assert (found.ok, found.count) == (True, 30)


@pytest.mark.parametrize(
    "columns",
    [
        {"at": NOON.replace(year=2025)},
        {"event": "released"},
        {"actor": "dr-b"},
        {"origin": "198.51.100.1"},
        {"outcome": 8},
        {"item": "01" + "B" * 24},
        {"item": None},
        {"study_instance_uid": "1.2.4"},
        {"detail": '{"number":99}'},
        {"detail": '{"number": 4}'},
        {"hash": "0" * 64},
    ],
    ids=lambda columns: next(iter(columns)),
)
def test_an_edited_record_is_named(store: Store, columns: dict[str, object]) -> None:
    tell(store, 8)
    tamper(store, update(table).where(table.c.seq == 5).values(columns))
    assert verdict(store).first_bad_seq == 5


def test_a_deleted_record_is_named(store: Store) -> None:
    tell(store, 8)
    tamper(store, delete(table).where(table.c.seq == 3))
    found = verdict(store)
    assert (found.ok, found.first_bad_seq) == (False, 3)
    assert "missing" in found.reason


def test_a_deleted_record_is_named_also_when_the_rest_moves_up(store: Store) -> None:
    tell(store, 8)
    tamper(store, delete(table).where(table.c.seq == 3))
    for seq in range(4, 9):
        tamper(store, update(table).where(table.c.seq == seq).values(seq=seq - 1))
    assert verdict(store).first_bad_seq == 3


def test_the_first_record_is_missed(store: Store) -> None:
    tell(store, 3)
    tamper(store, delete(table).where(table.c.seq == 1))
    assert verdict(store).first_bad_seq == 1


def test_exchanged_records_are_named(store: Store) -> None:
    tell(store, 8)
    for before, after in ((4, 100), (5, 4), (100, 5)):
        tamper(store, update(table).where(table.c.seq == before).values(seq=after))
    assert verdict(store).first_bad_seq == 4


def test_an_inserted_record_is_named(store: Store) -> None:
    tell(store, 8)
    for seq in range(8, 4, -1):
        tamper(store, update(table).where(table.c.seq == seq).values(seq=seq + 1))
    tamper(store, insert(table).values(seq=5, **FORGED))
    assert verdict(store).first_bad_seq == 5


def test_a_record_added_at_the_end_is_named(store: Store) -> None:
    tell(store, 3)
    tamper(store, insert(table).values(seq=4, **FORGED))
    assert verdict(store).first_bad_seq == 4


def test_a_cut_tail_is_noticed(store: Store) -> None:
    tell(store, 8)
    tamper(store, delete(table).where(table.c.seq > 6))
    found = verdict(store)
    assert (found.first_bad_seq, found.count) == (7, 6)
    assert "tail" in found.reason


def test_a_cut_tail_is_noticed_also_when_the_head_is_set_back(store: Store) -> None:
    tell(store, 8)
    with store.reading() as c:
        sixth = c.execute(select(table.c.hash).where(table.c.seq == 6)).scalar_one()
        _, mark = bookmarks.get(c, "audit")
    tamper(store, delete(table).where(table.c.seq > 6))
    tamper(store, text(f"UPDATE bookmarks SET number = 6, text = '{sixth}{mark[64:]}' WHERE name = 'audit'"))
    assert verdict(store).first_bad_seq == 7


def test_emptying_the_trail_is_noticed(store: Store) -> None:
    tell(store, 3)
    tamper(store, delete(table))
    tamper(store, text("DELETE FROM bookmarks"))
    found = verdict(store)
    assert (found.ok, found.first_bad_seq) == (False, 1)


def test_yesterdays_copy_put_back_is_noticed_by_the_anchor_file(store: Store) -> None:
    tell(store, 5)
    _put_back(store, 3)
    found = verdict(store)
    assert (found.ok, found.first_bad_seq) == (False, 4)
    assert "older copy" in found.reason


def test_a_fork_after_an_old_copy_is_noticed_by_the_anchor_file(store: Store) -> None:
    tell(store, 5)
    _put_back(store, 3)
    tell(store, 4, "released")
    found = verdict(store)
    assert (found.ok, found.first_bad_seq) == (False, 4)
    assert "fork" in found.reason


def _put_back(store: Store, seq: int) -> None:
    """The database as it was when record ``seq`` was the last one, with its valid head mark."""
    assert store.seal is not None
    link = linker(store.seal.key)
    with store.engine.begin() as c:
        head = c.execute(select(table.c.hash).where(table.c.seq == seq)).scalar_one()
        c.execute(delete(table).where(table.c.seq > seq))
        bookmarks.put(c, "audit", seq, head + audit.head_mark(link, seq, head))


def test_another_key_does_not_verify(store: Store, tmp_path: Path) -> None:
    tell(store, 3)
    other = connect(store.engine.url.render_as_string(hide_password=False), Seal(b"another key".ljust(32)))
    assert verdict(other).first_bad_seq == 1
    other.close()


def test_a_chain_that_was_made_anew_without_the_key_does_not_verify(store: Store) -> None:
    """Who may write to the database and knows the source, but not the key."""
    tell(store, 4)
    link = linker(b"")
    with store.engine.begin() as c:
        previous = audit.GENESIS
        for row in c.execute(select(table).order_by(table.c.seq)).all():
            spelt = record_text(
                row.seq, 0, row.event, "dr-x", row.origin, row.outcome, row.item, row.study_instance_uid, row.detail, previous
            )
            previous = link(spelt)
            c.execute(update(table).where(table.c.seq == row.seq).values(actor="dr-x", hash=previous))
    assert verdict(store).first_bad_seq == 1


MUTATIONS = 1000


def test_every_change_of_a_single_byte_is_found(tmp_path: Path) -> None:
    """Random bytes of random records, one at a time; SQLite alone, for speed."""
    store = connect(f"sqlite:///{tmp_path / 'x.db'}", seal_of(tmp_path))
    migrate.to_head(store)
    with store.writing() as c:
        for number in range(20):
            audit.append(c, "assigned", DR_A, NOON, item="01" + "A" * 24, study="1.2.3", detail={"reader": f"dr-{number}"})
    chance = random.Random(20260302)
    with store.writing() as c:
        for _ in range(MUTATIONS):
            seq = chance.randint(1, 20)
            column = chance.choice(("event", "actor", "origin", "item", "study_instance_uid", "detail", "hash"))
            _expect_found(c, seq, column, chance)
        assert audit.verify(c).ok
    store.close()


def _expect_found(c: Connection, seq: int, column: str, chance: random.Random) -> None:
    (value,) = c.exec_driver_sql(f"SELECT {column} FROM audit WHERE seq = {seq}").one()
    place, other = chance.randrange(len(value)), chr(chance.randrange(32, 127))
    changed = value[:place] + other + value[place + 1 :]
    if changed == value:
        return
    c.exec_driver_sql(f"UPDATE audit SET {column} = ? WHERE seq = {seq}", (changed,))
    found = audit.verify(c)
    # A changed hash of the last record is the head's business; everything else is named at its own record.
    assert not found.ok and found.first_bad_seq == seq, (seq, column, place, found)
    c.exec_driver_sql(f"UPDATE audit SET {column} = ? WHERE seq = {seq}", (value,))


def test_the_trail_is_read_in_pages_newest_first(store: Store) -> None:
    tell(store, 5)
    tell(store, 2, "released")
    with store.reading() as c:
        first, after = audit.page(c, limit=3)
        rest, end = audit.page(c, after=after, limit=10)
        assert [record.seq for record in (*first, *rest)] == [7, 6, 5, 4, 3, 2, 1]
        assert end is None
        assert [record.seq for record in audit.page(c, event="released")[0]] == [7, 6]
        assert audit.page(c, actor="nobody") == ([], None)
        assert len(audit.page(c, study="1.2.3", since=NOON)[0]) == 7
        assert audit.page(c, until=NOON)[0] == []


def test_the_anchor_file_stays_small_and_keeps_its_evidence(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(seal_module, "_LARGEST", 3000)
    seal = Seal(b"k" * 32, tmp_path / "audit.head")
    for seq in [*range(1, 2100), *range(1500, 3100)]:
        seal.remember(seq, f"{seq:064x}")
    heads = seal.heads()
    assert (tmp_path / "audit.head").stat().st_size < 4000
    assert {1000, 2000, 2099, 3000, 3099} <= set(heads), "every thousandth, the last, and the one before an older copy came"


def test_an_anchor_that_cannot_be_written_does_not_undo_the_act(
    store: Store, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    (tmp_path / "audit.head").unlink(missing_ok=True)
    (tmp_path / "audit.head").mkdir()
    tell(store, 1)
    assert "audit.head" in caplog.text
    (tmp_path / "audit.head").rmdir()
    assert verdict(store).ok


def test_the_service_is_an_actor_too(store: Store) -> None:
    with store.writing() as c:
        audit.append(c, "service-started", service(), NOON)
    with store.reading() as c:
        (record,), _ = audit.page(c)
    assert (record.actor, record.item, record.detail) == ("system", None, {})
