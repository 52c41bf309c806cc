"""Items of the worklist, what is asked of them and what people do with them."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from pydantic import Field

from ....core.worklist import State
from .base import Input, Output, PageQuery, Reason, Word


class WorklistQuery(PageQuery):
    """Filters of the worklist; several values are separated by commas."""

    state: str = Field("", max_length=200, description="states, or the words open and all; without it what is open")
    priority: str = Field("", max_length=400)
    facility: str = Field("", max_length=64)
    subspecialty: str = Field("", max_length=64)
    reader: str = Field("", max_length=64, description="a reader's id")
    q: str = Field("", max_length=200, description="words in name, patient id, accession number or description")


class SayWhy(Input):
    """A reason, if there is one to tell."""

    reason: Reason | None = None


class MustSayWhy(Input):
    """A reason."""

    reason: Reason


class AssignIn(SayWhy):
    """Who is to read the item."""

    reader: Word = Field(description="a reader's id in the rules file")
    force: bool = Field(False, description="assign although something speaks against the reader; needs a reason")


class ClaimIn(Input):
    """How to claim."""

    incomplete: bool = Field(False, description="read it although something that is expected of such a study has not come")


class UrgencyIn(Input):
    """How urgent the facility holds the study."""

    urgency: Word = Field(description="a priority of the rules file")


class PrioritizeIn(SayWhy):
    """How urgent the item is."""

    priority: Word = Field(description="a priority of the rules file")


class PatientOut(Output):
    """The person whom the images show, as the images say."""

    id: str
    name: str
    name_other: str = Field(description="the name in other scripts")
    birth_date: str | None
    sex: str | None


class StudyOut(Output):
    """The study in the PACS."""

    study_instance_uid: str
    orthanc_id: str
    accession_number: str
    description: str
    modalities: list[str]
    body_part: str | None
    study_at: str | None = Field(description="as the modality says; with the facility's zone when the header names none")
    series: int
    instances: int


class ReasonOut(Output):
    """A reason that pages say in any language."""

    code: str
    params: dict[str, str]


class ItemOut(Output):
    """One study's place on the worklist. Its ETag is its version, which writes send back as If-Match."""

    id: str
    version: int
    state: State
    priority: str | None
    due_at: datetime | None
    warn_at: datetime | None
    overdue: bool
    subspecialty: str | None
    facility: str | None
    reader: str | None
    claimed_by: str | None
    patient: PatientOut
    study: StudyOut
    received_at: datetime
    admitted_at: datetime | None
    assigned_at: datetime | None
    claimed_at: datetime | None
    preliminary_at: datetime | None
    final_at: datetime | None
    acknowledged_at: datetime | None = Field(description="when the facility said that it has seen the latest version")
    viewer_url: str
    flags: list[str]
    labels: list[str]
    attention: str | None = Field(description="why a person must look at it; null when nothing is wrong")
    hold_reason: str | None
    reason: str | None = Field(description="why it was skipped, cancelled, is assigned to nobody, or what it waits for")
    missing: list[ReasonOut] = Field(description="what is expected of such a study and has not come, while it waits for it")
    missing_since: datetime | None = Field(description="since when the study is no longer in Orthanc")
    allowed: list[str] = Field(description="the acts that the caller may do with it now")


class WhyOut(Output):
    """Why this case is offered now."""

    text: str = Field(description="in English")
    order: str = Field(description="the reading order of the facility")
    of: int = Field(description="how many cases the caller could have been offered")
    assigned: str = Field(description="you, or nobody")
    field: str = Field(description="own when it is of the caller's first subspecialty, else other")
    minutes_left: int | None = Field(None, description="until it is due; less than 0 when overdue")


class NextOut(ItemOut):
    """The next case, claimed."""

    why: WhyOut


class ItemList(Output):
    """A page of the worklist in reading order."""

    items: list[ItemOut]
    next: str | None = Field(description="the cursor of the next page; null at the end")


class Leased(Output):
    """Until when a claim holds."""

    id: str
    version: int
    flags: list[str]
    lease_until: datetime | None


class CountsOut(Output):
    """How many open items there are."""

    total: int
    overdue: int
    attention: int
    state: dict[str, int]
    priority: dict[str, int]


class DecidedOut(Output):
    """An attribute's value, and the rule that set it."""

    value: Any
    rule: str
    line: int


class PassedOverOut(Output):
    """A rule that did not hold: its first condition that failed."""

    rule: str
    line: int
    condition: str
    expected: str
    found: str


class ConsideredOut(Output):
    """A reader who might have read the study, and what spoke against it."""

    reader: str
    name: str
    eligible: bool
    reasons: list[str]
    codes: list[ReasonOut] = Field([], description="the reasons as codes with parameters")
    load: int = Field(description="open studies")
    work: float = Field(0.0, description="open work in relative values")
    done: float = Field(0.0, description="work done in this shift in relative values")
    step: int = Field(0, description="how far the search had to be widened for this reader: 0 not at all, 3 partner groups")


class HolderOut(Output):
    """Who has the item by a person's doing: how is assigned, handed-over or claimed; by is the account."""

    reader: str
    name: str
    how: str
    by: str
    at: datetime
    reason: str


class AssignmentOut(Output):
    """Who was chosen, by which policy, and among whom."""

    chosen: str | None
    policy: str
    stated: list[ReasonOut] = Field([], description="the policy as codes with parameters")
    broadened: int = Field(0, description="how far the search went: 0 not widened, 1 general readers, 2 on call, 3 partners")
    considered: list[ConsideredOut]
    holder: HolderOut | None = Field(None, description="when it is not who was chosen")


class Explanation(Output):
    """Why an item stands where it stands."""

    item: str
    at: datetime
    cause: str
    rules_digest: str
    attributes: dict[str, DecidedOut]
    passed_over: list[PassedOverOut]
    readers: AssignmentOut


class AuditRecord(Output):
    """One act on the audit trail; outcome as DICOM PS3.15 A.5.3 (0 is success)."""

    seq: int
    at: datetime
    event: str
    actor: str
    origin: str
    outcome: int
    item: str | None
    study_instance_uid: str
    detail: dict[str, Any]
    hash: str


class InstantOut(Output):
    """A moment, and what the facility's clock showed."""

    at: datetime
    local: str = Field(description="the same with the offset of the facility's time zone")


class Timeline(Output):
    """What was done with an item, oldest first."""

    items: list[AuditRecord]
    next: None
    timezone: str = Field(description="of the facility; UTC for studies of none")
    instants: dict[str, InstantOut | None] = Field(description="from the end of the exam to the acknowledged report")
