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
    study: Annotated[str, StringConstraints(min_length=1, max_length=64)] | None = Field(
        default=None, description="StudyInstanceUID, accession number or Orthanc's id"
    )
    item: Annotated[str, StringConstraints(pattern=r"^[0-9A-Z]{26}$")] | None = None
    text: RulesText | None = None
    at: Annotated[str, StringConstraints(max_length=40)] = Field(
        default="",
        description="when readers are considered, by ISO 8601; without an offset by the facility's clock; now when left out",
    )


class MatchedOut(Output):
    """A rule that holds, and the attributes that it decided."""

    rule: str
    line: int
    decided: list[str]


class ChangeOut(Output):
    """A value before and after."""

    before: Any
    after: Any


class AskedOut(Output):
    """One condition of a rule, what it expected and what was found."""

    condition: str
    expected: str
    found: str
    holds: bool
    line: int


class TracedOut(Output):
    """A rule put to the study, with all of its conditions, what it sets and what of that it decided."""

    rule: str
    line: int
    holds: bool
    conditions: list[AskedOut]
    decided: list[str]
    sets: dict[str, Any]
    refused: list[str] = Field(description="what it would have decided, had what devices find been allowed to lower")


class ExplainedOut(Output):
    """What the rules say of these facts, and why."""

    rules_digest: str
    attributes: dict[str, DecidedOut]
    matched: list[MatchedOut]
    passed_over: list[PassedOverOut]
    subject: dict[str, Any] = Field(description="which study, without naming the patient")
    file: str
    rules: list[TracedOut] = Field(description="every rule in its order")
    readers: dict[str, Any] = Field(
        description="who would be chosen `at` that time, by which policy, and what speaks against each"
    )
    would_change: dict[str, ChangeOut] = Field(description="what the file on the disk, or the text given, would change")
    other_digest: str = Field(description="digest of the file that would change it; empty when nothing was compared")


class BacktestIn(Input):
    """Rules to try on the studies that were received."""

    text: RulesText | None = None
    since: Instant | None = Field(default=None, description="studies received from then on; 30 days without it")
    limit: int = Field(5000, ge=1, le=50_000, description="at most so many studies, the latest")
    facility: Word | None = None


class MovedOut(Output):
    """An item about which the other rules say something else."""

    id: str
    study_instance_uid: str
    facility: str
    state: str
    received_at: datetime
    changes: dict[str, ChangeOut]
    rule: str = Field(description="the rule that decides the first changed attribute now")
    reader: dict[str, str] = Field(description="before, after: who would have got it; empty for nobody")


class ShareOut(Output):
    """What a reader would have had to read."""

    studies: int
    weight: float


class WorkOut(Output):
    """A reader's share under both files; the reader "" stands for studies for which nobody was eligible."""

    reader: str
    before: ShareOut
    after: ShareOut


class LateOut(Output):
    """Studies with a promise, and those of them that were final after it, or still are not."""

    studies: int
    late: int


class LatenessOut(Output):
    """Promises by priority under both files, against the times at which the studies were in fact final."""

    before: dict[str, LateOut]
    after: dict[str, LateOut]


class BacktestOut(Output):
    """What other rules would have done with the studies that were received."""

    digest: str
    in_force: str
    since: datetime
    studies: int
    changed: int
    other_reader: int = Field(description="studies that would have got another reader, whether they change or not")
    truncated: bool = Field(description="whether there were more studies than the limit")
    by_attribute: dict[str, int]
    by_facility: dict[str, int]
    by_priority: dict[str, dict[str, int]] = Field(description="priority before -> priority after -> studies")
    by_facility_priority: dict[str, dict[str, dict[str, int]]] = Field(description="facility -> before -> after -> studies")
    workload: list[WorkOut]
    lateness: LatenessOut
    items: list[MovedOut] = Field(description="the latest of those that change, at most 500")


class CoverageIn(Input):
    """Rules to look at; without a text those in force."""

    text: RulesText | None = None
    since: Instant | None = Field(default=None, description="studies received from then on; 30 days without it")


class ReachedOut(Output):
    """How often one rule held for examples and studies, and how often it decided something."""

    rule: str
    line: int
    examples: int
    studies: int
    decided: int
    reached: bool


class CoverageOut(Output):
    """Which rules something reached."""

    digest: str
    percent: float
    examples: int
    studies: int
    missed: list[str] = Field(description="rules that nothing ever reached")
    rules: list[ReachedOut]


class HistoryEntry(Output):
    """A change of the rules in force."""

    id: str
    at: datetime
    digest: str
    before: str = Field(description="digest of the rules before; empty for the first")
    by: str
    cause: str = Field(description="start, file, api or rollback")


class HistoryOut(Output):
    """The changes of the rules in force, latest first."""

    items: list[HistoryEntry]
    next: str | None


class VersionName(Input):
    """Rules that were in force once."""

    digest: Annotated[str, StringConstraints(pattern=r"^[0-9A-Fa-f]{6,64}$")] = Field(description="or how it begins")


class DiffIn(Input):
    """Two versions: digests, ``in-force`` or ``disk``."""

    before: Annotated[str, StringConstraints(pattern=r"^([0-9A-Fa-f]{6,64}|in-force|disk)$")]
    after: Annotated[str, StringConstraints(pattern=r"^([0-9A-Fa-f]{6,64}|in-force|disk)$")] = "in-force"


class DetailOut(Output):
    """One difference; ``what`` is the part of the entry that changed."""

    section: str
    name: str
    kind: str = Field(description="added, removed, moved or changed")
    what: str
    before: str
    after: str


class DiffOut(Output):
    """What differs between two versions."""

    items: list[DetailOut]
    next: str | None


class RolledBack(Output):
    """Rules of the past, in force again."""

    digest: str
    before: str
    changed: bool
    backup: str = Field(description="name of the copy of the file that was replaced")
