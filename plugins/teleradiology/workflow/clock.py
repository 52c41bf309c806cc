"""An item's clock: when it began, when it stood still, what is due when, and when its ladder is to be looked at."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from ..config.rules_file import RulesFile
from ..core import policies, turnaround
from ..core.ladder import Clock, next_step_at
from ..core.policies import Promise, Span, Start, TurnaroundPolicy
from ..store.item import Item

_LONG_AGO = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True)
class Course:
    """What has happened to a clock. One that was restarted counts from then, whatever its policy starts with."""

    received_at: datetime
    admitted_at: datetime | None = None
    exam_end_at: datetime | None = None
    restarted_at: datetime | None = None
    paused_at: datetime | None = None
    pauses: tuple[Span, ...] = ()

    def began(self, policy: TurnaroundPolicy | None) -> datetime:
        """When the clock began, before any pause."""
        starts = policy.starts if policy else Start.RECEIVED
        return self.restarted_at or policies.beginning(starts, self.received_at, self.exam_end_at, self.admitted_at)

    def paused(self, now: datetime) -> Course:
        """The clock stands still from now on."""
        return replace(self, paused_at=self.paused_at or now)

    def resumed(self, now: datetime) -> Course:
        """The clock runs on."""
        if self.paused_at is None:
            return self
        return replace(self, paused_at=None, pauses=(*self.pauses, (self.paused_at, max(now, self.paused_at))))

    def of_study(self, exam_end_at: datetime | None, admitted_at: datetime) -> Course:
        """With what is known once the study is read."""
        return replace(self, exam_end_at=exam_end_at or self.exam_end_at, admitted_at=admitted_at)

    def columns(self) -> dict[str, Any]:
        """As an item keeps them. ``paused_seconds`` is all that does not count since the first image came."""
        before = (self.restarted_at or self.received_at) - self.received_at
        paused = sum((end - begin for begin, end in self.pauses), before)
        return {
            "exam_end_at": self.exam_end_at,
            "restarted_at": self.restarted_at,
            "paused_at": self.paused_at,
            "pauses": self.pauses,
            "paused_seconds": int(paused.total_seconds()),
        }


def course_of(item: Item) -> Course:
    """What has happened to an item's clock so far."""
    return Course(item.received_at, item.admitted_at, item.exam_end_at, item.restarted_at, item.paused_at, item.pauses)


def restarted(item: Item, now: datetime) -> Course:
    """A new task, whose clock begins now."""
    return Course(item.received_at, item.admitted_at, item.exam_end_at, restarted_at=now)


def promise(rules: RulesFile, policy: TurnaroundPolicy | None, span: timedelta | None, course: Course) -> Promise | None:
    """What was promised, None when nothing was."""
    if span is None:
        return None
    return Promise(course.began(policy).astimezone(UTC), span, rules.calendar_of(policy), course.pauses)


def policy_of(rules: RulesFile, item: Item) -> TurnaroundPolicy | None:
    """The policy by which the promise was made. When the file has it no more, the one that such a study would have now."""
    return rules.policy_called(item.policy) or rules.policy_for(item.facility, item.priority, item.modality)


def promise_of(rules: RulesFile, item: Item) -> Promise | None:
    """What was promised for an item."""
    span = None if item.turnaround_seconds is None else timedelta(seconds=item.turnaround_seconds)
    return promise(rules, policy_of(rules, item), span, course_of(item))


def due(promised: Promise | None, warn_after: float | None) -> tuple[datetime | None, datetime | None]:
    """The instants to warn and to be ready."""
    return policies.due(promised, warn_after) if promised else (None, None)


def on_ladder(rules: RulesFile, item: Item) -> Clock | None:
    """The item's clock as its ladder sees it, None for one without a promise. A pause moves where it counts from."""
    promised = promise_of(rules, item)
    if promised is None or item.due_at is None:
        return None
    most_urgent = next(iter(rules.priorities), "")
    held = item.paused_at is not None
    return Clock(promised.at(0.0), item.due_at, item.priority == most_urgent, held, promised.calendar)


def cause_of(item: Item) -> str:
    """Which clock rings: a new task or another time promised is another one, a pause or a changed rules file is not."""
    began = item.restarted_at or item.received_at
    return f"{began.astimezone(UTC).isoformat(timespec='milliseconds')} {item.turnaround_seconds} s"


def first_ring(rules: RulesFile, policy: TurnaroundPolicy | None, promised: Promise | None) -> datetime | None:
    """When the ladder is to be looked at first; escalation finds out which steps were taken."""
    ladder = rules.ladder_of(policy)
    if ladder is None or promised is None:
        return None
    running = Clock(promised.at(0.0), promised.at(), urgent=True, calendar=promised.calendar)  # quiet hours only delay
    return next_step_at(ladder, running, (), _LONG_AGO)


def stopped(rules: RulesFile, hold_reason: str, now: datetime) -> dict[str, Any]:
    """The columns of a clock on hold: it stops for some reasons, and runs on for the others."""
    return {"paused_at": now, "ring_at": None} if rules.pauses(hold_reason) else {}


def resumed(rules: RulesFile, item: Item, now: datetime) -> dict[str, Any]:
    """The columns of a clock that runs on after a pause: what was due moves by the working time that the pause took."""
    if item.paused_at is None:
        return {}
    course, policy = course_of(item).resumed(now), policy_of(rules, item)
    calendar = rules.calendar_of(policy)
    lost = calendar.elapsed(item.paused_at, now)
    warn_at, due_at = (calendar.after(at, lost) if at else None for at in (item.warn_at, item.due_at))
    span = None if item.turnaround_seconds is None else timedelta(seconds=item.turnaround_seconds)
    return {
        **course.columns(),
        "warn_at": warn_at,
        "due_at": due_at,
        "order_key": turnaround.order_key(due_at, item.received_at),
        "ring_at": first_ring(rules, policy, promise(rules, policy, span, course)),
        "flags": turnaround.unmarked(item.flags, now, warn_at, due_at),
    }


def instant_of(text: str, timezone: str) -> datetime | None:
    """A modality's time; without a zone of its own by the facility's clock, and unknown without one."""
    try:
        at = datetime.fromisoformat(text)
    except ValueError:
        return None
    if at.tzinfo is None and not timezone:
        return None
    return (at if at.tzinfo else at.replace(tzinfo=ZoneInfo(timezone))).astimezone(UTC)
