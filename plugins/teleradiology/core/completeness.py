"""When a study counts as complete: what a facility's studies are expected to have, and what is missing of it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from .names import folded

LONGEST_WAIT = timedelta(hours=1)  # where the policy says nothing: then the study is read as it is
DECLARATION = "the facility's word that all was sent"


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
        return "series " + " ".join(part for part in parts if part)


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


def missing(policy: Completeness | None, arrived: Arrived, declared: bool) -> tuple[str, ...]:
    """What the study lacks, for people to read; nothing for one that its facility has declared complete."""
    if policy is None or declared:
        return ()
    found = [str(wanted) for wanted in policy.expect if not any(wanted.is_met_by(*each) for each in arrived.series)]
    if len(arrived.series) < policy.series:
        found.append(f"{len(arrived.series)} of {policy.series} series")
    if arrived.instances < policy.instances:
        found.append(f"{arrived.instances} of {policy.instances} images")
    return (*found, *([DECLARATION] if policy.declared else []))


def chosen(policies: Iterable[Completeness], facility: str, modalities: Sequence[str]) -> Completeness | None:
    """The first policy that is for such a study."""
    return next((policy for policy in policies if policy.covers(facility, modalities)), None)
