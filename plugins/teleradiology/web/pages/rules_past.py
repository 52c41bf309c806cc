"""The rules of the past on a page: who put which in force when, what they changed, and the way back."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, redirect, render_template, request

from ...config.difference_details import Detail
from ...core.errors import NotFound, NotSignedIn, Refusal
from ...core.identity import require
from ...workflow import accounts, rules
from ...workflow.room import Room
from .. import ROOT, auth
from ..problems import document, status_of
from .words import N_, _

CAUSES = {
    "start": N_("at the start"),
    "file": N_("the file changed"),
    "api": N_("by hand"),
    "rollback": N_("taken back"),
}


def register(pages: Blueprint, room: Room) -> None:
    """The routes."""
    pages.add_url_rule("/rules/history", "rules_history", lambda: _page(room))
    pages.add_url_rule("/rules/rollback", "rules_rollback", lambda: _rollback(room), methods=["POST"])


def _page(room: Room, refusal: Refusal | None = None) -> Response:
    changes = rules.history(room, auth.actor())
    wanted = request.args.get("digest", "")
    status = status_of(refusal) if refusal else 200
    text = render_template(
        "page/rules_history.html",
        changes=[(each, _(CAUSES.get(each.cause, each.cause))) for each in changes],
        current=room.rules.current.digest,
        opened=wanted,
        found=_differences(room, wanted, request.args.get("before", "")) if wanted else (),
        problem=document(refusal, status) if refusal else None,
        said=_("These rules are in force again, and the file on the disk is theirs.") if request.args.get("said") else "",
    )
    return Response(text, status, content_type="text/html; charset=utf-8")


def _differences(room: Room, digest: str, before: str) -> tuple[Detail, ...]:
    return rules.difference(room, auth.actor(), before, digest) if before else ()


def _rollback(room: Room) -> Any:
    """With the password once more: this changes what decides about every study."""
    actor = auth.actor()
    require(actor, "rules")
    try:
        accounts.check_password(room, actor, request.form.get("password", ""))
        rules.rollback(room, actor, request.form.get("digest", ""))
    except (NotFound, NotSignedIn):
        raise
    except Refusal as refusal:
        return _page(room, refusal)
    return redirect(f"{ROOT}/rules/history?said=back", 303)
