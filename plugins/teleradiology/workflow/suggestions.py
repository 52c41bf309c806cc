"""What inference services found reaches the rules and the list: from their documents among a study's objects, and as facts."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import replace

from ..core.errors import InvalidInput
from ..core.findings import LONGEST_DEVICE, LONGEST_TEXT, SUGGESTED, Finding, positive, suggestion, with_findings
from ..core.identity import Actor
from ..core.names import clean
from ..core.study_facts import StudyFacts
from ..core.worklist import State
from ..documents import ai_sr, dicom_reader
from ..store import audit, items
from ..store import findings as kept
from ..store.engine import Connection
from ..store.item import Item
from .arrival import INTAKE
from .gathering import LARGEST_READ
from .placement import with_flag
from .room import HostSeries, HostStudy, Room

log = logging.getLogger(__name__)
FLAG = "ai-finding"  # told after somebody had opened the study
WAITING = (State.UNASSIGNED, State.ASSIGNED, State.HELD)
MOST_DOCUMENTS = 64
SECONDARY_CAPTURE, CAPTURED = "1.2.840.10008.5.1.4.1.1.7", "secondary-capture"


def beside(c: Connection, facts: StudyFacts) -> StudyFacts:
    """The facts with what was found, for the rules."""
    return with_findings(facts, kept.of_study(c, facts.study_instance_uid))


def take_in(room: Room, item: Item, study: HostStudy) -> bool:
    """Read documents of inference services among the study's objects; whether the rules are to decide again for that.

    Never raises: a document that cannot be read is no reason to keep a study off the list.
    """
    try:
        return _take_in(room, item, study)
    except Exception as failure:  # noqa: BLE001 - see above
        log.warning("AI results of a study could not be taken in: %s", type(failure).__name__)
        return False


def _take_in(room: Room, item: Item, study: HostStudy) -> bool:
    documents = [one for series in study.series if series.modality == "SR" for one in series.instances][:MOST_DOCUMENTS]
    captures = [each for each in study.series if _listed(room, each.tags.get("Manufacturer", ""))]
    if not documents and not captures:
        return False
    with room.store.reading() as c:
        known = {each.sop_instance_uid for each in kept.of_study(c, study.study_instance_uid)}
    found = [finding for one in documents for finding in _read(room, one, known)]
    found += [finding for series in captures for finding in _captured(room, series)]
    found = [replace(each, study_instance_uid=study.study_instance_uid) for each in found]
    if not found:
        return False
    with room.store.writing() as c:
        news = keep(c, room, INTAKE, study.study_instance_uid, found)
    return bool(positive(news)) and item.state in WAITING


def _read(room: Room, orthanc_id: str, known: set[str]) -> list[Finding]:
    uids = room.host.sop_uids(orthanc_id)
    if uids is None or uids[0] not in ai_sr.SOP_CLASSES or uids[1] in known or room.host.instance_size(orthanc_id) > LARGEST_READ:
        return []
    try:
        told = ai_sr.read(dicom_reader.read(room.host.instance_file(orthanc_id)))
    except InvalidInput as failure:
        log.warning("a structured report cannot be read: %s", type(failure).__name__)
        return []
    nodes = room.rules.current.ai.nodes
    return told.findings if told.findings and (not nodes or told.is_from(nodes)) else []


def _listed(room: Room, manufacturer: str) -> bool:
    """Whether the rules file lists the device by name; a picture says too little to be heeded otherwise."""
    return bool(manufacturer) and manufacturer.casefold() in (each.casefold() for each in room.rules.current.ai.nodes)


def _captured(room: Room, series: HostSeries) -> list[Finding]:
    """That a listed device drew a picture: what it says only a person can see, so that there is no score."""
    uids = room.host.sop_uids(series.instances[0]) if series.instances and series.modality != "SR" else None
    if uids is None or not uids[0].startswith(SECONDARY_CAPTURE):
        return []
    device, text = clean(series.tags["Manufacturer"]), clean(series.tags.get("SeriesDescription", "")) or CAPTURED
    return [Finding("", device[:LONGEST_DEVICE], text[:LONGEST_TEXT], CAPTURED, source="sc", sop_instance_uid=uids[1])]


def keep(c: Connection, room: Room, actor: Actor, study_uid: str, findings: Sequence[Finding]) -> list[Finding]:
    """Write what is new, with its audit record, and mark the study's items."""
    now, same = room.now(), items.by_study(c, study_uid)
    last = same[-1].id if same else None
    news = [each for each in findings if kept.add(c, each, now, last)]
    for each in news:
        told = {"suggested_by": each.device, "version": each.version, "code": each.code, "score": each.score}
        detail = {**told, "positive": each.positive, "source": each.source}
        audit.append(c, "ai-finding", actor, now, item=last, study=study_uid, detail=detail)
    if positive(news):
        every = kept.of_study(c, study_uid)
        for item in same:
            _mark(c, room, item, every)
    return news


def _mark(c: Connection, room: Room, item: Item, findings: Sequence[Finding]) -> None:
    facts = with_findings(StudyFacts.from_json(item.facts), findings).to_json()
    flags = with_flag((flag for flag in item.flags if not flag.startswith(SUGGESTED)), SUGGESTED + suggestion(findings))
    if item.state in (State.READING, State.COMPLETED):
        flags = with_flag(flags, FLAG)
    items.change(c, item, room.now(), facts=facts, flags=flags)
