"""Structured reports of inference services, as they come: each finding has its own score, and what the device says of it."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest
from highdicom import sr
from pydicom.sr.codedict import codes
from pydicom.uid import generate_uid

from support import dicom_files
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


@pytest.fixture(scope="module")
def made_by_others(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A Comprehensive 3D SR of two measurement groups, as a toolkit that is not ours writes it."""
    image = dicom_files.image()
    device = sr.DeviceObserverIdentifyingAttributes(uid=generate_uid(), name="BleedFinder", manufacturer_name="Example Company")
    observer = sr.ObserverContext(observer_type=codes.DCM.Device, observer_identifying_attributes=device)
    context = sr.ObservationContext(observer_device_context=observer)
    unit = sr.CodedConcept("1", "UCUM", "no units")

    def group(finding: sr.CodedConcept, score: float, verdict: sr.CodedConcept) -> sr.MeasurementsAndQualitativeEvaluations:
        return sr.MeasurementsAndQualitativeEvaluations(
            sr.TrackingIdentifier(uid=generate_uid(), identifier="lesion"),
            finding_type=finding,
            algorithm_id=sr.AlgorithmIdentification("bleed-net", "2.1"),
            measurements=[sr.Measurement(sr.CodedConcept("111047", "DCM", "Probability of cancer"), score, unit)],
            qualitative_evaluations=[
                sr.QualitativeEvaluation(sr.CodedConcept("363713009", "SCT", "Has interpretation"), verdict)
            ],
        )

    groups = [
        group(sr.CodedConcept("1386000", "SCT", "Intracranial hemorrhage"), 0.93, codes.SCT.Present),
        group(sr.CodedConcept("125605004", "SCT", "Fracture of bone"), 0.04, codes.SCT.Negative),
    ]
    title = sr.CodedConcept("126000", "DCM", "Imaging Measurement Report")
    procedure = sr.CodedConcept("P5-0808E", "SRT", "CT head")
    content = sr.MeasurementReport(context, procedure, imaging_measurements=groups, title=title)
    made = {"series_number": 99, "series_instance_uid": generate_uid(), "instance_number": 1, "sop_instance_uid": generate_uid()}
    report = sr.Comprehensive3DSR([image], content, **made, manufacturer="Example Company", is_complete=True)
    file = tmp_path_factory.mktemp("sr") / "ai.dcm"
    report.save_as(file)
    return file


def test_what_another_toolkit_wrote_is_read(made_by_others: Path) -> None:
    told = ai_sr.read(dicom_reader.read(made_by_others.read_bytes()))
    found = [(each.device, each.version, each.text, each.score, each.positive) for each in told.findings]
    assert found == [
        ("BleedFinder", "2.1", "Intracranial hemorrhage", 0.93, True),
        ("BleedFinder", "2.1", "Fracture of bone", 0.04, False),
    ]
    assert (told.said, told.problems) == ([True, True], ())


def test_dsrdump_reads_the_same(made_by_others: Path) -> None:
    done = subprocess.run(["dsrdump", "+Pl", made_by_others], capture_output=True, check=False)
    assert done.returncode == 0, done.stderr.decode()
    for words in (b"BleedFinder", b"Intracranial hemorrhage", b"0.93", b"Fracture of bone"):
        assert words in done.stdout
