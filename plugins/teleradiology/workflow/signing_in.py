"""Who somebody is: by user name and password, session cookie, or API token; every way in and every refusal is audited."""

from __future__ import annotations

import base64
import binascii
import hashlib
import secrets
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from ..core.audit import MINOR_FAILURE
from ..core.errors import NotAllowed, NotSignedIn, Told
from ..core.identity import Actor
from ..store import accounts, audit
from ..store.accounts import Account, SessionRow
from .room import Room

_TOUCH_EVERY = timedelta(minutes=1)  # a session in use is written down this often, not at each request
_WRONG = "The user name or the password is wrong."


@dataclass(frozen=True)
class Session:
    """A browser that is signed in. ``cookie`` is known at sign-in only; afterwards the database has its hash."""

    username: str
    csrf: str = field(repr=False)
    expires_at: datetime
    hash: str = field(repr=False)
    cookie: str = field(default="", repr=False)


def sign_in(room: Room, username: str, password: str, origin: str) -> Session:
    """Open a session for a browser. Raises NotSignedIn, or Busy after too many failures."""
    account = _proved(room, username, password, origin)
    cookie, now = secrets.token_urlsafe(32), room.now()
    row = SessionRow(
        hash=_sha256(cookie),
        username=account.username,
        csrf=secrets.token_urlsafe(32),
        created_at=now,
        seen_at=now,
        expires_at=now + timedelta(hours=room.settings.session_hours),
    )
    with room.store.writing() as c:
        accounts.forget_sessions(c, now - _idle(room), now)
        accounts.add_session(c, row)
        audit.append(c, "signed-in", actor_for(room, account, origin), now, detail={"way": "session"})
    return _session(row, cookie)


def sign_out(room: Room, actor: Actor, session: Session) -> None:
    """End a browser's session."""
    with room.store.writing() as c:
        accounts.end_session(c, session.hash)
        audit.append(c, "signed-out", actor, room.now())


def actor_of_session(room: Room, cookie: str, origin: str, *, passive: bool = False) -> tuple[Actor, Session]:
    """Whose browser this is. ``passive`` is for what a page asks by itself: it must not keep an abandoned session alive."""
    now, wanted = room.now(), _sha256(cookie)
    with room.store.reading() as c:
        row = accounts.session_by_hash(c, wanted)
        account = accounts.get(c, row.username) if row else None
    if row is None or account is None or account.disabled:
        raise NotSignedIn()
    if now >= row.expires_at or now - row.seen_at >= _idle(room):
        raise NotSignedIn("The session has ended; sign in again.", told=Told("session-ended"))
    if not passive and now - row.seen_at >= _TOUCH_EVERY:
        with room.store.writing() as c:
            accounts.touch_session(c, row.hash, now)
    return actor_for(room, account, origin), _session(row)


def actor_of_basic(room: Room, header: str, origin: str) -> Actor:
    """Who sends this Authorization header (RFC 7617). Right credentials are remembered for some minutes."""
    username, password = _basic(header)
    now = room.now()
    with room.store.reading() as c:
        known = accounts.get(c, username)
    if known and not known.disabled and room.door.remembered.knows(username, password, known.version, now):
        return actor_for(room, known, origin)
    account = _proved(room, username, password, origin)
    _note_script(room, account, origin, password, "basic")
    return actor_for(room, account, origin)


def actor_of_token(room: Room, secret: str, origin: str) -> Actor:
    """Whose API token this is."""
    now = room.now()
    room.door.failures.refuse_if_too_many("", origin, now)
    with room.store.reading() as c:
        token = accounts.token_by_hash(c, _sha256(secret))
        account = accounts.get(c, token.username) if token else None
    if token is None or account is None:
        _refused(room, None, "", origin, "token")
        raise NotSignedIn("There is no such API token.")
    if account.disabled or token.revoked_at or (token.expires_at and token.expires_at <= now):
        _refused(room, account, "", origin, "token")
        raise NotSignedIn("This API token has expired or was revoked.")
    if not room.door.remembered.knows(account.username, secret, account.version, now):
        _note_script(room, account, origin, secret, "token")
    return actor_for(room, account, origin)


