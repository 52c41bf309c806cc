"""Signed versions as they are received: made once, the same ever after, and never when they are not what was signed."""

from __future__ import annotations

import hashlib
import json

import pypdfium2
import pytest
import sqlalchemy as sa

from support.builders import clinic_user
from support.reporting_room import Desk, of_role
from support.sample_reports import dciodvfy, read
from teleradiology.core.errors import NotFound, Unavailable
from teleradiology.core.identity import Role
from teleradiology.core.reports import series_uid
from teleradiology.store import schema
from teleradiology.workflow import renditions, reporting


def form(desk: Desk, signed, kind: str, actor=None):
    return reporting.rendition(desk.room, actor or desk.me, signed.id, kind)


@pytest.mark.parametrize(
    ("kind", "media_type", "begins"),
    [
        ("html", "text/html; charset=utf-8", b"<!doctype html>"),
        ("pdf", "application/pdf", b"%PDF-1.7"),
        ("sr", "application/dicom", b"\0" * 128 + b"DICM"),
        ("pdf-dicom", "application/dicom", b"\0" * 128 + b"DICM"),
        ("fhir", "application/fhir+json", b"{"),
        ("hl7", "application/hl7-v2; charset=utf-8", b"MSH|"),
    ],
)
def test_each_form_is_made_once_and_then_given_out_byte_for_byte(desk: Desk, kind: str, media_type: str, begins: bytes) -> None:
    signed = desk.finish("final")
    first = form(desk, signed, kind)
    assert first.media_type == media_type and first.body.startswith(begins)
    assert first.sha256 == hashlib.sha256(first.body).hexdigest()
    desk.with_rules("name: Zliten Clinic", "name: Renamed Clinic")
    desk.room.pacs.add_images(desk.item.orthanc_id, 1)
    assert form(desk, signed, kind) == first


def test_a_form_that_does_not_exist_is_not_found(desk: Desk) -> None:
    with pytest.raises(NotFound, match="html, pdf, sr"):
        form(desk, desk.finish("final"), "docx")


def test_the_sr_is_valid_and_belongs_to_the_study(desk: Desk, tmp_path) -> None:
    signed = desk.finish("final")
    body = form(desk, signed, "sr").body
    sr = read(body)
    assert dciodvfy(body, tmp_path) == []
    assert sr.SOPInstanceUID == signed.sr_sop_instance_uid
    assert (sr.StudyInstanceUID, sr.PatientID) == (desk.item.study_instance_uid, "P-1")
    assert str(sr.PatientName) == "Ali^Mohammed=محمد^علي"


def test_the_evidence_is_the_images_and_neither_our_own_objects_nor_the_viewers(desk: Desk) -> None:
    preliminary = desk.finish("preliminary")
    for kind in ("sr", "pdf-dicom"):
        desk.room.pacs.store_instance(form(desk, preliminary, kind).body)
    tags = {"StudyInstanceUID": desk.item.study_instance_uid, "PatientID": "P-1"}
    desk.room.pacs.add_series("SR", 1, **tags)
    desk.room.pacs.add_series("KO", 1, **tags)
    desk.write(findings="Final.")
    sr = read(form(desk, desk.sign("final"), "sr").body)
    series = sr.CurrentRequestedProcedureEvidenceSequence[0].ReferencedSeriesSequence
    assert len(series) == 1 and len(series[0].ReferencedSOPSequence) == 2
    assert sr.SeriesInstanceUID == series_uid(desk.item.id, "sr")


def test_the_encapsulated_pdf_holds_the_pdf_that_everybody_gets(desk: Desk) -> None:
    signed = desk.finish("final")
    ds = read(form(desk, signed, "pdf-dicom").body)
    assert ds.EncapsulatedDocument[: ds.EncapsulatedDocumentLength] == form(desk, signed, "pdf").body


def test_fhir_carries_the_same_pdf_and_page(desk: Desk) -> None:
    signed = desk.finish("final")
    resource = json.loads(form(desk, signed, "fhir").body)
    sizes = {one["contentType"].split(";")[0]: one["size"] for one in resource["presentedForm"]}
    assert sizes == {"text/html": len(form(desk, signed, "html").body), "application/pdf": len(form(desk, signed, "pdf").body)}


def test_the_pdf_shows_the_preview_as_it_was_promised(desk: Desk) -> None:
    desk.claim()
    desk.write(findings="As previewed.")
    page = reporting.preview(desk.room, desk.me, desk.item.id)
    assert "As previewed." in page and "DRAFT" in page
    signed = desk.sign("final")
    printed = form(desk, signed, "html").body.decode()
    body = printed.split('<section class="section findings">')[1].split("</section>")[0]
    assert body in page and "DRAFT" not in printed
    assert "As previewed." in pypdfium2.PdfDocument(form(desk, signed, "pdf").body)[0].get_textpage().get_text_range()


