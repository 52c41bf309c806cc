"""Trying rules on pages: a study explained condition by condition, a changed file on the past, rules that nothing reached."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, render_template, request

from ...core.errors import InvalidConfiguration, InvalidInput, NotFound, Problem, Refusal
from ...core.identity import require
from ...workflow import rules
from ...workflow.backtesting import Backtest
from ...workflow.explaining import Explained
from ...workflow.room import Room
from .. import auth
from . import explained
from .rules_forms import SPANS, days_given, since, text_given
from .words import _

MOST_SHOWN = 100


def register(pages: Blueprint, room: Room) -> None:
    """The routes."""
    pages.add_url_rule("/rules/explain", "rules_explain", lambda: _explain(room), methods=["GET", "POST"])
    pages.add_url_rule("/rules/backtest", "rules_backtest", lambda: _backtest(room), methods=["GET", "POST"])
    pages.add_url_rule("/rules/coverage", "rules_coverage", lambda: _coverage(room))


def _explain(room: Room) -> Response:
    require(auth.actor(), "rules")
    study, facts = request.values.get("study", "").strip(), request.values.get("facts", "").strip()
    found: Explained | None = None
    problems: tuple[Problem, ...] = ()
    try:
        if study:
            found = rules.explain_study(room, auth.actor(), study)
        elif facts:
            found = rules.explain_text(room, auth.actor(), facts)
    except NotFound:
        problems = (Problem(_("No study is known by this name.")),)
    except InvalidInput as refusal:
        problems = refusal.problems
    shown = {"study": study, "facts": facts, "problems": problems, "found": found, "readers": _readers(room, found)}
    return _answer("page/rules_explain.html", bool(problems), **shown)


def _readers(room: Room, found: Explained | None) -> list[explained.Considered]:
    if found is None:
        return []
    names = room.rules.current.readers
    told = [
        {**one, "name": names[one["reader"]].name if one["reader"] in names else one["reader"]}
        for one in found.readers.get("considered", ())
    ]
    return [explained.considered(one, found.readers.get("chosen")) for one in told]


def _backtest(room: Room) -> Response:
    require(auth.actor(), "rules")
    found: Backtest | None = None
    problems: tuple[Problem, ...] = ()
    text, facility = "", request.form.get("facility", "")
    if request.method == "POST":
        try:
            text = text_given()
            found = rules.backtest(room, auth.actor(), text or None, since=since(room.now()), facility=facility)
        except (InvalidConfiguration, InvalidInput) as refusal:
            problems = _problems(refusal)
    facilities = [(each.id, each.name) for each in room.rules.current.facilities.values()]
    shown = {"text": text, "facility": facility, "facilities": facilities, "problems": problems, "most": MOST_SHOWN}
    return _answer("page/rules_backtest.html", bool(problems), found=found, spans=SPANS, days=days_given(), **shown)


def _coverage(room: Room) -> Response:
    found = rules.coverage(room, auth.actor(), since=since(room.now()))
    return _answer("page/rules_coverage.html", False, found=found, spans=SPANS, days=days_given())


def _problems(refusal: Refusal) -> tuple[Problem, ...]:
    return refusal.problems or (Problem(refusal.detail),)


def _answer(template: str, wrong: bool, **shown: Any) -> Response:
    return Response(render_template(template, **shown), 422 if wrong else 200, content_type="text/html; charset=utf-8")
