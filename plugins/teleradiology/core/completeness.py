"""When a study counts as complete: what a facility's studies are expected to have, and what is missing of it."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from .names import folded
from .reasons import LACKING, Reason, reason

LONGEST_WAIT = timedelta(hours=1)  # where the policy says nothing: then the study is read as it is


@dataclass(frozen=True)
class SeriesWanted:
    """A series that must be there: of the modality, with a description that the pattern is found in; "" is any."""

    modality: str = ""
    description: str = ""
    search: Callable[[str], Any] | None = field(default=None, compare=False, repr=False)

    def is_met_by(self, modality: str, description: str) -> bool:
        """Whether that series is one."""
        fits = not self.modality or self.modality == modality.upper()
        return fits and (self.search is None or bool(self.search(folded(description))))

    def __str__(self) -> str:
        parts = (self.modality, f"'{self.description}'" if self.description else "")
        return " ".join(part for part in parts if part)


@dataclass(frozen=True)
class Completeness:
    """What the studies of some facilities and modalities (none named: all) are expected to have before they are read.

    ``at_most`` is how long one waits for what is missing, from the last image on.
    """

    name: str
    facilities: tuple[str, ...] = ()
    modalities: tuple[str, ...] = ()
    quiet: timedelta | None = None
    series: int = 0
    instances: int = 0
    expect: tuple[SeriesWanted, ...] = ()
    declared: bool = False
    at_most: timedelta = LONGEST_WAIT

    def covers(self, facility: str, modalities: Iterable[str]) -> bool:
        """Whether it is for such a study."""
        listed = not self.facilities or facility in self.facilities
        return listed and (not self.modalities or any(each in self.modalities for each in modalities))

    def is_met_by(self, arrived: Arrived) -> bool:
        """Whether exactly the images have come that are expected, and nothing else is missing: more would be too many."""
        return self.instances == arrived.instances and not missing(self, arrived, declared=False)

    def covers_all_of(self, other: Completeness) -> bool:
        """Whether it is for every study that the other is for."""
        return _is_wider(self.facilities, other.facilities) and _is_wider(self.modalities, other.modalities)


def _is_wider(wider: tuple[str, ...], narrower: tuple[str, ...]) -> bool:
    return not wider or (bool(narrower) and set(narrower) <= set(wider))


@dataclass(frozen=True)
class Arrived:
    """What has come of a study so far: the (modality, description) of its series, and how many objects."""

    series: Sequence[tuple[str, str]]
    instances: int


def missing(policy: Completeness | None, arrived: Arrived, declared: bool) -> tuple[Reason, ...]:
    """What the study lacks; nothing for one that its facility has declared complete."""
    if policy is None or declared:
        return ()
    wanted = [each for each in policy.expect if not any(each.is_met_by(*series) for series in arrived.series)]
    found = [reason("series-wanted", series=each) for each in wanted]
    if len(arrived.series) < policy.series:
        found.append(reason("series-count", found=len(arrived.series), expected=policy.series))
    if arrived.instances < policy.instances:
        found.append(reason("image-count", found=arrived.instances, expected=policy.instances))
    return (*found, *([reason("declaration")] if policy.declared else []))


def written(lacking: Sequence[Reason], longest: int) -> str:
    """What a study lacks as its row keeps it, "" when it lacks nothing; as many as find room."""
    for count in range(len(lacking), 0, -1):
        text = json.dumps([each.to_json() for each in lacking[:count]], ensure_ascii=False)
        if len(text) <= longest:
            return text
    return ""


def read(text: str) -> tuple[Reason, ...]:
    """The inverse; nothing for a reason of another kind: people type reasons, too, and may type what looks like one of ours."""
    if not text.startswith('[{"code"'):
        return ()
    try:
        found = tuple(
            Reason(each["code"], {name: str(value) for name, value in each["params"].items()}) for each in json.loads(text)
        )
        return found if all(LACKING[each.code].format(**each.params) for each in found) else ()
    except (ValueError, KeyError, TypeError, AttributeError):
        return ()


def chosen(policies: Iterable[Completeness], facility: str, modalities: Sequence[str]) -> Completeness | None:
    """The first policy that is for such a study."""
    return next((policy for policy in policies if policy.covers(facility, modalities)), None)
