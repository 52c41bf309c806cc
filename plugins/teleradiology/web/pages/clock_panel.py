"""A study's clock in words: every instant, its pauses, the steps of escalation that were taken and those that come."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from ...core.policies import Span
from ...store.item import Item
from ...workflow import promises
from ...workflow.room import Room
from . import show, words


@dataclass(frozen=True)
class Moment:
    """Something that happened, or will; ``when`` is when the rules file wants it."""

    label: str
    at: datetime
    when: str = ""


@dataclass(frozen=True)
class Clock:
    """What the page shows of a clock. ``zone`` is the facility's."""

    policy: str
    calendar: str
    zone: ZoneInfo
    began: datetime | None
    turnaround: str
    instants: list[Moment]
    pauses: tuple[Span, ...]
    paused_at: datetime | None
    steps: list[Moment]
    coming: list[Moment]


def clock(room: Room, item: Item) -> Clock:
    """The clock of an item."""
    found = promises.story(room, item)
    return Clock(
        found.policy,
        found.calendar,
        promises.zone_of(room, item),
        found.began,
        show.duration(found.turnaround.total_seconds()) if found.turnaround else "",
        [Moment(words.translated(words.INSTANTS, name), at) for name, at in found.instants.items() if at],
        found.pauses,
        found.paused_at if item.is_open else None,
        [Moment(words.translated(words.ACTIONS, each.action), each.done_at, words.step(each.step)) for each in found.steps],
        [Moment(words.translated(words.COMING, each.action), each.at, words.step(each.step)) for each in found.coming],
    )
