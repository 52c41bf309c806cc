"""Puts a report together: the text, who signs, and patient, study and facility as they are known at this moment."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from ..core.identity import Actor
from ..core.reports import Earlier, ReportStatus, Sender, SignedReport, Signer, StudyHeader
from ..store import reports
from ..store.engine import Connection
from ..store.item import Item
from ..store.reports import Signed
from .room import Room


def compose(
    room: Room,
    c: Connection,
    actor: Actor,
    item: Item,
    *,
    id: str,
    status: ReportStatus,
    sections: Mapping[str, str],
    language: str,
    template: str,
    signed_at: datetime,
    reason: str = "",
) -> SignedReport:
    """The report as the next version of the item."""
    before = tuple(earlier(row) for row in reports.of_item(c, item.id))
    return SignedReport(
        id=id,
        item=item.id,
        version=before[-1].version + 1 if before else 1,
        status=status,
        sections=dict(sections),
        language=language,
        author=_signer(room, actor),
        signed_at=signed_at,
        study=_header(item),
        sender=_sender(room, item, language),
        template=template,
        reason=reason,
        earlier=before,
    )


def earlier(row: Signed) -> Earlier:
    """A signed version as a later one refers to it."""
    signed = SignedReport.from_json(row.content)
    return Earlier(
        signed.id, signed.version, signed.status, signed.signed_at, signed.author, signed.language, dict(signed.sections)
    )


def _signer(room: Room, actor: Actor) -> Signer:
    reader = room.rules.current.readers.get(actor.reader or "")
    if reader is None:
        return Signer(actor.username, actor.name or actor.username)
    return Signer(actor.username, reader.name, reader.id, reader.title, reader.registration)


def _sender(room: Room, item: Item, language: str) -> Sender:
    facility = room.rules.current.facilities.get(item.facility)
    if facility is None:
        return Sender(item.facility, languages=(language,))
    lines = facility.letterhead_in(language)
    return Sender(facility.id, facility.name, lines, facility.timezone or "UTC", facility.languages or (language,))


def _header(item: Item) -> StudyHeader:
    facts = item.facts
    names = facts.get("patient_names") or [name for name in (item.patient_name, item.patient_name_other) if name]
    return StudyHeader(
        study_instance_uid=item.study_instance_uid,
        patient_id=item.patient_id,
        patient_names=tuple(names),
        birth_date=item.birth_date,
        sex=item.sex,
        accession_number=item.accession_number,
        description=item.description,
        modality=str(facts.get("modality") or item.modalities.split(",")[0]),
        modalities=tuple(filter(None, item.modalities.split(","))),
        body_part=item.body_part,
        study_at=item.study_at,
        referring_physician=str(facts.get("referring_physician", "")),
    )
