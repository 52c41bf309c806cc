"""Who is told what by mail: people at their own address if they want it, else the role's; and what a facility is told."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from ..core import hold_reasons
from ..core.directory import Facility
from ..core.identity import Role
from ..core.mail_address import is_address
from ..core.policies import pauses_clock
from ..store import accounts, notifications, outbox
from ..store.accounts import Account
from ..store.engine import Connection
from ..store.item import Item
from . import clock
from .room import Room

HELD, LATE, GIVEN_UP = "site-held", "site-late", "delivery-failed"


@dataclass(frozen=True)
class Addressee:
    """Where a mail goes, and in which language."""

    address: str
    language: str


def reader(c: Connection, room: Room, reader_id: str, *, urgent: bool) -> list[Addressee]:
    """Whoever reads under that id; without an address of their own the one of the rules file."""
    known = room.rules.current.readers.get(reader_id)
    people = accounts.in_use(c, reader=reader_id)
    return _chosen(room, people, (known.email,) if known and known.email else (), urgent)


def role(c: Connection, room: Room, wanted: Role, *, urgent: bool) -> list[Addressee]:
    """Everybody of a role; while none of them has an address the one of the settings."""
    people = [each for each in accounts.in_use(c) if wanted in each.roles]
    settings = room.settings
    of_role = {Role.COORDINATOR: settings.mail_coordinators, Role.ADMINISTRATOR: settings.mail_administrators}
    return _chosen(room, people, of_role.get(wanted, ()), urgent)


def facility(c: Connection, room: Room, place: Facility, *, urgent: bool) -> list[Addressee]:
    """The facility at its address of the rules file, in its language; without one its people."""
    if place.email:
        spoken = next((each for each in place.languages if each in room.settings.languages), _usual(room))
        return [Addressee(place.email, spoken)]
    people = [each for each in accounts.in_use(c, facility=place.id) if Role.FACILITY in each.roles]
    return _chosen(room, people, (), urgent)


def named(room: Room, addresses: Iterable[str]) -> list[Addressee]:
    """Addresses of which nobody knows the language."""
    return [Addressee(each, _usual(room)) for each in addresses]


def _usual(room: Room) -> str:
    return room.settings.languages[0]


def _chosen(room: Room, people: list[Account], configured: Iterable[str], urgent: bool) -> list[Addressee]:
    wanting = [each for each in people if each.mail == "all" or (each.mail == "urgent" and urgent)]
    if not any(_address(each) for each in people):
        return named(room, configured) if wanting or not people else []
    return [Addressee(_address(each), each.language or _usual(room)) for each in wanting if _address(each)]


def _address(account: Account) -> str:
    return account.email or (account.username if is_address(account.username) else "")


def mail(
    c: Connection,
    room: Room,
    to: Iterable[Addressee],
    about: Mapping[str, Any],
    cause: str,
    *,
    item: Item | None = None,
    not_before: datetime | None = None,
) -> int:
    """Put a mail for each into the outbox, once for a cause. Returns for how many."""
    if not room.settings.mail_server:
        return 0
    each_once = {one.address: one for one in reversed(list(to))}
    for one in each_once.values():
        row = outbox.put(
            c,
            room.now(),
            key=key("email", cause, one.address),
            courier="email",
            destination=one.address,
            item=item.id if item else None,
            payload={**about, "language": one.language},
        )
        if not_before and not_before > row.due_at and not row.attempts:
            outbox.postpone(c, row, not_before)
    return len(each_once)


def key(courier: str, cause: str, destination: str) -> str:
    """The same for every attempt to tell somebody of a cause."""
    return f"notice:{courier}:{hashlib.sha256(f'{cause}|{destination}'.encode()).hexdigest()[:40]}"


def about_item(room: Room, item: Item, kind: str, now: datetime) -> dict[str, Any]:
    """What a message says of a study: an id and times."""
    due_at = item.due_at.isoformat() if item.due_at else ""
    zone = room.rules.current.clock_of(item.facility).key
    return {"kind": kind, "item": item.id, "priority": item.priority, "due_at": due_at, "at": now.isoformat(), "zone": zone}


def is_urgent(room: Room, item: Item) -> bool:
    """Whether it is of the most urgent priority."""
    return item.priority == next(iter(room.rules.current.priorities), "")


# What a facility is told


def facility_of_hold(c: Connection, room: Room, item: Item, hold_reason: str, now: datetime) -> None:
    """Its study waits for what only the facility has: images or information. What somebody wrote beside it stays in the house."""
    if pauses_clock(hold_reason):
        _tell_facility(c, room, item, HELD, now, ground=hold_reasons.split(hold_reason)[0])


def facility_of_breach(c: Connection, room: Room, item: Item, now: datetime) -> None:
    """The report of its study is late."""
    _tell_facility(c, room, item, LATE, now)


def _tell_facility(c: Connection, room: Room, item: Item, kind: str, now: datetime, **more: str) -> None:
    place = room.rules.current.facilities.get(item.facility)
    if place is None:
        return
    about = about_item(room, item, kind, now) | more
    shown = {name: about[name] for name in ("priority", "due_at", *more)}
    notifications.add(c, now, recipient=f"facility:{place.id}", kind=kind, item=item.id, facility=place.id, **shown)
    cause = f"{item.id}|{kind}|{now.isoformat() if kind == HELD else about['due_at']}"
    urgent, rules = is_urgent(room, item), room.rules.current
    ladder = rules.ladder_of(clock.policy_of(rules, item))
    heard_at = ladder.heard_at(now, urgent=urgent) if ladder else None
    mail(c, room, facility(c, room, place, urgent=urgent), about, cause, item=item, not_before=heard_at)


# What administrators are told


def of_given_up(c: Connection, room: Room, courier: str, now: datetime) -> None:
    """Something could not be delivered; once until somebody has read it."""
    recipient = f"role:{Role.ADMINISTRATOR}"
    waiting = notifications.of(c, [recipient], unread=True)
    if any(each.kind == GIVEN_UP and each.params.get("courier") == courier for each in waiting):
        return
    notice = notifications.add(c, now, recipient=recipient, kind=GIVEN_UP, courier=courier)
    if courier != "email":
        about = {"kind": GIVEN_UP, "courier": courier, "at": now.isoformat()}
        mail(c, room, role(c, room, Role.ADMINISTRATOR, urgent=True), about, notice.id)
