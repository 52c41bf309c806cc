"""What an inference service suggests about a study, and how far that may go: it raises urgency and never lowers it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from .comparison import shown
from .decision import Decided, Decision, Matched, PassedOver
from .names import folded
from .study_facts import StudyFacts

CAUSE = "AI finding"
NEVER_LOWERED = "what devices find may raise, never lower"
SUGGESTED = "suggested-by:"  # begins the flag that names device and score
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


def only_raised(
    seen: Decision, blind: Decision, rank: Callable[[Decision], int], promise: Callable[[Decision], timedelta]
) -> Decision:
    """The decision made with findings, but nowhere less urgent than the ``blind`` one made without them.

    Nor do findings alone take a study off the list or put it aside. A rule that they made hold for that is told as passed over.
    """
    attributes = dict(seen.attributes)
    taken: tuple[str, ...] = ()
    if rank(blind) < rank(seen):
        taken = ("priority", "turnaround", "warn_after")
    elif promise(blind) < promise(seen):
        taken = ("turnaround", "warn_after")
    for name in (*taken, *(name for name in ("skip", "hold") if name not in blind.attributes)):
        attributes.pop(name, None)
        if name in blind.attributes:
            attributes[name] = blind.attributes[name]
    refused = (told for each in seen.matched if (told := _refused(each, seen, attributes)))
    passed_over = tuple(sorted((*seen.passed_over, *refused), key=lambda each: each.line))
    matched = tuple(each._replace(decided=_decided_by(each.rule, attributes)) for each in seen.matched)
    return replace(seen, attributes=attributes, passed_over=passed_over, matched=matched)


def _decided_by(rule: str, attributes: Mapping[str, Decided]) -> tuple[str, ...]:
    return tuple(name for name, decided in attributes.items() if decided.rule == rule)


def _refused(rule: Matched, seen: Decision, attributes: Mapping[str, Decided]) -> PassedOver | None:
    """What the rule would have set, had findings been allowed to lower."""
    values = [(name, seen.value(name)) for name in rule.decided if attributes.get(name) != seen.attributes[name]]
    told = ", ".join(f"{name} {shown(value)}" for name, value in values)
    return PassedOver(rule.rule, rule.line, "ai", NEVER_LOWERED, told) if told else None


def suggestion(findings: Sequence[Finding]) -> str:
    """Who suggests, each device with its highest score, as "A (0.93), B (0.61)"; "" when nothing positive was found."""
    best: dict[str, float] = {}
    for each in positive(findings):
        best[each.device] = max(best.get(each.device, NO_SCORE), NO_SCORE if each.score is None else each.score)
    ordered = sorted(best.items(), key=lambda device: -device[1])
    return ", ".join(device if score == NO_SCORE else f"{device} ({score:.2f})" for device, score in ordered)
