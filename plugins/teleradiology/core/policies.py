"""Turnaround policies: which promise holds for a study, and when it is due by a calendar and the pauses of its clock."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from .calendars import Calendar
from .hold_reasons import split
from .turnaround import WARN_AFTER

Span = tuple[datetime, datetime]
LONGEST_WAY = timedelta(days=7)  # an exam that ended longer before it came was sent for another reading, or by a wrong clock
PAUSE_REASONS = ("images-incomplete", "clinical-information")
_NONE = timedelta(0)


class Start(StrEnum):
    """What a clock starts with."""

    RECEIVED = "received"  # the first image came
    EXAM_END = "exam-end"  # the modality was done
    ADMITTED = "admitted"  # the study was complete and decided about


@dataclass(frozen=True)
class TurnaroundPolicy:
    """A promise for some facilities, priorities and modalities; empty means all. ``calendar`` and ``ladder`` are names.

    Without a time of its own the priority's counts; without a calendar the clock runs always.
    """

    name: str
    facilities: tuple[str, ...] = ()
    priorities: tuple[str, ...] = ()
    modalities: tuple[str, ...] = ()
    time: timedelta | None = None
    warn_after: float | None = None
    calendar: str = ""
    starts: Start = Start.RECEIVED
    ladder: str = ""

    def covers(self, facility: str, priority: str, modality: str) -> bool:
        """Whether the policy is for such a study."""
        asked = ((self.facilities, facility), (self.priorities, priority), (self.modalities, modality))
        return all(not listed or value in listed for listed, value in asked)


def choose(policies: Iterable[TurnaroundPolicy], facility: str, priority: str, modality: str) -> TurnaroundPolicy | None:
    """The first policy that is for such a study."""
    return next((policy for policy in policies if policy.covers(facility, priority, modality)), None)


def beginning(starts: Start, received_at: datetime, exam_end_at: datetime | None, admitted_at: datetime | None) -> datetime:
    """When the clock of a study began. What is not known, or cannot be, is replaced by when the first image came."""
    if starts is Start.ADMITTED and admitted_at is not None:
        return admitted_at
    if starts is Start.EXAM_END and exam_end_at is not None and _NONE <= received_at - exam_end_at <= LONGEST_WAY:
        return exam_end_at
    return received_at


@dataclass(frozen=True)
class Promise:
    """How long a report may take from ``since`` on, by a calendar. ``pauses`` are spans in which the clock stood still."""

    since: datetime
    turnaround: timedelta
    calendar: Calendar
    pauses: tuple[Span, ...] = ()

    @property
    def paused(self) -> timedelta:
        """The working time lost to pauses; what overlaps counts once."""
        total, until = _NONE, self.since
        for begin, end in sorted(self.pauses):
            if end > until:
                total += self.calendar.elapsed(max(begin, until), end)
                until = end
        return total

    def at(self, share: float = 1.0) -> datetime:
        """The instant at which that share of the time is used up; 1.0 is the due time."""
        return self.calendar.after(self.since, self.paused + self.turnaround * share)


def due(promise: Promise, warn_after: float | None = None) -> tuple[datetime, datetime]:
    """The instants to warn and to be ready."""
    share = WARN_AFTER if warn_after is None else min(max(warn_after, 0.0), 1.0)
    return promise.at(share), promise.at()


def pauses_clock(hold_reason: str, allowed: Iterable[str] = PAUSE_REASONS) -> bool:
    """Whether a hold for this reason stops the clock: only the reasons that the facilities have agreed to do."""
    return split(hold_reason)[0] in allowed
