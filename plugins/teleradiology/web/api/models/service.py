"""The service itself: its state and its problems."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import Field

from .base import Output


class StatusOut(Output):
    """Whether the service works."""

    status: Literal["ok"]
    version: str
    details: dict[str, Any] | None = Field(default=None, description="for administrators only")


class ProblemEntry(Output):
    """One thing that is wrong, and where."""

    message: str
    path: str
    file: str
    line: int | None
    column: int | None
    suggestion: str


class ProblemDocument(Output):
    """RFC 9457: why a request was not carried out, and what would have been possible."""

    type: str
    title: str
    status: int
    detail: str
    instance: str
    request_id: str
    code: str
    allowed: list[str]
    problems: list[ProblemEntry]


class ProblemKind(Output):
    """What a problem's code means."""

    code: str
    title: str
    status: int
    description: str