def test_a_preview_keeps_nothing(desk: Desk) -> None:
    reporting.preview(desk.room, desk.me, desk.item.id)
    assert desk.events() == [] and reporting.versions(desk.room, desk.me, desk.item.id) == []


def test_without_the_study_in_the_pacs_there_is_no_sr_but_the_rest(desk: Desk) -> None:
    signed = desk.finish("final")
    desk.room.pacs.delete(desk.item.orthanc_id)
    with pytest.raises(Unavailable, match="not in Orthanc"):
        form(desk, signed, "sr")
    assert form(desk, signed, "pdf").body.startswith(b"%PDF")


def test_reading_a_report_is_on_the_audit_trail_once_a_visit(desk: Desk) -> None:
    signed = desk.finish("final")
    clinic = clinic_user("zliten-clinic")
    for _ in range(3):
        form(desk, signed, "html", clinic)
    assert desk.events().count("report-viewed") == 1
    form(desk, signed, "pdf", clinic)
    assert desk.events().count("report-viewed") == 2


def test_no_facility_reads_the_reports_of_another_one(desk: Desk) -> None:
    signed = desk.finish("final")
    stranger = clinic_user("gozo-hospital")
    for kind in renditions.KINDS:
        with pytest.raises(NotFound):
            form(desk, signed, kind, stranger)
    with pytest.raises(NotFound):
        reporting.get(desk.room, stranger, signed.id)
    assert reporting.get(desk.room, of_role(Role.INTEGRATOR), signed.id) == signed


def test_a_report_that_is_not_there(desk: Desk) -> None:
    with pytest.raises(NotFound, match="no such report"):
        reporting.get(desk.room, desk.me, "01KAAAAAAAAAAAAAAAAAAAAAAA")


# Tampering shows


def alter(desk: Desk, statement) -> None:
    with desk.room.store.writing() as c:
        c.execute(statement)


@pytest.mark.parametrize("kind", ["html", "pdf", "sr", "fhir", "hl7"])
def test_a_stored_form_that_was_changed_is_not_given_out(desk: Desk, kind: str) -> None:
    signed = desk.finish("final")
    body = bytearray(form(desk, signed, kind).body)
    body[len(body) // 2] ^= 1
    alter(desk, sa.update(schema.renditions).where(schema.renditions.c.kind == kind).values(body=bytes(body)))
    with pytest.raises(reporting.ReportAltered, match="stored otherwise than it was signed"):
        form(desk, signed, kind)
    assert desk.events()[-1] == "report-altered"
    assert desk.now().attention == "report-altered: version 1"


def test_a_signed_text_that_was_changed_is_not_given_out(desk: Desk) -> None:
    signed = desk.finish("final")
    content = {**signed.content, "sections": {**signed.content["sections"], "findings": "Haemorrhage."}}
    alter(desk, sa.update(schema.reports).values(content=content))
    for read_it in (lambda: reporting.get(desk.room, desk.me, signed.id), lambda: form(desk, signed, "pdf")):
        with pytest.raises(reporting.ReportAltered):
            read_it()


def test_a_signed_text_that_makes_no_sense_is_not_given_out(desk: Desk) -> None:
    signed = desk.finish("final")
    alter(desk, sa.update(schema.reports).values(content={"sections": {}}))
    with pytest.raises(reporting.ReportAltered):
        reporting.get(desk.room, desk.me, signed.id)


# Priors


def test_priors_are_the_patients_other_studies_here_with_their_reports(desk: Desk) -> None:
    signed = desk.finish("final", findings="Old findings.")
    desk.room.clock.pass_(3600)
    later = desk.study_arrives()
    desk.study_arrives(columns={"patient_id": "P-OTHER"})
    desk.study_arrives(columns={"facility": "gozo-hospital"})  # the same number there is another patient
    found = reporting.priors(desk.room, desk.me, later.id)
    assert [(prior.item.id, [one.id for one in prior.versions]) for prior in found] == [(desk.item.id, [signed.id])]


def test_a_study_without_patient_id_has_no_priors(desk: Desk) -> None:
    first = desk.study_arrives(columns={"patient_id": ""})
    desk.study_arrives(columns={"patient_id": ""})
    assert reporting.priors(desk.room, desk.me, first.id) == []
