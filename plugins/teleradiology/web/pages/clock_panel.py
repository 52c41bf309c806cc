"""A study's clock in words: every instant, its pauses, the steps of escalation and the one that comes next."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from ...core.policies import Span
from ...store.item import Item
from ...workflow import promises
from ...workflow.room import Room
from . import words


@dataclass(frozen=True)
class Moment:
    """Something that happened, or will."""

    label: str
    at: datetime


@dataclass(frozen=True)
class Clock:
    """What the page shows of a clock."""

    policy: str
    calendar: str
    instants: list[Moment]
    pauses: tuple[Span, ...]
    steps: list[Moment]
    coming: Moment | None


def clock(room: Room, item: Item) -> Clock:
    """The clock of an item."""
    found = promises.story(room, item)
    coming = found.coming
    return Clock(
        found.policy,
        found.calendar,
        [Moment(words.translated(words.INSTANTS, name), at) for name, at in found.instants.items() if at],
        found.pauses,
        [Moment(words.translated(words.ACTIONS, each.action), each.done_at) for each in found.steps],
        Moment(words.translated(words.COMING, coming.action), coming.at) if coming else None,
    )
