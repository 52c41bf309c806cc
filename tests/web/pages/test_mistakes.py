"""What is wrong with what somebody entered, in Arabic; what they entered stays a text, whatever stands in it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from flask import Flask, g

from support.rule_texts import rule, rules_of
from teleradiology.core.errors import Problem
from teleradiology.web.pages import conditions, mistakes
from teleradiology.web.pages.conditions import Wording

ARABIC = {"Accept-Language": "ar"}
HOSTILE = "<b>&\"'{0}{x}"
ESCAPED = "&lt;b&gt;&amp;&#34;&#39;{0}{x}"


@pytest.fixture(params=["en", "ar"])
def language(request) -> Iterator[str]:
    with Flask("test").test_request_context():
        g.language = request.param
        yield request.param


def test_names_of_an_account_that_nobody_knows_are_told_in_arabic(site):
    account = {"username": "dr.noor", "password": "x" * 20, "roles": ["reeder"]}
    admin = site.as_("administrator")
    (role,) = admin.post("/api/accounts", json=account, headers=ARABIC).json["problems"]
    names = {"roles": ["radiologist"], "reader": "dr-hudda", "facility": "nowhere", "language": "xx"}
    found = admin.post("/api/accounts", json=account | names, headers=ARABIC).json["problems"]
    assert {each["path"] for each in found} == {"reader", "facility", "language"}
    assert [each["message"] for each in (role, *found) if "there is no" in each["message"]] == []


@pytest.mark.parametrize(
    ("act", "wish"), [("assign", {"reader": "dr-hudda"}), ("prioritize", {"priority": "statt", "reason": "x"})]
)
def test_a_reader_or_a_priority_that_nobody_knows_is_told_in_arabic(site, act, wish):
    answer = site.as_("coordinator").post(f"/api/worklist/{site.study().id}/{act}", json=wish, headers=ARABIC)
    (problem,) = answer.json["problems"]
    assert "لا يوجد" in problem["message"] or "لا توجد" in problem["message"]


@pytest.mark.parametrize(
    "message", [f"'{HOSTILE}' is not a key of a rule; expected name", f"expected a text, found '{HOSTILE}'", HOSTILE]
)
def test_what_a_rules_file_says_is_no_markup_in_a_message(language, message):
    shown = mistakes.shown(Problem(message, "rules", "rules.yaml", 1, 1))
    assert ESCAPED in str(shown) if language == "ar" else shown == message and not hasattr(shown, "__html__")


def test_what_a_rules_file_and_an_image_say_is_no_markup_in_a_condition(language):
    either = {"any": [{"study_description": {"contains": HOSTILE}}, {"institution": HOSTILE}]}
    (asked,) = rules_of(rule(either, priority="routine")).ruleset.rules[0].conjuncts
    told = Wording({("any", asked.phrase()): asked})
    found = told.found("any", asked.phrase(), f"study_description: {HOSTILE}; institution: {HOSTILE}")
    kept = Wording({}).whole(HOSTILE, HOSTILE) + Wording({}).found("ai", "", f"priority {HOSTILE}")
    for text in (conditions.described(asked), found, kept):
        assert str(text).count(ESCAPED) >= 2
        assert "<b>" not in text
