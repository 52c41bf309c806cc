"""Signing in: by password, cookie, Basic and token; what ends it, what slows an attacker down, and what is written down."""

from __future__ import annotations

import base64
import statistics
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from argon2 import PasswordHasher

from support.builders import administrator
from support.rooms import TriedRoom, room
from teleradiology.core.errors import Busy, NotAllowed, NotSignedIn
from teleradiology.core.identity import Actor, Role
from teleradiology.store import accounts as rows
from teleradiology.store import audit
from teleradiology.workflow import accounts, door
from teleradiology.workflow.door import Failures, Passwords

PASSWORD, HERE, ELSEWHERE = "a long password", "192.0.2.7", "198.51.100.9"


@pytest.fixture
def there(tmp_path: Path) -> Iterator[TriedRoom]:
    made = room(tmp_path)
    accounts.create_account(made, administrator(), username="dr-a", password=PASSWORD, roles=["radiologist"], reader="dr-salem")
    yield made
    made.store.close()


def basic(username: str = "dr-a", password: str = PASSWORD) -> str:
    return "Basic " + base64.b64encode(f"{username}:{password}".encode()).decode()


def trail(there: TriedRoom) -> list[tuple[str, str, int]]:
    with there.store.reading() as c:
        return [(record.event, record.actor, record.outcome) for record in reversed(audit.page(c)[0])][1:]


# The session of a browser


def test_a_session_is_who_signed_in(there: TriedRoom) -> None:
    session = accounts.sign_in(there, "dr-a", PASSWORD, HERE)
    actor, found = accounts.actor_of_session(there, session.cookie, HERE)
    assert actor == Actor("dr-a", frozenset({Role.RADIOLOGIST}), name="dr-a", reader="dr-salem", origin=HERE, language="en")
    assert (found.username, found.csrf, found.cookie) == ("dr-a", session.csrf, "")
    assert trail(there) == [("signed-in", "dr-a", 0)]


def test_the_database_has_only_the_hash_of_the_cookie(there: TriedRoom) -> None:
    session = accounts.sign_in(there, "dr-a", PASSWORD, HERE)
    there.store.close()
    kept = b"".join(path.read_bytes() for path in there.settings.data_dir.iterdir())
    assert session.cookie.encode() not in kept
    assert PASSWORD.encode() not in kept
    assert session.cookie not in repr(session)


def test_every_sign_in_is_a_new_session(there: TriedRoom) -> None:
    first, second = (accounts.sign_in(there, "dr-a", PASSWORD, HERE) for _ in range(2))
    assert first.cookie != second.cookie
    assert first.csrf != second.csrf


def test_signing_out_ends_the_session(there: TriedRoom) -> None:
    session = accounts.sign_in(there, "dr-a", PASSWORD, HERE)
    actor, found = accounts.actor_of_session(there, session.cookie, HERE)
    accounts.sign_out(there, actor, found)
    with pytest.raises(NotSignedIn):
        accounts.actor_of_session(there, session.cookie, HERE)
    assert trail(there)[-1] == ("signed-out", "dr-a", 0)


@pytest.mark.parametrize("cookie", ["", "x", "a" * 5000, "\udcff"])
def test_a_cookie_that_is_nobodys_is_refused(there: TriedRoom, cookie: str) -> None:
    with pytest.raises(NotSignedIn):
        accounts.actor_of_session(there, cookie, HERE)


def test_an_idle_session_ends(there: TriedRoom) -> None:
    session = accounts.sign_in(there, "dr-a", PASSWORD, HERE)
    for _ in range(3):
        there.clock.pass_(59 * 60)
        accounts.actor_of_session(there, session.cookie, HERE)
    there.clock.pass_(60 * 60)
    with pytest.raises(NotSignedIn, match="ended"):
        accounts.actor_of_session(there, session.cookie, HERE)


def test_what_a_page_asks_by_itself_does_not_keep_an_abandoned_session_alive(there: TriedRoom) -> None:
    session = accounts.sign_in(there, "dr-a", PASSWORD, HERE)
    for _ in range(59):
        there.clock.pass_(60)
        accounts.actor_of_session(there, session.cookie, HERE, passive=True)
    there.clock.pass_(60)
    with pytest.raises(NotSignedIn):
        accounts.actor_of_session(there, session.cookie, HERE, passive=True)


def test_a_session_in_use_ends_after_its_hours(there: TriedRoom) -> None:
    session = accounts.sign_in(there, "dr-a", PASSWORD, HERE)
    for _ in range(23):
        there.clock.pass_(30 * 60)
        accounts.actor_of_session(there, session.cookie, HERE)
    there.clock.pass_(30 * 60)
    with pytest.raises(NotSignedIn):
        accounts.actor_of_session(there, session.cookie, HERE)


