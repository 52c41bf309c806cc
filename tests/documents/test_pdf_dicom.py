from __future__ import annotations

from pathlib import Path

import pytest

from support.sample_reports import dciodvfy, following, read, report, study_in_pacs
from teleradiology.core.reports import SignedReport, series_uid, uid
from teleradiology.documents.pdf_dicom import encapsulated_pdf

FINAL = report("ar")
ADDENDUM = following(FINAL, "addendum", {"findings": "More."})


@pytest.mark.parametrize("made", [FINAL, ADDENDUM, report("en", "preliminary")], ids=lambda made: made.status)
@pytest.mark.parametrize("pdf", [b"%PDF-1.7 even", b"%PDF-1.7 odd."])
def test_dciodvfy_finds_nothing(made: SignedReport, pdf: bytes, tmp_path: Path) -> None:
    assert dciodvfy(encapsulated_pdf(made, study_in_pacs(made), pdf), tmp_path) == []


@pytest.mark.parametrize("pdf", [b"%PDF-1.7 even", b"%PDF-1.7 odd.", b"%PDF\0"])
def test_the_pdf_comes_out_byte_for_byte(pdf: bytes) -> None:
    ds = read(encapsulated_pdf(FINAL, study_in_pacs(FINAL), pdf))
    assert ds.EncapsulatedDocument[: ds.EncapsulatedDocumentLength] == pdf
    assert len(ds.EncapsulatedDocument) % 2 == 0


def test_it_is_derived_from_the_sr_and_the_images() -> None:
    ds = read(encapsulated_pdf(FINAL, study_in_pacs(FINAL), b"%PDF"))
    sources = [one.ReferencedSOPInstanceUID for one in ds.SourceInstanceSequence]
    assert sources == [uid(FINAL.id, 1, "sr"), *(one.sop_instance_uid for one in study_in_pacs(FINAL).images)]


def test_it_says_what_it_is_and_nothing_of_the_patient_in_its_title() -> None:
    ds = read(encapsulated_pdf(ADDENDUM, study_in_pacs(ADDENDUM), b"%PDF"))
    assert ds.DocumentTitle == "CT Head Report, addendum, version 2"
    assert (ds.Modality, ds.VerificationFlag, ds.BurnedInAnnotation) == ("DOC", "VERIFIED", "YES")
    assert ds.SeriesInstanceUID == series_uid(FINAL.item, "pdf") != series_uid(FINAL.item, "sr")
    assert ds.SOPInstanceUID == uid(ADDENDUM.id, 2, "pdf")
    assert read(encapsulated_pdf(report("en", "preliminary"), study_in_pacs(FINAL), b"%PDF")).VerificationFlag == "UNVERIFIED"
