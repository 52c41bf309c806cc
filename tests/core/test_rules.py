"""Per attribute the first rule that holds and sets it decides, the last always holds, and the explanation says why."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from support.rule_texts import rule, rules_of
from teleradiology.core.conditions import AllOf, Equals
from teleradiology.core.rules import Rule, RuleSet
from teleradiology.core.study_facts import StudyFacts

CT_HEAD = StudyFacts(modality="CT", modalities=("CT",), body_part="HEAD", study_description="CT HEAD STROKE")


def test_priority_and_subspecialty_may_come_from_different_rules() -> None:
    ruleset = rules_of(
        rule({"study_description": {"contains": "stroke"}}, "urgency", priority="stat"),
        rule({"modality": "CT"}, "routing", subspecialty="neuro", priority="urgent"),
    ).ruleset
    assert ruleset.decide(CT_HEAD) == {"priority": "stat", "subspecialty": "neuro"}
    explained = ruleset.explain(CT_HEAD)
    assert [(each.rule, each.decided) for each in explained.matched] == [
        ("urgency", ("priority",)),
        ("routing", ("subspecialty",)),
        ("everything else", ()),
    ]


def test_a_study_that_nothing_fits_gets_the_last_rule() -> None:
    ruleset = rules_of(rule({"modality": "MR"}, "mr", priority="stat")).ruleset
    assert ruleset.decide(StudyFacts()) == {"priority": "routine", "subspecialty": "general"}


def test_a_rule_passed_over_tells_the_first_condition_that_failed_with_expected_and_found() -> None:
    when = {"modality": "CT", "study_description": {"matches": "trauma"}, "body_part": "HEAD"}
    (passed,) = rules_of(rule(when, "trauma", priority="stat")).ruleset.explain(CT_HEAD).passed_over
    assert (passed.rule, passed.condition, passed.expected, passed.found) == (
        "trauma",
        "study_description",
        "matches 'trauma'",
        "CT HEAD STROKE",
    )


def test_a_rule_passed_over_tells_its_line_in_the_file() -> None:
    file = rules_of(rule({"modality": "MR"}, "mr", priority="stat"))
    (passed,) = file.ruleset.explain(CT_HEAD).passed_over
    assert '"name": "mr"' in file.text.splitlines()[passed.line]


def test_a_missing_fact_is_told_as_missing() -> None:
    (passed,) = rules_of(rule({"patient_age": {"at_most": 2}}, "infant", priority="stat")).ruleset.explain(CT_HEAD).passed_over
    assert (passed.expected, passed.found) == ("is at most 2", "missing")


def test_the_age_of_a_newborn_is_told_in_days() -> None:
    rules = rules_of(rule({"patient_age": {"at_most": "28d"}}, "newborn", priority="stat")).ruleset
    (passed,) = rules.explain(replace(CT_HEAD, patient_age=0.5)).passed_over
    assert (passed.expected, passed.found) == ("is at most 28d", "183d")


@pytest.mark.parametrize(
    ("when", "condition", "expected", "found"),
    [
        (
            {"any": [{"modality": "MR"}, {"patient_age": {"at_least": 90}}]},
            "any",
            "(modality is MR) or (patient_age is at least 90)",
            "modality: CT; patient_age: missing",
        ),
        ({"not": {"modality": ["CT", "MR"]}}, "not", "(modality is CT or MR)", "CT"),
        ({"all": [{"modality": "CT"}, {"body_part": "CHEST"}]}, "body_part", "is CHEST", "HEAD"),
    ],
)
def test_a_composition_that_failed_is_told(when: dict, condition: str, expected: str, found: str) -> None:
    (passed,) = rules_of(rule(when, "r", priority="stat")).ruleset.explain(CT_HEAD).passed_over
    assert (passed.condition, passed.expected, passed.found) == (condition, expected, found)


def test_long_values_are_cut_in_the_explanation() -> None:
    facts = StudyFacts(study_description="x" * 5000)
    (passed,) = rules_of(rule({"study_description": "y"}, "r", priority="stat")).ruleset.explain(facts).passed_over
    assert len(passed.found) == 200


def test_the_decision_as_json_has_the_names_of_the_columns_and_durations_in_seconds() -> None:
    file = rules_of(rule({"modality": "CT"}, "ct", turnaround="1h30m", labels=["a", "b"]))
    found = file.explain(CT_HEAD).to_json()
    line = file.ruleset.rules[0].line
    assert found["rules_digest"] == file.digest
    assert found["attributes"]["turnaround"] == {"value": 5400, "rule": "ct", "line": line}
    assert found["attributes"]["labels"]["value"] == ["a", "b"]
    assert found["passed_over"] == []
    assert found["matched"][0] == {"rule": "ct", "line": line, "decided": ["turnaround", "labels"]}


def test_value_gives_the_default_for_what_no_rule_set() -> None:
    decision = rules_of().explain(CT_HEAD)
    assert decision.value("priority") == "routine"
    assert decision.value("skip", default="none") == "none"


def test_the_turnaround_is_the_rules_or_else_the_priorities() -> None:
    file = rules_of(rule({"modality": "CT"}, "ct", priority="stat", turnaround="30m"))
    assert file.deadline(file.ruleset.decide(CT_HEAD)) == (timedelta(minutes=30), 0.5)
    assert file.deadline(file.ruleset.decide(StudyFacts())) == (timedelta(hours=24), 0.75)


def test_two_equalities_on_one_fact_must_both_hold() -> None:
    both = AllOf((Equals("modalities", ("CT",)), Equals("modalities", ("SR",))))
    ruleset = RuleSet("", (Rule("both", 1, both, {"priority": "stat"}), Rule("last", 2, None, {"priority": "routine"})))
    assert ruleset.decide(StudyFacts(modalities=("CT",)))["priority"] == "routine"
    assert ruleset.decide(StudyFacts(modalities=("CT", "SR")))["priority"] == "stat"
