"""What is wrong with a rules file, as pages say it in Arabic; what has no Arabic words is set apart."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path

import pytest
from flask import Flask, g

from support.rule_texts import LAST, LICENSED, rule, text_of
from teleradiology.config.rules_file import load
from teleradiology.config.settings import HOME
from teleradiology.core.errors import InvalidConfiguration, Problem
from teleradiology.web.pages import mistakes, rules_mistakes
from teleradiology.web.pages.rules_phrases import PLACES
from teleradiology.web.pages.rules_sentences import SENTENCES

CASES = Path(__file__).parents[2] / "config" / "cases"
ARABIC = {"Accept": "text/html", "Cookie": "teleradiology_language=ar"}


@lru_cache
def sentences() -> frozenset[str]:
    """All that is said of the wrong files that we know."""
    found: set[str] = set()
    for file in CASES.glob("*.yaml"):
        found |= said_of(file.read_bytes().decode(errors="replace"))
    return frozenset(found)


def said_of(text: str) -> set[str]:
    """What is wrong or odd with a file."""
    try:
        return {each.message for each in load(text, "rules.yaml").warnings}
    except InvalidConfiguration as refusal:
        return {each.message for each in refusal.problems}


def told(language: str, message: str) -> str:
    """The sentence in that language, without isolates."""
    with Flask("test").test_request_context():
        g.language = language
        return re.sub("[\u2066-\u2069]", "", rules_mistakes.said(message))


def test_all_that_is_said_of_the_wrong_files_has_its_words():
    assert len(sentences()) > 150
    assert [each for each in sentences() if not told("ar", each)] == []


def test_a_sentence_is_taken_apart_without_a_loss():
    known = [each for each in sentences() if told("en", each) and not re.search(r" and \d+ more", each)]
    assert [each for each in known if told("en", each) != each] == []


CONFIG = HOME / "plugins" / "teleradiology" / "config"
# Modules whose words are of other things: settings, rosters, differences, documentation.
OF_OTHER_THINGS = {
    "calendar_lines",
    "calendar_repeats",
    "calendar_times",
    "difference_details",
    "differences",
    "public_holidays",
    "reference",
    "replacing",
    "roster_calendar",
    "schema",
    "settings",
    "uploaded_text",
}
HOLE = "\0"  # what is filled in
# Pieces of which sentences are made: the wholes are among those of the wrong files and of ``MADE_OF_PIECES``.
PIECES = {
    " and \0 more",
    " that open on line \0",
    "'\0' (line \0)",
    "'\0' is never used: '\0' (line \0)",
    "1 problem",
    ": it is open for \0 a week",
    "; in '\0' (line \0) \0 \0, found \0",
    "; write between: ['\0', '\0']",
    "\0 \0",
    "\0 at \0%",
    "\0 by the calendar '\0' take more than a year",
    "\0 does not read '\0'",
    "\0 from \0 to \0",
    "\0 h",
    "\0 has \0 and was not put in force: \0",
    "\0 is for all its studies",
    "\0 is not a fact; \0",
    "\0 is not active",
    "\0 min",
    "\0 problems",
    "\0 was not put in force: \0",
    "\0, \0 or more",
    "a \0number",
    "a day:",
    "a text goes on after its quotes\0 end; close them at its end; write a quote within as '' or in the other kind",
    "an age group:",
    "at_least is greater than at_most, so this can never hold\0",
    "expected \0\0, found \0",
    "expected a further '- ' of \0, or a line that is indented otherwise",
    "not YAML: \0",
    "one of",
    "see docs/rules.md for all facts",
    "the \0 that begins on line \0",
    "the example does not hold: \0 was set by \0\0",
    "the rule '\0' assigns to \0, who",
    "the rule '\0' can never decide anything: \0 always \0 first",
    "this begins in column \0, \0 in column \0; indent them alike",
    "user \0",
    "within the '\0' of line \0",
    "write it under a fact, such as study_description: {\0: …}",
}
# What the parsers of YAML and of patterns say, which stays English behind its beginning, and what is asked of it.
OF_PARSERS = {
    "\0 (begun on line \0)",
    "\0 (look-around and back-references are not available)",
    "an empty alternative matches everything",
    "cannot start any token",
    "could not find expected ':'",
    "end of stream",
    "expected <block end>",
    "it has the character U+\0, which a \\ in double quotes makes; use single quotes",
    "longer than \0 characters",
    "mapping keys are not allowed here",
    "mapping values are not allowed here",
    "perl operator",
    "unreadable YAML",
    "while parsing a block collection",
    "while parsing a block mapping",
    "while parsing a flow mapping",
    "while parsing a flow sequence",
    "while scanning a block scalar",
    "while scanning a double-quoted scalar",
    "while scanning a quoted scalar",
    "while scanning an alias",
    "while scanning an anchor",
}
STROKE = {"study_description": {"contains": "stroke"}}
READER = {"name": "R", "subspecialties": ["general"], "licences": LICENSED}
MADE_OF_PIECES = {
    "is never used: '": {"turnaround": [{"name": "all"}, {"name": "emergencies", "priority": "stat"}]},
    "take more than a year: it is open for 1 h a week": {
        "calendars": {
            "seldom": {"timezone": "UTC", "hours": "08:00-09:00", "weekend": ["tue", "wed", "thu", "fri", "sat", "sun"]}
        },
        "turnaround": [{"name": "slow", "time": "3d", "calendar": "seldom"}],
    },
    "always comes first": {"rules": [rule(STROKE, "a", priority="stat"), rule(STROKE, "b", priority="urgent"), LAST]},
    "always come first": {
        "rules": [
            rule(STROKE, "a", priority="stat"),
            rule(STROKE, "b", subspecialty="general"),
            rule(STROKE, "c", priority="urgent", subspecialty="neuro"),
            LAST,
        ]
    },
    "who is not active": {
        "readers": {"r": READER, "gone": {**READER, "active": False}},
        "rules": [rule(STROKE, assign_to="gone"), LAST],
    },
    "who does not read 'neuro'": {
        "readers": {"r": READER, "n": {**READER, "subspecialties": ["neuro"]}},
        "rules": [rule(STROKE, assign_to="r", subspecialty="neuro"), LAST],
    },
    "not a regular expression that can be used": {"rules": [rule({"study_description": {"matches": "("}}), LAST]},
    "contains stroke, found": {
        "rules": [rule(STROKE, "a", priority="stat"), LAST],
        "examples": [
            {"name": "x", "given": {"study_description": "chest"}, "expect": {"decided_by": {"priority": "a"}}},
        ],
    },
    "found 'chest'": {"rules": [rule({"patient_age": "chest"}), LAST]},
    "expected an age group: ": {"rules": [rule({"age_group": "old"}), LAST]},
    "expected a day: ": {"rules": [rule({"received_day": "someday"}), LAST]},
    "found an empty mapping": {"rules": [rule({"patient_age": {}}), LAST]},
    "was set by no rule": {
        "rules": [rule(STROKE, "a", template="x"), LAST],
        "examples": [{"name": "x", "given": {}, "expect": {"decided_by": {"template": "a"}}}],
    },
    "expected a mapping from attributes to names of rules": {
        "examples": [{"name": "x", "given": {}, "expect": {"decided_by": "a"}}],
    },
}


def texts_in(node: ast.AST) -> Iterator[str]:
    """Every text of a module with its holes, without docstrings."""
    if isinstance(node, ast.Constant | ast.JoinedStr):
        parts = node.values if isinstance(node, ast.JoinedStr) else [node]
        yield "".join(str(each.value) if isinstance(each, ast.Constant) else HOLE for each in parts)
        parts = [each.value for each in parts if isinstance(each, ast.FormattedValue)]
    else:
        parts = [each for each in ast.iter_child_nodes(node) if not is_docstring(each)]
    for each in parts:
        if each is not node:
            yield from texts_in(each)


def is_docstring(node: ast.AST) -> bool:
    return isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)


def is_told(text: str) -> bool:
    """Whether it may be told of a file: no description of a key, which is a whole sentence, no code, no pattern."""
    return bool(re.search(r"\S \S", text) and not re.match(r"\s*[A-Z`]|\^|\[", text) and not text.endswith("."))


def fits(forms: tuple[str, ...], text: str) -> bool:
    """Whether one of the forms is that of the text, whatever stands in its holes."""
    fitting = (rules_mistakes.pattern(form).fullmatch(text) for form in forms if form != "not YAML: {error}")
    return any(
        all(value == HOLE or name not in PLACES or fits(PLACES[name], value) for name, value in found.groupdict().items())
        for found in fitting
        if found
    )


def has_form(text: str) -> bool:
    return any(fits(forms, text) for forms in (SENTENCES, *PLACES.values()))


def test_every_sentence_in_which_a_rules_file_is_refused_has_its_form():
    """A sentence that is changed where files are read breaks here, instead of staying English on pages unnoticed."""
    files = [file for file in sorted(CONFIG.glob("*.py")) if file.stem not in OF_OTHER_THINGS]
    told = {text for file in files for text in texts_in(ast.parse(file.read_text(encoding="utf-8"))) if is_told(text)}
    assert len(told) > 150
    without = {text for text in told if not (has_form(text) or has_form(f"not YAML: {text}"))}
    assert without - PIECES - OF_PARSERS == set()
    assert (PIECES | OF_PARSERS) - without == set()


@pytest.mark.parametrize(
    ("shape", "place", "argument"), [("ListOf", "things", 1), ("Reference", "section", 1), ("Record", "what", 0)]
)
def test_every_name_of_a_part_has_its_form(shape, place, argument):
    """Also those of one word, which are no sentence by their look."""
    calls = [each for file in CONFIG.glob("*.py") for each in ast.walk(ast.parse(file.read_text(encoding="utf-8")))]
    calls = [each for each in calls if isinstance(each, ast.Call) and getattr(each.func, "id", "") == shape]
    named = {name.value for each in calls if isinstance(name := each.args[argument], ast.Constant)}
    assert len(named) > 4
    assert named - set(PLACES[place]) == set()


@pytest.mark.parametrize("part", MADE_OF_PIECES)
def test_a_sentence_that_is_made_of_pieces_has_its_form(part):
    whole = [each for each in said_of(text_of(**MADE_OF_PIECES[part])) if part in each]
    assert whole
    assert [each for each in whole if not told("ar", each) or told("en", each) != each] == []


def test_a_sentence_that_is_too_long_to_be_searched_stays_as_it_is():
    assert told("ar", "the rule 'a' assigns to b, who does not read 'c'") != ""
    assert told("ar", f"the rule 'a' assigns to {', who does not read ' * 200}, who does not read 'c'") == ""


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
