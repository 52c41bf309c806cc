"""Signing in and out, and the choice of language and theme."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, redirect, render_template, request

from ...core.errors import Busy, NotAllowed, NotSignedIn, Refusal
from ...core.names import clean
from ...store import accounts as stored
from ...workflow import accounts
from ...workflow.room import Room
from .. import ROOT, auth
from ..local_path import checked
from ..problems import document, status_of
from . import look
from .words import _


def register(pages: Blueprint, room: Room) -> None:
    """The routes of the door."""
    pages.add_url_rule("/sign-in", "sign_in", auth.public(lambda: _form()))
    pages.add_url_rule("/sign-in", "sign_in_now", auth.public(lambda: _sign_in(room)), methods=["POST"])
    pages.add_url_rule("/sign-out", "sign_out", lambda: _sign_out(room), methods=["POST"])
    pages.add_url_rule("/language", "language", auth.public(lambda: _language(room)), methods=["POST"])
    pages.add_url_rule("/look", "look", lambda: _look(room), methods=["POST"])


def _form() -> Any:
    if auth.actor_or_none():
        return redirect(checked(request.args.get("next", "")), 303)
    notice = _("You are signed out.") if request.args.get("out") else ""
    return _shown(next_path=request.args.get("next", ""), notice=notice)


def _shown(next_path: str, username: str = "", notice: str = "", refusal: Refusal | None = None) -> Response:
    # Not 401: that asks browsers for a credential of their own kind, and some then show no page at all.
    status = (403 if isinstance(refusal, NotSignedIn) else status_of(refusal)) if refusal else 200
    problem = document(refusal, status) if refusal else None
    text = render_template("page/sign_in.html", next=checked(next_path), username=username, notice=notice, problem=problem)
    return Response(text, status, content_type="text/html; charset=utf-8")


def _sign_in(room: Room) -> Any:
    username = clean(request.form.get("username", "")).strip()[:64]
    next_path = request.form.get("next", "")
    try:
        session = accounts.sign_in(room, username, request.form.get("password", ""), auth.origin())
    except (NotSignedIn, NotAllowed, Busy) as refusal:
        return _shown(next_path, username, refusal=refusal)
    response = redirect(checked(next_path), 303)
    auth.set_cookie(response, session.cookie)  # type: ignore[arg-type]
    with room.store.reading() as c:
        account = stored.get(c, session.username)
    if account and account.language:
        look.remember(response, look.LANGUAGE_COOKIE, account.language)  # type: ignore[arg-type]
    if account and account.theme:
        look.remember(response, look.THEME_COOKIE, account.theme)  # type: ignore[arg-type]
    return response


def _sign_out(room: Room) -> Any:
    found = auth.identity()
    if found.session:
        accounts.sign_out(room, found.actor, found.session)
    response = redirect(f"{ROOT}/sign-in?out=1", 303)
    auth.clear_cookie(response)  # type: ignore[arg-type]
    return response


def _language(room: Room) -> Any:
    """The switch of the sign-in page; nobody is known there yet, so only the browser remembers."""
    next_path = request.form.get("next", "")
    target = checked(next_path)
    response = redirect(f"{ROOT}/sign-in?next={target}" if target != f"{ROOT}/" else f"{ROOT}/sign-in", 303)
    _remember(room, response)
    return response


def _look(room: Room) -> Any:
    """Language or theme of a person who is signed in: kept with the account, so that the next browser knows it too."""
    response = redirect(checked(request.form.get("next", "")), 303)
    chosen = _remember(room, response)
    if "theme" in chosen:
        chosen["theme"] = "" if chosen["theme"] == "auto" else chosen["theme"]
    accounts.set_preferences(room, auth.actor(), **chosen)
    return response


def _remember(room: Room, response: Any) -> dict[str, str]:
    chosen = {}
    if request.form.get("language", "") in room.settings.languages:
        chosen["language"] = request.form["language"]
        look.remember(response, look.LANGUAGE_COOKIE, chosen["language"])
    if request.form.get("theme", "") in look.THEMES:
        chosen["theme"] = request.form["theme"]
        look.remember(response, look.THEME_COOKIE, chosen["theme"])
    return chosen
