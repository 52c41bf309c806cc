"""Accounts and API tokens; and who is asking."""

from __future__ import annotations

from typing import Any

from ...core.identity import RIGHTS, Role, may
from ...store.accounts import Account, Token
from ...workflow import accounts as workflow
from ...workflow.room import Room
from .. import ROOT, auth
from .models.people import (
    AccountChange,
    AccountIn,
    AccountList,
    AccountOut,
    MailChange,
    MeOut,
    NewTokenOut,
    TokenIn,
    TokenList,
    TokenOut,
    TokenQuery,
)
from .route import SIGNED_IN, Answer, Call, Route
from .shapes import instant


def accounts(room: Room, call: Call) -> Answer:
    """All accounts."""
    return Answer({"items": [_account(each) for each in workflow.list_accounts(room, call.who)], "next": None})


def create_account(room: Room, call: Call) -> Answer:
    """Make an account. Only who has the role radiologist reads and signs; administrators do not."""
    made = workflow.create_account(room, call.who, **call.body.model_dump())
    headers = {"Location": f"{ROOT}/api/accounts/{made.username}"}
    return Answer(_account(made), status=201, etag=str(made.version), headers=headers)


def account(room: Room, call: Call) -> Answer:
    """One account."""
    return _account_answer(workflow.get_account(room, call.who, call.path["username"]))


def change_account(room: Room, call: Call) -> Answer:
    """Change an account; what is left out stays."""
    changes = call.body.model_dump(exclude_unset=True)
    return _account_answer(workflow.update_account(room, call.who, call.path["username"], call.version, **changes))


def change_mail(room: Room, call: Call) -> Answer:
    """Say where your notices go by mail, and which of them."""
    return _account_answer(workflow.set_mail(room, call.who, call.body.email, call.body.mail))


def tokens(room: Room, call: Call) -> Answer:
    """API tokens without their secrets: one's own, or for administrators anybody's."""
    found = workflow.list_tokens(room, call.who, call.query.username or None)
    return Answer({"items": [_token(each) for each in found], "next": None})


def create_token(room: Room, call: Call) -> Answer:
    """Make an API token. Its secret is in this answer and nowhere else."""
    body = call.body
    made, secret = workflow.create_token(room, call.who, body.name, body.expires_at, body.username)
    return Answer({**_token(made), "token": secret}, status=201)


def revoke_token(room: Room, call: Call) -> Answer:
    """Make a token worthless."""
    return Answer(_token(workflow.revoke_token(room, call.who, call.path["token"])))


def me(room: Room, call: Call) -> Answer:
    """Who is asking, and what they may do."""
    who = call.who
    return Answer(
        {
            "username": who.username,
            "name": who.name,
            "roles": sorted(who.roles),
            "rights": [right for right in RIGHTS if may(who, right)],
            "reader": who.reader,
            "facility": who.facility,
            "language": who.language,
            "csrf_token": auth.csrf_token() or None,
        }
    )


def _account_answer(found: Account) -> Answer:
    return Answer(_account(found), etag=str(found.version))


def _account(value: Account) -> dict[str, Any]:
    return {
        "username": value.username,
        "version": value.version,
        "name": value.name,
        "roles": sorted(Role(role) for role in value.roles),
        "reader": value.reader,
        "facility": value.facility,
        "language": value.language or None,
        "email": value.email or None,
        "mail": value.mail,
        "disabled": value.disabled,
        "locked_until": instant(value.locked_until),
        "created_at": instant(value.created_at),
    }


def _token(value: Token) -> dict[str, Any]:
    return {
        "id": value.id,
        "username": value.username,
        "name": value.name,
        "created_at": instant(value.created_at),
        "expires_at": instant(value.expires_at),
        "revoked_at": instant(value.revoked_at),
    }


_USERNAME = "/api/accounts/{username}"
ROUTES = (
    Route("GET", "/api/accounts", accounts, "accounts", AccountList, cached=True),
    Route("POST", "/api/accounts", create_account, "accounts", AccountOut, body=AccountIn, status=201),
    Route("GET", _USERNAME, account, "accounts", AccountOut, cached=True),
    Route("PUT", _USERNAME, change_account, "accounts", AccountOut, body=AccountChange, versioned=True),
    Route("GET", "/api/tokens", tokens, SIGNED_IN, TokenList, query=TokenQuery),
    Route("POST", "/api/tokens", create_token, SIGNED_IN, NewTokenOut, body=TokenIn, status=201, repeatable=False),
    Route("DELETE", "/api/tokens/{token}", revoke_token, SIGNED_IN, TokenOut),
    Route("GET", "/api/me", me, SIGNED_IN, MeOut),
    Route("PUT", "/api/me/mail", change_mail, SIGNED_IN, AccountOut, body=MailChange),
)
