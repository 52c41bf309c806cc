"""Drafts and signed reports."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, Literal

from pydantic import Field, StringConstraints

from .base import Input, Output, Password, Query, Reason
from .worklist import ItemOut

SectionText = Annotated[str, StringConstraints(max_length=50_000)]
Language = Annotated[str, StringConstraints(pattern=r"^[a-z]{2,3}(-[A-Za-z0-9]{2,8})*$", max_length=16)]
Template = Annotated[str, StringConstraints(max_length=64)]


class SectionsIn(Input):
    """The report's text. A section that is left out stays as it is."""

    indication: SectionText | None = None
    technique: SectionText | None = None
    comparison: SectionText | None = None
    findings: SectionText | None = None
    impression: SectionText | None = None
    recommendation: SectionText | None = None


class DraftIn(Input):
    """What the author has typed."""

    sections: SectionsIn
    language: Language | None = None
    template: Template | None = None


class DraftOut(Output):
    """One author's draft for an item; version 0 is one that was never saved."""

    item: str
    author: str
    version: int
    sections: dict[str, str]
    language: str
    template: str
    saved_at: datetime | None


class SignIn(Input):
    """Re-authentication: the password is given again with the signature."""

    status: Literal["preliminary", "final", "corrected"] = Field(
        description="corrected replaces a final report; it needs a reason"
    )
    password: Password
    reason: Reason | None = Field(default=None, description="why a final report had to be corrected")


class AddendumIn(Input):
    """The addendum's own text, and the password again."""

    sections: SectionsIn | None = Field(default=None, description="without them the caller's draft")
    language: Language | None = None
    password: Password


class TemplateQuery(Query):
    """A template and a language; empty for those that the rules chose."""

    template: str = Field("", max_length=64)
    language: str = Field("", max_length=16)


class PreviewOut(Output):
    """A draft as it will print."""

    html: str


class SignedOut(Output):
    """A signed version; it never changes."""

    id: str
    item: str
    version: int
    status: Literal["preliminary", "final", "addendum", "corrected"]
    predecessor: str | None
    author: str
    signed_at: datetime
    content: dict[str, Any] = Field(description="everything that is printed")
    content_hash: str = Field(description="SHA-256 of the content as canonical JSON")
    sr_sop_instance_uid: str
    pdf_sop_instance_uid: str


class PriorOut(Output):
    """An earlier study of the same patient, with its signed versions."""

    item: ItemOut
    reports: list[SignedOut]


class PriorList(Output):
    """The patient's other studies at the same facility, newest first."""

    items: list[PriorOut]
    next: None


class SignedList(Output):
    """The signed versions of an item's report, oldest first."""

    items: list[SignedOut]
    next: None


class AcknowledgedOut(Output):
    """A signed version that the facility has seen, since when, and who said so first."""

    report: str
    item: str
    version: int
    acknowledged_at: datetime
    acknowledged_by: str
