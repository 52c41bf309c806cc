"""Accounts: who may sign in, as what. Callers find here too how people prove who they are, and API tokens."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

from ..core.errors import InvalidConfiguration, InvalidInput, InvalidTransition, NotFound, Problem, StaleVersion, Told
from ..core.identity import Actor, Role, require, service
from ..store import accounts, audit
from ..store.accounts import Account
from ..store.engine import Connection
from .account_checks import account_problems, mail_problems, password_problems, refuse, roles_of, username_problems
from .room import Room
from .signing_in import Session, actor_of_basic, actor_of_session, actor_of_token, check_password, sign_in, sign_out
from .tokens import create_token, list_tokens, revoke_token

__all__ = [
    "Session",
    "actor_of_basic",
    "actor_of_session",
    "actor_of_token",
    "change_own_password",
    "check_password",
    "create_account",
    "create_token",
    "ensure_first_administrator",
    "get_account",
    "list_accounts",
    "list_tokens",
    "revoke_token",
    "set_mail",
    "set_preferences",
    "sign_in",
    "sign_out",
    "update_account",
]

FIRST = "admin"
PASSWORD_VARIABLE = "TELERADIOLOGY_ADMIN_PASSWORD"
THEMES = ("", "light", "dark")
_CHANGEABLE = ("password", "roles", "name", "reader", "facility", "language", "disabled", "email", "mail")


def list_accounts(room: Room, actor: Actor) -> list[Account]:
    """Every account, by name."""
    require(actor, "accounts")
    with room.store.reading() as c:
        return accounts.all_of_them(c)


def get_account(room: Room, actor: Actor, username: str) -> Account:
    """One account; one's own, or for administrators anybody's."""
    if username != actor.username:
        require(actor, "accounts")
    with room.store.reading() as c:
        return _known(accounts.get(c, username))


def create_account(
    room: Room,
    actor: Actor,
    *,
    username: str,
    password: str,
    roles: Iterable[str],
    name: str = "",
    reader: str | None = None,
    facility: str | None = None,
    language: str = "",
    email: str = "",
    mail: str = "all",
) -> Account:
    """A new account. All that is wrong with it is said at once, as InvalidInput."""
    require(actor, "accounts")
    given, problems = roles_of(roles)
    now = room.now()
    made = Account(username, 1, name, "", given, reader or None, facility or None, language, "", False, now, 0, None, email, mail)
    problems += account_problems(room, made) + password_problems(username, password)
    refuse(problems + username_problems(username))
    made = replace(made, password_hash=room.door.passwords.hash(password))
    with room.store.writing() as c:
        if accounts.get(c, username):
            text, told = f"there is an account '{username}' already", Told("account-exists", {"found": username})
            raise InvalidInput(problems=[Problem(text, path="username", told=told)])
        accounts.add(c, made)
        audit.append(c, "account-created", actor, now, detail={"account": username, "roles": sorted(given)})
    return made


def update_account(room: Room, actor: Actor, username: str, version: int | None = None, **changes: Any) -> Account:
    """Change what is given of: password, roles, name, reader, facility, language, disabled, email, mail.

    A changed password, or disabling, signs the account out everywhere.
    """
    require(actor, "accounts")
    unknown = [name for name in changes if name not in _CHANGEABLE]
    refuse([Problem(f"expected one of {', '.join(_CHANGEABLE)}", path=name) for name in unknown])
    with room.store.reading() as c:
        before = _known(accounts.get(c, username))
    columns = _checked(room, before, changes)
    with room.store.writing() as c:
        found = _known(accounts.get(c, username))
        if found.version != (before.version if version is None else version):
            raise StaleVersion()
        changed = accounts.change(c, found, **columns)
        _keep_an_administrator(c, found, changed)
        if "password_hash" in columns or changed.disabled:
            accounts.end_sessions_of(c, username)
        _audit_change(c, actor, found, changed, room.now())
    return changed


def _checked(room: Room, before: Account, changes: Mapping[str, Any]) -> dict[str, Any]:
    """The changes as columns, or InvalidInput with all problems."""
    changes = {name: value for name, value in changes.items() if value is not None or name in ("reader", "facility")}
    columns = {name: value for name, value in changes.items() if name not in ("password", "roles")}
    columns |= {name: columns[name] or None for name in ("reader", "facility") if name in columns}
    problems: list[Problem] = []
    if "roles" in changes:
        columns["roles"], problems = roles_of(changes["roles"])
    if "password" in changes:
        problems += password_problems(before.username, changes["password"])
    refuse(problems + account_problems(room, replace(before, **columns)))
    if "password" in changes:
        columns["password_hash"] = room.door.passwords.hash(changes["password"])
    return columns


def _audit_change(c: Connection, actor: Actor, before: Account, after: Account, now: datetime) -> None:
    changed = sorted(
        "password" if name == "password_hash" else name
        for name in ("password_hash", *_CHANGEABLE[1:])
        if getattr(before, name) != getattr(after, name)
    )
    detail: dict[str, Any] = {"account": after.username, "changed": changed, "disabled": after.disabled}
    if before.roles != after.roles:
        detail |= {"roles": sorted(after.roles), "roles_before": sorted(before.roles)}
    audit.append(c, "roles-changed" if before.roles != after.roles else "account-changed", actor, now, detail=detail)


def _keep_an_administrator(c: Connection, before: Account, after: Account) -> None:
    if not _administers(before) or _administers(after):
        return
    if not any(_administers(account) for account in accounts.all_of_them(c)):
        text = "this is the last administrator; make another one first"
        raise InvalidTransition(text, allowed=("create an administrator",), told=Told("last-administrator"))


def _administers(account: Account) -> bool:
    return Role.ADMINISTRATOR in account.roles and not account.disabled


def change_own_password(room: Room, actor: Actor, old: str, new: str, keep: Session | None = None) -> None:
    """A person's own new password; the other browsers are signed out."""
    refuse(password_problems(actor.username, new))
    check_password(room, actor, old)
    hashed = room.door.passwords.hash(new)
    with room.store.writing() as c:
        account = _known(accounts.get(c, actor.username))
        changed = accounts.change(c, account, password_hash=hashed)
        accounts.end_sessions_of(c, actor.username, keep=[keep.hash] if keep else [])
        _audit_change(c, actor, account, changed, room.now())


