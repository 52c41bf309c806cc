"""Escalation: as the time of a study runs out the steps of its ladder are taken, each once for each promise."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from ..core.identity import Role, service
from ..core.ladder import Action, Due, due_steps, next_step_at
from ..core.mail_address import is_address
from ..core.worklist import OPEN, State
from ..store import accounts, audit, bookmarks, items, ladder_steps, notifications, outbox, watching
from ..store.engine import Connection
from ..store.item import Item
from ..store.ladder_steps import Taken
from . import assignment, clock, placement, telling, widening
from .room import Room
from .telling import Addressee

log = logging.getLogger(__name__)
ESCALATION = service("escalation")
COORDINATORS = "role:coordinator"
PLACE = "ladders"  # the bookmark with the digest of the rules file whose ladders the items are set to
AT_ONCE = 2000  # items looked at in one beat
TOGETHER = 50  # of them in one transaction
_TO_COORDINATORS = (Action.NOTIFY_COORDINATOR, Action.CALL)
_EVENTS = {Action.BROADEN: "broadened", Action.RAISE: "raised"}


@dataclass(frozen=True)
class Rung:
    """A step that is being taken, for one item and one cause."""

    due: Due
    cause: str
    now: datetime

    def once(self, item: Item) -> str:
        """The same for every attempt to take it."""
        return "|".join((item.id, self.due.step.name, self.cause))


def escalate(room: Room) -> None:
    """Take the steps whose time has come. The clock is one that a step of the wall clock does not hurry."""
    now = room.memory.steady(room.now())
    _follow_rules(room, now)
    with room.store.reading() as c:
        ringing = watching.ringing(c, now, AT_ONCE)
    told = False
    for first in range(0, len(ringing), TOGETHER):
        told |= _climb_together(room, ringing[first : first + TOGETHER], now)
    if told:
        room.wake()


def next_at(room: Room) -> datetime | None:
    """When the next step will be due."""
    with room.store.reading() as c:
        return watching.next_ring(c)


def _follow_rules(room: Room, now: datetime) -> None:
    """The ladders of a changed rules file hold for what is open already."""
    digest = room.rules.current.digest
    with room.store.reading() as c:
        if bookmarks.get(c, PLACE)[1] == digest:
            return
    with room.store.writing() as c:
        watching.ring_all(c, now)
        bookmarks.put(c, PLACE, 0, digest)


def _climb_together(room: Room, item_ids: list[str], now: datetime) -> bool:
    """Several in one transaction; when that fails one after the other, so that one that is broken stops no other."""
    try:
        with room.store.writing() as c:
            return sum(_climb(c, room, item_id, now) for item_id in item_ids) > 0
    except Exception as failure:  # noqa: BLE001 - the next beat tries again; the text may hold patient data
        log.error("escalation failed: %s", type(failure).__name__)
        return len(item_ids) > 1 and sum(_climb_together(room, [item_id], now) for item_id in item_ids) > 0


def _climb(c: Connection, room: Room, item_id: str, now: datetime) -> bool:
    """Take the steps that are due for one item. True when somebody is to be told by mail or webhook."""
    item, rules = items.get(c, item_id), room.rules.current
    if item is None or item.ring_at is None or item.ring_at > now:
        return False  # another beat was here first
    ladder, running = rules.ladder_of(clock.policy_of(rules, item)), clock.on_ladder(rules, item)
    if ladder is None or running is None or running.held or item.state not in OPEN:
        watching.note(c, item.id, ring_at=None)
        return False
    cause, told = clock.cause_of(item), False
    done = ladder_steps.done(c, item.id, cause)
    while due := due_steps(ladder, running, done, now):
        told |= _take(c, room, item.id, Rung(due[0], cause, now))
        done |= {due[0].step.name}
        if due[0].step.action is Action.RAISE:  # the most urgent break the quiet hours
            running = clock.on_ladder(rules, items.get(c, item.id) or item) or running
    watching.note(c, item.id, ring_at=next_step_at(ladder, running, done, now))
    return told


def _take(c: Connection, room: Room, item_id: str, rung: Rung) -> bool:
    item = items.get(c, item_id)
    assert item is not None
    step, written_at = rung.due.step, room.now()
    ladder_steps.take(c, Taken(item.id, step.name, rung.cause, step.action, rung.due.at, written_at))
    told = ACTIONS[step.action](c, room, item, rung)
    mailed = told.pop("mailed", ())
    detail = {"step": step.name, "due_at": rung.due.at.isoformat(), "priority": item.priority, **told}
    _show(c, room, item.id, rung)
    event = _EVENTS.get(step.action, "notified")
    audit.append(c, event, ESCALATION, written_at, item=item.id, study=item.study_instance_uid, detail=detail)
    return _sent(c, room, item, rung, mailed)


def _show(c: Connection, room: Room, item_id: str, rung: Rung) -> None:
    """On the list: past due, and those who can help know."""
    item = items.get(c, item_id)
    late = item is not None and item.due_at is not None and rung.now >= item.due_at
    if item and late and rung.due.step.action in _TO_COORDINATORS and "escalated" not in item.flags:
        items.change(c, item, room.now(), flags=placement.with_flag(item.flags, "escalated"))


# What the steps do; each returns what the audit trail tells of it.


def _notify_reader(c: Connection, room: Room, item: Item, rung: Rung) -> dict[str, Any]:
    """Whoever has the study; the coordinators while nobody has it."""
    if not item.reader:
        return _notify_coordinator(c, room, item, rung)
    found = [each.username for each in accounts.in_use(c, reader=item.reader)]
    told = _tell(c, item, rung, found or [COORDINATORS]) | ({"reader": item.reader} if found else {})
    return told | {"mailed": telling.reader(c, room, item.reader, urgent=telling.is_urgent(room, item))}


def _notify_coordinator(c: Connection, room: Room, item: Item, rung: Rung) -> dict[str, Any]:
    return _tell(c, item, rung, [COORDINATORS]) | {"mailed": _coordinators(c, room, item)}


def _coordinators(c: Connection, room: Room, item: Item) -> list[Addressee]:
    return telling.role(c, room, Role.COORDINATOR, urgent=telling.is_urgent(room, item))


def _call(c: Connection, room: Room, item: Item, rung: Rung) -> dict[str, Any]:
    """The list of whom to call stays until a coordinator has said that it was done."""
    _add(c, item, rung, COORDINATORS, to=list(rung.due.step.to))
    return {"action": rung.due.step.action.value, "to": [COORDINATORS], "mailed": _coordinators(c, room, item)}


def _broaden(c: Connection, room: Room, item: Item, rung: Rung) -> dict[str, Any]:
    changed = items.change(c, item, room.now(), broadened=item.broadened + 1)
    if item.state == State.UNASSIGNED:
        assignment.give(c, room, item.id, widening.WIDENED)
    reader = widening.widen(c, room, changed, rung.now)
    return {"broadened": changed.broadened} | ({"reader": reader} if reader else {})


def _raise(c: Connection, room: Room, item: Item, rung: Rung) -> dict[str, Any]:
    """One degree more urgent, never less. What was promised stays, so that the study comes before the others there."""
    names = list(room.rules.current.priorities)
    place = names.index(item.priority) if item.priority in names else 0
    if place == 0:
        return {"before": item.priority, "after": item.priority}
    priority = names[place - 1]
    stays = item.rank == placement.ON_TOP or item.state == State.ARRIVING
    items.change(c, item, room.now(), priority=priority, rank=item.rank if stays else min(item.rank, place - 1))
    return {"before": item.priority, "after": priority}


ACTIONS: Mapping[Action, Callable[[Connection, Room, Item, Rung], dict[str, Any]]] = {
    Action.NOTIFY_READER: _notify_reader,
    Action.NOTIFY_COORDINATOR: _notify_coordinator,
    Action.CALL: _call,
    Action.BROADEN: _broaden,
    Action.RAISE: _raise,
}


def _tell(c: Connection, item: Item, rung: Rung, recipients: Iterable[str]) -> dict[str, Any]:
    """By the page, if that is one of the step's channels."""
    told = list(recipients) if "page" in rung.due.step.by else []
    for recipient in told:
        _add(c, item, rung, recipient)
    return {"action": rung.due.step.action.value, "to": told}


