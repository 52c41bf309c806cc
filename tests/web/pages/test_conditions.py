"""What rules ask of studies, as pages say it: in English as everywhere else, in Arabic in Arabic words."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

import pytest
from flask import Flask, g

from support.rule_texts import rule, rules_of
from teleradiology.core.conditions import Condition
from teleradiology.core.findings import NEVER_LOWERED
from teleradiology.core.identity import service
from teleradiology.core.study_facts import StudyFacts
from teleradiology.web.pages import conditions
from teleradiology.web.pages.conditions import Wording
from teleradiology.workflow import rules as workflow

ARABIC = {"Accept": "text/html", "Cookie": "teleradiology_language=ar"}
WHENS = [
    ({"modality": "CT"}, "modality يساوي CT"),
    ({"modality": ["CT", "MR", "US"]}, "modality يساوي CT أو MR أو US"),
    ({"modalities": ["CT", "SR"]}, "modalities يتضمن CT أو SR"),
    ({"modalities": {"all": ["CT", "SR"]}}, "modalities يتضمن كل ما يلي: CT، SR"),
    ({"modalities": {"only": ["CT"]}}, "modalities لا يتضمن سوى CT"),
    ({"study_description": {"contains": "stroke or trauma"}}, "study_description يحتوي على stroke or trauma"),
    ({"study_description": {"matches": "(سكتة|stroke)"}}, "study_description يطابق النمط (سكتة|stroke)"),
    ({"patient_age": {"at_least": 90}}, "patient_age لا يقل عن 90"),
    ({"patient_age": {"at_most": "28d"}}, "patient_age لا يزيد على 28d"),
    ({"patient_age": {"between": [15, 50]}}, "patient_age بين 15 و50"),
    ({"contrast": True}, "contrast يساوي نعم"),
    ({"facility": {"missing": True}}, "facility غير موجود"),
    ({"facility": {"missing": False}}, "facility موجود"),
    ({"not": {"modality": "US"}}, "ليس صحيحاً أن (modality يساوي US)"),
    ({"any": [{"modality": "US"}, {"facility": "zliten-clinic"}]}, "(modality يساوي US) أو (facility يساوي zliten-clinic)"),
    (
        {"not": {"any": [{"modality": "US"}, {"all": [{"modality": "CT"}, {"contrast": False}]}]}},
        "ليس صحيحاً أن ((modality يساوي US) أو ((modality يساوي CT) و(contrast يساوي لا)))",
    ),
]


def plain(text: str) -> str:
    """Without tags."""
    return re.sub(r"<[^>]+>", "", text.replace("<br>", "\n")).replace("&#39;", "'")


def condition(when: dict) -> Condition:
    """The only condition of a rule."""
    (found,) = rules_of(rule(when, priority="routine")).ruleset.rules[0].conjuncts
    return found


@pytest.fixture
def page_in() -> Iterator[Callable[[str], None]]:
    """Makes the page one of that language."""
    with Flask("test").test_request_context():
        yield lambda language: setattr(g, "language", language)


@pytest.mark.parametrize("when", [when for when, _ in WHENS])
def test_in_english_a_page_says_what_the_command_line_says(page_in, when):
    page_in("en")
    asked = condition(when)
    assert plain(conditions.described(asked)) == asked.describe()
    assert plain(conditions.phrase(asked)) == asked.phrase()


@pytest.mark.parametrize(("when", "told"), WHENS)
def test_in_arabic_only_names_and_values_are_as_in_the_rules_file(page_in, when, told):
    page_in("ar")
    assert plain(conditions.described(condition(when))) == told


def test_what_was_found_is_told_of_every_fact_that_was_asked_about(page_in):
    asked = condition({"any": [{"study_description": {"contains": "stroke"}}, {"contrast": True}, {"patient_name": "Amal"}]})
    facts = StudyFacts(study_description="CT; contrast agent", contrast=False, patient_name="Huda")
    told = Wording({("any", asked.phrase()): asked}).found
    kept = facts.known.told[asked.facts()]
    page_in("en")
    assert plain(told("any", asked.phrase(), kept)).splitlines() == [
        "study_description: CT; contrast agent",
        "contrast: no",
        "patient_name: not shown",
    ]
    page_in("ar")
    assert plain(told("any", asked.phrase(), kept)).splitlines()[1:] == ["contrast: لا", "patient_name: لا يُعرض"]


def test_what_devices_may_not_lower_is_told_in_arabic(page_in):
    page_in("ar")
    told = Wording({})
    assert plain(conditions.subject("ai")) == "نتائج الذكاء الاصطناعي"
    assert plain(told.expected("ai", NEVER_LOWERED)) == "ما تجده الأجهزة قد يرفع الأولوية ولا يخفضها"
    assert plain(told.found("ai", NEVER_LOWERED, "priority routine, turnaround 1h")) == "الأولوية: اعتيادي\nمدة الإنجاز: 1h"


def why(site, item) -> str:
    """What the study's page says in Arabic under "Why here?"."""
    text = site.as_("coordinator").get(f"/studies/{item.id}", headers=ARABIC).get_data(as_text=True)
    return text[text.index('id="why"') : text.index('id="timeline-title"')]


def test_a_study_tells_in_arabic_why_rules_were_passed_over(site):
    found = why(site, site.study(study_description="CT CHEST"))
    assert "يحتوي على" in found and "contains" not in found


def test_on_a_telephone_each_part_of_a_rule_passed_over_has_its_label(site):
    found = why(site, site.study(study_description="CT CHEST"))
    table = found[found.index('class="grid stacks"') :]
    labels = ("الشرط الذي لم يتحقق", "المتوقع", "الموجود")
    assert all(f'data-label="{each}"' in table for each in labels)


def put_other_rules_in_force(site):
    text = site.room.rules.current.text.replace("contains: stroke", "contains: sepsis")
    site.room.rules.file.write_text(text, encoding="utf-8")
    workflow.reload(site.room, service())


def test_decisions_of_old_rules_are_told_by_the_rules_that_made_them(site):
    workflow.remember(site.room)
    item = site.study(study_description="CT CHEST")
    put_other_rules_in_force(site)
    assert "يحتوي على" in why(site, item)


def test_a_decision_whose_rules_are_known_no_more_is_shown_as_it_was_kept(site):
    item = site.study(study_description="CT CHEST")
    put_other_rules_in_force(site)
    assert '<bdi class="mono breaks" dir="ltr" lang="en">contains stroke</bdi>' in why(site, item)


def test_a_study_is_explained_in_arabic(site):
    item = site.study(study_description="CT CHEST")
    answer = site.as_("administrator").get(f"/rules/explain?study={item.study_instance_uid}", headers=ARABIC)
    assert "study_description يحتوي على stroke" in " ".join(plain(answer.get_data(as_text=True)).split())
