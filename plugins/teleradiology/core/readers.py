"""Who may read a study, why not the others, and who of them gets it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date

from .eligibility import (
    BY_SHIFTS,
    GENERAL_READERS,
    IDLE,
    ON_CALL,
    PARTNERS,
    STRICT,
    Need,
    Standing,
    judge,
    lasting,
    passing,
    speaks,
    step_of,
)
from .reader import FINAL, GENERAL, PRELIMINARY, Conflicts, Licence, Reader, Right, Shift
from .reasons import NEVER, Reason, reason

__all__ = [
    "BY_SHIFTS", "FINAL", "GENERAL", "GENERAL_READERS", "IDLE", "NEVER", "ON_CALL", "PARTNERS", "PRELIMINARY", "STRICT",
    "Assignment", "Choice", "Conflicts", "Considered", "Expiring", "Licence", "Need", "Reader", "Reason", "Right", "Shift",
    "Standing", "choose", "expiring", "judge", "lasting", "reasons_against",
]  # fmt: skip

LEAST_OPEN, LEAST_WORK, FAIR_SHIFT = "least-open", "least-work", "fair-shift"
WARN_DAYS = 30


@dataclass(frozen=True)
class Choice:
    """How to choose among the eligible.

    ``continuity`` is how much more work than the least loaded the patient's previous reader may have and still be preferred,
    None never; ``fairness`` is what the work done in this shift counts beside the open work.
    """

    by: str = FAIR_SHIFT
    continuity: float | None = 6.0
    fairness: float = 0.5

    def load(self, standing: Standing) -> float:
        """What is compared; less is better."""
        if self.by == LEAST_OPEN:
            return standing.count
        return standing.load_weight + (self.fairness * standing.counted_today if self.by == FAIR_SHIFT else 0.0)


@dataclass(frozen=True)
class Considered:
    """One reader as judged for one study."""

    reader: str
    eligible: bool
    against: tuple[Reason, ...]
    load: int
    work: float = 0.0  # weighted, open
    done: float = 0.0  # weighted, in this shift
    step: int = STRICT  # of broadening, by which an eligible reader came in
    passing: bool = False  # waiting or broadening may help

    @property
    def reasons(self) -> tuple[str, ...]:
        """What stands against the reader, in English."""
        return tuple(map(str, self.against))

    def to_json(self) -> dict[str, object]:
        """As the column ``decisions.readers`` keeps it."""
        return {
            "reader": self.reader,
            "eligible": self.eligible,
            "reasons": list(self.reasons),
            "codes": [each.to_json() for each in self.against],
            "load": self.load,
            "work": round(self.work, 2),
            "done": round(self.done, 2),
            "step": self.step,
        }


@dataclass(frozen=True)
class Assignment:
    """Whom a study goes to, or None, and how that came about."""

    reader: str | None
    considered: tuple[Considered, ...]
    stated: tuple[Reason, ...]
    broadened: int = STRICT

    @property
    def policy(self) -> str:
        """How it came about, in English."""
        return "; ".join(map(str, self.stated))

    @property
    def is_hopeless(self) -> bool:
        """Nobody may have it now, and waiting for a shift, free hands or a wider search will not change that."""
        return not any(one.eligible or one.passing for one in self.considered)

    @property
    def has_eligible(self) -> bool:
        """Whether somebody may have it now, though perhaps nobody was chosen."""
        return any(one.eligible for one in self.considered)

    def to_json(self) -> dict[str, object]:
        """As the column ``decisions.readers`` keeps it."""
        return {
            "chosen": self.reader,
            "policy": self.policy,
            "stated": [each.to_json() for each in self.stated],
            "broadened": self.broadened,
            "considered": [one.to_json() for one in self.considered],
        }


def reasons_against(reader: Reader, need: Need, open_load: int) -> tuple[str, ...]:
    """Why the reader may not have the study, for a person to read; empty when eligible."""
    return tuple(map(str, judge(reader, need, Standing(open_load, open_load))))


def choose(
    readers: Iterable[Reader],
    need: Need,
    standings: Mapping[str, Standing | int],
    prefer: str | None = None,
    *,
    choice: Choice | None = None,
) -> Assignment:
    """One of the eligible: who came in by the narrowest search, then by the stated policy.

    Ties go to who writes the language that is wanted, then by id. ``prefer`` (a reader id that a rule names) wins when
    eligible; being named never overrides a constraint. A bare number stands for that many open studies.
    """
    choice = choice or Choice()
    everybody = {reader.id: reader for reader in readers}
    stand = {name: _standing(standings.get(name, IDLE)) for name in everybody}
    judged = [_judged(reader, need, stand[name]) for name, reader in everybody.items()]

    def rank(one: Considered) -> tuple[object, ...]:
        load = choice.load(stand[one.reader])
        return (not one.eligible, one.step, load, not speaks(everybody[one.reader], need), one.reader)

    judged.sort(key=rank)
    eligible = [one.reader for one in judged if one.eligible]
    if prefer in eligible:
        return Assignment(prefer, tuple(judged), (Reason("named"),), need.broadened)
    stated = [Reason(choice.by)] if eligible else [Reason("nobody")]
    chosen = eligible[0] if eligible else None
    if chosen and _continues(need.previous, chosen, judged, {name: choice.load(stand[name]) for name in eligible}, choice):
        chosen, stated = need.previous, [Reason("continuity")]
    if prefer:
        stated.append(reason("named-not-eligible" if prefer in everybody else "named-unknown", reader=prefer))
    step = next((one.step for one in judged if one.reader == chosen), need.broadened)
    if step:
        stated.append(Reason(f"broadened-{step}"))
    return Assignment(chosen, tuple(judged), tuple(stated), need.broadened)


def _standing(given: Standing | int) -> Standing:
    return Standing(given, given) if isinstance(given, int) else given


def _continues(previous: str, first: str, judged: list[Considered], loads: Mapping[str, float], choice: Choice) -> bool:
    """Whether the patient's previous reader goes before the first in line: not from further away, nor with much more work."""
    if choice.continuity is None or previous not in loads:
        return False
    steps = {one.reader: one.step for one in judged if one.eligible}
    return steps[previous] <= steps[first] and loads[previous] <= loads[first] + choice.continuity


