"""Accounts: roles by any of their names, readers and facilities of the rules, an administrator to the last."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from support.builders import administrator, coordinator, person, radiologist
from support.rooms import TriedRoom, room
from teleradiology.core.errors import (
    InvalidConfiguration,
    InvalidInput,
    InvalidTransition,
    NotAllowed,
    NotFound,
    NotSignedIn,
    StaleVersion,
)
from teleradiology.core.identity import Role
from teleradiology.store import audit
from teleradiology.store.accounts import Account
from teleradiology.workflow import accounts

ADMIN = administrator()
PASSWORD = "a long password"
HERE = "192.0.2.7"


@pytest.fixture
def there(tmp_path: Path) -> Iterator[TriedRoom]:
    made = room(tmp_path)
    yield made
    made.store.close()


def create(there: TriedRoom, username: str = "dr-a", **fields: Any) -> Account:
    given = {"password": PASSWORD, "roles": ["radiologist"], "reader": "dr-salem", **fields}
    return accounts.create_account(there, ADMIN, username=username, **given)


def trail(there: TriedRoom) -> list[audit.Record]:
    with there.store.reading() as c:
        return audit.page(c)[0]


def problems(refusal: pytest.ExceptionInfo[InvalidInput]) -> dict[str, str]:
    return {problem.path: str(problem) for problem in refusal.value.problems}


# Making and changing


def test_an_account_is_made_and_audited_without_its_password(there: TriedRoom) -> None:
    made = create(there, name="Dr A")
    assert accounts.get_account(there, ADMIN, "dr-a") == made
    assert made.password_hash.startswith("$argon2id$")
    assert PASSWORD not in repr(made) + str(trail(there))
    (told,) = trail(there)
    assert (told.event, told.actor, told.detail) == (
        "account-created",
        "administrator",
        {"account": "dr-a", "roles": ["radiologist"]},
    )


@pytest.mark.parametrize(
    ("word", "role"),
    [
        ("administrator", Role.ADMINISTRATOR),
        ("Admin", Role.ADMINISTRATOR),
        ("facility user", Role.FACILITY),
        ("facility_user", Role.FACILITY),
        ("quality manager", Role.QUALITY),
        ("Quality-Manager", Role.QUALITY),
        ("auditors", Role.AUDITOR),
        ("INTEGRATOR", Role.INTEGRATOR),
        ("coordinator", Role.COORDINATOR),
    ],
)
def test_roles_have_the_names_that_people_give_them(there: TriedRoom, word: str, role: Role) -> None:
    made = create(there, roles=[word], reader=None, facility="zliten-clinic" if role is Role.FACILITY else None)
    assert made.roles == {role}


@pytest.mark.parametrize("word", ["system", "king", "", "radiologst"])
def test_an_unknown_role_is_refused_with_those_there_are(there: TriedRoom, word: str) -> None:
    with pytest.raises(InvalidInput) as refusal:
        create(there, roles=[word])
    assert "known: administrator, radiologist" in problems(refusal)["roles.0"]
    assert ("did you mean 'radiologist'" in problems(refusal)["roles.0"]) == (word == "radiologst")


def test_everything_that_is_wrong_is_said_at_once(there: TriedRoom) -> None:
    with pytest.raises(InvalidInput) as refusal:
        create(there, "not a name", password="short", reader="dr-sale", facility="zliten", language="xx")
    told = problems(refusal)
    assert set(told) == {"username", "password", "reader", "facility", "language"}
    assert "did you mean 'dr-salem'" in told["reader"]
    assert "did you mean 'zliten-clinic'" in told["facility"]
    assert "short" not in told["password"]


def test_a_radiologist_needs_a_reader_and_a_facility_user_a_facility(there: TriedRoom) -> None:
    with pytest.raises(InvalidInput) as refusal:
        create(there, roles=["radiologist", "facility"], reader=None)
    assert "dr-salem, dr-borg, dr-night" in problems(refusal)["reader"]
    assert "zliten-clinic, gozo-hospital" in problems(refusal)["facility"]


def test_a_name_is_given_once(there: TriedRoom) -> None:
    create(there)
    with pytest.raises(InvalidInput, match="content") as refusal:
        create(there)
    assert "already" in problems(refusal)["username"]


@pytest.mark.parametrize("password", ["1234567", "", "dr-a", "DR-A"])
def test_short_passwords_and_the_user_name_are_refused(there: TriedRoom, password: str) -> None:
    with pytest.raises(InvalidInput):
        create(there, password=password)


def test_only_administrators_manage_accounts(there: TriedRoom) -> None:
    create(there)
    for actor in (coordinator(), radiologist(), person(Role.AUDITOR)):
        with pytest.raises(NotAllowed):
            accounts.list_accounts(there, actor)
        with pytest.raises(NotAllowed):
            accounts.update_account(there, actor, "dr-a", disabled=True)
        with pytest.raises(NotAllowed):
            accounts.get_account(there, actor, "dr-a")
    assert accounts.get_account(there, radiologist(username="dr-a"), "dr-a").username == "dr-a"


def test_a_change_is_a_new_version_that_tells_what_changed(there: TriedRoom) -> None:
    create(there)
    changed = accounts.update_account(
        there, ADMIN, "dr-a", 1, roles=["radiologist", "quality manager"], password="another one!", name=None
    )
    assert (changed.version, changed.roles, changed.reader) == (2, {Role.RADIOLOGIST, Role.QUALITY}, "dr-salem")
    told = trail(there)[0]
    assert (told.event, told.detail["changed"]) == ("roles-changed", ["password", "roles"])
    assert told.detail["roles_before"] == ["radiologist"]
    with pytest.raises(StaleVersion):
        accounts.update_account(there, ADMIN, "dr-a", 1, name="Dr B")
    with pytest.raises(NotFound):
        accounts.update_account(there, ADMIN, "nobody", name="Dr B")
    with pytest.raises(InvalidInput):
        accounts.update_account(there, ADMIN, "dr-a", created_at=None)
    with pytest.raises(InvalidInput):
        accounts.update_account(there, ADMIN, "dr-a", reader=None)


# The first and the last administrator


def test_the_first_administrator_is_announced_once(there: TriedRoom) -> None:
    told: list[str] = []
    assert accounts.ensure_first_administrator(there, {}, told.append)
    assert not accounts.ensure_first_administrator(there, {}, told.append)
    (line,) = told
    password = line.rstrip(".").rpartition(" ")[2]
    assert accounts.sign_in(there, "admin", password, HERE).username == "admin"
    assert password not in str(trail(there))


def test_the_first_administrators_password_may_be_given(there: TriedRoom) -> None:
    told: list[str] = []
    accounts.ensure_first_administrator(there, {"TELERADIOLOGY_ADMIN_PASSWORD": PASSWORD}, told.append)
    assert accounts.sign_in(there, "admin", PASSWORD, HERE)
    assert PASSWORD not in told[0]


def test_a_given_password_that_is_too_short_stops_the_start(there: TriedRoom) -> None:
    with pytest.raises(InvalidConfiguration) as refusal:
        accounts.ensure_first_administrator(there, {"TELERADIOLOGY_ADMIN_PASSWORD": "short"}, print)
    assert refusal.value.problems[0].path == "TELERADIOLOGY_ADMIN_PASSWORD"


@pytest.mark.parametrize("change", [{"disabled": True}, {"roles": ["auditor"]}])
def test_the_last_administrator_stays_one(there: TriedRoom, change: dict[str, Any]) -> None:
    accounts.ensure_first_administrator(there, {}, lambda line: None)
    with pytest.raises(InvalidTransition, match="last administrator"):
        accounts.update_account(there, ADMIN, "admin", **change)
    create(there, "second", roles=["administrator"], reader=None)
    accounts.update_account(there, ADMIN, "admin", **change)
    with pytest.raises(InvalidTransition, match="last administrator"):
        accounts.update_account(there, ADMIN, "second", **change)


# One's own account


def test_a_new_password_of_ones_own_ends_the_other_sessions(there: TriedRoom) -> None:
    create(there)
    here, elsewhere = (accounts.sign_in(there, "dr-a", PASSWORD, HERE) for _ in range(2))
    actor, session = accounts.actor_of_session(there, here.cookie, HERE)
    with pytest.raises(NotAllowed):
        accounts.change_own_password(there, actor, "not the old one", "another password")
    accounts.change_own_password(there, actor, PASSWORD, "another password", keep=session)
    accounts.actor_of_session(there, here.cookie, HERE)
    with pytest.raises(NotSignedIn):
        accounts.actor_of_session(there, elsewhere.cookie, HERE)
    assert accounts.sign_in(there, "dr-a", "another password", HERE)


def test_language_and_theme_are_ones_own_choice(there: TriedRoom) -> None:
    create(there)
    actor = radiologist(username="dr-a")
    assert accounts.set_preferences(there, actor, language="ar", theme="dark").theme == "dark"
    assert accounts.get_account(there, actor, "dr-a").language == "ar"
    with pytest.raises(InvalidInput) as refusal:
        accounts.set_preferences(there, actor, language="xx", theme="pink")
    assert set(problems(refusal)) == {"language", "theme"}


# Tokens


def test_a_token_is_shown_once_and_kept_as_a_hash(there: TriedRoom) -> None:
    create(there)
    token, secret = accounts.create_token(there, radiologist(username="dr-a"), "nightly export", there.now() + timedelta(days=1))
    assert accounts.list_tokens(there, ADMIN, "dr-a") == [token]
    assert accounts.actor_of_token(there, secret, HERE).username == "dr-a"
    assert secret not in repr(token) + str(trail(there))
    assert secret[3:] not in (there.settings.data_dir / "teleradiology.db").read_bytes().decode("latin-1")


def test_a_token_ends_at_its_time_or_when_it_is_revoked(there: TriedRoom) -> None:
    create(there)
    actor = radiologist(username="dr-a")
    _, secret = accounts.create_token(there, actor, "x", there.now() + timedelta(hours=1))
    accounts.actor_of_token(there, secret, HERE)
    there.clock.pass_(3600)
    with pytest.raises(NotSignedIn, match="expired or was revoked"):
        accounts.actor_of_token(there, secret, HERE)
    other, lasting = accounts.create_token(there, actor, "y")
    accounts.actor_of_token(there, lasting, HERE)
    accounts.revoke_token(there, actor, other.id)
    with pytest.raises(NotSignedIn):
        accounts.actor_of_token(there, lasting, HERE)


def test_other_peoples_tokens_are_unknown_except_to_administrators(there: TriedRoom) -> None:
    create(there)
    token, _ = accounts.create_token(there, radiologist(username="dr-a"), "x")
    stranger = radiologist(username="dr-b")
    with pytest.raises(NotFound):
        accounts.revoke_token(there, stranger, token.id)
    assert accounts.list_tokens(there, ADMIN, "dr-a")[0].revoked_at is None
    with pytest.raises(NotAllowed):
        accounts.list_tokens(there, stranger, "dr-a")
    with pytest.raises(NotAllowed):
        accounts.create_token(there, stranger, "x", username="dr-a")
    assert accounts.revoke_token(there, ADMIN, token.id).revoked_at == there.now()


@pytest.mark.parametrize(("name", "hours"), [("", 1), ("x", 0), ("x", -1)])
def test_a_token_has_a_purpose_and_a_future(there: TriedRoom, name: str, hours: int) -> None:
    create(there)
    with pytest.raises(InvalidInput):
        accounts.create_token(there, radiologist(username="dr-a"), name, there.now() + timedelta(hours=hours))
