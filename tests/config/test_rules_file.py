"""A good rules file becomes values; all that is wrong with a bad one is told at once."""

from __future__ import annotations

import json
import re
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from support.rule_texts import LICENSED, PRIORITIES, READERS, rule, rules_of, text_of
from teleradiology.config.rules_file import digest_of, load
from teleradiology.core.errors import InvalidConfiguration
from teleradiology.core.facts import StudyFacts
from teleradiology.core.readers import Licence, Shift
from teleradiology.core.transport import Transport

# The example of the design, word for word.
DESIGN = """\
version: 1
priorities:
  stat:    {turnaround: 1h,  warn_after: 50%}
  urgent:  {turnaround: 4h}
  routine: {turnaround: 24h}
facilities:
  zliten-clinic:
    name: Zliten Clinic
    calling_aets: [ZLITEN_CT, ZLITEN_CR]
    jurisdiction: LY
    timezone: Africa/Tripoli
    languages: [ar, en]
readers:
  dr-salem:
    name: Dr Salem Ahmed
    subspecialties: [neuro, general]
    licences: [{jurisdiction: LY, until: 2027-12-31}]
    shifts: [{days: [sun, mon, tue, wed, thu], from: '08:00', to: '16:00', timezone: Africa/Tripoli}]
rules:
  - name: stroke code
    when: {modality: CT, study_description: {matches: 'stroke|code neuro'}}
    then: {priority: stat, turnaround: 30m, subspecialty: neuro}
  - name: not for reading
    when: {modalities: {only: [SR, KO, PR]}}
    then: {skip: no images to read}
  - name: everything else
    then: {priority: routine, subspecialty: general}
examples:
  - given:  {modality: CT, study_description: CT HEAD STROKE}
    expect: {priority: stat, subspecialty: neuro, decided_by: {priority: stroke code}}
"""


def problems_of(text: str, **options: Any) -> list[str]:
    """What is wrong with a text."""
    with pytest.raises(InvalidConfiguration) as refused:
        load(text, "f.yaml", **options)
    return [str(problem) for problem in refused.value.problems]


def test_the_file_of_the_design() -> None:
    file = load(DESIGN)
    assert [(each.name, each.rank, each.turnaround, each.warn_after) for each in file.priorities.values()] == [
        ("stat", 0, timedelta(hours=1), 0.5),
        ("urgent", 1, timedelta(hours=4), 0.75),
        ("routine", 2, timedelta(hours=24), 0.75),
    ]
    facility = file.facilities["zliten-clinic"]
    assert (facility.id, facility.calling_aets, facility.languages) == ("zliten-clinic", ("ZLITEN_CT", "ZLITEN_CR"), ("ar", "en"))
    reader = file.readers["dr-salem"]
    assert reader.licences == (Licence("LY", date(2027, 12, 31)),)
    assert reader.shifts == (Shift((0, 1, 2, 3, 6), time(8), time(16), "Africa/Tripoli"),)
    assert reader.may_finalize and reader.active and reader.capacity is None
    assert [each.line for each in file.ruleset.rules] == [20, 23, 26]
    assert set(file.subspecialties) == {"neuro", "general"}
    assert file.digest == file.ruleset.digest == digest_of(DESIGN)
    assert file.warnings == ()


def test_all_problems_are_told_at_once_in_the_order_of_the_file() -> None:
    text = (
        DESIGN.replace("1h,", "1 hour,").replace("Africa/Tripoli\n", "Africa/Tripolis\n").replace("then: {skip", "then: {skipp")
    )
    found = problems_of(text)
    assert [line.split(":")[1] for line in found] == ["3", "11", "25"]


def test_a_facility_is_found_by_its_sender_and_gives_its_time_zone() -> None:
    file = load(DESIGN)
    transport = Transport("ZLITEN_CT", received_at=datetime(2026, 1, 1, 23, 30, tzinfo=UTC))
    assert file.facility_of(transport) == "zliten-clinic"
    assert file.facility_of(Transport("WHO")) == ""
    facts = file.facts([{"Modality": "CT"}], transport)
    assert (facts.facility, facts.received_time, facts.received_day) == ("zliten-clinic", time(1, 30), "fri")


def test_names_may_be_used_before_they_are_defined() -> None:
    parts = DESIGN.split("facilities:\n")
    head, rest = parts[0], "facilities:\n" + parts[1]
    body, rules = rest.split("rules:\n")
    assert load("rules:\n" + rules + head + body).ruleset.rules[0].line == 2


