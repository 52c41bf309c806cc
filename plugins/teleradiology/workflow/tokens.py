"""API tokens: what scripts and other systems sign in with, shown once and kept as a hash."""

from __future__ import annotations

import hashlib
import secrets
from datetime import datetime

from ..core.errors import NotFound, Problem
from ..core.identity import Actor, Role, require
from ..store import accounts, audit
from ..store.accounts import Token
from ..store.ids import new_id
from .account_checks import refuse
from .room import Room


def create_token(
    room: Room, actor: Actor, name: str, expires_at: datetime | None = None, username: str | None = None
) -> tuple[Token, str]:
    """A new API token and its secret, which is shown this once; for oneself, or by an administrator for anybody."""
    owner, now = username or actor.username, room.now()
    if owner != actor.username:
        require(actor, "accounts")
    problems = [] if name.strip() else [Problem("expected a name that says what the token is for", path="name")]
    if expires_at is not None and (expires_at.tzinfo is None or expires_at <= now):
        problems.append(Problem("expected an instant in the future, with zone", path="expires_at"))
    refuse(problems)
    secret = f"tr_{secrets.token_urlsafe(32)}"
    hashed = hashlib.sha256(secret.encode()).hexdigest()
    token = Token(new_id(now), owner, name.strip(), hashed, now, expires_at, None)
    with room.store.writing() as c:
        if accounts.get(c, owner) is None:
            raise NotFound()
        accounts.add_token(c, token)
        audit.append(c, "token-created", actor, now, detail={"account": owner, "token": token.id})
    return token, secret


def list_tokens(room: Room, actor: Actor, username: str | None = None) -> list[Token]:
    """Somebody's tokens, newest first, without their secrets."""
    owner = username or actor.username
    if owner != actor.username:
        require(actor, "accounts")
    with room.store.reading() as c:
        return accounts.tokens_of(c, owner)


def revoke_token(room: Room, actor: Actor, token_id: str) -> Token:
    """End a token at once. Another person's is unknown, except to administrators."""
    with room.store.writing() as c:
        token = accounts.revoke_token(c, token_id, room.now())
        if token is None or (token.username != actor.username and Role.ADMINISTRATOR not in actor.roles):
            raise NotFound()
        audit.append(c, "token-revoked", actor, room.now(), detail={"account": token.username, "token": token.id})
    return token
