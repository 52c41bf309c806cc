"""A study that has come to rest is taken in: read, decided about, given to a reader, and put on the list in one transaction."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

from ..core.findings import CAUSE
from ..core.worklist import OPEN, State
from ..store import audit, items, watching
from ..store.engine import Connection
from ..store.item import Item
from . import admission, arrival, description, devices, placement, suggestions, trouble, waiting
from .arrival import INTAKE
from .gathering import gather
from .room import HostStudy, Room

COMPLETE, LATE = "study complete", "late images"

# In these states the rules decide (again) when the study has changed; in the others a person has it, or had it last.
DECIDABLE = (State.ARRIVING, State.UNASSIGNED, State.ASSIGNED, State.HELD, State.SKIPPED, State.COMPLETED)


def settle(room: Room, orthanc_id: str, cause: str = "", *, anew: bool = False) -> Item | None:
    """Take the study in as it is now. With nothing new since the last time nothing changes, so that any event may be repeated.

    ``anew`` decides again although no image came, because something else became known.
    None when there is no such study. Never raises for what is wrong with a study: that shows on its item.
    """
    with room.memory.one_at_a_time:
        progress = trouble.Progress()
        try:
            return _settle(room, orthanc_id, cause, progress, anew)
        except Exception as failure:  # noqa: BLE001 - every study must show on the list, whatever it did to us
            return trouble.record(room, orthanc_id, progress, failure)


def _settle(room: Room, orthanc_id: str, cause: str, progress: trouble.Progress, anew: bool) -> Item | None:
    as_of = room.memory.last_image(orthanc_id)
    found = progress.study = room.host.study(orthanc_id)
    if found is None:
        return arrival.vanish(room, orthanc_id)
    study = progress.study = devices.told_apart(room, found)
    item = _item(room, study)
    grown, suggested = is_news(item, study), suggestions.take_in(room, item, study)
    cause = CAUSE if suggested and not grown else cause
    progress.is_news = grown or suggested or (anew and item.state in DECIDABLE)
    if not progress.is_news:
        return _rest(room, item, study, as_of)
    if item.state not in DECIDABLE:
        return _tell(room, item, study, as_of)
    progress.stage = "reading the images"
    facts = gather(room, study)
    with room.store.reading() as c:
        facts = suggestions.beside(c, waiting.known_beside(c, item, facts))
    wait = waiting.look(room, item, study, facts)
    if wait.until is not None:
        room.memory.settled(orthanc_id, as_of)  # unless images came meanwhile: then the timer runs on
        return waiting.keep(room, item, study, facts, wait)
    progress.stage = "applying the rules"
    decision = room.rules.current.explain(facts)
    progress.stage = "putting it on the list"
    return _place(room, admission.Case(study, facts, decision, cause, wait.missing), as_of)


def is_news(item: Item, study: HostStudy) -> bool:
    """Whether the study has images that were not decided about, or lost some, or could not be decided about so far."""
    if item.decided_instances != description.counted(item.decided_instances, study):
        return True
    if item.attempts:  # without a time to retry it is quarantined
        return item.state in DECIDABLE and item.retry_at is not None
    return item.decision is None and item.state in OPEN and item.state in DECIDABLE


def _item(room: Room, study: HostStudy) -> Item:
    with room.store.reading() as c:
        item = items.by_orthanc(c, study.orthanc_id)
    if item is not None and item.missing_since is None:
        return item
    with room.store.writing() as c:
        return arrival.returned(c, arrival.record(room, c, study.orthanc_id, study), room.now())


def _rest(room: Room, item: Item, study: HostStudy, as_of: float | None) -> Item:
    """Nothing to read has come: count the objects, stop the timers."""
    columns = _timer(room, item, as_of) if item.quiet_at else {}
    room.memory.settled(item.orthanc_id, as_of)
    if item.retry_at is not None:  # undecided, and somebody reads it as it is: tried again if it is given back
        columns["retry_at"] = room.now() + trouble.LONGEST_WAIT if item.state == State.READING and item.attempts else None
    size = description.size(study)
    if description.changes(item, size, size):
        columns |= {**size, "changed_at": room.now()}
    if columns:
        with room.store.writing() as c:
            watching.note(c, item.id, **columns)
    return item


def _tell(room: Room, item: Item, study: HostStudy, as_of: float | None) -> Item:
    """The study changed under its reader's eyes, or after somebody cancelled it: say so, and change nothing else."""
    with room.store.writing() as c:
        fresh = items.get(c, item.id) or item
        return tell(c, room, fresh, study, _timer(room, item, as_of) | _late(room, fresh, study))


def tell(c: Connection, room: Room, item: Item, study: HostStudy, timer: dict[str, Any]) -> Item:
    """Flag the item and count the images."""
    now, images = room.now(), description.counted(item.decided_instances, study)
    event = "study-grew" if images > item.decided_instances else "study-shrank"
    detail = {"images": [item.decided_instances, images], "state": item.state}
    audit.append(c, event, INTAKE, now, item=item.id, study=item.study_instance_uid, detail=detail)
    columns = {"decided_instances": images, **description.size(study), **timer, "retry_at": None}
    return items.change(c, item, now, flags=placement.with_flag(item.flags, event), **columns)


def _timer(room: Room, item: Item, as_of: float | None) -> dict[str, Any]:
    """The quiet timer stops, unless images came while we looked."""
    return {"quiet_at": None} if room.memory.settled(item.orthanc_id, as_of) else {}


def _late(room: Room, item: Item, study: HostStudy) -> dict[str, Any]:
    """When the last image came of a study that has a report already: as long ago as the quiet time has run."""
    if not (item.preliminary_at or item.final_at) or description.counted(item.decided_instances, study) <= item.decided_instances:
        return {}
    quiet = timedelta(seconds=room.settings.quiet_seconds)
    return {"last_image_at": min(item.quiet_at - quiet if item.quiet_at else room.now(), room.now())}


def _place(room: Room, case: admission.Case, as_of: float | None) -> Item:
    study = case.study
    with room.store.writing() as c:
        # Read again: while the images were read somebody may have claimed or cancelled it.
        item = items.by_orthanc(c, study.orthanc_id) or arrival.record(room, c, study.orthanc_id, study)
        timer = _timer(room, item, as_of) | _late(room, item, study)
        if item.state not in DECIDABLE:
            return tell(c, room, item, study, timer)
        shrank = description.counted(item.decided_instances, study) < item.decided_instances
        if item.state == State.COMPLETED and shrank:
            return tell(c, room, item, study, timer)
        return admission.admit(c, room, item, replace(case, cause=case.cause or _cause(item)), timer)


def _cause(item: Item) -> str:
    return LATE if item.decision else COMPLETE