def set_preferences(room: Room, actor: Actor, *, language: str | None = None, theme: str | None = None) -> Account:
    """How a person likes the pages: language and colours."""
    wanted = {name: value for name, value in (("language", language), ("theme", theme)) if value is not None}
    problems = []
    if language and language not in room.settings.languages:
        problems.append(Problem(f"expected one of {', '.join(room.settings.languages)}", path="language"))
    if theme is not None and theme not in THEMES:
        problems.append(Problem("expected light, dark or nothing", path="theme"))
    refuse(problems)
    with room.store.writing() as c:
        return accounts.change(c, _known(accounts.get(c, actor.username)), **wanted)


def set_mail(room: Room, actor: Actor, email: str, mail: str) -> Account:
    """Where a person wants notices by mail, and which of them."""
    refuse(mail_problems(email, mail))
    with room.store.writing() as c:
        account = _known(accounts.get(c, actor.username))
        if (account.email, account.mail) == (email, mail):
            return account
        changed = accounts.change(c, account, email=email, mail=mail)
        _audit_change(c, actor, account, changed, room.now())
    return changed


def ensure_first_administrator(room: Room, environ: Mapping[str, str], announce: Callable[[str], None]) -> bool:
    """Make the account `admin` when there is no account at all. A password that had to be made up is announced, once.

    False when there was nothing to do.
    """
    with room.store.reading() as c:
        if accounts.count(c):
            return False
    given = environ.get(PASSWORD_VARIABLE, "")
    password = given or secrets.token_urlsafe(12)
    problems = password_problems(FIRST, password)
    if problems:
        raise InvalidConfiguration(problems=[replace(problem, path=PASSWORD_VARIABLE) for problem in problems])
    hashed, now = room.door.passwords.hash(password), room.now()
    roles = frozenset({Role.ADMINISTRATOR})
    with room.store.writing() as c:
        if accounts.count(c):  # another process was faster
            return False
        accounts.add(c, Account(FIRST, 1, "", hashed, roles, None, None, "", "", False, now, 0, None))
        audit.append(c, "account-created", service(), now, detail={"account": FIRST, "roles": sorted(roles)})
    shown = f"the password in {PASSWORD_VARIABLE}" if given else f"the password {password}"
    announce(f"The first administrator signs in as '{FIRST}' with {shown}.")
    return True


def _known(account: Account | None) -> Account:
    if account is None:
        raise NotFound()
    return account
