"""The clock of one study as people ask for it: what was promised, every instant, which steps were taken and what comes next."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from ..core.identity import Actor
from ..core.ladder import coming_steps
from ..core.policies import Span
from ..store import ladder_steps
from ..store.item import Item
from ..store.ladder_steps import Taken
from . import clock, reading
from .room import Room

# In the order in which they usually come.
INSTANTS = (
    *("exam_end_at", "received_at", "last_image_at", "admitted_at", "assigned_at", "claimed_at"),
    *("preliminary_at", "final_at", "delivered_at", "acknowledged_at"),
)


@dataclass(frozen=True)
class Coming:
    """A step that will be taken, if nobody reads the study before."""

    step: str
    action: str
    at: datetime


@dataclass(frozen=True)
class Promised:
    """The clock of an item. ``began`` is before any pause; an item without a promise has neither it nor a due time."""

    policy: str
    calendar: str
    began: datetime | None
    turnaround: timedelta | None
    warn_at: datetime | None
    due_at: datetime | None
    paused_at: datetime | None
    pauses: tuple[Span, ...]
    instants: Mapping[str, datetime | None]
    steps: tuple[Taken, ...]
    coming: tuple[Coming, ...]
    broadened: int


def instants_of(item: Item) -> dict[str, datetime | None]:
    """Every instant of an item that is recorded, by name, in the order in which they usually come."""
    return {name: getattr(item, name) for name in INSTANTS}


def zone_of(room: Room, item: Item) -> ZoneInfo:
    """The time zone of the item's facility."""
    return room.rules.current.clock_of(item.facility)


def of(room: Room, actor: Actor, item_id: str) -> Promised:
    """The clock of an item that the actor may see."""
    return story(room, reading.view(room, actor, item_id))


def story(room: Room, item: Item) -> Promised:
    """The clock of an item."""
    rules = room.rules.current
    policy = clock.policy_of(rules, item)
    with room.store.reading() as c:
        steps = tuple(ladder_steps.of_item(c, item.id))
    return Promised(
        policy=item.policy,
        calendar=policy.calendar if policy else "",
        began=clock.course_of(item).began(policy) if item.due_at else None,
        turnaround=None if item.turnaround_seconds is None else timedelta(seconds=item.turnaround_seconds),
        warn_at=item.warn_at,
        due_at=item.due_at,
        paused_at=item.paused_at,
        pauses=item.pauses,
        instants=instants_of(item),
        steps=steps,
        coming=_coming(room, item, steps) if item.is_open else (),
        broadened=item.broadened,
    )


def _coming(room: Room, item: Item, steps: tuple[Taken, ...]) -> tuple[Coming, ...]:
    rules = room.rules.current
    ladder, running = rules.ladder_of(clock.policy_of(rules, item)), clock.on_ladder(rules, item)
    if ladder is None or running is None:
        return ()
    cause = clock.cause_of(item)
    done = {each.step for each in steps if each.cause == cause}
    return tuple(Coming(due.step.name, due.step.action.value, due.at) for due in coming_steps(ladder, running, done))
