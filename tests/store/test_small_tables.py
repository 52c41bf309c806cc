"""Accounts, sessions, tokens, idempotency, rules versions, saved views, bookmarks: kept as they were put."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import Connection

from store.rows import NOON
from teleradiology.core.errors import StaleVersion
from teleradiology.core.identity import Role
from teleradiology.store import accounts, bookmarks, idempotency, rules_versions, views
from teleradiology.store.accounts import Account, SessionRow, Token
from teleradiology.store.engine import Store
from teleradiology.store.idempotency import Answer
from teleradiology.store.ids import new_id

LATER = NOON + timedelta(minutes=5)


def add_account(c: Connection, username: str = "dr-a") -> Account:
    roles = frozenset({Role.RADIOLOGIST, Role.QUALITY})
    return accounts.add(c, Account(username, 1, "Dr A", "$argon2id$x", roles, "dr-a", None, "ar", "dark", False, NOON, 0, None))


def test_accounts(store: Store) -> None:
    with store.writing() as c:
        put = add_account(c)
        assert accounts.get(c, "dr-a") == put
        changed = accounts.change(c, put, roles=frozenset({Role.AUDITOR}), disabled=True)
        assert accounts.get(c, "dr-a") == changed
        with pytest.raises(StaleVersion):
            accounts.change(c, put, name="Dr B")
        accounts.note_sign_in(c, "dr-a", 3, LATER)
        noted = accounts.get(c, "dr-a")
        assert noted is not None and (noted.failed_sign_ins, noted.locked_until, noted.version) == (3, LATER, 2)
        assert (accounts.count(c), len(accounts.all_of_them(c))) == (1, 1)
        assert accounts.in_use(c) == []  # it was disabled
        assert "argon2id" not in repr(noted)


def test_accounts_of_a_reader_and_of_a_facility(store: Store) -> None:
    with store.writing() as c:
        changed = accounts.change(c, add_account(c), reader="dr-a", facility="zliten")
        assert accounts.in_use(c) == accounts.in_use(c, reader="dr-a") == accounts.in_use(c, facility="zliten") == [changed]
        assert accounts.in_use(c, reader="dr-b") == accounts.in_use(c, facility="gozo") == []


def test_sessions_end_by_themselves_and_by_hand(store: Store) -> None:
    with store.writing() as c:
        add_account(c)
        for name, seen, expires in (
            ("fresh", LATER, LATER + timedelta(hours=1)),
            ("idle", NOON, LATER + timedelta(hours=1)),
            ("old", LATER, LATER),
        ):
            accounts.add_session(c, SessionRow(name, "dr-a", "csrf", NOON, seen, expires))
        assert accounts.forget_sessions(c, seen_before=NOON, now=LATER) == 2
        assert accounts.session_by_hash(c, "idle") is None
        accounts.touch_session(c, "fresh", LATER + timedelta(minutes=1))
        assert accounts.session_by_hash(c, "fresh").seen_at == LATER + timedelta(minutes=1)  # type: ignore[union-attr]
        assert accounts.end_sessions_of(c, "dr-a", keep=["fresh"]) == 0
        assert accounts.end_sessions_of(c, "dr-a") == 1


def test_tokens(store: Store) -> None:
    with store.writing() as c:
        add_account(c)
        put = accounts.add_token(c, Token(new_id(NOON), "dr-a", "script", "ab" * 32, NOON, LATER, None))
        assert accounts.token_by_hash(c, "ab" * 32) == put
        assert accounts.tokens_of(c, "dr-a") == [put]
        accounts.revoke_token(c, put.id, NOON)
        ended = accounts.revoke_token(c, put.id, LATER)
        assert ended is not None and ended.revoked_at == NOON
        assert accounts.revoke_token(c, "0" * 26, NOON) is None


def test_the_first_answer_to_an_idempotency_key_holds(store: Store) -> None:
    with store.writing() as c:
        first = idempotency.keep(c, Answer("k", "dr-a", "ab" * 32, 200, {"ETag": "2"}, b"\x00{}", NOON))
        assert idempotency.keep(c, Answer("k", "dr-a", "ab" * 32, 500, {}, b"", LATER)) == first
        assert idempotency.find(c, "k", "dr-b") is None
        assert idempotency.forget(c, NOON) == 0
        assert idempotency.forget(c, LATER) == 1


def test_rules_are_kept_with_the_time_they_were_last_in_force(store: Store) -> None:
    with store.writing() as c:
        for digest, at in (("a", NOON), ("b", LATER), ("a", LATER + timedelta(minutes=1))):
            rules_versions.put_in_force(c, at, digest=digest * 64, text=f"rules {digest}", by="admin")
        assert [version.digest[0] for version in rules_versions.all_of_them(c)] == ["a", "b"]
        kept = rules_versions.get(c, "a" * 64)
        assert kept is not None and kept.first_at == NOON


def test_saved_views_are_ones_own_and_the_houses(store: Store) -> None:
    with store.writing() as c:
        house = views.save(c, NOON, owner=views.EVERYBODY, name="overdue", query="overdue=1")
        views.save(c, NOON, owner="dr-a", name="mine", query="reader=dr-a")
        mine = views.save(c, NOON, owner="dr-a", name="mine", query="reader=me")
        views.save(c, NOON, owner="dr-b", name="mine", query="q=x")
        assert views.of_user(c, "dr-a") == [house, mine]
        assert not views.remove(c, mine.id, "dr-b")
        assert views.remove(c, mine.id, "dr-a")


def test_bookmarks(store: Store) -> None:
    with store.writing() as c:
        assert bookmarks.get(c, "changes") == (0, "")
        bookmarks.put(c, "changes", 2**40)
        bookmarks.put(c, "changes", 7, "x")
        assert bookmarks.held(c, "changes") == (7, "x")
