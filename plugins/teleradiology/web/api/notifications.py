"""What the service tells people, and the clocks that made it."""

from __future__ import annotations

from typing import Any

from ...store.notifications import Notice
from ...workflow import notices as workflow
from ...workflow import promises
from ...workflow.room import Room
from .models.notifications import ClockOut, NoticeList, NoticeOut, NoticesQuery, NoticesRead, NoticesReadOut
from .route import SIGNED_IN, Answer, Call, Route
from .shapes import instant


def notices(room: Room, call: Call) -> Answer:
    """What you are told, latest first."""
    found = workflow.inbox(room, call.who, unread=call.query.unread, limit=call.query.limit)
    return Answer({"items": [_notice(each) for each in found.notices], "unread": found.unread})


def read_notice(room: Room, call: Call) -> Answer:
    """You have read it; of a call that means that you have made it."""
    return Answer(_notice(workflow.read(room, call.who, call.path["notice"])))


def read_notices(room: Room, call: Call) -> Answer:
    """You have read all of them up to that one, but for the calls: those are each made, and said to be."""
    read = workflow.read_all(room, call.who, call.body.up_to)
    return Answer({"read": read, "unread": workflow.inbox(room, call.who, limit=1).unread})


def clock(room: Room, call: Call) -> Answer:
    """A study's clock: what was promised, what happened when, which steps were taken and what comes next."""
    found = promises.of(room, call.who, call.path["item"])
    spans = [*found.pauses, *([(found.paused_at, None)] if found.paused_at else [])]
    coming = [{"step": each.step, "action": each.action, "at": instant(each.at)} for each in found.coming]
    steps = [
        {"step": each.step, "action": each.action, "due_at": instant(each.due_at), "done_at": instant(each.done_at)}
        for each in found.steps
    ]
    answer = {
        "item": call.path["item"],
        "policy": found.policy or None,
        "calendar": found.calendar or None,
        "began_at": instant(found.began),
        "turnaround_seconds": int(found.turnaround.total_seconds()) if found.turnaround else None,
        "warn_at": instant(found.warn_at),
        "due_at": instant(found.due_at),
        "pauses": [{"begin": instant(begin), "end": instant(end)} for begin, end in spans],
        "instants": {name: instant(at) for name, at in found.instants.items()},
        "broadened": found.broadened,
        "steps": steps,
        "next": coming[0] if coming else None,
        "coming": coming,
    }
    return Answer(answer)


def _notice(value: Notice) -> dict[str, Any]:
    return {
        "id": value.id,
        "recipient": value.recipient,
        "item": value.item,
        "kind": value.kind,
        "params": dict(value.params),
        "created_at": instant(value.created_at),
        "read_at": instant(value.read_at),
        "read_by": value.read_by,
    }


ROUTES = (
    Route("GET", "/api/notifications", notices, SIGNED_IN, NoticeList, query=NoticesQuery, cached=True),
    Route("POST", "/api/notifications/{notice}/read", read_notice, SIGNED_IN, NoticeOut),
    Route("POST", "/api/notifications/read", read_notices, SIGNED_IN, NoticesReadOut, body=NoticesRead),
    Route("GET", "/api/worklist/{item}/clock", clock, "view", ClockOut, cached=True),
)
