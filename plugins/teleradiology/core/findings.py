"""What an inference service suggests about a study, and how far that may go: it raises urgency and never lowers it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from .comparison import shown
from .decision import Decided, Decision, PassedOver
from .names import folded
from .study_facts import StudyFacts

CAUSE = "AI finding"
NEVER_LOWERED = "what devices find may raise, never lower"
SUGGESTED = "suggested-by:"  # begins the flag that names device and score
PROMISED = ("turnaround", "warn_after")
NO_SCORE = -1.0
LONGEST_CODE, LONGEST_TEXT, LONGEST_DEVICE, LONGEST_VERSION = 64, 256, 64, 32


@dataclass(frozen=True)
class Finding:
    """One suggestion of a device about a study; unverified until a radiologist has said something. ``score`` is 0 to 1."""

    study_instance_uid: str
    device: str
    text: str
    code: str = ""
    version: str = ""
    score: float | None = None
    positive: bool = True
    source: str = "api"
    sop_instance_uid: str = ""  # the document that tells it, if one does
    received_at: datetime | None = None

    @property
    def key(self) -> tuple[str, str, str, str]:
        """What makes a finding the same when it is told again; without a code its text stands for it."""
        return (self.study_instance_uid, self.device, self.version, self.code or folded(self.text)[:LONGEST_CODE])


def positive(findings: Sequence[Finding]) -> list[Finding]:
    """Those that say that something is there."""
    return [each for each in findings if each.positive]


def with_findings(facts: StudyFacts, findings: Sequence[Finding]) -> StudyFacts:
    """The facts with what the positive findings tell. A device that found nothing tells a rule nothing."""
    told = positive(findings)
    return replace(
        facts,
        ai_finding=tuple(dict.fromkeys(word for each in told for word in (each.code, each.text) if word)),
        ai_score=max((each.score for each in told if each.score is not None), default=None),
        ai_device=tuple(dict.fromkeys(each.device for each in told)),
    )


def without_findings(facts: StudyFacts) -> StudyFacts:
    """The facts as they were without any device."""
    return replace(facts, ai_finding=(), ai_score=None, ai_device=())


def has_findings(facts: StudyFacts) -> bool:
    """Whether a device told anything about the study."""
    return bool(facts.ai_device or facts.ai_finding or facts.ai_score is not None)


Refused = Mapping[str, Mapping[str, Any]]  # rule -> attribute -> the value that it may not set


def only_raised(
    explain: Callable[[Refused], Decision],
    blind: Decision,
    rank: Callable[[Decision], int],
    promise: Callable[[Decision], timedelta],
) -> Decision:
    """The decision made with findings, but nowhere less urgent than the ``blind`` one made without them.

    Nor do findings alone take a study off the list or put it aside. What a rule may not set for that is told as passed over, and
    the next rule that holds sets it: ``explain`` decides with findings, but without what it is told to refuse.
    """
    refused: dict[str, dict[str, Any]] = {}
    while lowered := _lowered(seen := explain(refused), blind, rank, promise):
        for name in lowered:
            decided = seen.attributes[name]
            refused.setdefault(decided.rule, {})[name] = decided.value
    attributes = _not_below(seen, blind, promise)
    lines = {each.rule: each.line for each in seen.matched}
    told = (PassedOver(rule, lines[rule], "ai", NEVER_LOWERED, _shown(sets)) for rule, sets in refused.items())
    passed_over = tuple(sorted((*seen.passed_over, *told), key=lambda each: each.line))
    matched = tuple(each._replace(decided=_decided_by(each.rule, attributes)) for each in seen.matched)
    return replace(seen, attributes=attributes, passed_over=passed_over, matched=matched)


def _lowered(
    seen: Decision, blind: Decision, rank: Callable[[Decision], int], promise: Callable[[Decision], timedelta]
) -> list[str]:
    """What some rule sets less urgently than it is without findings; a promise is looked at when no priority is lowered."""
    names = [name for name in ("skip", "hold") if name not in blind.attributes]
    if rank(blind) < rank(seen):
        names.append("priority")
    elif promise(blind) < promise(seen):
        names += PROMISED
    return [name for name in names if name in seen.attributes and seen.attributes[name] != blind.attributes.get(name)]


def _not_below(seen: Decision, blind: Decision, promise: Callable[[Decision], timedelta]) -> dict[str, Decided]:
    """The attributes, with those of the blind decision where no rule is left that sets what it promised."""
    attributes = dict(seen.attributes)
    if "priority" in blind.attributes:
        attributes.setdefault("priority", blind.attributes["priority"])
    if promise(blind) < promise(replace(seen, attributes=attributes)):
        for name in PROMISED:
            attributes.pop(name, None)
            if name in blind.attributes:
                attributes[name] = blind.attributes[name]
    return attributes


def _decided_by(rule: str, attributes: Mapping[str, Decided]) -> tuple[str, ...]:
    return tuple(name for name, decided in attributes.items() if decided.rule == rule)


def _shown(sets: Mapping[str, Any]) -> str:
    return ", ".join(f"{name} {shown(value)}" for name, value in sets.items())


def suggestion(findings: Sequence[Finding]) -> str:
    """Who suggests, each device with its highest score, as "A (0.93), B (0.61)"; "" when nothing positive was found."""
    best: dict[str, float] = {}
    for each in positive(findings):
        best[each.device] = max(best.get(each.device, NO_SCORE), NO_SCORE if each.score is None else each.score)
    ordered = sorted(best.items(), key=lambda device: -device[1])
    return ", ".join(device if score == NO_SCORE else f"{device} ({score:.2f})" for device, score in ordered)