def test_examples_are_completed_as_real_studies_are() -> None:
    head = rule(
        {"body_part": "HEAD", "facility": "zliten-clinic", "contrast": False, "patient_age": {"at_most": 2}}, "r", priority="stat"
    )
    given_facts = {
        "study_description": "CT BRAIN PLAIN",
        "calling_aet": "ZLITEN_CT",
        "patient_birth_date": "2025-01-01",
        "study_date": "2026-01-01",
    }
    rules_of(head, examples=[{"given": given_facts, "expect": {"priority": "stat", "decided_by": {"priority": "r"}}}])


def test_a_template_that_does_not_exist_is_a_problem_when_the_templates_are_known() -> None:
    text = text_of(rule({"modality": "CT"}, "r", template="ct-haed"))
    assert load(text).ruleset.rules[0].then == {"template": "ct-haed"}
    (problem,) = problems_of(text, templates=["ct-head", "general"])
    assert problem.endswith("found 'ct-haed' — did you mean 'ct-head'?")


def test_a_subspecialty_that_nobody_reads_is_a_problem() -> None:
    (problem,) = problems_of(text_of(rule({"modality": "CT"}, "r", subspecialty="nuero")))
    assert "did you mean 'neuro'" in problem


def test_without_readers_any_subspecialty_will_do() -> None:
    assert load(text_of(rule({"modality": "CT"}, "r", subspecialty="anything"), readers=None)).readers == {}


def test_a_single_value_may_stand_for_a_list() -> None:
    file = rules_of(readers={"r": {"name": "R", "subspecialties": "general", "languages": "ar"}})
    assert (file.readers["r"].subspecialties, file.readers["r"].languages) == (("general",), ("ar",))


def test_codes_that_look_like_numbers_keep_their_zeros() -> None:
    reader = "  r: {name: R, registration: 00123, subspecialties: [general]}\n"
    file = load(
        re.sub(r"readers:\n(  .*\n)+", f"readers:\n{reader}", DESIGN)
        .replace("[neuro, general]", "[general]")
        .replace("neuro}", "general}")
        .replace("subspecialty: neuro,", "subspecialty: general,")
    )
    assert file.readers["r"].registration == "00123"


def test_direction_characters_in_the_file_are_dropped_from_values() -> None:
    file = rules_of(readers={"r": {"name": "Dr\u202e Salem", "subspecialties": ["general"]}})
    assert file.readers["r"].name == "Dr Salem"


def test_unknown_subspecialties_get_known_codes() -> None:
    file = rules_of(
        subspecialties={
            "neuro": {},
            "general": {"label": "General"},
            "chest": {"code": {"value": "1", "scheme": "99X", "meaning": "m"}},
        }
    )
    assert file.subspecialties["neuro"].code is not None and file.subspecialties["neuro"].code.value == "C2183225"
    assert file.subspecialties["chest"].code is not None and file.subspecialties["chest"].code.scheme == "99X"
    assert file.subspecialties["general"].label == "General"


def test_the_letterhead_may_be_by_language() -> None:
    facility = {"name": "C", "calling_aets": ["C"], "jurisdiction": "LY", "timezone": "UTC"}
    file = rules_of(
        facilities={
            "one": facility | {"letterhead": {"ar": ["عيادة"], "en": "Clinic"}},
            "two": facility | {"calling_aets": ["D"], "letterhead": ["Line 1", "Line 2"]},
        }
    )
    assert file.facilities["one"].letterhead == {"ar": ("عيادة",), "en": ("Clinic",)}
    assert file.facilities["two"].letterhead_in("fr") == ("Line 1", "Line 2")


