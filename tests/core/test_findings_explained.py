"""A rule by which a device would lower a priority is not followed, and the explanation says so."""

from __future__ import annotations

from datetime import timedelta

import pytest

from support.rule_texts import rule, rules_of
from teleradiology.config.rules_file import RulesFile
from teleradiology.core.findings import NEVER_LOWERED
from teleradiology.core.study_facts import StudyFacts
from teleradiology.core.trace import trace

NORMAL = StudyFacts(modality="CT", ai_finding=("normal",), ai_score=0.99, ai_device=("Optimist",))
DEFAULT = {"name": "everything else", "then": {"priority": "urgent", "subspecialty": "general"}}


@pytest.fixture
def rules() -> RulesFile:
    lowers = rule({"ai_finding": {"contains": "normal"}}, "a device lowers", priority="routine", turnaround="2d", labels=["seen"])
    return rules_of(lowers, last=DEFAULT)


def test_the_rule_that_is_not_followed_is_among_those_passed_over(rules: RulesFile) -> None:
    made = rules.explain(NORMAL)
    assert (made.value("priority"), made.value("turnaround"), made.value("labels")) == ("urgent", None, ("seen",))
    assert [(each.rule, each.expected, each.found) for each in made.passed_over] == [
        ("a device lowers", NEVER_LOWERED, "priority routine, turnaround 48h")
    ]
    assert [each.decided for each in made.matched] == [("labels",), ("subspecialty", "priority")]


def test_rule_by_rule_it_is_told_what_was_refused_and_who_decides(rules: RulesFile) -> None:
    lowers, everything_else = trace(rules.ruleset, NORMAL, rules.explain(NORMAL))
    assert (lowers.holds, lowers.decided, lowers.refused) == (True, ("labels",), ("priority", "turnaround"))
    assert (everything_else.decided, everything_else.refused) == (("priority", "subspecialty"), ())


def test_a_device_that_raises_is_followed_and_nothing_is_refused() -> None:
    raises = rule({"ai_finding": {"contains": "normal"}}, "a device raises", priority="stat", turnaround="30m")
    rules = rules_of(raises, last=DEFAULT)
    made = rules.explain(NORMAL)
    assert (made.value("priority"), made.value("turnaround")) == ("stat", timedelta(minutes=30))
    assert made.passed_over == ()
    assert [each.refused for each in trace(rules.ruleset, NORMAL, made)] == [(), ()]
