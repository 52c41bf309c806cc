"""Structured reports of inference services, as they come: each finding has its own score, and what the device says of it."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from support.ai_reports import ABSENT, BLEEDING, FRACTURE, PRESENT, code, content, content_of_nobody, nested, probability, report
from teleradiology.documents import ai_sr, dicom_reader

STUDY = "1.2.3"


def told(*group, **more):
    return ai_sr.read(report(STUDY, *group, **more))


def test_two_findings_in_a_group_have_each_the_score_that_follows_it():
    found = told(BLEEDING, probability("93"), FRACTURE, probability("12")).findings
    assert [(each.code, each.score) for each in found] == [("ICH", 0.93), ("FX", 0.12)]


def test_two_findings_in_groups_of_their_own_have_each_their_verdict():
    groups = [content("CONTAINER", code("125007", "DCM"), *group) for group in ((BLEEDING, ABSENT), (FRACTURE, PRESENT))]
    assert [(each.code, each.positive) for each in told(*groups).findings] == [("ICH", False), ("FX", True)]


@pytest.mark.parametrize(("answer", "positive"), [("52101004", True), ("2667000", False), ("260385009", False)])
def test_a_question_that_is_answered_is_a_finding(answer, positive):
    question = content("CODE", code("1386000", "SCT", "Intracranial hemorrhage"), ConceptCodeSequence=[code(answer, "SCT")])
    (found,) = told(question).findings
    assert (found.code, found.text, found.positive) == ("1386000", "Intracranial hemorrhage", positive)


def test_a_yes_to_something_else_is_none():
    assert told(content("CODE", code("99999", "99EX", "Contrast"), ConceptCodeSequence=[code("373066001", "SCT")])).findings == []


def test_present_and_absent_at_once_is_taken_as_present_and_told():
    found = told(BLEEDING, PRESENT, ABSENT)
    assert ([each.positive for each in found.findings], found.problems) == ([True], (ai_sr.CONTRADICTORY,))


def test_codes_of_its_own_and_arabic_text_are_kept_as_they_are():
    arabic = content("TEXT", code("121071", "DCM"), TextValue="نزف داخل القحف")
    own = content("CODE", code("121071", "DCM"), ConceptCodeSequence=[code("X-77", "99PRIVATE", "Etwas")])
    assert [(each.code, each.text) for each in told(arabic, own).findings] == [("", "نزف داخل القحف"), ("X-77", "Etwas")]


def test_a_report_that_names_nobody_is_told_as_a_problem_and_one_of_a_person_is_not():
    anonymous = content_of_nobody(STUDY, BLEEDING)
    assert (ai_sr.read(anonymous).findings, ai_sr.read(anonymous).problems) == ([], (ai_sr.NO_DEVICE,))
    assert ai_sr.read(report(STUDY, BLEEDING, device=False)).problems == ()


def test_of_a_listed_sender_it_is_the_sender_s():
    anonymous = content_of_nobody(STUDY, BLEEDING)
    del anonymous.Manufacturer
    assert [each.device for each in ai_sr.read(anonymous, "AI_NODE").findings] == ["AI_NODE"]


def test_what_lies_sixty_deep_is_not_read_what_lies_above_it_is_and_that_is_told():
    found = told(BLEEDING, nested(60, FRACTURE))
    assert ([each.code for each in found.findings], found.problems) == (["ICH"], (ai_sr.INCOMPLETE,))


def test_more_findings_than_are_kept_are_told():
    many = told(*(content("TEXT", code("121071", "DCM"), TextValue=f"nodule {number}") for number in range(80)))
    assert (len(many.findings), many.problems) == (ai_sr.MOST_FINDINGS, (ai_sr.INCOMPLETE,))


# A Comprehensive 3D SR of two measurement groups with algorithm, probability and interpretation, written with highdicom 0.28.2.
MADE_BY_OTHERS = Path(__file__).with_name("highdicom_report.dcm")


def test_what_another_toolkit_wrote_is_read() -> None:
    told = ai_sr.read(dicom_reader.read(MADE_BY_OTHERS.read_bytes()))
    found = [(each.device, each.version, each.text, each.score, each.positive) for each in told.findings]
    assert found == [
        ("BleedFinder", "2.1", "Intracranial hemorrhage", 0.93, True),
        ("BleedFinder", "2.1", "Fracture of bone", 0.04, False),
    ]
    assert (told.said, told.problems) == ([True, True], ())


def test_dsrdump_reads_the_same() -> None:
    done = subprocess.run(["dsrdump", "+Pl", MADE_BY_OTHERS], capture_output=True, check=False)
    assert done.returncode == 0, done.stderr.decode()
    for words in (b"BleedFinder", b"Intracranial hemorrhage", b"0.93", b"Fracture of bone"):
        assert words in done.stdout
