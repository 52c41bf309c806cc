"""A rule by which a device would lower a priority is not followed, and the explanation says so."""

from __future__ import annotations

from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from support.rule_texts import rule, rules_of
from teleradiology.config.rules_file import RulesFile
from teleradiology.core.findings import NEVER_LOWERED, without_findings
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
    assert [each.decided for each in made.matched] == [("labels",), ("priority", "subspecialty")]


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


LOWERS = rule({"ai_finding": {"contains": "normal"}}, "lowers", priority="routine")
LOWERS_TOO = rule({"ai_score": {"at_least": 0.9}}, "lowers too", priority="routine", turnaround="3d")
RAISES = rule({"ai_finding": {"contains": "normal"}}, "raises", priority="stat")
HURRIES = rule({"ai_device": "Optimist"}, "hurries", turnaround="10m")
SKIPS = rule({"ai_finding": {"contains": "normal"}}, "skips", skip="nothing to see")
BLIND = rule({"ai_finding": {"missing": True}}, "nobody looked", priority="stat", turnaround="20m")


@pytest.mark.parametrize(
    ("written", "priority", "turnaround", "refused"),
    [
        ([LOWERS, RAISES], "stat", None, ["lowers"]),
        ([LOWERS, LOWERS_TOO, RAISES], "stat", None, ["lowers", "lowers too"]),
        ([LOWERS, LOWERS_TOO], "urgent", None, ["lowers", "lowers too"]),
        ([RAISES, LOWERS], "stat", None, []),
        ([LOWERS, HURRIES], "urgent", "10m", ["lowers"]),
        ([SKIPS, RAISES], "stat", None, ["skips"]),
        ([SKIPS, LOWERS], "urgent", None, ["skips", "lowers"]),
        ([BLIND], "stat", "20m", ["everything else"]),
        ([LOWERS, BLIND], "stat", "20m", ["lowers", "everything else"]),
    ],
)
def test_what_one_rule_may_not_lower_the_next_that_holds_may_raise(
    written: list[dict], priority: str, turnaround: str | None, refused: list[str]
) -> None:
    rules = rules_of(*written, last=DEFAULT)
    made = rules.explain(NORMAL)
    assert (made.value("priority"), made.value("skip")) == (priority, None)
    assert made.value("turnaround") == (timedelta(minutes=int(turnaround[:-1])) if turnaround else None)
    assert [each.rule for each in made.passed_over if each.expected == NEVER_LOWERED] == refused
    assert [each.rule for each in trace(rules.ruleset, NORMAL, made) if each.refused] == refused
    assert rules.decide(NORMAL) == made.values()


CONDITIONS = [
    {"ai_finding": {"contains": "normal"}},
    {"ai_finding": {"missing": True}},
    {"ai_score": {"at_least": 0.5}},
    {"not": {"ai_device": "Optimist"}},
    {"modality": "CT"},
]
SETS = st.fixed_dictionaries(
    {},
    optional={
        "priority": st.sampled_from(["stat", "urgent", "routine"]),
        "turnaround": st.sampled_from(["10m", "2h", "3d"]),
        "warn_after": st.sampled_from(["10%", "90%"]),
        "skip": st.just("nothing to see"),
        "hold": st.just("missing-images"),
        "labels": st.just(["seen"]),
    },
).filter(bool)


@settings(max_examples=150, deadline=None)
@given(st.lists(st.tuples(st.sampled_from(CONDITIONS), SETS), min_size=1, max_size=5))
def test_whatever_the_rules_a_device_makes_nothing_less_urgent(written: list[tuple[dict, dict]]) -> None:
    rules = rules_of(*(rule(when, f"rule {place}", **sets) for place, (when, sets) in enumerate(written)), last=DEFAULT)
    made, blind = rules.explain(NORMAL), rules.explain(without_findings(NORMAL))
    assert rules._rank(made) <= rules._rank(blind)
    assert rules.deadline(made.values(), NORMAL)[0] <= rules.deadline(blind.values(), NORMAL)[0]
    assert {"skip", "hold"} & set(made.attributes) <= set(blind.attributes)
