"""The sections `turnaround`, `ladders` and `pause_reasons` of the rules file: promises, and what happens as time runs out."""

from __future__ import annotations

import re
from datetime import time, timedelta
from typing import Any

from ..core import hold_reasons
from ..core.calendars import Calendar
from ..core.ladder import Action, Ladder, Step
from ..core.policies import Start, TurnaroundPolicy
from .calendars_section import DAY, week_of, weekday
from .readers_section import MODALITY
from .records import Field, Record, TableOf
from .shapes import ListOf, Parsed, Reference, Text, Word
from .values import DURATION, PERCENTAGE, TIME, TIMEZONE, parse_duration

CHANNELS = ("page", "email", "webhook")
MOST_AFTER = 10.0  # times the turnaround


def _moment(text: str) -> tuple[float, timedelta] | None:
    """50%, +15m, -10m or 100%+15m as share and offset."""
    found = re.fullmatch(r"(?:(\d+(?:\.\d+)?)\s*%)?\s*(?:([+-])\s*(.+))?", text)
    if not found or not text:
        return None
    percent, sign, length = found.groups()
    share = round(float(percent) / 100, 6) if percent else 1.0
    offset = parse_duration(length) if length else timedelta(0)
    if offset is None or not 0 <= share <= MOST_AFTER:
        return None
    return share, -offset if sign == "-" else offset


MOMENT = Parsed(
    "a moment such as 50% or 100% of the turnaround, or +15m after the due time", _moment, r"^(\d+(\.\d+)?\s*%)?\s*([+-].+)?$"
)


def _step(at: tuple[float, timedelta], do: str, name: str = "", **rest: Any) -> Step:
    share, offset = at
    return Step(name or _name(share, offset, do), Action(do), share, offset, **rest)


def _name(share: float, offset: timedelta, do: str) -> str:
    """Stable while the step is: which steps were taken is remembered by their names."""
    sign, seconds = "-" if offset < timedelta(0) else "+", abs(int(offset.total_seconds()))
    span = f"{seconds // 60}m" if seconds % 60 == 0 else f"{seconds}s"
    return f"{do} at {share * 100:g}%" + (f" {sign}{span}" if seconds else "")


STEP = Record(
    "a step",
    (
        Field("at", MOMENT, "When: a share of the turnaround, and a time before or after the due time.", required=True),
        Field("do", Word(tuple(Action), "one of"), "What is done.", required=True),
        Field("by", ListOf(Word(CHANNELS, "one of"), "channels"), "How people are told; on the page when left out."),
        Field(
            "to",
            ListOf(Text(120), "addresses or numbers"),
            "E-mail addresses besides the person's own; for `call`, whom to call.",
        ),
        Field("name", Text(64), "What the study's timeline calls it; made from the others when left out."),
    ),
    _step,
)


def _quiet(timezone: str, days: tuple[str, ...] = (), **hours: time) -> Calendar:
    numbers = {weekday(day) for day in days} or set(range(7))
    return Calendar(timezone, week_of(dict.fromkeys(numbers, ((hours["from"], hours["to"]),))))


QUIET = Record(
    "quiet hours",
    (
        Field("from", TIME, "When they begin, by the clock of `timezone`.", required=True),
        Field("to", TIME, "When they end; a time not after `from` is on the next day.", required=True),
        Field("timezone", TIMEZONE, "Time zone of the people's clock (IANA name).", required=True),
        Field("days", ListOf(DAY, "days"), "Days on which they begin; every day when left out."),
    ),
    _quiet,
)


def _ladder(name: str, steps: tuple[Step, ...], quiet: Calendar | None = None) -> Ladder:
    return Ladder(name, steps, quiet)


LADDER = Record(
    "a ladder",
    (
        Field("steps", ListOf(STEP, "steps", only_list=True), "What happens when, each once.", required=True),
        Field(
            "quiet", QUIET, "Hours in which people are not told, but for the most urgent priority: notices wait for their end."
        ),
    ),
    _ladder,
)
LADDERS = TableOf(LADDER)


def _policy(
    facility: tuple[str, ...] = (), priority: tuple[str, ...] = (), modality: tuple[str, ...] = (), starts: str = "", **rest: Any
) -> TurnaroundPolicy:
    name = rest.pop("name", "")
    return TurnaroundPolicy(name, facility, priority, modality, starts=Start(starts or Start.RECEIVED), **rest)


POLICY = Record(
    "a turnaround policy",
    (
        Field("name", Text(64), "What people see; no two are alike.", required=True),
        Field("facility", ListOf(Reference("facilities", "facility"), "facilities"), "For which facilities; all when left out."),
        Field("priority", ListOf(Reference("priorities", "priority"), "priorities"), "For which priorities; all when left out."),
        Field("modality", ListOf(MODALITY, "modalities"), "For which main modalities; all when left out."),
        Field("time", DURATION, "The turnaround; the priority's when left out. A rule's `turnaround` wins over both."),
        Field("warn_after", PERCENTAGE, "When to warn, as a share of the turnaround; the priority's when left out."),
        Field("calendar", Reference("calendars", "calendar"), "When the clock runs; always (24/7) when left out."),
        Field("starts", Word(tuple(Start), "one of"), "What the clock starts with; `received` when left out."),
        Field("ladder", Reference("ladders", "ladder"), "What happens as the time runs out; nothing but marks when left out."),
    ),
    _policy,
)
TURNAROUND = ListOf(POLICY, "turnaround policies", only_list=True)

PAUSE_REASON = Parsed(
    "a reason to hold such as missing-images or missing-information",
    lambda text: word if (word := hold_reasons.word_of(text)) != hold_reasons.OTHER else None,
    known=lambda: ("missing-images", "missing-information", *(set(hold_reasons.GROUNDS) - {hold_reasons.OTHER})),
)
PAUSE_REASONS = ListOf(PAUSE_REASON, "reasons", at_least_one=False)