def check_password(room: Room, actor: Actor, password: str) -> None:
    """Whether it is really the actor who is about to sign. Raises NotAllowed, or Busy after too many failures."""
    now = room.now()
    room.door.failures.refuse_if_too_many(actor.username, actor.origin, now)
    with room.store.reading() as c:
        account = accounts.get(c, actor.username)
    kept = account.password_hash if account and not account.disabled else ""
    if room.door.passwords.fits(kept, password):
        room.door.failures.forget(actor.username, actor.origin)
        return
    _refused(room, account, actor.username, actor.origin, "signature", event="re-authentication-failed")
    raise NotAllowed("The password is not that of your account.", told=Told("password-wrong"))


def actor_for(room: Room, account: Account, origin: str) -> Actor:
    """An account as somebody who acts from an address."""
    return Actor(
        username=account.username,
        roles=account.roles,
        name=account.name or account.username,
        facility=account.facility,
        reader=account.reader,
        origin=origin,
        language=account.language or room.settings.languages[0],
    )


def _proved(room: Room, username: str, password: str, origin: str) -> Account:
    """The account that the password opens; as slow for one that does not exist."""
    room.door.failures.refuse_if_too_many(username, origin, room.now())
    with room.store.reading() as c:
        account = accounts.get(c, username)
    usable = account is not None and not account.disabled
    fitting = room.door.passwords.fits(account.password_hash if account else "", password)
    if account is None or not usable or not fitting:
        _refused(room, account, username, origin, "password")
        raise NotSignedIn(_WRONG, told=Told("sign-in-wrong"))
    return _welcomed(room, account, password, origin)


def _welcomed(room: Room, account: Account, password: str, origin: str) -> Account:
    room.door.failures.forget(account.username, origin)
    outdated = room.door.passwords.is_outdated(account.password_hash)
    if not outdated and not account.failed_sign_ins:
        return account
    stronger = room.door.passwords.hash(password) if outdated else account.password_hash
    with room.store.writing() as c:
        accounts.note_sign_in(c, account.username, 0, None)
        return accounts.change(c, account, password_hash=stronger) if outdated else account


def _refused(room: Room, account: Account | None, username: str, origin: str, way: str, *, event: str = "sign-in-failed") -> None:
    """Count and audit a failure. A name that is no account is not written down: people type their password there."""
    now = room.now()
    room.door.failures.note(username, origin, now)
    who = actor_for(room, account, origin) if account else Actor("", frozenset(), origin=origin)
    with room.store.writing() as c:
        if account:
            accounts.note_sign_in(c, account.username, account.failed_sign_ins + 1, account.locked_until)
        audit.append(c, event, who, now, outcome=MINOR_FAILURE, detail={"way": way})


def _note_script(room: Room, account: Account, origin: str, secret: str, way: str) -> None:
    now = room.now()
    room.door.remembered.remember(account.username, secret, account.version, now)
    with room.store.writing() as c:
        audit.append(c, "signed-in", actor_for(room, account, origin), now, detail={"way": way})


def _basic(header: str) -> tuple[str, str]:
    scheme, _, encoded = header.partition(" ")
    try:
        username, colon, password = base64.b64decode(encoded.strip(), validate=True).decode("utf-8").partition(":")
    except (binascii.Error, UnicodeDecodeError):
        colon, username, password = "", "", ""
    if scheme.lower() != "basic" or not colon or not username.isprintable():  # PostgreSQL cannot be asked for a NUL
        raise NotSignedIn("Expected 'Authorization: Basic' with base64 of 'user name:password' in UTF-8.")
    return username, password


def _idle(room: Room) -> timedelta:
    return timedelta(minutes=room.settings.session_minutes)


def _session(row: SessionRow, cookie: str = "") -> Session:
    return Session(row.username, row.csrf, row.expires_at, row.hash, cookie)


def _sha256(secret: str) -> str:
    return hashlib.sha256(secret.encode("utf-8", "surrogatepass")).hexdigest()
