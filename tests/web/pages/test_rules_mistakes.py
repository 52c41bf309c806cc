"""What is wrong with a rules file, as pages say it in Arabic; what has no Arabic words is set apart."""

from __future__ import annotations

import re
from functools import lru_cache
from pathlib import Path

import pytest
from flask import Flask, g

from teleradiology.config.rules_file import load
from teleradiology.core.errors import InvalidConfiguration, Problem
from teleradiology.web.pages import mistakes, rules_mistakes

CASES = Path(__file__).parents[2] / "config" / "cases"
ARABIC = {"Accept": "text/html", "Cookie": "teleradiology_language=ar"}


@lru_cache
def sentences() -> frozenset[str]:
    """All that is said of the wrong files that we know."""
    found: set[str] = set()
    for file in CASES.glob("*.yaml"):
        try:
            found |= {each.message for each in load(file.read_bytes().decode(errors="replace"), "rules.yaml").warnings}
        except InvalidConfiguration as refusal:
            found |= {each.message for each in refusal.problems}
    return frozenset(found)


def told(language: str, message: str) -> str:
    """The sentence in that language, without isolates."""
    with Flask("test").test_request_context():
        g.language = language
        return re.sub("[\u2066-\u2069]", "", rules_mistakes.said(message))


def test_all_but_the_rare_sentences_have_their_words():
    rare = [each for each in sentences() if not told("ar", each)]
    assert len(sentences()) > 150
    assert len(rare) < len(sentences()) / 10, rare


def test_a_sentence_is_taken_apart_without_a_loss():
    known = [each for each in sentences() if told("en", each) and not re.search(r" and \d+ more", each)]
    assert [each for each in known if told("en", each) != each] == []


@pytest.mark.parametrize(
    ("message", "arabic"),
    [
        (
            "expected the name of a priority (stat, routine), found 'statt'",
            "المتوقع: اسم أولوية معرّف في الملف (stat, routine)؛ الموجود: «statt»",
        ),
        (
            "'wehn' is not a key of a rule; expected name, when, then",
            "'wehn' ليس مفتاحاً معروفاً في قاعدة؛ المتوقع: name, when, then",
        ),
        ("expected a duration such as 4h or 2d, found 'soon'", "المتوقع: مدة مثل 4h أو 2d؛ الموجود: «soon»"),
        ("a licence lacks 'jurisdiction': a text", "ينقص المفتاح «jurisdiction» في ترخيص؛ المتوقع: نص"),
        (
            "expected a list of labels with at least one, found an empty list",
            "المتوقع: قائمة: وسوم، وفيها عنصر واحد على الأقل؛ الموجود: قائمة فارغة",
        ),
        ("'x' is not a key of a rule; expected a, b and 3 more", "'x' ليس مفتاحاً معروفاً في قاعدة؛ المتوقع: a, b وغيرها (3)"),
        ("expected a thing that nobody knows, found 'x'", ""),
    ],
)
def test_sentences_in_arabic(message, arabic):
    assert told("ar", message) == arabic


def test_a_sentence_without_arabic_words_is_set_apart_on_the_page_alone():
    problem = Problem("nested more than 24 <deep>", "rules", "rules.yaml", 3, 1)
    with Flask("test").test_request_context():
        g.language = "ar"
        assert mistakes.shown(problem) == '<span class="foreign" dir="ltr" lang="en">nested more than 24 &lt;deep&gt;</span>'
        assert mistakes.said(problem) == problem.message
        g.language = "en"
        assert mistakes.shown(problem) == problem.message


def test_a_wrong_text_is_checked_in_arabic(site):
    text = site.room.rules.current.text.replace("priority: stat", "prioritty: stat")
    answer = site.as_("administrator").post("/rules/check", data={"text": text}, headers=ARABIC)
    assert answer.status_code == 422
    assert "ليس مفتاحاً معروفاً في" in answer.get_data(as_text=True)


def test_the_banner_over_every_page_names_the_first_problem_in_arabic(site):
    file = site.room.rules.file
    file.write_text(file.read_text(encoding="utf-8").replace("priority: stat", "prioritty: stat"), encoding="utf-8")
    client = site.as_("administrator")
    client.post("/rules/reload", headers=ARABIC)
    text = client.get("/accounts", headers=ARABIC).get_data(as_text=True)
    banner = text[text.index("rules-banner") : text.index("<main")]
    assert "rules.yaml:" in banner and "ليس مفتاحاً معروفاً في" in banner and "expected" not in banner
