"""The roster: duties, exceptions to the weekly hours, gaps, handing over, files."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal

from pydantic import Field, StringConstraints

from .base import Input, Instant, Output, Query, Reason, Word

Note = Annotated[str, StringConstraints(strip_whitespace=True, max_length=256)]
Layer = Literal["shift", "on-call"]


class RosterQuery(Query):
    """How far ahead."""

    days: int = Field(14, ge=1, le=62)


class DutyOut(Output):
    """A span in which a reader is on duty; a present one may have begun earlier than shown, up to a day."""

    layer: Layer
    start: datetime
    end: datetime


class ExceptionOut(Output):
    """Hours that differ from the weekly ones of the rules file; no end is until further notice."""

    id: str
    reader: str
    kind: Literal["leave", "extra", "on-call", "unavailable"]
    start: datetime
    end: datetime | None
    note: str
    created_by: str


class RosterRow(Output):
    """A reader's line of the roster."""

    reader: str
    name: str
    timezone: str
    available: bool
    now: DutyOut | None
    next: DutyOut | None
    duties: list[DutyOut]
    exceptions: list[ExceptionOut]


class GapOut(Output):
    """A span in which nobody on shift may read this; ``on_call`` says that somebody on call may."""

    subspecialty: str
    jurisdiction: str
    start: datetime
    end: datetime
    on_call: bool


class RosterOut(Output):
    """Who is on duty now and next, and when nobody is."""

    at: datetime
    until: datetime
    readers: list[RosterRow]
    gaps: list[GapOut]


class ExceptionIn(Input):
    """Leave, an extra shift or an on-call duty."""

    reader: Word
    kind: Literal["leave", "extra", "on-call", "unavailable"]
    start: Instant
    end: Instant | None = None
    note: Note = ""


class AvailabilityIn(Input):
    """Whether studies can be given to a reader from now on; without a reader, to oneself."""

    available: bool
    reader: Word | None = None
    until: Instant | None = Field(default=None, description="when not available: until then; null is until further notice")
    note: Note = ""


class AvailabilityOut(Output):
    """How it is now."""

    reader: str
    available: bool
    changed: bool


class HandOverIn(Input):
    """Whose work, to whom; without a name the policy chooses for each item."""

    from_reader: Word
    to_reader: Word | None = None
    reason: Reason


class AgainstOut(Output):
    """A reason as code with its parameters."""

    code: str
    params: dict[str, str]
    text: str


class PassedOut(Output):
    """What became of one item; to is null for the pool."""

    item: str
    moved: bool
    to: str | None
    why: list[AgainstOut]


class HandOverOut(Output):
    """What became of each item, the most urgent first."""

    moved: int
    stayed: int
    items: list[PassedOut]


class RosterFileQuery(Query):
    """What the file holds."""

    what: Literal["exceptions", "duties"] = Field(
        "exceptions", description="exceptions can be imported again; duties are the hours that result, for people's calendars"
    )


class RosterImportIn(Input):
    """A file; or send it as it is, as text/csv or text/calendar."""

    format: Literal["csv", "ics"]
    text: Annotated[str, StringConstraints(min_length=1, max_length=900_000)]


class Remark(Output):
    """What may not be meant, and its line."""

    message: str
    line: int | None


class RosterImported(Output):
    """What became of the file: entries that are new, and that were there already.

    passed_over counts what is none of the roster's: weekly hours, cancelled events, repetitions that are over. repeating events
    were taken in up to until, which is null when none goes on beyond it.
    """

    added: int
    unchanged: int
    passed_over: int
    repeating: int
    until: datetime | None
    noticed: list[Remark]
