"""People and worklist items for tests: name the facts that matter, the rest is filled in."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta
from itertools import count
from typing import Any

from teleradiology.core import turnaround
from teleradiology.core.identity import Actor, Role
from teleradiology.store import items
from teleradiology.store.item import Item
from teleradiology.workflow.room import Room

_numbers = count(1)


def radiologist(reader: str = "dr-salem", **fields: Any) -> Actor:
    """A radiologist whose account is called as the reader of the rules file."""
    return person(Role.RADIOLOGIST, **{"username": reader, "reader": reader, **fields})


def coordinator() -> Actor:
    """Who runs the list."""
    return person(Role.COORDINATOR)


def administrator() -> Actor:
    """Who runs the house."""
    return person(Role.ADMINISTRATOR)


def clinic_user(facility: str = "zliten-clinic") -> Actor:
    """Somebody of a facility, who sees its studies alone."""
    return person(Role.FACILITY, username=f"user-of-{facility}", facility=facility)


def person(*roles: Role, username: str = "", **fields: Any) -> Actor:
    """An actor with these roles, called after the first."""
    return Actor(**{"username": username or roles[0].value, "roles": frozenset(roles), "origin": "192.0.2.1", **fields})


def an_item(room: Room, state: str = "unassigned", **columns: Any) -> Item:
    """A study on the worklist, of Zliten Clinic, routine, received now."""
    number, now = next(_numbers), columns.pop("received_at", None) or room.now()
    priority = room.rules.current.priorities[columns.get("priority", "routine")]
    warn_at, due_at = turnaround.due(now, priority.turnaround, priority.warn_after)
    made: dict[str, Any] = {
        "orthanc_id": f"{number:08x}-00000000-00000000-00000000-00000000",
        "study_instance_uid": f"1.2.826.0.1.3680043.8.498.{number}",
        "facility": "zliten-clinic",
        "state": state,
        "priority": priority.name,
        "rank": priority.rank,
        "turnaround_seconds": int(priority.turnaround.total_seconds()),
        "warn_at": warn_at,
        "due_at": columns.get("due_at", due_at),
        "order_key": turnaround.order_key(columns.get("due_at", due_at), now),
        "subspecialty": "general",
        "modalities": "CT",
        "patient_id": f"P-{number}",
        "patient_name": f"Patient^{number}",
        "search": f"patient {number} p-{number}",
        "facts": {"modality": "CT"},
        "received_at": now,
        "admitted_at": now,
        **_as(state, room),
        **columns,
    }
    with room.store.writing() as c:
        return items.insert(c, **made)


def _as(state: str, room: Room) -> dict[str, Any]:
    """What else is true of an item in a state."""
    now = room.now()
    return {
        "arriving": {"admitted_at": None, "quiet_at": now + timedelta(seconds=20)},
        "assigned": {"reader": "dr-salem", "assigned_at": now},
        "reading": {
            "reader": "dr-salem",
            "claimed_by": "dr-salem",
            "assigned_at": now,
            "claimed_at": now,
            "lease_until": now + timedelta(seconds=room.settings.lease_seconds),
        },
        "held": {"held_at": now, "paused_at": now, "hold_reason": "images-incomplete"},
        "completed": {"reader": "dr-salem", "final_at": now},
        "cancelled": {"reason": "duplicate"},
        "skipped": {"reason": "no images to read"},
    }.get(state, {})


def counted(values: Any) -> dict[Any, int]:
    """How often each value is there."""
    return dict(Counter(values))
