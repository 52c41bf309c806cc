"""How a facility's studies find their readers: pushed, pulled or mixed; by which policy; and when more people are asked."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from .dispatch import DEFAULT
from .eligibility import PARTNERS, STRICT
from .reader import PRELIMINARY
from .readers import Choice

PUSH, PULL, MIXED = "push", "pull", "mixed"


@dataclass(frozen=True)
class Assigning:
    """The section ``assignment`` as it holds for one facility."""

    mode: str = PUSH
    choice: Choice = field(default_factory=Choice)
    pushed: tuple[str, ...] = ()  # priorities that are pushed in mixed mode; the most urgent when empty
    broaden_at: tuple[float, ...] = (0.5, 0.75, 1.0)  # shares of the turnaround at which the search is widened by a step
    pick_freely: bool | None = None  # None: yes in push mode, no in the others
    language_required: bool = False
    report: str = PRELIMINARY
    groups: tuple[str, ...] = ()
    order: str = DEFAULT  # of core.dispatch.POLICIES, for the next case
    reading_minutes: float = 2.5  # of a study of relative value 1

    def pushes(self, priority: str, rank: int) -> bool:
        """Whether a study of the priority is given to a reader without being asked for."""
        if self.mode == MIXED:
            return priority in self.pushed if self.pushed else rank <= 0
        return self.mode == PUSH

    @property
    def may_pick(self) -> bool:
        """Whether readers may take what they like, unless theirs says otherwise."""
        return self.mode == PUSH if self.pick_freely is None else self.pick_freely

    @property
    def last_step(self) -> int:
        """The furthest that the search goes as time passes; the ladder may go further."""
        return min(PARTNERS, len(self.broaden_at)) or PARTNERS

    def step(self, since: datetime, due: datetime | None, now: datetime) -> int:
        """How far the search for a reader goes by the share of the turnaround that is used up."""
        if due is None or due <= since:
            return STRICT
        used = (now - since) / (due - since)
        return min(PARTNERS, sum(used >= share for share in self.broaden_at))


@dataclass(frozen=True)
class AssigningRules:
    """For each facility that has its own; for the others the general one."""

    general: Assigning = field(default_factory=Assigning)
    facilities: Mapping[str, Assigning] = field(default_factory=dict)

    def of(self, facility: str) -> Assigning:
        """What holds for the facility."""
        return self.facilities.get(facility, self.general)
