"""The fast decision, the explained decision and the plain reading of the rules say the same of every study."""

from __future__ import annotations

from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from support import naive_rules
from support.random_studies import rule_lists, studies
from support.rule_texts import LAST, rules_of
from teleradiology.core.study_facts import StudyFacts

SLOW = settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])


@SLOW
@given(rule_lists(), st.lists(studies, min_size=1, max_size=12))
def test_fast_explained_and_plain_decisions_agree(rules: list[dict[str, Any]], some: list[StudyFacts]) -> None:
    ruleset = rules_of(*rules).ruleset
    for facts in some:
        expected = naive_rules.decide([*rules, LAST], facts)
        explained = ruleset.explain(facts)
        assert ruleset.decide(facts) == {name: value for name, (value, _) in expected.items()}
        assert explained.values() == ruleset.decide(facts)
        assert {name: decided.rule for name, decided in explained.attributes.items()} == {
            name: rule for name, (_, rule) in expected.items()
        }


@SLOW
@given(rule_lists(), studies)
def test_every_rule_is_either_matched_or_passed_over_with_a_reason(rules: list[dict[str, Any]], facts: StudyFacts) -> None:
    explained = rules_of(*rules).ruleset.explain(facts)
    seen = [*(each.rule for each in explained.matched), *(each.rule for each in explained.passed_over)]
    assert sorted(seen) == sorted(each["name"] for each in [*rules, LAST])
    holding = [each["name"] for each in rules if naive_rules.holds(each["when"], facts)]
    assert [each.rule for each in explained.matched] == [*holding, LAST["name"]]
    assert all(each.condition and each.expected and each.found for each in explained.passed_over)


@SLOW
@given(studies)
def test_facts_survive_storage(facts: StudyFacts) -> None:
    assert StudyFacts.from_json(facts.to_json()) == facts
