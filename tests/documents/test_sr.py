from __future__ import annotations

import dataclasses
import subprocess
import warnings
from pathlib import Path

import pytest
from pydicom import Dataset

from support.sample_reports import HOSTILE, dciodvfy, following, read, report, study_in_pacs, with_study
from teleradiology.core.reports import SignedReport, series_uid, uid
from teleradiology.core.sections import clean
from teleradiology.documents.dicom_object import person_name
from teleradiology.documents.sr import basic_text_sr

FINAL = report("ar")
PRELIMINARY = report("en", "preliminary")
ADDENDUM = following(FINAL, "addendum", {"findings": "Compared with the CT of 2026-03-14:\nunchanged."})
CORRECTED = following(FINAL, "corrected", {"findings": "اليسار وليس اليمين.", "impression": "عقدة 3 mm."}, reason="side")
ALL = pytest.mark.parametrize("made", [FINAL, PRELIMINARY, ADDENDUM, CORRECTED], ids=lambda made: made.status)


def sr(made: SignedReport, **header: str) -> Dataset:
    return read(basic_text_sr(made, study_in_pacs(made, **header)))


def sections_of(ds: Dataset) -> list[tuple[str, list[str]]]:
    """Headings with their texts, in their order."""
    return [
        (one.ConceptNameCodeSequence[0].CodeMeaning, [text.TextValue for text in one.ContentSequence])
        for one in ds.ContentSequence
        if one.ValueType == "CONTAINER"
    ]


@ALL
def test_dciodvfy_finds_nothing(made: SignedReport, tmp_path: Path) -> None:
    assert dciodvfy(basic_text_sr(made, study_in_pacs(made)), tmp_path) == []


@ALL
def test_dsrdump_reads_it(made: SignedReport, tmp_path: Path) -> None:
    file = tmp_path / "report.dcm"
    file.write_bytes(basic_text_sr(made, study_in_pacs(made)))
    done = subprocess.run(["dsrdump", "+Pl", file], capture_output=True, check=False)
    dumped = done.stdout.decode()
    assert done.returncode == 0 and b"E:" not in done.stderr
    assert "CT Head Report" in dumped
    for text in filter(None, made.sections.values()):
        assert text.split("\n")[0] in dumped


def test_the_tree_is_in_the_order_of_tid_2000() -> None:
    ds = sr(FINAL)
    assert ds.ContentTemplateSequence[0].TemplateIdentifier == "2000"
    assert ds.ConceptNameCodeSequence[0].CodeValue == "24725-4"
    assert [(one.RelationshipType, one.ValueType) for one in ds.ContentSequence] == [
        ("HAS CONCEPT MOD", "CODE"),
        ("HAS CONCEPT MOD", "CODE"),
        ("HAS OBS CONTEXT", "CODE"),
        ("HAS OBS CONTEXT", "PNAME"),
        ("HAS OBS CONTEXT", "TEXT"),
        *[("CONTAINS", "CONTAINER")] * 3,
    ]
    language = ds.ContentSequence[1]
    assert language.ConceptNameCodeSequence[0].CodeValue == "121049"
    assert language.ConceptCodeSequence[0].CodeValue == "ar"


def test_arabic_comes_back_letter_for_letter() -> None:
    texts = dict(sections_of(sr(FINAL)))
    assert texts["Findings"] == [FINAL.sections["findings"].replace("\n", "\r\n")]
    assert sr(FINAL).SpecificCharacterSet == "ISO_IR 192"


def test_sections_without_text_are_not_there() -> None:
    assert [heading for heading, _ in sections_of(sr(FINAL))] == ["Indications for Procedure", "Findings", "Impressions"]


@pytest.mark.parametrize(
    ("made", "flags"),
    [
        (PRELIMINARY, ("COMPLETE", "UNVERIFIED", "PRELIMINARY")),
        (FINAL, ("COMPLETE", "VERIFIED", "FINAL")),
        (ADDENDUM, ("COMPLETE", "VERIFIED", "FINAL")),
        (CORRECTED, ("COMPLETE", "VERIFIED", "FINAL")),
    ],
    ids=lambda value: getattr(value, "status", ""),
)
def test_the_status_is_in_the_flags(made: SignedReport, flags: tuple[str, str, str]) -> None:
    ds = sr(made)
    assert (ds.CompletionFlag, ds.VerificationFlag, ds.PreliminaryFlag) == flags
    assert ("VerifyingObserverSequence" in ds) == (flags[1] == "VERIFIED")


def test_who_verified_it_and_when() -> None:
    observer = sr(FINAL).VerifyingObserverSequence[0]
    assert observer.VerifyingObserverName == "Ahmed^Salem^^Dr"
    assert observer.VerifyingOrganization == "Zliten Clinic"
    assert observer.VerificationDateTime == "20261123143000+0200"


def test_the_clock_of_the_object_is_that_of_the_study() -> None:
    ds = sr(FINAL)
    assert (ds.TimezoneOffsetFromUTC, ds.ContentDate, ds.ContentTime) == ("+0200", "20261123", "143000")
    assert (ds.StudyDate, ds.StudyTime) == ("20261123", "101233")


def test_a_follower_names_its_predecessor() -> None:
    assert "PredecessorDocumentsSequence" not in sr(FINAL)
    for made in (ADDENDUM, CORRECTED):
        study = sr(made).PredecessorDocumentsSequence[0]
        series = study.ReferencedSeriesSequence[0]
        assert study.StudyInstanceUID == FINAL.study.study_instance_uid
        assert series.SeriesInstanceUID == series_uid(FINAL.item, "sr")
        assert series.ReferencedSOPSequence[0].ReferencedSOPInstanceUID == sr(FINAL).SOPInstanceUID == uid(FINAL.id, 1, "sr")


