"""A study's clock in words: every instant, its pauses, the steps of escalation that were taken and those that come."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from ...core.ladder import Action
from ...core.policies import Span
from ...store.item import Item
from ...store.ladder_steps import Taken
from ...workflow import clock as clocks
from ...workflow import promises
from ...workflow.room import Room
from . import show, words


@dataclass(frozen=True)
class Moment:
    """Something that happened, or will; ``when`` is when the rules file wants it, ``call`` whom a step wants called."""

    label: str
    at: datetime
    when: str = ""
    call: tuple[str, ...] = ()


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
    found, rules = promises.story(room, item), room.rules.current
    ladder = rules.ladder_of(clocks.policy_of(rules, item))
    call = {each.name: each.to for each in ladder.steps if each.action == Action.CALL} if ladder else {}
    return Clock(
        found.policy,
        found.calendar,
        promises.zone_of(room, item),
        found.began,
        show.duration(found.turnaround.total_seconds()) if found.turnaround else "",
        [Moment(words.translated(words.INSTANTS, name), at) for name, at in found.instants.items() if at],
        found.pauses,
        found.paused_at if item.is_open else None,
        [_moment(words.ACTIONS, each, each.done_at, call) for each in found.steps],
        [_moment(words.COMING, each, each.at, call) for each in found.coming],
    )


def _moment(texts: dict[str, str], step: Taken | promises.Coming, at: datetime, call: Mapping[str, tuple[str, ...]]) -> Moment:
    return Moment(words.translated(texts, step.action), at, words.step(step.step), call.get(step.step, ()))
