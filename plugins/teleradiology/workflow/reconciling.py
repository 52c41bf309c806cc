"""Orthanc's list of studies against ours: whatever an event did not tell is found by looking."""

from __future__ import annotations

import logging
from datetime import datetime, timedelta

from ..core.errors import Unavailable
from ..core.worklist import State, after
from ..store import audit, bookmarks, items, watching
from ..store.item import Item
from . import arrival, description, devices
from .room import HostStudy, Room
from .settling import is_news, settle

log = logging.getLogger(__name__)
PLACE = "look-at-all"  # bookmark: 1 and the last study looked at, or 0 and when the last look was finished
LOOKED_AT_ONCE = 25
LOOK_EVERY = timedelta(days=1)
CURSOR = "changes"
# What lay in Orthanc for longer than this when the service was installed is its archive, not its work.
ADOPTED = timedelta(days=1)
ARCHIVED = "was in the archive before this service was installed"


def reconcile(room: Room) -> None:
    """Compare, and look at everything that differs."""
    compare(room)
    while examine_next(room):
        pass


def compare(room: Room) -> None:
    """Find studies without item, items without study, and items whose study nobody is waiting for any more."""
    present = set(room.host.study_ids())
    with room.store.reading() as c:
        known = watching.known(c)
    wanted = [orthanc_id for orthanc_id in present if orthanc_id not in known]
    for orthanc_id, item in known.items():
        if orthanc_id not in present:
            if not item.is_missing:
                arrival.vanish(room, orthanc_id)
        elif item.is_missing or (item.is_awaited and room.memory.last_image(orthanc_id) is None):
            wanted.append(orthanc_id)
    room.memory.to_examine.update(dict.fromkeys(wanted))


def examine_next(room: Room) -> bool:
    """Look at one of the studies that ``compare`` found. False when there is none."""
    if not room.memory.to_examine:
        return False
    orthanc_id, _ = room.memory.to_examine.popitem(last=False)
    examine(room, orthanc_id)
    return True


def examine(room: Room, orthanc_id: str) -> None:
    """Look at one study: give it an item, take it in if it has been at rest, or begin to wait until it is."""
    try:
        found = room.host.study(orthanc_id)
        study = found and devices.told_apart(room, found)
    except Unavailable:
        settle(room, orthanc_id)  # which shows it, and tries again
        return
    if study is None:
        arrival.vanish(room, orthanc_id)
        return
    item = _item(room, study)
    if is_news(item, study) and not _is_quiet(room, study):
        room.memory.watch(orthanc_id, (room.now() - study.last_update).total_seconds())
    elif is_news(item, study) or item.quiet_at is not None:
        settle(room, orthanc_id)


def _item(room: Room, study: HostStudy) -> Item:
    with room.store.reading() as c:
        item = items.by_orthanc(c, study.orthanc_id)
    if item is not None and item.missing_since is None:
        return item
    with room.store.writing() as c:
        item = items.by_orthanc(c, study.orthanc_id)
        if item is not None:
            return arrival.returned(c, item, room.now())
        item = arrival.record(room, c, study.orthanc_id, study)
        begun_at = bookmarks.get(c, CURSOR)[1]
        if begun_at and study.last_update < datetime.fromisoformat(begun_at) - ADOPTED:
            now, images = room.now(), description.image_count(study)
            state = after(State(item.state), "skip")
            item = items.change(c, item, now, state=state, reason=ARCHIVED, decided_instances=images, quiet_at=None)
            audit.append(c, "skipped", arrival.INTAKE, now, item=item.id, study=item.study_instance_uid)
        return item


def _is_quiet(room: Room, study: HostStudy) -> bool:
    """Whether the study has been at rest for the quiet time.

    Orthanc's word counts only together with its time of the last change: after a restart it calls every study stable.
    """
    last_image = room.memory.last_image(study.orthanc_id)
    if last_image is not None:
        return room.memory.monotonic() - last_image >= room.settings.quiet_seconds
    return study.is_stable and room.now() - study.last_update >= timedelta(seconds=room.settings.quiet_seconds)


def look_at_all(room: Room) -> None:
    """Look at every study that has an item, a few with each heartbeat: images may have come or gone unseen."""
    with room.store.writing() as c:
        bookmarks.put(c, PLACE, 1, "")


def look_on(room: Room) -> bool:
    """Look at the next few studies, if all are to be looked at; once a day they are. True when there are more."""
    with room.store.reading() as c:
        running, text = bookmarks.get(c, PLACE)
        if not running and not _is_time(text, room.now()):
            return False
        place = text if running else ""
        some = watching.after(c, place, LOOKED_AT_ONCE)
    for orthanc_id in some:
        examine(room, orthanc_id)
    with room.store.writing() as c:
        if some:
            bookmarks.put(c, PLACE, 1, some[-1])
        else:
            bookmarks.put(c, PLACE, 0, room.now().isoformat())
    return bool(some)


def _is_time(finished_at: str, now: datetime) -> bool:
    return not finished_at or abs(now - datetime.fromisoformat(finished_at)) >= LOOK_EVERY
