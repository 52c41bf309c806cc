"""The heartbeat: looks at everything that is due, one step after the other, and says when it wants to look again."""

from __future__ import annotations

import logging
import math
from collections.abc import Callable
from datetime import datetime, timedelta

from ..core.errors import InvalidConfiguration
from ..core.identity import service
from ..core.turnaround import status
from ..core.worklist import OPEN
from ..store import accounts, audit, idempotency, items, watching
from ..store.engine import Connection
from . import (
    assignment,
    catching_up,
    changeover,
    escalation,
    placement,
    purging,
    reading,
    reassigning,
    reconciling,
    rules,
    telling,
    trouble,
    waiting,
)
from .room import Room
from .settling import settle

log = logging.getLogger(__name__)
OVERSIGHT = service("oversight")
ASSIGN_EVERY = 30.0
REASSIGN_EVERY = 60.0
EXPIRY_EVERY = 3600.0
WARN_EVERY = 5.0
PURGE_EVERY = 3600.0
KEEP_IDEMPOTENCY = timedelta(days=1)
LOOK_FOR = 0.25  # seconds that reconciliation may take of one beat
LONG = timedelta(days=365)
MOST_AWAITED = 10_000
COMPARING_SHARE = 200  # reconciliation may take one part in so many of the time
AT_ONCE = 200
SHORTEST_WAIT = 0.25  # seconds to the next look at a step that could not be taken


def beat(room: Room) -> datetime | None:
    """Do what is due. A step that fails is logged and does not keep the others from being done. Returns when to beat again."""
    for step in STEPS:
        try:
            step(room)
        except Exception as failure:  # noqa: BLE001 - the next beat tries again; the text may hold patient data
            log.error("%s failed: %s", step.__name__, type(failure).__name__)
    return _next(room)


def _next(room: Room) -> datetime:
    """Within the heartbeat's interval, sooner when a study is quiet, a step is due or a shift ends, or there is more to do."""
    waits = [room.settings.heartbeat_seconds, room.memory.next_quiet(room.settings.quiet_seconds)]
    if room.memory.to_examine:
        waits.append(0.0)
    if step_at := escalation.next_at(room):
        waits.append(max(SHORTEST_WAIT, (step_at - room.memory.steady(room.now())).total_seconds()))
    if room.memory.holds:
        waits.append(max(SHORTEST_WAIT, (room.memory.holds[1] - room.memory.steady(room.now())).total_seconds()))
    return room.now() + timedelta(seconds=min(wait for wait in waits if wait is not None))


def watch_rules(room: Room) -> None:
    """Put a changed rules file in force; one with problems is told of, and the good rules stay."""
    if not room.rules.stale():
        return
    try:
        rules.reload(room, OVERSIGHT, "file")
    except InvalidConfiguration as refusal:
        many, first = len(refusal.problems), refusal.problems[0] if refusal.problems else None
        place = f", the first on line {first.line}" if first and first.line else ""
        log.warning("the changed rules file is not put in force: %d problem(s)%s; the rules in force stay", many, place)


def follow_changes(room: Room) -> None:
    """Read what Orthanc has logged since."""
    catching_up.catch_up(room)


def settle_the_quiet(room: Room) -> None:
    """Take in the studies whose quiet time is over, or of which all has come that is expected."""
    if room.memory.turn("the process before", math.inf):
        _await_as_before(room)
    for orthanc_id in room.memory.to_count():
        if waiting.is_all_there(room, orthanc_id):
            settle(room, orthanc_id)
    for orthanc_id in room.memory.quiet(room.settings.quiet_seconds)[:AT_ONCE]:
        settle(room, orthanc_id)
    with room.store.reading() as c:
        due = items.due_for_quiet(c, room.now())
    for item in due:  # its wait for what is missing is over, or writing the result failed
        room.memory.watch(item.orthanc_id)


def _await_as_before(room: Room) -> None:
    """What a process before this one awaited has rested meanwhile: only what is left of the quiet time is waited for."""
    now = room.now()
    with room.store.reading() as c:
        awaited = items.due_for_quiet(c, now + LONG, limit=MOST_AWAITED)
    for item in awaited:
        room.memory.watch(item.orthanc_id, (now - (item.last_image_at or now)).total_seconds())