@pytest.mark.parametrize(
    ("rules", "expected"),
    [
        (
            [rule({"modality": ["CT", "MR"]}, "wide", priority="stat"), rule({"modality": "CT"}, "narrow", priority="urgent")],
            ["the rule 'narrow' can never decide anything: 'wide' (line 31) always come first"],
        ),
        (
            [
                rule({"modality": "CT"}, "a", priority="stat"),
                rule({"body_part": "HEAD"}, "b", subspecialty="neuro"),
                rule({"modality": "CT", "body_part": "HEAD"}, "both", priority="urgent", subspecialty="general"),
            ],
            ["the rule 'both' can never decide anything"],
        ),
        (
            [
                rule({"patient_age": {"at_most": 14}}, "child", priority="stat"),
                rule({"patient_age": {"at_most": "28d"}}, "newborn", priority="urgent"),
            ],
            ["the rule 'newborn' can never decide anything"],
        ),
        ([rule({"modality": "CT"}, "a", priority="stat"), rule({"modality": "CT"}, "b", priority="stat", skip="x")], []),
        ([rule({"modality": "CT"}, "a", priority="stat"), rule({"modality": ["CT", "MR"]}, "b", priority="urgent")], []),
        (
            [
                rule({"modality": "CT", "body_part": "HEAD"}, "a", priority="stat"),
                rule({"modality": "CT"}, "b", priority="urgent"),
            ],
            [],
        ),
        ([rule({"reason": {"matches": r"\bالسل\b"}}, "r", priority="stat")], [r"'\b' knows Latin letters"]),
        ([rule({"modality": "CTX"}, "r", priority="stat")], ["'CTX' is not a modality of the standard"]),
        ([rule({"modality": "SR"}, "r", priority="stat")], ["'SR' is never the main modality"]),
    ],
)
def test_warnings_do_not_keep_a_file_out(rules: list[dict[str, Any]], expected: list[str]) -> None:
    found = [
        str(warning)
        for warning in rules_of(*rules, readers=READERS | {"x": {"name": "X", "subspecialties": ["general"]}}).warnings
    ]
    relevant = [each for each in found if "no rule routes" not in each]
    assert len(relevant) == len(expected), found
    assert all(part.split(" (line")[0] in line for part, line in zip(expected, relevant, strict=True))


def test_a_subspecialty_that_is_read_but_never_routed_to_is_a_warning() -> None:
    (warning,) = rules_of(readers={"r": {"name": "R", "subspecialties": ["general", "cardiac"], "licences": LICENSED}}).warnings
    assert "no rule routes to 'cardiac', which is read by r" in warning.message


def test_a_subspecialty_that_only_inactive_readers_read_is_a_warning() -> None:
    readers = {
        "r": {"name": "R", "subspecialties": ["general"], "licences": LICENSED},
        "s": {"name": "S", "subspecialties": ["neuro"], "active": False},
    }
    (warning,) = rules_of(rule({"modality": "CT"}, "r", subspecialty="neuro"), readers=readers).warnings
    assert "no active reader" in warning.message


LY, MT = {"jurisdiction": "LY"}, {"jurisdiction": "MT"}
MORNING = {"days": ["sun", "mon"], "from": "08:00", "to": "12:00", "timezone": "Africa/Tripoli"}
NIGHT = MORNING | {"days": ["sun"], "from": "22:00", "to": "09:00"}


@pytest.mark.parametrize(
    ("reader", "expected"),
    [
        ({"licences": [MT]}, ["no active reader has a licence for LY", "a licence for MT, where no facility of this file is"]),
        ({"licences": [LY, {"jurisdiction": "UK"}]}, ["'UK' is no country of ISO 3166", "a licence for UK, where no facility"]),
        ({"licences": [LY], "active": False}, ["no active reader has a licence for LY"]),
        ({"licences": [LY], "shifts": [MORNING, MORNING | {"from": "11:00", "to": "15:00"}]}, ["overlaps with number 1"]),
        ({"licences": [LY], "shifts": [MORNING, NIGHT]}, ["overlaps with number 1"]),
        ({"licences": [LY], "shifts": [MORNING, MORNING | {"from": "12:00", "to": "16:00"}]}, []),
        ({"licences": [LY], "on_call": [MORNING | {"to": "08:00"}]}, ["lasts 24 hours, from 08:00 to 08:00 of the next day"]),
        ({"licences": [LY], "shifts": [MORNING | {"from": "00:00", "to": "00:00"}]}, []),
    ],
)
def test_what_is_odd_about_people_is_a_warning(reader: dict[str, Any], expected: list[str]) -> None:
    found = rules_of(readers={"r": {"name": "R", "subspecialties": ["general"]} | reader}).warnings
    relevant = [
        each.message for each in found if "no rule routes" not in each.message and "no active reader reads" not in str(each)
    ]
    assert [part in message for part, message in zip(expected, relevant, strict=True)] == [True] * len(expected)


@pytest.mark.parametrize(
    ("then", "expected"),
    [
        ({"assign_to": "r", "subspecialty": "neuro"}, "assigns to r, who does not read 'neuro'"),
        ({"assign_to": "gone"}, "assigns to gone, who is not active"),
        ({"forward_to": ["ARCHIVE"]}, "this service sends nothing by it"),
    ],
)
def test_what_a_rule_sets_in_vain_is_a_warning(then: dict[str, Any], expected: str) -> None:
    readers = {
        "r": {"name": "R", "subspecialties": ["general"], "licences": LICENSED},
        "n": {"name": "N", "subspecialties": ["neuro"], "licences": LICENSED},
        "gone": {"name": "G", "subspecialties": ["neuro"], "licences": LICENSED, "active": False},
    }
    found = rules_of(rule({"modality": "CT"}, "ct", **then), readers=readers).warnings
    assert any(expected in each.message for each in found)