def _judged(reader: Reader, need: Need, standing: Standing) -> Considered:
    stays, passes = lasting(reader, need), passing(reader, need, standing)
    eligible = not (stays or passes)
    may_help = not eligible and not (stays and lasting(reader, replace(need, broadened=PARTNERS)))
    step = step_of(reader, need, standing) if eligible else STRICT
    return Considered(
        reader.id, eligible, stays + passes, standing.count, standing.load_weight, standing.counted_today, step, may_help
    )  # fmt: skip


@dataclass(frozen=True)
class Expiring:
    """A licence or right that ends soon or has ended lately. ``what`` is a jurisdiction, or modalities."""

    reader: str
    name: str
    kind: str  # licence, right
    what: str
    until: date
    days: int  # left; 0 is the last day, less than 0 is over


def expiring(readers: Iterable[Reader], today: Callable[[str], date], within: int = WARN_DAYS) -> tuple[Expiring, ...]:
    """The licences and rights of active readers that end within so many days, or ended no longer ago, soonest first.

    ``today`` is the date in a jurisdiction; with "" the one that counts for rights. One that another of the same kind
    continues is not told.
    """
    found = [each for reader in readers if reader.active for each in _ending(reader, today)]
    near = (each for each in found if abs(each.days) <= within)
    return tuple(sorted(near, key=lambda each: (each.until, each.reader, each.what)))


def _ending(reader: Reader, today: Callable[[str], date]) -> Iterable[Expiring]:
    ends: dict[tuple[str, str], date | None] = {}
    held = [("licence", each.jurisdiction, each.until) for each in reader.licences]
    held += [("right", f"{each.report} {', '.join(each.modalities)}".strip(), each.until) for each in reader.rights]
    for kind, what, until in held:
        before = ends.get((kind, what), date.min)
        ends[kind, what] = None if until is None or before is None else max(before, until)
    for (kind, what), last in ends.items():
        if last is not None:
            left = last - today(what if kind == "licence" else "")
            yield Expiring(reader.id, reader.name, kind, what, last, left.days)
