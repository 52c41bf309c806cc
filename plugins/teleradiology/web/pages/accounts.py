"""Accounts: the administrator's list and form, and everybody's own page with password and API tokens."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from flask import Blueprint, Response, redirect, render_template, request

from ...core.errors import InvalidInput, NotFound, NotSignedIn, Problem, Refusal
from ...core.identity import Role, require
from ...core.names import clean
from ...store.accounts import Account
from ...workflow import accounts
from ...workflow.room import Room
from .. import ROOT, auth
from ..problems import document, status_of
from . import words
from .words import _

GIVEN = tuple(role for role in Role if role is not Role.SYSTEM)


@dataclass(frozen=True)
class Row:
    """An account in the list, with the reader or site that it belongs to in words."""

    account: Account
    place: str


@dataclass(frozen=True)
class Mail:
    """Where somebody's notices go by mail, and which of them."""

    email: str
    chosen: str
    choices: list[tuple[str, str]]


@dataclass(frozen=True)
class Form:
    """What stands in the form: the account, or what was typed when it was refused."""

    is_new: bool
    version: int
    username: str
    name: str
    roles: frozenset[str]
    reader: str
    facility: str
    disabled: bool
    email: str
    all_roles: list[tuple[str, str]]
    readers: list[tuple[str, str]]
    facilities: list[tuple[str, str]]


def register(pages: Blueprint, room: Room) -> None:
    """The routes of accounts."""
    pages.add_url_rule("/accounts", "accounts", lambda: _list(room))
    pages.add_url_rule("/accounts/new", "accounts_new", lambda: _edit(room, None))
    pages.add_url_rule("/accounts/new", "accounts_create", lambda: _save(room, None), methods=["POST"])
    pages.add_url_rule("/accounts/<username>", "accounts_edit", lambda username: _edit(room, username))
    pages.add_url_rule("/accounts/<username>", "accounts_save", lambda username: _save(room, username), methods=["POST"])


def _list(room: Room) -> str:
    rules = room.rules.current
    found = accounts.list_accounts(room, auth.actor())
    names = {one.id: one.name for one in rules.readers.values()} | {one.id: one.name for one in rules.facilities.values()}
    rows = [Row(one, " · ".join(names.get(place, place) for place in (one.reader, one.facility) if place)) for one in found]
    said = {"saved": _("Saved."), "created": _("The account was made.")}.get(request.args.get("said", ""), "")
    return render_template("page/accounts.html", accounts=rows, said=said)


def _edit(room: Room, username: str | None, refusal: Refusal | None = None) -> Response:
    actor = auth.actor()
    require(actor, "accounts")
    account = accounts.get_account(room, actor, username) if username is not None else None
    form = _typed(room, account) if refusal else _stored(room, account)
    status = status_of(refusal) if refusal else 200
    text = render_template("page/account_edit.html", form=form, problem=document(refusal, status) if refusal else None)
    return Response(text, status, content_type="text/html; charset=utf-8")


def _save(room: Room, username: str | None) -> Any:
    actor, given = auth.actor(), _given()
    try:
        if username is None:
            accounts.create_account(room, actor, username=clean(request.form.get("username", "")).strip(), **given)
        else:
            given["disabled"] = request.form.get("disabled") == "yes"
            if not given["password"]:
                del given["password"]
            accounts.update_account(room, actor, username, _version(), **given)
    except (NotSignedIn, NotFound):
        raise
    except Refusal as refusal:
        return _edit(room, username, refusal)
    return redirect(f"{ROOT}/accounts?said={'created' if username is None else 'saved'}", 303)


def _given() -> dict[str, Any]:
    form = request.form
    return {
        "name": clean(form.get("name", "")).strip(),
        "password": form.get("password", ""),
        "roles": [role.value for role in GIVEN if form.get(f"role-{role.value}") == "yes"],
        "reader": form.get("reader", "") or None,
        "facility": form.get("facility", "") or None,
        "email": clean(form.get("email", "")).strip(),
    }