def retry_the_failed(room: Room) -> None:
    """Try again what went wrong. A retry further away than any wait is one that a step of the clock has put there."""
    now = room.now()
    with room.store.reading() as c:
        pending = items.due_for_retry(c, now + LONG)
    for item in pending:
        assert item.retry_at is not None
        if item.retry_at <= now or item.retry_at > now + trouble.LONGEST_WAIT:
            settle(room, item.orthanc_id)


def release_the_lapsed(room: Room) -> None:
    """Give back what a reader has left."""
    reading.release_lapsed(room)


def mark_the_late(room: Room) -> None:
    """Flag what is due soon or overdue, each once. The clock is one that a step does not hurry."""
    now = room.memory.steady(room.now())
    with room.store.reading() as c:
        late = watching.newly_overdue(c, now)
        soon = watching.newly_due_soon(c, now) if room.memory.turn("warn", WARN_EVERY) else []
    for item in (*late, *soon):
        with room.store.writing() as c:
            _mark(c, room, item.id, now)


def _mark(c: Connection, room: Room, item_id: str, now: datetime) -> None:
    item, written_at = items.get(c, item_id), room.now()
    if item is None or item.state not in OPEN:
        return
    mark = status(now, item.warn_at, item.due_at, item.paused_at is not None)
    if mark not in placement.MARKS or mark in item.flags:
        return
    items.change(c, item, written_at, flags=placement.with_flag(item.flags, mark))
    detail = {"due_at": item.due_at.isoformat() if item.due_at else "", "priority": item.priority, "state": item.state}
    audit.append(c, mark, OVERSIGHT, written_at, item=item.id, study=item.study_instance_uid, detail=detail)
    if mark == "overdue":
        telling.facility_of_breach(c, room, item, now)


def escalate(room: Room) -> None:
    """Take the steps of the ladders whose time has come."""
    escalation.escalate(room)


def find_readers(room: Room) -> None:
    """Somebody may have come on duty since the unassigned items were last looked at."""
    if room.memory.turn(changeover.ASSIGN, ASSIGN_EVERY):
        assignment.assign_waiting(room)


def keep_assignments_right(room: Room) -> None:
    """Readers went off duty, licences expired, other rules came into force; looked at when it happens, and once a minute."""
    if changeover.is_in_doubt(room):
        return
    if changeover.reached(room) or room.memory.rules_seen != room.rules.current.digest:
        changeover.look_soon(room)
    if room.memory.turn(changeover.REASSIGN, REASSIGN_EVERY):
        changeover.expect(room)  # before the look: what comes meanwhile is looked at with the next beat
        reassigning.reassign(room)
    if room.memory.turn("expiry", EXPIRY_EVERY):
        reassigning.warn_of_expiry(room)


def look_around(room: Room) -> None:
    """Compare Orthanc's studies with ours from time to time, and look at those that differ, a little with each beat."""
    # With very many studies comparing takes seconds: then it is done so seldom that the heartbeat is seldom late.
    if room.memory.turn("reconcile", max(room.settings.reconcile_seconds, COMPARING_SHARE * room.memory.comparing_took)):
        begun = room.memory.monotonic()
        try:
            reconciling.compare(room)
        except BaseException:
            room.memory.hurry("reconcile")
            raise
        room.memory.comparing_took = room.memory.monotonic() - begun
    until = room.memory.monotonic() + LOOK_FOR
    while room.memory.monotonic() < until:
        if not reconciling.examine_next(room) and not reconciling.look_on(room):
            break


def tidy(room: Room) -> None:
    """Forget sessions that have ended and answers that nobody will ask for again."""
    if room.memory.turn("tidy", PURGE_EVERY):
        now = room.now()
        with room.store.writing() as c:
            accounts.forget_sessions(c, now - timedelta(minutes=room.settings.session_minutes), now)
            idempotency.forget(c, now - KEEP_IDEMPOTENCY)


STEPS: tuple[Callable[[Room], None], ...] = (
    watch_rules,
    follow_changes,
    settle_the_quiet,
    retry_the_failed,
    release_the_lapsed,
    mark_the_late,
    escalate,
    keep_assignments_right,
    find_readers,
    look_around,
    tidy,
    purging.purge,
)