def test_a_condition_of_completeness_that_another_forestalls_is_a_warning() -> None:
    found = rules_of(completeness=[{"modalities": ["CT", "MR"], "series": 2}, {"modalities": ["ct"]}, {"quiet": "1m"}]).warnings
    assert [each.path for each in found if "is never used" in each.message] == ["completeness.1"]


def test_a_facility_that_nobody_can_send_for_is_a_warning() -> None:
    file = rules_of(facilities={"one": {"name": "C", "jurisdiction": "LY", "timezone": "UTC"}})
    assert any("no sender is recognised" in warning.message for warning in file.warnings)


def test_priorities_have_the_rank_in_which_they_are_written() -> None:
    reordered = dict(reversed(PRIORITIES.items()))
    assert [each.rank for each in rules_of(priorities=reordered).priorities.values()] == [0, 1, 2]
    assert rules_of(priorities=reordered).priorities["routine"].rank == 0


def test_problems_are_limited_in_number() -> None:
    rules = [rule({f"no_fact_{number}": 1}, f"r{number}", priority="stat") for number in range(500)]
    problems = problems_of(text_of(*rules))
    assert len(problems) == 101
    assert "there are more than 100" in str(problems[0])


@pytest.mark.parametrize(
    "sections",
    [
        {"rules": [{"nme": "x"}] * 300},
        {"rules": [{"name": f"r{number}", "when": {"patient_age": {"between": ["x", "y"]}}} for number in range(300)]},
        {"readers": {f"dr-{number}": {"nme": "x"} for number in range(300)}},
        {"facilities": {f"site-{number}": {"nme": "x"} for number in range(300)}},
        {"turnaround": [{"nme": "x"}] * 300, "examples": [{"nme": "x"}] * 300, "priorities": {"stat": {}}},
    ],
)
def test_a_part_that_is_wrong_is_refused_also_when_no_more_problems_are_told(sections) -> None:
    with pytest.raises(InvalidConfiguration) as refused:
        load(json.dumps({"version": 1, **sections}, indent=0))
    assert len(refused.value.problems) == 101


_words = st.sampled_from(
    [
        "version",
        "1",
        "priorities",
        "stat",
        "turnaround",
        "1h",
        "rules",
        "name",
        "when",
        "then",
        "modality",
        "CT",
        "any",
        "not",
        "x",
        "null",
        "examples",
    ]
)
_trees = st.recursive(
    _words | st.integers() | st.booleans() | st.none() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(_words, inner, max_size=4),
    max_leaves=12,
)


@settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    st.dictionaries(
        st.sampled_from(["version", "priorities", "facilities", "readers", "rules", "examples", "subspecialties"]), _trees
    )
)
def test_no_content_raises_anything_but_problems_with_a_place(sections: dict[str, Any]) -> None:
    for text in (text_of(**sections), text_of(rule({"modality": "CT"}, "r", **{"priority": "stat"}), **sections)):
        try:
            load(text, "f.yaml")
        except InvalidConfiguration as refused:
            assert refused.problems
            assert all(problem.line and problem.column for problem in refused.problems)


def test_completed_facts_know_the_facility() -> None:
    assert load(DESIGN).completed(StudyFacts(calling_aet="ZLITEN_CR")).facility == "zliten-clinic"


@pytest.mark.parametrize(
    ("written", "told"),
    [("UK", "'UK' is no country of ISO 3166 — did you mean 'GB'?"), ("LX", "'LX' is no country of ISO 3166"), ("XK", ""),
     ("US-NY", ""), ("UK-SCT", "'UK' is no country of ISO 3166 — did you mean 'GB-SCT'?")],
)  # fmt: skip
def test_a_country_that_there_is_not_is_pointed_out(written: str, told: str) -> None:
    found = [str(each) for each in rules_of(readers={"r": {"name": "R", "subspecialties": ["general"],
             "licences": [{"jurisdiction": written}]}}).warnings]  # fmt: skip
    assert [each.split(": ", 2)[2] for each in found if "ISO 3166" in each] == [told] * bool(told)
