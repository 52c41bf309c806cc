"""A signed report as FHIR R4: a DiagnosticReport that refers by business identifiers, and the transaction that posts it."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Mapping
from typing import Any
from zoneinfo import ZoneInfo

from markupsafe import Markup, escape

from ..core.names import name_groups, spoken
from ..core.report_titles import title_of
from ..core.reports import ReportStatus, SignedReport, series_uid
from ..core.sections import TABLE
from . import bidi
from .labels import direction_of, label

STATUS = {
    ReportStatus.PRELIMINARY: "preliminary",
    ReportStatus.FINAL: "final",
    ReportStatus.ADDENDUM: "appended",
    ReportStatus.CORRECTED: "corrected",
}
LOINC = "http://loinc.org"
IDENTIFIER_TYPES = "http://terminology.hl7.org/CodeSystem/v2-0203"
DIAGNOSTIC_SECTIONS = "http://terminology.hl7.org/CodeSystem/v2-0074"

Resource = dict[str, Any]


def diagnostic_report(report: SignedReport, html: bytes, pdf: bytes = b"") -> Resource:
    """The report; nothing is contained, everybody and everything else is named by identifier."""
    title = title_of(report.study.modality, report.study.body_part)
    zone = ZoneInfo(report.sender.timezone)
    issued = report.signed_at.astimezone(zone).isoformat(timespec="seconds")
    forms = [_attachment("text/html; charset=utf-8", html, report, issued)]
    forms += [_attachment("application/pdf", pdf, report, issued)] if pdf else []
    resource: Resource = {
        "resourceType": "DiagnosticReport",
        "id": report.id,
        "language": report.language,
        "text": {"status": "additional", "div": narrative(report)},
        "identifier": [_report_identifier(report)],
        "basedOn": _order(report),
        "status": STATUS[report.status],
        "category": [{"coding": [{"system": DIAGNOSTIC_SECTIONS, "code": "RAD", "display": "Radiology"}]}],
        "code": {"coding": [{"system": LOINC, "code": title.value, "display": title.meaning}]},
        "subject": _patient(report),
        "effectiveDateTime": report.study.study_at[:10],  # the modality's clock has no zone; FHIR allows a time only with one
        "issued": issued,
        "performer": [_organization(report)],
        "resultsInterpreter": [_practitioner(report)],
        "imagingStudy": [{"type": "ImagingStudy", "identifier": _study_identifier(report)}],
        "conclusion": report.sections.get("impression", ""),
        "presentedForm": forms,
    }
    return _without_empty(resource)


def transaction(report: SignedReport, resource: Resource) -> Resource:
    """A Bundle that creates or replaces the report at a server (IHE RAD-141): the same report twice is one report."""
    identifier = _report_identifier(report)
    entry = {
        "fullUrl": identifier["value"],
        "resource": {name: value for name, value in resource.items() if name != "id"},
        "request": {"method": "PUT", "url": f"DiagnosticReport?identifier={identifier['system']}|{identifier['value']}"},
    }
    return {"resourceType": "Bundle", "type": "transaction", "entry": [entry]}


def narrative(report: SignedReport) -> str:
    """The sections as XHTML; numbers in Arabic isolated by ``span``, because FHIR's XHTML knows no ``bdi``."""
    language, parts = report.language, []
    for section in TABLE:
        if text := report.sections.get(section.name):
            heading = section.title.get(language, section.title["en"])
            parts.append(Markup("<h3>{}</h3>").format(heading))
            parts += [_paragraph(line, language) for line in text.split("\n") if line]
    title = label("report", language)
    frame = Markup('<div xmlns="http://www.w3.org/1999/xhtml" lang="{}" dir="{}"><h2>{}</h2>{}</div>')
    return str(frame.format(language, direction_of(language), title, Markup("").join(parts)))


def _paragraph(line: str, language: str) -> Markup:
    island = Markup('<span dir="ltr">{}</span>').format
    inside = (island(piece) if isolated else escape(piece) for piece, isolated in bidi.pieces(line, language))
    return Markup('<p dir="{}">{}</p>').format(bidi.direction_of_line(line, language), Markup("").join(inside))


def _attachment(kind: str, body: bytes, report: SignedReport, created: str) -> Resource:
    return {
        "contentType": kind,
        "language": report.language,
        "data": base64.b64encode(body).decode("ascii"),
        "size": len(body),
        "hash": base64.b64encode(hashlib.sha1(body, usedforsecurity=False).digest()).decode("ascii"),  # as R4 defines it
        "title": f"Radiology report, version {report.version}",
        "creation": created,
    }


def _patient(report: SignedReport) -> Resource:
    names = [spoken(group) for name in report.study.patient_names for group in name_groups(name)]
    identifier = _identifier("MR", report.study.patient_id, report.sender.name)
    return {"type": "Patient", "identifier": identifier, "display": " / ".join(names)}


def _practitioner(report: SignedReport) -> Resource:
    identifier = _identifier("LN", report.author.registration, "") or {"value": report.author.reader or report.author.username}
    return {"type": "Practitioner", "identifier": identifier, "display": report.author.name}


def _organization(report: SignedReport) -> Resource:
    return {"type": "Organization", "identifier": {"value": report.sender.id}, "display": report.sender.name or "Radiology"}


def _order(report: SignedReport) -> list[Resource]:
    identifier = _identifier("ACSN", report.study.accession_number, report.sender.name)
    return [{"type": "ServiceRequest", "identifier": identifier}] if identifier else []


def _report_identifier(report: SignedReport) -> Resource:
    """The same for all versions: an addendum changes the report's status to appended, it is not another report."""
    return {"system": "urn:dicom:uid", "value": f"urn:oid:{series_uid(report.item, 'sr')}"}


def _study_identifier(report: SignedReport) -> Resource:
    return {"system": "urn:dicom:uid", "value": f"urn:oid:{report.study.study_instance_uid}"}


def _identifier(kind: str, value: str, assigner: str) -> Resource:
    if not value:
        return {}
    by = {"assigner": {"display": assigner}} if assigner else {}
    return {"type": {"coding": [{"system": IDENTIFIER_TYPES, "code": kind}]}, "value": value, **by}


def _without_empty(value: Any) -> Any:
    """FHIR has no empty strings, lists or objects: what is not known is absent."""
    if isinstance(value, Mapping):
        cleaned = {name: _without_empty(one) for name, one in value.items()}
        return {name: one for name, one in cleaned.items() if one not in ("", [], {})}
    return [_without_empty(one) for one in value] if isinstance(value, list) else value