@pytest.mark.parametrize("change", [{"disabled": True}, {"password": "another password"}])
def test_disabling_and_a_new_password_sign_out_everywhere(there: TriedRoom, change: dict[str, object]) -> None:
    session = accounts.sign_in(there, "dr-a", PASSWORD, HERE)
    accounts.actor_of_basic(there, basic(), HERE)
    accounts.update_account(there, administrator(), "dr-a", **change)
    with pytest.raises(NotSignedIn):
        accounts.actor_of_session(there, session.cookie, HERE)
    with pytest.raises(NotSignedIn):
        accounts.actor_of_basic(there, basic(), HERE)


def test_new_roles_hold_at_once(there: TriedRoom) -> None:
    session = accounts.sign_in(there, "dr-a", PASSWORD, HERE)
    accounts.update_account(there, administrator(), "dr-a", roles=["auditor"])
    assert accounts.actor_of_session(there, session.cookie, HERE)[0].roles == {Role.AUDITOR}


# Scripts


def test_basic_credentials_are_hashed_once_in_a_while(there: TriedRoom, monkeypatch: pytest.MonkeyPatch) -> None:
    checked: list[str] = []
    fits = Passwords.fits
    monkeypatch.setattr(Passwords, "fits", lambda self, kept, password: bool(checked.append("x")) or fits(self, kept, password))
    for _ in range(10):
        assert accounts.actor_of_basic(there, basic(), HERE).username == "dr-a"
    assert len(checked) == 1
    there.clock.pass_(301)
    accounts.actor_of_basic(there, basic(), HERE)
    assert len(checked) == 2
    assert trail(there) == [("signed-in", "dr-a", 0)] * 2


def test_remembered_credentials_are_not_a_way_around_the_password(there: TriedRoom) -> None:
    accounts.actor_of_basic(there, basic(), HERE)
    with pytest.raises(NotSignedIn):
        accounts.actor_of_basic(there, basic(password=PASSWORD + "x"), HERE)


@pytest.mark.parametrize(
    "header",
    ["", "Basic", "Basic !!!", "Basic " + base64.b64encode(b"nocolon").decode(), "Basic /w==", "Bearer abc", basic("dr\0a")],
)
def test_a_header_that_is_not_basic_is_refused(there: TriedRoom, header: str) -> None:
    with pytest.raises(NotSignedIn, match="base64"):
        accounts.actor_of_basic(there, header, HERE)


def test_a_password_may_hold_colons_and_any_letters(there: TriedRoom) -> None:
    accounts.update_account(there, administrator(), "dr-a", password="كلمة:سر:é")
    assert accounts.actor_of_basic(there, basic(password="كلمة:سر:e\u0301"), HERE).username == "dr-a"


def test_an_unknown_token_is_refused_and_audited(there: TriedRoom) -> None:
    with pytest.raises(NotSignedIn):
        accounts.actor_of_token(there, "tr_" + "x" * 43, HERE)
    assert trail(there) == [("sign-in-failed", "", 4)]


# What slows an attacker down


def fail(there: TriedRoom, username: str = "dr-a", origin: str = HERE, password: str = "wrong password") -> None:
    with pytest.raises(NotSignedIn, match="user name or the password"):
        accounts.sign_in(there, username, password, origin)


@pytest.mark.parametrize("username", ["dr-a", "nobody"])
def test_after_five_failures_the_next_attempt_has_to_wait_longer_each_time(there: TriedRoom, username: str) -> None:
    for _ in range(5):
        fail(there, username)
    waits = []
    for _ in range(4):
        with pytest.raises(Busy) as refusal:
            accounts.sign_in(there, username, PASSWORD, HERE)
        assert refusal.value.retry_after is not None
        waits.append(refusal.value.retry_after)
        there.clock.pass_(refusal.value.retry_after)
        fail(there, username)
    assert waits == [1, 2, 4, 8]


def test_the_right_password_starts_the_count_anew(there: TriedRoom) -> None:
    for _ in range(4):
        for _ in range(4):
            fail(there)
        accounts.sign_in(there, "dr-a", PASSWORD, HERE)


def test_an_attacker_does_not_lock_the_owner_out(there: TriedRoom) -> None:
    for _ in range(6):
        there.clock.pass_(10)
        fail(there, origin=ELSEWHERE)
    with pytest.raises(Busy):
        accounts.sign_in(there, "dr-a", PASSWORD, ELSEWHERE)
    assert accounts.sign_in(there, "dr-a", PASSWORD, HERE)


