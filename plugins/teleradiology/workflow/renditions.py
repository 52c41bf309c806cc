"""Signed versions as people and systems receive them: each made once, kept, and given out byte for byte ever after."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from dataclasses import dataclass

from ..core.audit import SERIOUS_FAILURE
from ..core.codes import NOT_IMAGES
from ..core.errors import NotFound, Told, Unavailable
from ..core.identity import Actor, service
from ..core.reports import SignedReport, content_hash, is_ours
from ..documents import fhir, hl7
from ..documents.dicom_object import ImageReference, StudyInPacs
from ..documents.pdf_dicom import encapsulated_pdf
from ..documents.sr import basic_text_sr
from ..store import audit, items, reports
from ..store.engine import Connection
from ..store.item import Item
from ..store.reports import Rendition, Signed
from .acting import find, permit
from .room import HostSeries, Room

ALTERED = "report-altered"
WATCH = service("integrity")
# Scanned films and photographs come as OT; they are read, so the report refers to them.
_NOT_REPORTED_ON = NOT_IMAGES - {"OT"}


class ReportAltered(Unavailable):
    """What is stored is not what was signed; it is not given out. Restore it from a backup."""

    code = ALTERED


@dataclass(frozen=True)
class Kind:
    """One form of a report. ``make`` gets the signed version and, by asking for them, its other forms."""

    media_type: str
    make: Callable[[Room, Signed], bytes]


def rendition(room: Room, actor: Actor, report_id: str, kind: str) -> Rendition:
    """A signed version in one of its forms. That somebody saw it is on the audit trail."""
    if kind not in KINDS:
        raise NotFound(f"There is no such form of a report; expected one of {', '.join(KINDS)}.")
    signed = get(room, actor, report_id, kind)
    return made(room, signed, kind)


def get(room: Room, actor: Actor, report_id: str, kind: str = "data") -> Signed:
    """A signed version. Raises ReportAltered when it is not what was signed."""
    permit(room, actor, "view")
    with room.store.reading() as c:
        signed, item = find_report(c, actor, report_id)
    _refuse_altered(room, item, signed)
    now = room.now()
    if room.visits.is_new(actor.username, f"report {kind}", report_id, now):
        with room.store.writing() as c:
            detail = {"report": signed.id, "version": signed.version, "form": kind}
            audit.append(c, "report-viewed", actor, now, item=item.id, study=item.study_instance_uid, detail=detail)
    return signed


def find_report(c: Connection, actor: Actor, report_id: str) -> tuple[Signed, Item]:
    """A signed version and its item, if the actor may know of them: another facility's is as unknown as none at all."""
    signed = reports.get(c, report_id)
    if signed is None:
        raise NotFound("There is no such report.", told=Told("no-report"))
    try:
        return signed, find(c, actor, signed.item)
    except NotFound:
        raise NotFound("There is no such report.", told=Told("no-report")) from None


def made(room: Room, signed: Signed, kind: str) -> Rendition:
    """The form that was kept, or a new one, which is kept before anybody gets it. Not to be called in a transaction."""
    with room.store.reading() as c:
        kept = reports.rendition(c, signed.id, kind)
    if kept is None:
        body = KINDS[kind].make(room, signed)
        with room.store.writing() as c:
            kept = reports.keep_rendition(
                c, room.now(), report=signed.id, kind=kind, media_type=KINDS[kind].media_type, body=body
            )
    if hashlib.sha256(kept.body).hexdigest() != kept.sha256:
        _raise_alarm(room, signed, kind)
    return kept


def _refuse_altered(room: Room, item: Item, signed: Signed) -> None:
    try:
        intact = content_hash(SignedReport.from_json(signed.content)) == signed.content_hash
    except (KeyError, TypeError, ValueError):
        intact = False
    if not intact:
        _raise_alarm(room, signed, "data")


def _raise_alarm(room: Room, signed: Signed, what: str) -> None:
    now = room.now()
    with room.store.writing() as c:
        item = items.get(c, signed.item)
        assert item is not None
        if not item.attention:
            items.change(c, item, now, attention=f"{ALTERED}: version {signed.version}")
        detail = {"report": signed.id, "version": signed.version, "form": what}
        audit.append(c, ALTERED, WATCH, now, item=item.id, study=item.study_instance_uid, outcome=SERIOUS_FAILURE, detail=detail)
    text = f"Version {signed.version} of the report is stored otherwise than it was signed; it is not given out."
    raise ReportAltered(text, told=Told("altered", {"version": signed.version}))


def _report(signed: Signed) -> SignedReport:
    return SignedReport.from_json(signed.content)


def _html(room: Room, signed: Signed) -> bytes:
    return room.renderer.html(_report(signed)).encode()


def _pdf(room: Room, signed: Signed) -> bytes:
    return room.renderer.pdf(made(room, signed, "html").body.decode())


def _sr(room: Room, signed: Signed) -> bytes:
    return basic_text_sr(_report(signed), study_in_pacs(room, signed.item))


def _pdf_dicom(room: Room, signed: Signed) -> bytes:
    return encapsulated_pdf(_report(signed), study_in_pacs(room, signed.item), made(room, signed, "pdf").body)


def _fhir(room: Room, signed: Signed) -> bytes:
    resource = fhir.diagnostic_report(_report(signed), made(room, signed, "html").body, made(room, signed, "pdf").body)
    return json.dumps(resource, ensure_ascii=False, indent=1).encode()


def _hl7(room: Room, signed: Signed) -> bytes:
    return hl7.oru(_report(signed))


KINDS = {
    "html": Kind("text/html; charset=utf-8", _html),
    "pdf": Kind("application/pdf", _pdf),
    "sr": Kind("application/dicom", _sr),
    "pdf-dicom": Kind("application/dicom", _pdf_dicom),
    "fhir": Kind("application/fhir+json", _fhir),
    "hl7": Kind("application/hl7-v2; charset=utf-8", _hl7),
}


def study_in_pacs(room: Room, item_id: str) -> StudyInPacs:
    """The study's header and images as Orthanc has them now. Raises Unavailable when the study is not there."""
    with room.store.reading() as c:
        item = items.get(c, item_id)
    study = room.host.study(item.orthanc_id) if item else None
    if item is None or study is None:
        raise Unavailable("The study is not in Orthanc, so no report can be stored beside its images.")
    reported_on = [one for one in study.series if _is_reported_on(one, item)]
    images = tuple(reference for series in reported_on for reference in _references(room, series))
    return StudyInPacs({**study.patient_tags, **study.tags}, images)


def _is_reported_on(series: HostSeries, item: Item) -> bool:
    return series.modality not in _NOT_REPORTED_ON and not is_ours(series.series_instance_uid, item.id)


def _references(room: Room, series: HostSeries) -> list[ImageReference]:
    known = (room.host.sop_uids(orthanc_id) for orthanc_id in series.instances)
    return [ImageReference(series.series_instance_uid, *uids) for uids in known if uids is not None]
