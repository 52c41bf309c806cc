"""What people do with an item: claim it, hand it on, stop and resume the clock, give it up."""

from __future__ import annotations

from dataclasses import replace

from ...workflow import declaring, reading, trouble
from ...workflow.next_case import said as why_next
from ...workflow.room import Room
from .models.worklist import AssignIn, ClaimIn, ItemOut, Leased, MustSayWhy, NextOut, PrioritizeIn, SayWhy, UrgencyIn
from .route import Answer, Call, Route
from .shapes import instant
from .worklist import item_answer


def claim(room: Room, call: Call) -> Answer:
    """Take an item to read it; a lease that ends when the reader goes away."""
    act = declaring.claim_incomplete if call.body.incomplete else reading.claim
    return item_answer(room, call, act(room, call.who, call.path["item"], call.version))


def urgency(room: Room, call: Call) -> Answer:
    """Say how urgent a study of one's own is, before it is read; the rules decide again."""
    who, item = call.who, call.path["item"]
    return item_answer(room, call, declaring.declare_urgency(room, who, item, call.body.urgency, call.version))


def complete(room: Room, call: Call) -> Answer:
    """Say that all of a study was sent: it is taken in without waiting for more."""
    return item_answer(room, call, declaring.declare_complete(room, call.who, call.path["item"]))


def claim_next(room: Room, call: Call) -> Answer:
    """Claim what the caller had best read now, with the reason why; 204 when there is none."""
    offered = reading.offer(room, call.who)
    if offered is None:
        return Answer(None, status=204)
    answer = item_answer(room, call, offered[0])
    return replace(answer, body={**answer.body, "why": {**offered[1], "text": why_next(offered[1])}})


def skip(room: Room, call: Call) -> Answer:
    """Pass a case of one's own on: it is not offered again for half an hour."""
    return item_answer(room, call, reading.skip(room, call.who, call.path["item"], call.body.reason, call.version))


def heartbeat(room: Room, call: Call) -> Answer:
    """Keep the claim: the reader is still there."""
    found = reading.heartbeat(room, call.who, call.path["item"])
    return Answer(
        {"id": found.id, "version": found.version, "flags": list(found.flags), "lease_until": instant(found.lease_until)}
    )


def release(room: Room, call: Call) -> Answer:
    """Give an item back."""
    return item_answer(room, call, reading.release(room, call.who, call.path["item"], call.version, call.body.reason))


def assign(room: Room, call: Call) -> Answer:
    """Assign an item to a reader, whatever the rules would have said."""
    who, item, body = call.who, call.path["item"], call.body
    return item_answer(room, call, reading.assign(room, who, item, body.reader, call.version, body.reason, force=body.force))


def prioritize(room: Room, call: Call) -> Answer:
    """Give an item another priority, and with it another due time."""
    who, item, priority = call.who, call.path["item"], call.body.priority
    return item_answer(room, call, reading.prioritize(room, who, item, priority, call.version, call.body.reason))


def hold(room: Room, call: Call) -> Answer:
    """Put an item aside and stop its clock."""
    return item_answer(room, call, reading.hold(room, call.who, call.path["item"], call.version, call.body.reason))


def resume(room: Room, call: Call) -> Answer:
    """Let a held item's clock run again."""
    return item_answer(room, call, reading.resume(room, call.who, call.path["item"], call.version))


def cancel(room: Room, call: Call) -> Answer:
    """Take an item off the worklist."""
    return item_answer(room, call, reading.cancel(room, call.who, call.path["item"], call.version, call.body.reason))


def reopen(room: Room, call: Call) -> Answer:
    """Put a closed item back on the worklist."""
    return item_answer(room, call, reading.reopen(room, call.who, call.path["item"], call.version, call.body.reason))


def retry(room: Room, call: Call) -> Answer:
    """Try the intake of a study again that could not be taken in."""
    return item_answer(room, call, trouble.retry(room, call.who, call.path["item"]))


def attend(room: Room, call: Call) -> Answer:
    """Say that a person has looked into why the item needs attention."""
    return item_answer(room, call, trouble.attend(room, call.who, call.path["item"]))


def _act(name: str, handle, right: str, body=None) -> Route:  # type: ignore[no-untyped-def]
    return Route("POST", f"/api/worklist/{{item}}/{name}", handle, right, ItemOut, body=body, versioned=True)


ROUTES = (
    Route("POST", "/api/worklist/next", claim_next, "claim", NextOut),
    _act("claim", claim, "claim", ClaimIn),
    _act("urgency", urgency, "declare", UrgencyIn),
    Route("POST", "/api/worklist/{item}/complete", complete, "declare", ItemOut),
    _act("skip", skip, "claim", MustSayWhy),
    Route("POST", "/api/worklist/{item}/heartbeat", heartbeat, "claim", Leased),
    _act("release", release, "release", SayWhy),
    _act("assign", assign, "assign", AssignIn),
    _act("prioritize", prioritize, "prioritize", PrioritizeIn),
    _act("hold", hold, "hold", MustSayWhy),
    _act("resume", resume, "resume"),
    _act("cancel", cancel, "cancel", MustSayWhy),
    _act("reopen", reopen, "reopen", MustSayWhy),
    Route("POST", "/api/worklist/{item}/retry", retry, "assign", ItemOut),
    Route("POST", "/api/worklist/{item}/attend", attend, "assign", ItemOut),
)
