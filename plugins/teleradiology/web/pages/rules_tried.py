"""Trying rules on pages: a study explained condition by condition, a changed file on the past, rules that nothing reached."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from flask import Blueprint, Response, render_template, request

from ...core.errors import InvalidConfiguration, InvalidInput, NotFound, Problem, Refusal
from ...core.identity import require
from ...store import items
from ...workflow import rules
from ...workflow.backtesting import Backtest
from ...workflow.explaining import Explained
from ...workflow.room import Room
from .. import auth
from . import conditions, explained, show, words
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
    study, facts, at = (request.values.get(name, "").strip() for name in ("study", "facts", "at"))
    found: Explained | None = None
    problems: tuple[Problem, ...] = ()
    try:
        if study:
            found = rules.explain_study(room, auth.actor(), study, at=at)
        elif facts:
            found = rules.explain_text(room, auth.actor(), facts, at)
    except NotFound:
        problems = (Problem(_("No study is known by this name.")),)
    except InvalidInput as refusal:
        problems = refusal.problems
    shown: dict[str, Any] = {"study": study, "facts": facts, "at": at, "problems": problems, "found": found}
    if found is not None:
        considered_at = datetime.fromisoformat(found.readers["at"])
        shown |= {"subject": _subject(room, found), "policy": explained.policy(found.readers), "considered_at": considered_at}
        shown["wording"] = conditions.Wording.of(room.rules.current.ruleset)
        shown["zone"] = room.rules.current.clock_of(str(found.subject.get("facility", "")))
    return _answer("page/rules_explain.html", bool(problems), readers=_readers(room, found), **shown)


def _subject(room: Room, found: Explained) -> list[tuple[str, str]]:
    """Which study it is, in the words of the page."""
    file, told = room.rules.current, dict(found.subject)
    told["facility"] = file.facilities[told["facility"]].name if told.get("facility") in file.facilities else ""
    told["reader"] = file.readers[told["reader"]].name if told.get("reader") in file.readers else ""
    told["state"] = words.sign(words.STATES, told["state"]).text if told.get("state") else ""
    told["priority"] = words.translated(words.PRIORITIES, told.get("priority", ""))
    told["received_at"] = show.instant(datetime.fromisoformat(told["received_at"])) if told.get("received_at") else ""
    return [(_(label), told[name]) for name, label in words.SUBJECT.items() if told.get(name)]


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
    shown: dict[str, Any] = {
        "text": text,
        "facility": facility,
        "facilities": facilities,
        "problems": problems,
        "most": MOST_SHOWN,
    }
    shown |= {"sites": dict(facilities) | {"unknown": _("Unknown site")}, "names": _names(room), "exams": _exams(room, found)}
    return _answer("page/rules_backtest.html", bool(problems), found=found, spans=SPANS, days=days_given(), **shown)


def _exams(room: Room, found: Backtest | None) -> dict[str, str]:
    """What was examined, by study; no patient."""
    with room.store.reading() as c:
        known = items.of_ids(c, {each.id for each in found.items[:MOST_SHOWN]} if found else set())
    return {each.id: each.description or each.modalities for each in known}


def _names(room: Room) -> dict[str, str]:
    return {each.id: each.name for each in room.rules.current.readers.values()}


def _coverage(room: Room) -> Response:
    found = rules.coverage(room, auth.actor(), since=since(room.now()))
    return _answer("page/rules_coverage.html", False, found=found, spans=SPANS, days=days_given())


def _problems(refusal: Refusal) -> tuple[Problem, ...]:
    return refusal.problems or (Problem(refusal.detail),)


def _answer(template: str, wrong: bool, **shown: Any) -> Response:
    return Response(render_template(template, **shown), 422 if wrong else 200, content_type="text/html; charset=utf-8")
