"""Readers of the rules file."""

from __future__ import annotations

from datetime import date

from pydantic import Field

from .base import Output


class ExpiringOut(Output):
    """A licence or right that ends soon or has ended lately."""

    reader: str
    name: str
    kind: str = Field(description="licence or right")
    what: str = Field(description="the jurisdiction, or the report and modalities of the right")
    until: date
    days: int = Field(description="days left; less than 0 when it is over")


class ExpiringList(Output):
    """Soonest first."""

    items: list[ExpiringOut]
    next: None
