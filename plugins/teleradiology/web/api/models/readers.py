"""Readers of the rules file."""

from __future__ import annotations

from datetime import date, datetime

from pydantic import Field

from .base import Output, Query


class ExpiringOut(Output):
    """A licence or right that ends soon or has ended lately."""

    reader: str
    name: str
    kind: str = Field(description="licence or right")
    what: str = Field(description="the jurisdiction, or the report and modalities of the right")
    until: date
    days: int = Field(description="days left; less than 0 when it is over")


class SkipsQuery(Query):
    """The days before now."""

    days: int = Field(30, ge=1, le=366)


class SkipReason(Output):
    """A word of the list, and how often it was given."""

    ground: str
    times: int


class SkipsOut(Output):
    """One reader's cases: read, passed on with a reason, and left until the claim lapsed."""

    reader: str
    name: str
    read: int
    passed_on: int
    percent: float = Field(description="passed on, of those read and passed on")
    lapsed: int
    reasons: list[SkipReason] = Field(description="most often first")


class SkipsList(Output):
    """Whoever passed anything on, or let it lapse; the largest share first."""

    since: datetime
    items: list[SkipsOut]
    next: None


class ExpiringList(Output):
    """Soonest first."""

    items: list[ExpiringOut]
    next: None
