"""The rules in force, and trying others."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any

from pydantic import Field, StringConstraints

from .base import Input, Instant, Output, Word
from .service import ProblemEntry
from .worklist import DecidedOut, PassedOverOut

RulesText = Annotated[str, StringConstraints(min_length=1, max_length=900_000)]


class RulesOut(Output):
    """The rules in force, and what is wrong with the file on the disk if it is not the one in force."""

    digest: str
    text: str
    rules: list[str] = Field(description="the names of the rules in their order")
    priorities: list[str] = Field(description="the most urgent first")
    facilities: list[str]
    readers: list[str]
    file_problems: list[ProblemEntry]


class RulesIn(Input):
    """A rules file's text; without one the file on the disk."""

    text: RulesText | None = None


class DifferenceOut(Output):
    """What is different in one section of the file, by name."""

    section: str
    added: list[str]
    removed: list[str]
    changed: list[str]
    moved: bool = Field(description="whether the order is another, where it matters")


class RulesChecked(Output):
    """A rules file without problems."""

    digest: str
    in_force: bool
    rules: int
    examples: int
    differences: list[DifferenceOut] = Field(description="against the rules in force")
    warnings: list[ProblemEntry]


class ReloadedOut(Output):
    """The rules now in force."""

    digest: str
    before: str
    changed: bool
    differences: list[DifferenceOut]
    warnings: list[ProblemEntry]


class ExplainIn(Input):
    """What to decide about: facts as in a rules file's examples, or a study or item that we have; with other rules if given."""

    facts: dict[str, Any] | None = None
    study: Annotated[str, StringConstraints(pattern=r"^[0-9.]{1,64}$")] | None = None
    item: Annotated[str, StringConstraints(pattern=r"^[0-9A-Z]{26}$")] | None = None
    text: RulesText | None = None


class MatchedOut(Output):
    """A rule that holds, and the attributes that it decided."""

    rule: str
    line: int
    decided: list[str]


class ExplainedOut(Output):
    """What the rules say of these facts, and why."""

    rules_digest: str
    attributes: dict[str, DecidedOut]
    matched: list[MatchedOut]
    passed_over: list[PassedOverOut]


class BacktestIn(Input):
    """Rules to try on the studies that were received."""

    text: RulesText | None = None
    since: Instant | None = Field(default=None, description="studies received from then on; 30 days without it")
    limit: int = Field(5000, ge=1, le=50_000, description="at most so many studies, the latest")
    facility: Word | None = None


class ChangeOut(Output):
    """A value before and after."""

    before: Any
    after: Any


class MovedOut(Output):
    """An item about which the other rules say something else."""

    id: str
    study_instance_uid: str
    facility: str
    state: str
    received_at: datetime
    changes: dict[str, ChangeOut]
    rule: str = Field(description="the rule that decides the first changed attribute now")


class BacktestOut(Output):
    """What other rules would have done with the studies that were received."""

    digest: str
    in_force: str
    since: datetime
    studies: int
    changed: int
    truncated: bool = Field(description="whether there were more studies than the limit")
    by_attribute: dict[str, int]
    by_facility: dict[str, int]
    by_priority: dict[str, dict[str, int]] = Field(description="priority before -> priority after -> studies")
    items: list[MovedOut] = Field(description="the latest of those that change, at most 500")