def _add(c: Connection, item: Item, rung: Rung, recipient: str, **more: Any) -> None:
    about = {"step": rung.due.step.name, "priority": item.priority, "facility": item.facility}
    due_at = item.due_at.isoformat() if item.due_at else ""
    kind = rung.due.step.action.value
    notifications.add(c, rung.now, recipient=recipient, kind=kind, item=item.id, **about, due_at=due_at, **more)


def _sent(c: Connection, room: Room, item: Item, rung: Rung, mailed: Iterable[Addressee]) -> bool:
    """What goes out of the house, as rows of the outbox: an id, times and no patient. False when nothing does."""
    step, sent = rung.due.step, 0
    about = telling.about_item(room, item, step.action.value, rung.now) | {"step": step.name}
    if "email" in step.by:
        addresses = telling.named(room, (each for each in step.to if is_address(each)))
        phone = {"phone": ", ".join(step.to)} if step.action is Action.CALL else {}
        sent += telling.mail(c, room, [*mailed, *addresses], about | phone, rung.once(item), item=item)
    if "webhook" in step.by and _takes_webhooks(c, room.settings.webhook_url):
        told = {name: about[name] for name in about if name != "zone"}
        told |= {"facility": item.facility, "state": item.state, "reader": item.reader}
        key = telling.key("webhook", rung.once(item), "")
        outbox.put(c, room.now(), key=key, courier="webhook", item=item.id, payload=told)
        sent += 1
    return sent > 0


def _takes_webhooks(c: Connection, url: str) -> bool:
    """Whether there is a receiver that has not said that it wants no more."""
    return bool(url) and bookmarks.get(c, bookmarks.WEBHOOK_OFF)[1] != url
