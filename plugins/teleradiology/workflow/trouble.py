"""Intake that went wrong: the study goes on top of the list, is tried again ever more seldom, and at last waits for a person."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from ..core.audit import SERIOUS_FAILURE
from ..core.errors import Busy, InvalidTransition, NotFound, Told, Unavailable
from ..core.identity import Actor, require
from ..core.worklist import State, after
from ..store import audit, items, watching
from ..store.engine import Connection, StorageError
from ..store.item import Item
from . import arrival, clock, description, placement
from .room import HostStudy, Room

log = logging.getLogger(__name__)
MOST_ATTEMPTS = 8
FIRST_WAIT = timedelta(seconds=5)
LONGEST_WAIT = timedelta(minutes=10)
UNDECIDED, QUARANTINED = "undecided", "quarantined"


@dataclass
class Progress:
    """How far the settling of a study has come; what a failure is reported as."""

    stage: str = "asking Orthanc"
    study: HostStudy | None = None
    is_news: bool = False  # there is something that has not been decided about


def wait_after(attempts: int) -> timedelta:
    """The time between one failed attempt and the next: 5 s, 10 s, 20 s … 10 min."""
    return min(FIRST_WAIT * 2 ** min(attempts - 1, 20), LONGEST_WAIT)


def record(room: Room, orthanc_id: str, progress: Progress, failure: Exception) -> Item | None:
    """Show that a stage failed. Only the failure's class is kept: its text may hold patient data."""
    name = type(failure).__name__
    log.error("intake failed while %s: %s", progress.stage, name)
    now = room.now()
    room.memory.settled(orthanc_id, room.memory.last_image(orthanc_id))
    with room.store.writing() as c:
        item = arrival.record(room, c, orthanc_id, progress.study)
        if _is_everybodys(room, failure):
            watching.note(c, item.id, retry_at=now + FIRST_WAIT, quiet_at=None)
            return item
        item = items.change(c, item, now, **_after_failure(room, item, progress, name, now))
        detail = {"stage": progress.stage, "failure": name, "attempt": item.attempts, "attention": item.attention.split(":")[0]}
        study = item.study_instance_uid
        audit.append(c, "intake-failed", arrival.INTAKE, now, item=item.id, study=study, outcome=SERIOUS_FAILURE, detail=detail)
        return item


def _is_everybodys(room: Room, failure: Exception) -> bool:
    """Whether no study could be taken in at present: that says nothing against this one, and does not count."""
    if isinstance(failure, Busy | StorageError):
        return True
    if not isinstance(failure, Unavailable):
        return False
    try:
        room.host.last_change()
    except Unavailable:
        return True
    return False


def _after_failure(room: Room, item: Item, progress: Progress, failure: str, now: datetime) -> dict[str, Any]:
    attempts = item.attempts + 1
    given_up = attempts >= MOST_ATTEMPTS
    word, doing = (QUARANTINED if given_up else UNDECIDED), f"{progress.stage} ({failure})"
    then = "It will not be tried again: read it from the images, or remove the cause and retry it."
    reason = f"Intake failed {attempts} times, last while {doing}. " + (then if given_up else "It will be tried again.")
    columns: dict[str, Any] = {
        "attempts": attempts,
        "retry_at": None if given_up else now + wait_after(attempts),
        "quiet_at": None,
        **description.fitting(attention=f"{word}: {doing}", reason=reason),
    }
    if progress.study:
        columns |= {"decided_instances": description.image_count(progress.study), **description.size(progress.study)}
        columns |= {} if item.study_instance_uid else description.at_first_sight(progress.study, room.rules.current)
    return columns | _on_top(room, item, progress, columns["attention"], now)


def _on_top(room: Room, item: Item, progress: Progress, attention: str, now: datetime) -> dict[str, Any]:
    """Where an undecided study stands: ready to be read by whoever looks first, as urgent as can be."""
    state = State(item.state)
    act = {State.ARRIVING: "admit", State.SKIPPED: "reopen", State.COMPLETED: "reopen"}.get(state)
    if act == "reopen" and not progress.is_news:
        act = None
    columns: dict[str, Any] = {}
    if act:
        urgency = placement.most_urgent(room.rules.current)
        course = clock.restarted(item, now) if act == "reopen" else clock.course_of(item)
        columns = placement.columns(room.rules.current, urgency, item, now, attention=attention, course=course)
        columns |= {"state": after(state, act), "reader": "", "admitted_at": item.admitted_at or now}
    if state is State.COMPLETED and act:
        columns["flags"] = placement.with_flag(columns["flags"], "study-grew", "addendum-task")
    return columns | {"rank": placement.ON_TOP}


def retry(room: Room, actor: Actor, item_id: str) -> Item:
    """A person wants intake tried again, now and from the first attempt: the cause is thought to be removed."""
    require(actor, "assign")
    now = room.now()
    with room.store.writing() as c:
        item = _present(c, item_id)
        if not item.attempts:
            text = "cannot retry: the intake of this study has not failed"
            raise InvalidTransition(text, allowed=("view",), told=Told("intake-sound"))
        item = items.change(c, item, now, attempts=1, retry_at=now)
        audit.append(c, "intake-retried", actor, now, item=item.id, study=item.study_instance_uid)
    room.wake()
    return item


def attend(room: Room, actor: Actor, item_id: str) -> Item:
    """A person has looked into why the item needs attention: it takes the place that its priority gives it."""
    require(actor, "assign")
    now, rules = room.now(), room.rules.current
    with room.store.writing() as c:
        item = _present(c, item_id)
        if not item.attention:
            return item
        rank = placement.as_is(rules, item).rank
        changed = items.change(c, item, now, attention="", rank=rank, retry_at=None)
        detail = {"was": item.attention.split(":")[0]}
        audit.append(c, "attention-cleared", actor, now, item=item.id, study=item.study_instance_uid, detail=detail)
        return changed


def _present(c: Connection, item_id: str) -> Item:
    item = items.get(c, item_id)
    if item is None:
        raise NotFound()
    return item
