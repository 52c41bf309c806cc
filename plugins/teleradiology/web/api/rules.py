"""The rules in force: seeing, checking, reloading, explaining them, and trying others before they go live."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from ...config.differences import between
from ...core.errors import InvalidInput, Problem
from ...workflow import rules as workflow
from ...workflow.backtesting import Backtest
from ...workflow.room import Room
from ..problems import entry
from . import shapes
from .models.rules import (
    BacktestIn,
    BacktestOut,
    CoverageIn,
    CoverageOut,
    DiffIn,
    DiffOut,
    ExplainedOut,
    ExplainIn,
    HistoryOut,
    ReloadedOut,
    RolledBack,
    RulesChecked,
    RulesIn,
    RulesOut,
    VersionName,
)
from .route import Answer, Call, Route


def rules(room: Room, call: Call) -> Answer:
    """The rules in force."""
    current = room.rules.current
    return Answer(
        {
            "digest": current.digest,
            "text": current.text,
            "rules": [rule.name for rule in current.ruleset.rules],
            "priorities": list(current.priorities),
            "facilities": list(current.facilities),
            "readers": list(current.readers),
            "file_problems": [entry(problem) for problem in room.rules.file_problem or ()],
        },
        etag=current.digest,
    )


def check(room: Room, call: Call) -> Answer:
    """Whether a rules file is without problems; 422 with all of them otherwise. Changes nothing."""
    found = workflow.check(room, call.who, call.body.text)
    differences = between(room.rules.current, found)
    return Answer(
        {
            "digest": found.digest,
            "in_force": found.digest == room.rules.current.digest,
            "rules": len(found.ruleset.rules),
            "examples": len(found.examples),
            "differences": [each.to_json() for each in differences],
            "warnings": [entry(each) for each in found.warnings],
        }
    )


def reload(room: Room, call: Call) -> Answer:
    """Put the file on the disk in force; with problems the good rules stay and the answer is 422."""
    found = workflow.reload(room, call.who)
    return Answer(
        {
            "digest": found.after,
            "before": found.before,
            "changed": found.changed,
            "differences": [each.to_json() for each in found.differences],
            "warnings": [entry(each) for each in found.warnings],
        }
    )


def explain(room: Room, call: Call) -> Answer:
    """What the rules say of given facts, a study or an item, and why; with other rules than those in force if given."""
    body = call.body
    if sum(value is not None for value in (body.facts, body.study, body.item)) != 1:
        raise InvalidInput(problems=[Problem("give exactly one of: facts, study, item")])
    if body.facts is not None:
        found = workflow.explain_facts(room, call.who, body.facts, body.text, body.at)
    elif body.study is not None:
        found = workflow.explain_study(room, call.who, body.study, body.text, body.at)
    else:
        found = workflow.explain_item(room, call.who, body.item, body.text, body.at)
    return Answer(found.to_json())


def backtest(room: Room, call: Call) -> Answer:
    """What other rules would have done with the studies that were received, against the rules in force."""
    body = call.body
    found = workflow.backtest(room, call.who, body.text, since=body.since, limit=body.limit, facility=body.facility or "")
    return Answer(_backtest(found))


def _backtest(found: Backtest) -> dict[str, Any]:
    items = [{**asdict(each), "received_at": shapes.instant(each.received_at)} for each in found.items]
    return {**{name: getattr(found, name) for name in _COUNTS}, "since": shapes.instant(found.since), "items": items}


_COUNTS = (
    "digest",
    "in_force",
    "studies",
    "changed",
    "other_reader",
    "truncated",
    "by_attribute",
    "by_facility",
    "by_priority",
    "by_facility_priority",
    "workload",
    "lateness",
)


def coverage(room: Room, call: Call) -> Answer:
    """Which rules no example and no stored study ever reached."""
    return Answer(workflow.coverage(room, call.who, call.body.text, call.body.since).to_json())


def history(room: Room, call: Call) -> Answer:
    """Who put which rules in force when, latest first."""
    found = workflow.history(room, call.who)
    return Answer({"items": [{**asdict(each), "at": shapes.instant(each.at)} for each in found], "next": None})


def diff(room: Room, call: Call) -> Answer:
    """What differs between two versions of the rules."""
    found = workflow.difference(room, call.who, call.body.before, call.body.after)
    return Answer({"items": [asdict(each) for each in found], "next": None})


def rollback(room: Room, call: Call) -> Answer:
    """Put rules of the past in force again: the file on the disk is replaced, with a copy beside it."""
    found = workflow.rollback(room, call.who, call.body.digest)
    told = {"digest": found.reloaded.after, "before": found.reloaded.before, "changed": found.reloaded.changed}
    return Answer({**told, "backup": found.backup})


ROUTES = (
    Route("GET", "/api/rules", rules, "rules", RulesOut, cached=True),
    Route("POST", "/api/rules/check", check, "rules", RulesChecked, body=RulesIn, takes_yaml=True, costly=True),
    Route("POST", "/api/rules/reload", reload, "rules", ReloadedOut),
    Route("POST", "/api/rules/explain", explain, "explain", ExplainedOut, body=ExplainIn),
    Route("POST", "/api/rules/backtest", backtest, "rules", BacktestOut, body=BacktestIn, takes_yaml=True, costly=True),
    Route("POST", "/api/rules/coverage", coverage, "rules", CoverageOut, body=CoverageIn, takes_yaml=True, costly=True),
    Route("GET", "/api/rules/history", history, "rules", HistoryOut),
    Route("POST", "/api/rules/diff", diff, "rules", DiffOut, body=DiffIn),
    Route("POST", "/api/rules/rollback", rollback, "rules", RolledBack, body=VersionName),
)