def test_one_address_that_tries_many_names_is_slowed_down(there: TriedRoom) -> None:
    for number in range(20):
        fail(there, f"user-{number}", ELSEWHERE)
    with pytest.raises(Busy):
        accounts.sign_in(there, "dr-a", PASSWORD, ELSEWHERE)
    with pytest.raises(Busy):
        accounts.actor_of_token(there, "tr_x", ELSEWHERE)
    assert accounts.sign_in(there, "dr-a", PASSWORD, HERE)


def test_many_addresses_that_try_one_name_are_slowed_down(there: TriedRoom) -> None:
    for number in range(50):
        fail(there, origin=f"203.0.113.{number}")
    with pytest.raises(Busy):
        accounts.sign_in(there, "dr-a", PASSWORD, HERE)


def test_failures_are_forgotten_in_time(there: TriedRoom) -> None:
    for _ in range(5):
        fail(there)
    there.clock.pass_(901)
    fail(there)
    assert accounts.sign_in(there, "dr-a", PASSWORD, HERE)


def test_the_memory_of_failures_is_bounded(monkeypatch: pytest.MonkeyPatch, there: TriedRoom) -> None:
    monkeypatch.setattr(door, "_MOST_KEYS", 30)
    failures = Failures()
    for number in range(1000):
        failures.note(f"user-{number}", f"origin-{number}", there.now())
    assert len(failures._counted) == 30


def test_failures_are_audited_and_what_was_typed_as_a_name_is_not(there: TriedRoom) -> None:
    fail(there)
    fail(there, "my secret typed in the wrong field")
    assert trail(there) == [("sign-in-failed", "dr-a", 4), ("sign-in-failed", "", 4)]
    with there.store.reading() as c:
        assert "secret" not in str(audit.page(c))


def test_an_unknown_name_takes_as_long_as_a_wrong_password(there: TriedRoom) -> None:
    """Within a factor that a hash of 20 ms makes unreadable over a network; the clock is real here."""

    def took(username: str) -> float:
        began = time.perf_counter()
        with pytest.raises(NotSignedIn):
            accounts.sign_in(there, username, "wrong password", HERE)
        there.clock.pass_(1000)
        return time.perf_counter() - began

    took("nobody")
    known, unknown = [], []
    for _ in range(7):
        known.append(took("dr-a"))
        unknown.append(took("nobody"))
    assert 0.5 < statistics.median(unknown) / statistics.median(known) < 2


def test_a_disabled_account_is_refused_like_a_wrong_password(there: TriedRoom) -> None:
    accounts.update_account(there, administrator(), "dr-a", disabled=True)
    fail(there, password=PASSWORD)


def test_only_so_many_hashes_are_made_at_a_time(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(door, "PATIENCE", 0.01)
    passwords = Passwords()
    with passwords._turn(), passwords._turn(), pytest.raises(Busy) as refusal:
        passwords.hash("x")
    assert refusal.value.retry_after == 5
    assert passwords.fits(passwords.hash("x"), "x")


def test_people_who_sign_in_at_once_all_get_in(there: TriedRoom) -> None:
    done: list[str] = []
    threads = [
        threading.Thread(target=lambda: done.append(accounts.sign_in(there, "dr-a", PASSWORD, HERE).cookie)) for _ in range(12)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(set(done)) == 12


def test_a_weaker_hash_is_made_anew_at_the_next_sign_in(there: TriedRoom) -> None:
    weak = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1).hash(PASSWORD)
    with there.store.writing() as c:
        account = rows.get(c, "dr-a")
        assert account is not None
        rows.change(c, account, password_hash=weak)
    accounts.sign_in(there, "dr-a", PASSWORD, HERE)
    stronger = accounts.get_account(there, administrator(), "dr-a").password_hash
    assert stronger != weak
    assert not there.door.passwords.is_outdated(stronger)
    accounts.sign_in(there, "dr-a", PASSWORD, HERE)


# Signing a report


def test_the_password_is_asked_for_again_to_sign(there: TriedRoom) -> None:
    actor, _ = accounts.actor_of_session(there, accounts.sign_in(there, "dr-a", PASSWORD, HERE).cookie, HERE)
    accounts.check_password(there, actor, PASSWORD)
    for _ in range(5):
        with pytest.raises(NotAllowed):
            accounts.check_password(there, actor, "wrong password")
    with pytest.raises(Busy):
        accounts.check_password(there, actor, PASSWORD)
    assert trail(there)[1:] == [("re-authentication-failed", "dr-a", 4)] * 5
