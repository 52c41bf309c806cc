from __future__ import annotations

import base64
import dataclasses
import hashlib
import json
import xml.etree.ElementTree as ElementTree
from typing import Any

import pytest
from fhir.resources.R4B.bundle import Bundle
from fhir.resources.R4B.diagnosticreport import DiagnosticReport

from support.sample_reports import HOSTILE, following, report, with_study
from teleradiology.core.names import clean
from teleradiology.core.reports import Sender, SignedReport, Signer
from teleradiology.documents.fhir import diagnostic_report, transaction

HTML, PDF = b"<!doctype html>\n<p>report</p>", b"%PDF-1.7"
FINAL = report("ar")
ADDENDUM = following(FINAL, "addendum", {"findings": "More."})
CORRECTED = following(FINAL, "corrected", {"findings": "Left."}, reason="side")
# http://hl7.org/fhir/R4/valueset-diagnostic-report-status.html
STATUSES = {"registered", "partial", "preliminary", "final", "amended", "corrected", "appended", "cancelled", "entered-in-error"}
XHTML = "{http://www.w3.org/1999/xhtml}"
HTML4 = {XHTML + name for name in ("div", "h2", "h3", "p", "span")}


def resource(made: SignedReport) -> dict[str, Any]:
    return diagnostic_report(made, HTML, PDF)


@pytest.mark.parametrize(
    ("made", "status"),
    [(report("en", "preliminary"), "preliminary"), (FINAL, "final"), (ADDENDUM, "appended"), (CORRECTED, "corrected")],
    ids=lambda value: getattr(value, "status", value),
)
def test_every_version_is_a_valid_resource_with_its_status(made: SignedReport, status: str) -> None:
    DiagnosticReport.model_validate_json(json.dumps(resource(made)))
    Bundle.model_validate_json(json.dumps(transaction(made, resource(made))))
    assert resource(made)["status"] == status
    assert status in STATUSES


def test_who_what_when() -> None:
    made = resource(FINAL)
    assert made["code"]["coding"][0]["code"] == "24725-4"
    assert made["subject"]["identifier"]["value"] == "LY-2026/0042"
    assert made["subject"]["display"] == "علي محمد / Ali Mohammed"
    assert made["resultsInterpreter"][0]["identifier"]["value"] == "LY-000123"
    assert made["imagingStudy"][0]["identifier"]["value"] == f"urn:oid:{FINAL.study.study_instance_uid}"
    assert made["basedOn"][0]["identifier"]["value"] == "ACC-00098"
    assert (made["issued"], made["effectiveDateTime"]) == ("2026-11-23T14:30:00+02:00", "2026-11-23")
    assert made["conclusion"] == FINAL.sections["impression"]


def test_the_printed_report_is_attached_byte_for_byte() -> None:
    forms = {one["contentType"]: one for one in resource(FINAL)["presentedForm"]}
    for kind, body in (("text/html; charset=utf-8", HTML), ("application/pdf", PDF)):
        assert base64.b64decode(forms[kind]["data"]) == body
        assert forms[kind]["size"] == len(body)
        assert base64.b64decode(forms[kind]["hash"]) == hashlib.sha1(body).digest()


def test_nothing_is_contained_and_nothing_is_empty() -> None:
    bare = with_study(FINAL, accession_number="", referring_physician="", patient_names=(), study_at="")
    for made in (resource(FINAL), resource(bare)):
        text = json.dumps(made)
        assert "contained" not in made
        assert '""' not in text and "[]" not in text and "{}" not in text
        DiagnosticReport.model_validate_json(text)


def test_all_versions_are_one_report_at_the_receiver() -> None:
    urls = {transaction(made, resource(made))["entry"][0]["request"]["url"] for made in (FINAL, ADDENDUM, CORRECTED)}
    assert len(urls) == 1


def test_the_narrative_keeps_numbers_in_order_with_what_fhir_allows() -> None:
    div = ElementTree.fromstring(resource(FINAL)["text"]["div"])
    assert {element.tag for element in div.iter()} <= HTML4
    assert div.get("dir") == "rtl"
    islands = [element.text for element in div.iter(f"{XHTML}span") if element.get("dir") == "ltr"]
    assert "3-5 x 48.5 mm" in islands and "2026-11-23" in islands


@pytest.mark.parametrize("hostile", HOSTILE, ids=range(len(HOSTILE)))
def test_hostile_text_is_text(hostile: str) -> None:
    made = with_study(
        report("en", sections={"findings": clean(hostile), "impression": clean(hostile)}),
        patient_names=(hostile,),
        patient_id=clean(hostile),
    )
    made = dataclasses.replace(made, author=Signer("x", clean(hostile)), sender=Sender("x", clean(hostile)))
    found = resource(made)
    DiagnosticReport.model_validate_json(json.dumps(found))
    div = ElementTree.fromstring(found["text"]["div"])
    assert {element.tag for element in div.iter()} <= HTML4
    assert "".join(clean(hostile).split()) in "".join("".join(div.itertext()).split())
    assert found["conclusion"] == clean(hostile)
