"""The rules for administrators: what is in force since when, what is wrong with the file on the disk, checking a text."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from flask import Blueprint, Response, redirect, render_template, request

from ...config.difference_details import Detail, details
from ...core.errors import InvalidConfiguration, Problem
from ...core.identity import require
from ...store import rules_versions
from ...workflow import rules
from ...workflow.room import Room
from .. import ROOT, auth
from . import rules_past, rules_tried
from .rules_forms import text_given
from .words import _


@dataclass(frozen=True)
class Shown:
    """The rules in force."""

    file: str
    digest: str
    since: datetime | None
    by: str
    lines: list[str]
    problems: tuple[Problem, ...]
    warnings: tuple[Problem, ...]
    counts: dict[str, int]


@dataclass(frozen=True)
class Checked:
    """A text that was checked, what is wrong with it, and what it would change."""

    text: str
    problems: tuple[Problem, ...]
    differences: tuple[Detail, ...] = ()
    warnings: tuple[Problem, ...] = ()


def register(pages: Blueprint, room: Room) -> None:
    """The routes of the rules."""
    pages.add_url_rule("/rules", "rules", lambda: _page(room))
    pages.add_url_rule("/rules/reload", "rules_reload", lambda: _reload(room), methods=["POST"])
    pages.add_url_rule("/rules/check", "rules_check", lambda: _check(room), methods=["GET", "POST"])
    rules_tried.register(pages, room)
    rules_past.register(pages, room)


def _page(room: Room) -> Response:
    require(auth.actor(), "rules")
    said = _("The file was read and is in force.") if request.args.get("said") == "reloaded" else ""
    text = render_template("page/rules.html", rules=_shown(room), said=said)
    return Response(text, content_type="text/html; charset=utf-8")


def _reload(room: Room) -> Any:
    try:
        rules.reload(room, auth.actor())
    except InvalidConfiguration:  # the page shows the problems of the file on the disk by itself
        return _page(room)
    return redirect(f"{ROOT}/rules?said=reloaded", 303)


def _check(room: Room) -> Response:
    require(auth.actor(), "rules")
    checked = _checked(room, text_given()) if request.method == "POST" else None
    text = render_template("page/rules_check.html", checked=checked)
    return Response(text, 422 if checked and checked.problems else 200, content_type="text/html; charset=utf-8")


def _checked(room: Room, text: str) -> Checked:
    try:
        found = rules.check(room, auth.actor(), text)
    except InvalidConfiguration as refusal:
        return Checked(text, refusal.problems)
    return Checked(text, (), details(room.rules.current, found), found.warnings)


def _shown(room: Room) -> Shown:
    current = room.rules.current
    with room.store.reading() as c:
        version = rules_versions.get(c, current.digest)
    return Shown(
        file=room.rules.file.name,
        digest=current.digest,
        since=version.last_at if version else None,
        by=version.by if version else "",
        lines=current.text.splitlines(),
        problems=tuple(room.rules.file_problem),
        warnings=current.warnings,
        counts={
            "rules": len(current.ruleset.rules),
            "priorities": len(current.priorities),
            "facilities": len(current.facilities),
            "readers": len(current.readers),
        },
    )