def test_an_addendum_stands_for_itself_with_the_earlier_text_below() -> None:
    found = sections_of(sr(ADDENDUM))
    assert found[0] == ("Addendum", ["Compared with the CT of 2026-03-14:\r\nunchanged."])
    assert [heading for heading, _ in found[1:]] == ["Indications for Procedure", "Findings", "Impressions"]


def test_the_evidence_is_every_image_of_the_study() -> None:
    study = sr(FINAL).CurrentRequestedProcedureEvidenceSequence[0]
    images = [one.ReferencedSOPInstanceUID for series in study.ReferencedSeriesSequence for one in series.ReferencedSOPSequence]
    assert images == [one.sop_instance_uid for one in study_in_pacs(FINAL).images]
    assert len(study.ReferencedSeriesSequence) == 2


def test_patient_and_study_are_those_of_the_images() -> None:
    ds = sr(FINAL, OtherPatientIDs="X-1", StudyDescription="as the images say")
    assert str(ds.PatientName) == "محمد^علي=Mohammed^Ali"
    assert (ds.PatientID, ds.StudyID, ds.OtherPatientIDs, ds.StudyDescription) == (
        "LY-2026/0042",
        "1",
        "X-1",
        "as the images say",
    )


def test_a_name_in_a_wrongly_declared_character_set_is_written_as_people_read_it() -> None:
    right = "محمد^أحمد"
    made = dataclasses.replace(FINAL, study=dataclasses.replace(FINAL.study, patient_names=(right,), description="أشعة"))
    ds = sr(made, PatientName="ãÍãÏ^ÃÍãÏ", StudyDescription="ÃÔÚÉ", PatientID="ãÍ-7")
    assert (str(ds.PatientName), ds.StudyDescription, ds.PatientID) == (right, "أشعة", "ãÍ-7")


def test_what_the_images_do_not_tell_is_empty_not_absent(tmp_path: Path) -> None:
    bare = dataclasses.replace(study_in_pacs(FINAL), header={"StudyInstanceUID": "1.2.3", "PatientID": "P"})
    made = basic_text_sr(FINAL, bare)
    for keyword in ("PatientName", "PatientBirthDate", "PatientSex", "StudyDate", "StudyID", "AccessionNumber"):
        assert keyword in read(made) and not read(made)[keyword].value
    assert [line for line in dciodvfy(made, tmp_path) if line.startswith("Error")] == []


@pytest.mark.parametrize(
    ("keyword", "value"),
    [
        ("PatientID", "P" * 80),
        ("AccessionNumber", "A-NUMBER-LONGER-THAN-SIXTEEN"),
        ("PatientBirthDate", "unknown"),
        ("StudyTime", "25:99"),
        ("PatientName", "山田^太郎=やまだ^たろう"),
        ("PatientName", "<img src=x>"),
        ("PatientSex", "X"),
    ],
)
def test_an_identity_that_the_standard_would_not_allow_is_copied_as_it_is(keyword: str, value: str) -> None:
    """Another Patient ID would be another patient, another study date a contradiction in the PACS."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # pydicom's, about exactly this
        assert str(sr(FINAL, **{keyword: value})[keyword].value) == value


@pytest.mark.parametrize("hostile", HOSTILE, ids=range(len(HOSTILE)))
def test_hostile_text_comes_back_as_it_was_typed(hostile: str, tmp_path: Path) -> None:
    text = clean(hostile) + "\\back^slash|"
    made = report("en", sections={"findings": text})
    file = basic_text_sr(made, study_in_pacs(made))
    assert dict(sections_of(read(file)))["Findings"] == [text.replace("\n", "\r\n")]
    assert dciodvfy(file, tmp_path) == []


def test_making_it_again_makes_the_same_object() -> None:
    assert basic_text_sr(FINAL, study_in_pacs(FINAL)) == basic_text_sr(FINAL, study_in_pacs(FINAL))


def test_all_versions_go_into_one_series_that_is_told_the_same_of_each() -> None:
    of_series = ("SeriesInstanceUID", "SeriesNumber", "SeriesDescription", "Modality", "Manufacturer")
    assert len({tuple(str(sr(made)[keyword].value) for keyword in of_series) for made in (FINAL, ADDENDUM, CORRECTED)}) == 1
    assert sr(ADDENDUM).InstanceNumber == 2


@pytest.mark.parametrize("modality", ["CT", "MR", "CR", "DX", "US", "XA", "NM", "PT", "MG", "RF", "OT"])
def test_every_modality_has_a_valid_report(modality: str, tmp_path: Path) -> None:
    made = with_study(FINAL, modality=modality, modalities=(modality, "SR"), body_part="")
    assert dciodvfy(basic_text_sr(made, study_in_pacs(made)), tmp_path) == []


@pytest.mark.parametrize(
    ("name", "written"),
    [
        ("Dr Salem Ahmed", "Ahmed^Salem^^Dr"),
        ("Prof. Dr. Maria Anna Borg", "Borg^Maria Anna^^Prof. Dr."),
        ("Borg", "Borg"),
        ("د. سالم أحمد", "أحمد^سالم^^د."),
        ("A=B\\C^D", "D^A B C"),
        ("", ""),
    ],
)
def test_a_readers_name_as_dicom_writes_it(name: str, written: str) -> None:
    assert person_name(name) == written
