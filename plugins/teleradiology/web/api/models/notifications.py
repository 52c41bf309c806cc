"""What people are told, and the clock of a study."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from pydantic import Field

from .base import Input, Output, Query


class NoticesQuery(Query):
    """Which notices."""

    unread: bool = Field(False, description="only what nobody has read")
    limit: int = Field(50, ge=1, le=200)


class NoticeOut(Output):
    """Something that a person, or everybody of a role, is told."""

    id: str
    recipient: str = Field(description="a username, role:coordinator, or facility:zliten-clinic")
    item: str | None
    kind: str = Field(description="notify-reader, notify-coordinator, call, no-reader, site-held …")
    params: dict[str, Any] = Field(description="priority, facility, due_at, step; for a call, whom to call")
    created_at: datetime
    read_at: datetime | None
    read_by: str


class NoticeList(Output):
    """The latest notices, latest first."""

    items: list[NoticeOut]
    unread: int = Field(description="how many of all of them nobody has read")


class NoticesRead(Input):
    """Until where somebody has read."""

    up_to: str = Field(min_length=26, max_length=26, description="the id of the latest notice that you have seen")


class NoticesReadOut(Output):
    """What came of it."""

    read: int = Field(description="how many nobody had read before")
    unread: int = Field(description="how many of all of them nobody has read: calls, and what came since")


class StepOut(Output):
    """A step of the ladder that was taken."""

    step: str
    action: str
    due_at: datetime
    done_at: datetime


class ComingOut(Output):
    """A step that will be taken, if nobody reads the study before; its time moves with a pause."""

    step: str
    action: str
    at: datetime


class PauseOut(Output):
    """A span in which the clock stood still; it still does when there is no end."""

    begin: datetime
    end: datetime | None


class ClockOut(Output):
    """What was promised for a study, every instant of it, and what happened as the time ran out."""

    item: str
    policy: str | None
    calendar: str | None = Field(description="null when the clock runs always")
    began_at: datetime | None
    turnaround_seconds: int | None = Field(description="what was promised, in time by the calendar")
    warn_at: datetime | None
    due_at: datetime | None
    pauses: list[PauseOut]
    instants: dict[str, datetime | None]
    broadened: int
    steps: list[StepOut]
    next: ComingOut | None = Field(description="the first of those coming")
    coming: list[ComingOut] = Field(description="empty while the clock is paused")
