"""Accounts, API tokens and sessions; secrets are kept as hashes only."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy import Connection, func, select

from ..core.errors import StaleVersion
from ..core.identity import Role
from .schema import accounts, sessions, tokens


@dataclass(frozen=True)
class Account:
    """A row of ``schema.accounts``."""

    username: str
    version: int
    name: str
    password_hash: str = field(repr=False)
    roles: frozenset[Role]
    reader: str | None
    facility: str | None
    language: str
    theme: str
    disabled: bool
    created_at: datetime
    failed_sign_ins: int
    locked_until: datetime | None
    email: str = ""
    mail: str = "all"  # which notices go there: all, urgent, none


@dataclass(frozen=True)
class Token:
    """A row of ``schema.tokens``: an API token, without the secret."""

    id: str
    username: str
    name: str
    hash: str = field(repr=False)
    created_at: datetime
    expires_at: datetime | None
    revoked_at: datetime | None


@dataclass(frozen=True)
class SessionRow:
    """A row of ``schema.sessions``."""

    hash: str = field(repr=False)
    username: str
    csrf: str = field(repr=False)
    created_at: datetime
    seen_at: datetime
    expires_at: datetime


def get(c: Connection, username: str) -> Account | None:
    """The account of that name."""
    row = c.execute(select(accounts).where(accounts.c.username == username)).one_or_none()
    return _account(row) if row else None


def all_of_them(c: Connection) -> list[Account]:
    """Every account, by name."""
    return [_account(row) for row in c.execute(select(accounts).order_by(accounts.c.username))]


def in_use(c: Connection, *, reader: str | None = None, facility: str | None = None) -> list[Account]:
    """The accounts that are not disabled, by name; those of a reader or of a facility alone when one is named."""
    query = select(accounts).where(accounts.c.disabled.is_(False))
    query = query.where(accounts.c.reader == reader) if reader is not None else query
    query = query.where(accounts.c.facility == facility) if facility is not None else query
    return [_account(row) for row in c.execute(query.order_by(accounts.c.username))]


def count(c: Connection) -> int:
    """How many accounts there are."""
    return c.execute(select(func.count()).select_from(accounts)).scalar_one()


def add(c: Connection, account: Account) -> Account:
    """Keep a new account."""
    values = {name: getattr(account, name) for name in account.__dataclass_fields__}
    c.execute(sa.insert(accounts).values({**values, "roles": sorted(account.roles)}))
    return account


def change(c: Connection, account: Account, **columns: Any) -> Account:
    """Write the columns; the version grows. Raises StaleVersion when the account is no longer of ``account``'s version."""
    values = {**columns, "version": account.version + 1}
    stored = {**values, "roles": sorted(values["roles"])} if "roles" in values else values
    same = (accounts.c.username == account.username, accounts.c.version == account.version)
    if not c.execute(sa.update(accounts).where(*same).values(stored)).rowcount:
        raise StaleVersion()
    return replace(account, **values)


def note_sign_in(c: Connection, username: str, failed: int, locked_until: datetime | None) -> None:
    """Note how often in a row signing in has failed; the version stays, nothing about the account has changed."""
    values = {"failed_sign_ins": failed, "locked_until": locked_until}
    c.execute(sa.update(accounts).where(accounts.c.username == username).values(values))


def _account(row: Any) -> Account:
    values = row._asdict()
    return Account(**{**values, "roles": frozenset(Role(role) for role in values["roles"])})


def add_token(c: Connection, token: Token) -> Token:
    """Keep a new token."""
    c.execute(sa.insert(tokens).values({name: getattr(token, name) for name in token.__dataclass_fields__}))
    return token


def token_by_hash(c: Connection, token_hash: str) -> Token | None:
    """The token with that hash."""
    row = c.execute(select(tokens).where(tokens.c.hash == token_hash)).one_or_none()
    return Token(*row) if row else None


def tokens_of(c: Connection, username: str) -> list[Token]:
    """A user's tokens, newest first."""
    return [Token(*row) for row in c.execute(select(tokens).where(tokens.c.username == username).order_by(tokens.c.id.desc()))]


def revoke_token(c: Connection, token_id: str, now: datetime) -> Token | None:
    """End a token; None when there is none of that id. Ending it twice keeps the first date."""
    c.execute(sa.update(tokens).where(tokens.c.id == token_id, tokens.c.revoked_at.is_(None)).values(revoked_at=now))
    row = c.execute(select(tokens).where(tokens.c.id == token_id)).one_or_none()
    return Token(*row) if row else None


def add_session(c: Connection, session: SessionRow) -> SessionRow:
    """Keep a new session."""
    c.execute(sa.insert(sessions).values({name: getattr(session, name) for name in session.__dataclass_fields__}))
    return session


def session_by_hash(c: Connection, session_hash: str) -> SessionRow | None:
    """The session with that hash."""
    row = c.execute(select(sessions).where(sessions.c.hash == session_hash)).one_or_none()
    return SessionRow(*row) if row else None


def touch_session(c: Connection, session_hash: str, now: datetime) -> None:
    """Note that the session is in use."""
    c.execute(sa.update(sessions).where(sessions.c.hash == session_hash).values(seen_at=now))


def end_session(c: Connection, session_hash: str) -> None:
    """Sign a browser out."""
    c.execute(sa.delete(sessions).where(sessions.c.hash == session_hash))


def end_sessions_of(c: Connection, username: str, keep: Iterable[str] = ()) -> int:
    """Sign out all of a user's browsers but those kept, and say how many."""
    condition = (sessions.c.username == username, sessions.c.hash.not_in(list(keep)))
    return c.execute(sa.delete(sessions).where(*condition)).rowcount


def forget_sessions(c: Connection, seen_before: datetime, now: datetime) -> int:
    """Drop sessions that have ended by themselves."""
    ended = sa.or_(sessions.c.expires_at <= now, sessions.c.seen_at <= seen_before)
    return c.execute(sa.delete(sessions).where(ended)).rowcount
