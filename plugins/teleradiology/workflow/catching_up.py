"""What was missed while we, or the doorbell, were away: read from Orthanc's list of changes, from a durable place in it."""

from __future__ import annotations

import logging
from datetime import timedelta

from ..core.errors import Unavailable
from ..store import bookmarks, items, watching
from . import arrival
from .reconciling import examine, look_at_all
from .room import Change, Changes, HostStudy, Room
from .settling import settle

log = logging.getLogger(__name__)
CURSOR = "changes"
PAGE = 500
# Writers on several hosts may commit out of order, so that a change shows after a later one: the last ones are read again.
OVERLAP = 100


def catch_up(room: Room) -> None:
    """Read the changes on from the bookmark, and move it in the transaction of the work that they stand for.

    While the process runs, images announce themselves (``arrival.stir``), and asking for the study of each would cost more than
    it finds: only studies and series are looked for. The first time in a process images are looked for too, so that whatever
    came when nobody listened, or died with the process before, is found.
    """
    with room.store.reading() as c:
        cursor, begun_at = bookmarks.get(c, CURSOR)
    if not begun_at:
        _begin(room)
        return
    thorough = not room.memory.caught_up
    page = room.host.changes(max(0, cursor - OVERLAP), OVERLAP + PAGE)
    if not any(change.seq >= cursor for change in page.items):
        page = _after_hole(room, cursor, page, thorough)
    while True:
        fresh = [change for change in page.items if not room.memory.has_seen(change.seq)]
        _work_off(room, fresh, page.last, thorough)
        if page.done:
            break
        page = room.host.changes(page.last, PAGE)
    room.memory.caught_up = True


def stable(room: Room, orthanc_id: str) -> None:
    """Orthanc calls the study stable. A doorbell: a step of its clock makes it ring too early, so our own timer decides."""
    if room.memory.last_image(orthanc_id) is None:
        settle(room, orthanc_id)


def _begin(room: Room) -> None:
    """The very first time: continue from here; what is in Orthanc already is found by reconciliation."""
    last = room.host.last_change()
    with room.store.writing() as c:
        bookmarks.put(c, CURSOR, last, room.now().isoformat())
    room.memory.remember(range(last - OVERLAP, last + 1))
    room.memory.hurry("reconcile")
    room.memory.caught_up = True


def _after_hole(room: Room, cursor: int, page: Changes, thorough: bool) -> Changes:
    """The change at the cursor is gone: its study was deleted, the list was emptied, or it is the list of another index."""
    rest = room.host.changes(cursor, PAGE)
    if rest.last < cursor:
        log.warning("Orthanc's changes begin anew: looking at every study")
        room.memory.forget_changes()
        look_at_all(room)
        return Changes((), rest.last, True)
    if cursor and room.memory.gap_at != cursor:
        room.memory.gap_at = cursor
        room.memory.hurry("reconcile")
        if thorough:
            look_at_all(room)
    return Changes(tuple(dict.fromkeys((*page.items, *rest.items))), rest.last, rest.done)


def _work_off(room: Room, changes: list[Change], cursor: int, thorough: bool) -> None:
    """Give every study behind the changes its row and its timer, and move the bookmark, at once."""
    touched = _studies(room, changes, ("NewStudy", "NewSeries", *(("NewInstance", "StableStudy") if thorough else ())))
    new = _unknown(room, touched)
    quiet_at = room.now() + timedelta(seconds=room.settings.quiet_seconds)
    with room.store.writing() as c:
        for orthanc_id in touched:
            item = items.by_orthanc(c, orthanc_id)
            if item is None and orthanc_id in new:
                arrival.record(room, c, orthanc_id, new[orthanc_id])
            elif item is not None and item.quiet_at is None:
                watching.note(c, item.id, quiet_at=quiet_at)
        last, begun_at = bookmarks.get(c, CURSOR)
        if cursor != last:
            bookmarks.put(c, CURSOR, cursor, begun_at)
    room.memory.remember(change.seq for change in changes)
    for orthanc_id in touched:
        if thorough:
            examine(room, orthanc_id)
        else:
            room.memory.watch(orthanc_id)
    if not thorough:
        for orthanc_id in _studies(room, changes, ("StableStudy",)):
            stable(room, orthanc_id)


def _studies(room: Room, changes: list[Change], types: tuple[str, ...]) -> list[str]:
    """The studies behind the changes of these types, each once."""
    found = (_study_of(room, change) for change in changes if change.type in types)
    return list(dict.fromkeys(orthanc_id for orthanc_id in found if orthanc_id))


def _study_of(room: Room, change: Change) -> str | None:
    try:
        match change.level:
            case "study":
                return change.id
            case "series":
                return room.host.study_of_series(change.id)
            case "instance":
                return room.host.study_of_instance(change.id)
    except Unavailable:
        room.host.last_change()  # raises when Orthanc itself does not answer: then the page is read again later
        log.warning("a changed %s could not be looked up", change.level)
    return None


def _unknown(room: Room, touched: list[str]) -> dict[str, HostStudy | None]:
    """The studies without an item that Orthanc still has, with its summary where it can be had."""
    with room.store.reading() as c:
        missing = [orthanc_id for orthanc_id in touched if items.by_orthanc(c, orthanc_id) is None]
    seen = {orthanc_id: arrival.glance(room, orthanc_id) for orthanc_id in missing}
    return {orthanc_id: study if isinstance(study, HostStudy) else None for orthanc_id, study in seen.items() if study}
