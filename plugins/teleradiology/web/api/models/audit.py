"""Questions to the audit trail."""

from __future__ import annotations

from pydantic import AwareDatetime, Field

from .base import Output, PageQuery
from .worklist import AuditRecord


class AuditQuery(PageQuery):
    """Filters of the audit trail."""

    item: str = Field("", pattern=r"^([0-9A-Z]{26})?$")
    study: str = Field("", pattern=r"^[0-9.]{0,64}$", description="a StudyInstanceUID")
    actor: str = Field("", max_length=64, description="a user name")
    event: str = Field("", max_length=64)
    since: AwareDatetime | None = Field(None, description="from then on, with zone")
    until: AwareDatetime | None = Field(None, description="before then, with zone")


class AuditList(Output):
    """A page of the audit trail, latest first."""

    items: list[AuditRecord]
    next: str | None


class VerdictOut(Output):
    """Whether the chain holds."""

    ok: bool
    first_bad_seq: int | None
    reason: str
    count: int
    head: str
