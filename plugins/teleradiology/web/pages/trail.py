"""The audit trail for auditors: filtered, paged, and verified; reading and verifying it are themselves on it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from typing import Any
from urllib.parse import urlencode

from flask import Blueprint, render_template, request

from ...core.audit import EVENTS, SERIOUS_FAILURE
from ...core.identity import Actor, require
from ...core.names import clean
from ...store import audit
from ...workflow.room import Room
from .. import auth
from . import explained, look, words

PAGE = 100
FILTERS = ("event", "actor", "since", "until")


@dataclass(frozen=True)
class Shown:
    """A record as the page shows it."""

    seq: int
    at: datetime
    text: str
    actor: str
    origin: str
    item: str | None
    outcome: int
    details: list[str]


def register(pages: Blueprint, room: Room) -> None:
    """The routes of the audit trail."""
    pages.add_url_rule("/audit", "audit", lambda: _page(room))
    pages.add_url_rule("/audit/verify", "audit_verify", lambda: _verify(room), methods=["POST"])


def verified(room: Room, actor: Actor) -> audit.Verdict:
    """Walk the whole chain, and put on the trail that this was done and how it came out."""
    with room.store.reading() as c:
        verdict = audit.verify(c)
    event, outcome = ("audit-verified", 0) if verdict.ok else ("audit-broken", SERIOUS_FAILURE)
    with room.store.writing() as c:
        detail = {"count": verdict.count, "first_bad_seq": verdict.first_bad_seq}
        audit.append(c, event, actor, room.now(), outcome=outcome, detail=detail)
    return verdict


def _verify(room: Room) -> str:
    actor = auth.actor()
    require(actor, "audit")
    return _page(room, verified(room, actor))


def _page(room: Room, verdict: audit.Verdict | None = None) -> str:
    actor = auth.actor()
    require(actor, "audit")
    given = {name: clean(request.args.get(name, "")).strip()[:64] for name in FILTERS}
    after = request.args.get("after", "")
    with room.store.reading() as c:
        found, following = audit.page(
            c,
            after=int(after) if after.isascii() and after.isdigit() and len(after) < 18 else None,
            limit=PAGE,
            event=given["event"],
            actor=given["actor"],
            since=_day(given["since"]),
            until=_day(given["until"], days=1),
        )
    if verdict is None:
        asked = {name: value for name, value in given.items() if value}
        with room.store.writing() as c:
            audit.append(c, "audit-read", actor, room.now(), detail={**asked, "records": len(found)})
    return render_template(
        "page/audit.html",
        records=[_shown(record) for record in found],
        given=given,
        events=sorted(((name, words.translated(words.EVENTS, name)) for name in EVENTS), key=lambda each: each[1]),
        following=urlencode({**{name: value for name, value in given.items() if value}, "after": following}) if following else "",
        verdict=verdict,
    )


def _shown(record: audit.Record) -> Shown:
    text = words.translated(words.EVENTS, record.event)
    told = explained.details(record.detail)
    return Shown(record.seq, record.at, text, record.actor, record.origin, record.item, record.outcome, told)


def _day(text: str, days: int = 0) -> Any:
    """The beginning of a day on the reader's calendar; None for anything else."""
    try:
        day = datetime.strptime(text, "%Y-%m-%d").date() + timedelta(days=days)  # noqa: DTZ007 - a date, no time
    except (ValueError, OverflowError):
        return None
    return datetime.combine(day, time(), look.zone()).astimezone(UTC)
