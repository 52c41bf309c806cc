"""What inference services found reaches the rules and the list: from their documents among a study's objects, and as facts."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import dataclass, replace

from ..core.errors import Unavailable
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
from . import devices
from .arrival import INTAKE
from .gathering import LARGEST_READ
from .placement import with_flag
from .room import HostSeries, HostStudy, Room

log = logging.getLogger(__name__)
FLAG = "ai-finding"  # told after somebody had opened the study
WAITING = (State.UNASSIGNED, State.ASSIGNED, State.HELD)
MOST_DOCUMENTS = 64
CAPTURED = "secondary-capture"
PROBLEM = "ai-problem:"  # begins the flag that says what is wrong with a result of a device
UNREADABLE, TOO_LARGE = "unreadable", "too-large"


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
    every = (*study.series, *study.results)
    documents = [one for series in every if series.modality == "SR" for one in series.instances][:MOST_DOCUMENTS]
    if not documents and not study.results:
        return False
    with room.store.reading() as c:
        known = {each.sop_instance_uid for each in kept.of_study(c, study.study_instance_uid)}
    told = [_document(room, one, known) for one in documents] + [_captured(room, series) for series in study.results]
    found = [replace(each, study_instance_uid=study.study_instance_uid) for one in told for each in one.findings]
    problems = dict.fromkeys(problem for one in told for problem in one.problems)
    if not found and not problems:
        return False
    with room.store.writing() as c:
        news = keep(c, room, INTAKE, study.study_instance_uid, found)
        _show(c, room, item, list(problems))
    return bool(positive(news)) and item.state in WAITING


@dataclass(frozen=True)
class _Told:
    findings: Sequence[Finding] = ()
    problems: Sequence[str] = ()


def _document(room: Room, orthanc_id: str, known: set[str]) -> _Told:
    """What a structured report tells, if a device that is heeded wrote it."""
    uids = room.host.sop_uids(orthanc_id)
    if uids is None or uids[0] not in ai_sr.SOP_CLASSES or uids[1] in known:
        return _Told()
    ai, sender = room.rules.current.ai, room.host.transport(orthanc_id).calling_aet
    listed = sender if ai.lists(sender) else ""
    if room.host.instance_size(orthanc_id) > LARGEST_READ:
        return _Told(problems=(TOO_LARGE,) if listed or not ai.nodes else ())
    try:
        told = ai_sr.read(dicom_reader.read(room.host.instance_file(orthanc_id)), listed)
    except Unavailable:
        raise
    except Exception as failure:  # noqa: BLE001 - whatever a device wrote, the others are read, and it shows
        log.warning("a structured report cannot be read: %s", type(failure).__name__)
        return _Told(problems=(UNREADABLE,))
    if ai.nodes and not ai.lists(*told.names):
        return _Told(problems=() if told.names else told.problems)
    found = [ai.judged(each, said=said) for each, said in zip(told.findings, told.said, strict=True)]
    return _Told(found, told.problems)


def _captured(room: Room, series: HostSeries) -> _Told:
    """That a listed device drew a picture: what it says only a person can see, so that there is no score."""
    uids = room.host.sop_uids(series.instances[0])
    if uids is None:
        return _Told()
    device = clean(next(iter(devices.names_on(series)), "")) or room.host.transport(series.instances[0]).calling_aet
    text = clean(series.tags.get("SeriesDescription", "")) or CAPTURED
    told = Finding("", device[:LONGEST_DEVICE], text[:LONGEST_TEXT], CAPTURED, source="sc", sop_instance_uid=uids[1])
    return _Told([told])


def _show(c: Connection, room: Room, item: Item, problems: Sequence[str]) -> None:
    """Flag what is wrong with a device's results, once for each problem."""
    fresh = items.get(c, item.id)
    news = [each for each in problems if fresh and PROBLEM + each not in fresh.flags]
    if fresh is None or not news:
        return
    flagged = items.change(c, fresh, room.now(), flags=with_flag(fresh.flags, *(PROBLEM + each for each in news)))
    for each in news:
        study = flagged.study_instance_uid
        audit.append(c, "ai-problem", INTAKE, room.now(), item=flagged.id, study=study, detail={"problem": each})


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