def _version() -> int:
    try:
        return int(request.form.get("version", ""))
    except ValueError:
        raise InvalidInput(_("The form is incomplete; open the page again.")) from None


def _stored(room: Room, account: Account | None) -> Form:
    if account is None:
        return _form(room, True, 0, "", "", frozenset(), "", "", False, "")
    roles = frozenset(role.value for role in account.roles)
    place = (account.reader or "", account.facility or "")
    return _form(room, False, account.version, account.username, account.name, roles, *place, account.disabled, account.email)


def _typed(room: Room, account: Account | None) -> Form:
    given = _given()
    username = account.username if account else request.form.get("username", "")[:64]
    place = (given["reader"] or "", given["facility"] or "")
    version = account.version if account else 0
    disabled, roles = request.form.get("disabled") == "yes", frozenset(given["roles"])
    return _form(room, account is None, version, username, given["name"], roles, *place, disabled, given["email"])


def _form(room: Room, *values: Any) -> Form:
    rules = room.rules.current
    roles = [(role.value, words.translated(words.ROLES, role.value)) for role in GIVEN]
    readers = [(one.id, one.name) for one in rules.readers.values()]
    facilities = [(one.id, one.name) for one in rules.facilities.values()]
    return Form(*(*values, roles, readers, facilities))


def register_own(pages: Blueprint, room: Room) -> None:
    """The routes of everybody's own account."""
    pages.add_url_rule("/account", "account", lambda: _own(room))
    pages.add_url_rule("/account/password", "account_password", lambda: _password(room), methods=["POST"])
    pages.add_url_rule("/account/mail", "account_mail", lambda: _mail(room), methods=["POST"])
    pages.add_url_rule("/account/tokens", "account_token", lambda: _token(room), methods=["POST"])
    pages.add_url_rule("/account/tokens/<token>/revoke", "account_revoke", lambda token: _revoke(room, token), methods=["POST"])


def _own(room: Room, refusal: Refusal | None = None, secret: str = "") -> Response:
    status = status_of(refusal) if refusal else 200
    texts = {"password": _("The password is changed; other browsers are signed out."), "mail": _("Saved.")}
    said = texts.get(request.args.get("said", ""), "")
    account = accounts.get_account(room, auth.actor(), auth.actor().username)
    choices = [(name, words.translated(words.MAIL, name)) for name in words.MAIL]
    typed = request.form if "mail" in request.form else {}
    mail = Mail(typed.get("email", account.email), typed.get("mail", account.mail), choices)
    text = render_template(
        "page/account.html",
        tokens=accounts.list_tokens(room, auth.actor()),
        problem=document(refusal, status) if refusal else None,
        secret=secret,
        mail=mail,
        said=said,
    )
    return Response(text, status, content_type="text/html; charset=utf-8")


def _password(room: Room) -> Any:
    found, form = auth.identity(), request.form
    try:
        if form.get("new", "") != form.get("again", ""):
            problem = Problem(_("differs from the one above"), path="again")
            raise InvalidInput(_("The two new passwords differ."), problems=[problem])
        accounts.change_own_password(room, found.actor, form.get("old", ""), form.get("new", ""), keep=found.session)
    except NotSignedIn:
        raise
    except Refusal as refusal:
        return _own(room, refusal)
    return redirect(f"{ROOT}/account?said=password", 303)


def _mail(room: Room) -> Any:
    form = request.form
    try:
        accounts.set_mail(room, auth.actor(), clean(form.get("email", "")).strip(), form.get("mail", ""))
    except InvalidInput as refusal:
        return _own(room, refusal)
    return redirect(f"{ROOT}/account?said=mail", 303)


def _token(room: Room) -> Response:
    try:
        _made, secret = accounts.create_token(room, auth.actor(), clean(request.form.get("name", "")).strip()[:64])
    except InvalidInput as refusal:
        return _own(room, refusal)
    return _own(room, secret=secret)


def _revoke(room: Room, token: str) -> Any:
    accounts.revoke_token(room, auth.actor(), token)
    return redirect(f"{ROOT}/account", 303)
