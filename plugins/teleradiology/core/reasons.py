"""Why a reader may not have a study, why one got it, what a study lacks: codes with parameters, to be said in any language."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

# Against a reader.
AGAINST: Mapping[str, str] = {
    "inactive": "is not active",
    "subspecialty": "reads {reads}; this study needs {needs}",
    "no-subspecialty": "reads no subspecialty; this study needs {needs}",
    "no-facility": "no facility is known for this study, so no licence can be checked",
    "no-licence": "has no licence for {jurisdiction}",
    "licence-begins": "licence for {jurisdiction} begins {day}",
    "licence-ended": "licence for {jurisdiction} ended {day}",
    "modality": "reads {reads}; this study is {modality}",
    "modality-unknown": "reads {reads}; this study is of unknown modality",
    "no-right": "has no right to read {modality}",
    "no-final-right": "may only report {modality} preliminarily; this study needs a final report",
    "right-ended": "right to read {modality} ended {day}",
    "conflict-facility": "has declared a conflict of interest with this facility",
    "conflict-patient": "has declared a conflict of interest with this patient",
    "conflict-referrer": "has declared a conflict of interest with the referring physician",
    "language": "writes {writes}; this report must be in {language}",
    "no-language": "no language is known; this report must be in {language}",
    "partner": "is of the partner group {group}, which is asked only when nobody else can",
    "off-duty": "is off duty at {clock}; on duty {shifts}",
    "on-call": "is on call, and is asked only when nobody on shift can",
    "on-leave": "is not on duty by the roster",
    "unavailable": "is not available at present",
    "capacity": "has {open} open studies; takes {most} at most",
    "most-work": "has open work of {work}; takes {most} at most",
    "passed-on": "passed this study on a short while ago",
    "no-sooner": "has as many studies to read before it",
    "gone": "is not in the rules in force",
}
# What stands against somebody now and may not later: a shift begins, hands become free.
PASSING = frozenset({"off-duty", "on-call", "on-leave", "unavailable", "capacity", "most-work", "passed-on", "no-sooner"})
# What no wish of anybody overcomes: not that of a rule, of a reader who picks freely, nor that nobody else is there.
NEVER = frozenset(
    {"no-licence", "licence-begins", "licence-ended", "no-right", "right-ended", "no-final-right"}
    | {"conflict-facility", "conflict-patient", "conflict-referrer"}
)

# For a choice.
FOR: Mapping[str, str] = {
    "least-open": "least open work",
    "least-work": "least weighted open work",
    "fair-shift": "least weighted work, open and done in this shift",
    "continuity": "read this patient before",
    "named": "named by the rules",
    "stays": "stays with its reader",
    "pull": "waits for a reader who asks for the next case",
    "nobody": "nobody is eligible",
    "named-not-eligible": "{reader}, named by the rules, is not eligible",
    "named-unknown": "{reader}, named by the rules, does not exist",
    "broadened-1": "general readers are asked as well",
    "broadened-2": "general readers and those on call are asked as well",
    "broadened-3": "general readers, those on call and partner groups are asked as well",
}

# Of what is expected of a study.
LACKING: Mapping[str, str] = {
    "series-wanted": "series {series}",
    "series-count": "{found} of {expected} series",
    "image-count": "{found} of {expected} images",
    "declaration": "the facility's word that all was sent",
}


@dataclass(frozen=True)
class Reason:
    """A code of the tables above; ``str()`` says it in English."""

    code: str
    params: Mapping[str, str] = field(default_factory=dict)

    def __str__(self) -> str:
        return (AGAINST.get(self.code) or FOR.get(self.code) or LACKING.get(self.code) or self.code).format(**self.params)

    def __hash__(self) -> int:
        return hash((self.code, *self.params.values()))

    @property
    def is_passing(self) -> bool:
        """Whether waiting may help."""
        return self.code in PASSING

    def to_json(self) -> dict[str, object]:
        """As decisions keep it."""
        return {"code": self.code, "params": dict(self.params)}


def reason(code: str, **params: object) -> Reason:
    """A reason with its parameters as texts."""
    return Reason(code, {name: str(value) for name, value in params.items()})
