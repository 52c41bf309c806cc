"""A study's first minutes: a row as soon as Orthanc has its first image, and a timer that each further image sets back."""

from __future__ import annotations

import logging
from datetime import datetime, timedelta

from ..core import turnaround
from ..core.errors import Unavailable
from ..core.identity import service
from ..core.worklist import State
from ..store import audit, items, watching
from ..store.engine import Connection
from ..store.item import Item
from . import description, devices, placement
from .room import HostStudy, Room

log = logging.getLogger(__name__)
INTAKE = service("intake")
WRITE_EVERY = 1.0  # seconds between two writes of one study's timer
PAUSE = 3.0  # seconds without an image after which it is asked what came


def notice(room: Room, orthanc_id: str) -> Item | None:
    """There is a study: put it on the list as *arriving*. Noticing it again only sets its timer. None when it is gone already."""
    item = _item(room, orthanc_id)
    if item is not None:
        room.memory.stir(orthanc_id, WRITE_EVERY)
        return _stirred(room, item)
    study = glance(room, orthanc_id)
    if study is None:
        return None
    room.memory.stir(orthanc_id, WRITE_EVERY)
    if isinstance(study, HostStudy):
        _set_timers(room, orthanc_id, room.rules.current.facility_of(study.transport), [each.modality for each in study.series])
    with room.store.writing() as c:
        return record(room, c, orthanc_id, study if isinstance(study, HostStudy) else None)


def _set_timers(room: Room, orthanc_id: str, facility: str, modalities: list[str]) -> None:
    """As the rules file has them for such studies: a quiet time of its own, a number of images to wait for."""
    policy = room.rules.current.completeness_for(facility, modalities)
    if policy is not None and policy.quiet is not None:
        room.memory.span(orthanc_id, policy.quiet.total_seconds())
    if policy is not None and policy.instances:
        room.memory.count(orthanc_id)


def stir(room: Room, orthanc_id: str, came_at: datetime | None = None) -> None:
    """An image came: the study counts as complete when no other comes for the quiet time. Most calls touch memory only.

    What is no image (a report, a result of an inference service) is looked at after the quiet time and sets no timer back.
    """
    if _is_after_a_pause(room, orthanc_id) and not _is_image(room, orthanc_id) and _item(room, orthanc_id):
        room.memory.watch(orthanc_id)
        return
    lag = (room.now() - came_at).total_seconds() if came_at else 0.0
    if room.memory.stir(orthanc_id, WRITE_EVERY, lag):
        item = _item(room, orthanc_id)
        if item is None:
            notice(room, orthanc_id)
        else:
            _stirred(room, item)


def _is_after_a_pause(room: Room, orthanc_id: str) -> bool:
    """Orthanc does not say what came, and asking costs: images of a stream follow each other closely."""
    last = room.memory.last_image(orthanc_id)
    return last is None or room.memory.monotonic() - last >= PAUSE


def _is_image(room: Room, orthanc_id: str) -> bool:
    study = glance(room, orthanc_id)
    return not isinstance(study, HostStudy) or devices.brought_an_image(study)


def vanish(room: Room, orthanc_id: str) -> Item | None:
    """The study is said to be gone from Orthanc. If it is, the item says so and stays."""
    if room.host.study(orthanc_id) is not None:
        return _item(room, orthanc_id)
    room.memory.settled(orthanc_id, room.memory.last_image(orthanc_id))
    now = room.now()
    with room.store.writing() as c:
        item = items.by_orthanc(c, orthanc_id)
        if item is None or item.missing_since is not None:
            return item
        item = items.change(c, item, now, missing_since=now, quiet_at=None, retry_at=None)
        audit.append(c, "study-missing", INTAKE, now, item=item.id, study=item.study_instance_uid)
        _mark_split(c, item, now)
        return item


def record(room: Room, c: Connection, orthanc_id: str, study: HostStudy | None) -> Item:
    """Write the arriving row, unless there is one. Without a summary of the study the row is bare, but it is there."""
    known = items.by_orthanc(c, orthanc_id)
    if known is not None:
        return known
    now, rules = room.now(), room.rules.current
    received_at = received(study, now)
    columns = description.at_first_sight(study, rules) if study else {"study_instance_uid": "", "facility": ""}
    item = items.insert(
        c,
        **columns,
        orthanc_id=orthanc_id,
        state=State.ARRIVING,
        rank=len(rules.priorities),  # below everything that can be read; how urgent it is is not known yet
        order_key=turnaround.order_key(None, received_at),
        received_at=received_at,
        last_image_at=now,
        quiet_at=now + timedelta(seconds=room.settings.quiet_seconds),
        changed_at=now,
    )
    detail = {"facility": item.facility, "calling_aet": study.transport.calling_aet if study else ""}
    audit.append(c, "study-arriving", INTAKE, now, item=item.id, study=item.study_instance_uid, detail=detail)
    return _mark_split(c, item, now)


def received(study: HostStudy | None, now: datetime) -> datetime:
    """When the first image came: as Orthanc noted it, if that is not in the future."""
    told = study.transport.received_at if study else None
    return min(told, now) if told else now


def returned(c: Connection, item: Item, now: datetime) -> Item:
    """The study is in Orthanc; if it was missing, it is no more."""
    if item.missing_since is None:
        return item
    item = items.change(c, item, now, missing_since=None)
    audit.append(c, "study-returned", INTAKE, now, item=item.id, study=item.study_instance_uid)
    return _mark_split(c, item, now)


def _item(room: Room, orthanc_id: str) -> Item | None:
    with room.store.reading() as c:
        return items.by_orthanc(c, orthanc_id)


def glance(room: Room, orthanc_id: str) -> HostStudy | bool | None:
    """Orthanc's summary of the study; True when it cannot be had: the row is written all the same."""
    try:
        study = room.host.study(orthanc_id)
        return study and devices.told_apart(room, study)
    except Unavailable:
        return True
    except Exception as failure:  # noqa: BLE001 - whatever a study does to the host, it must show on the list
        log.warning("a study could not be looked at: %s", type(failure).__name__)
        return True


def _stirred(room: Room, item: Item) -> Item:
    now = room.now()
    if item.state == State.ARRIVING:
        _set_timers(room, item.orthanc_id, item.facility, item.modalities.split(","))
    with room.store.writing() as c:
        quiet_at = now + timedelta(seconds=room.settings.quiet_seconds)
        # Once there is a report most of what comes is ours: settling tells whether it is an image.
        reported = item.preliminary_at or item.final_at
        watching.note(c, item.id, quiet_at=quiet_at, **({} if reported else {"last_image_at": now}))
        if item.missing_since is None:
            return item
        fresh = items.get(c, item.id)
        return returned(c, fresh, now) if fresh else item


SPLIT = "split-study"


def _mark_split(c: Connection, item: Item, now: datetime) -> Item:
    """Flag items that share a StudyInstanceUID: the study came under several patient ids, a person must say which is right."""
    if not item.study_instance_uid:
        return item
    same = items.by_study(c, item.study_instance_uid)
    if len(same) == 1 and SPLIT not in item.flags:
        return item
    present = {one.id for one in same if one.missing_since is None}
    split = present if len(present) > 1 else set()
    for one in same:
        if (one.id in split) != (SPLIT in one.flags):
            flags = placement.with_flag(one.flags, SPLIT) if one.id in split else placement.without_flag(one.flags, SPLIT)
            items.change(c, one, now, flags=flags)
    return items.get(c, item.id) or item
