"""What this person is told: the list behind the bell, which a script asks for every few seconds, and as a page of its own."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from flask import Blueprint, Response, render_template, request

from ...config.rules_file import RulesFile
from ...core.identity import Role
from ...store.item import Item
from ...store.notifications import Notice
from ...workflow import notices
from ...workflow.room import Room
from .. import ROOT, auth
from . import words

SHOWN, ON_PAGE = 20, 200
COORDINATORS = f"role:{Role.COORDINATOR.value}"
PATHS = {"delivery-failed": f"{ROOT}/status", "licence-expiring": f"{ROOT}/roster"}


@dataclass(frozen=True)
class Shown:
    """A notice in words."""

    id: str
    sign: words.Sign
    priority: str
    site: str
    due_at: datetime | None
    call: tuple[str, ...]
    detail: str
    study: Item | None
    at: datetime
    path: str
    is_new: bool


def register(pages: Blueprint, room: Room) -> None:
    """The list behind the bell, and the page."""
    pages.add_url_rule("/notices", "notices", lambda: _list(room) if auth.PASSIVE_HEADER in request.headers else _page(room))


def _page(room: Room) -> str:
    shown = _inbox(room, ON_PAGE)[0]
    latest = max((each.id for each in shown if each.is_new and not each.call), default="")
    return render_template("page/notices_page.html", notices=shown, latest=latest)


def _inbox(room: Room, limit: int) -> tuple[list[Shown], int]:
    """The calls to make and the latest notices in words, and how many are unread."""
    actor, rules = auth.actor(), room.rules.current
    found = notices.with_calls_first(room, actor, limit=limit)
    studies = notices.studies(room, actor, found)
    return [_shown(each, rules, studies.get(each.item or "")) for each in found.notices], found.unread


def _list(room: Room) -> Response:
    shown, unread = _inbox(room, SHOWN)
    text = render_template("page/notices.html", notices=shown)
    answer = Response(text, content_type="text/html; charset=utf-8")
    answer.headers["X-Unread"] = str(unread)
    answer.set_etag(hashlib.sha256(text.encode()).hexdigest()[:32])
    answer.make_conditional(request)
    return answer


def _shown(notice: Notice, rules: RulesFile, study: Item | None) -> Shown:
    params: Mapping[str, Any] = notice.params
    facility = rules.facilities.get(str(params.get("facility", "")))
    due_at = _instant(str(params.get("due_at", "")))
    return Shown(
        notice.id,
        _sign(notice, due_at),
        words.translated(words.PRIORITIES, str(params.get("priority", ""))),
        facility.name if facility else "",
        due_at,
        tuple(map(str, params.get("to", ()))) if notice.kind == "call" else (),
        _detail(params, rules),
        study,
        notice.created_at,
        f"{ROOT}/studies/{notice.item}" if notice.item else PATHS.get(notice.kind, ""),
        notice.read_at is None,
    )


def _sign(notice: Notice, due_at: datetime | None) -> words.Sign:
    """What it is about; time that is over is not running out, and a study that nobody has is none of the coordinators'."""
    kind = "notify-coordinator" if (notice.kind, notice.recipient) == ("notify-reader", COORDINATORS) else notice.kind
    if due_at and notice.created_at >= due_at and kind in words.NOTICES_WHEN_LATE:
        return words.sign(words.NOTICES_WHEN_LATE, kind)
    return words.sign(words.NOTICES, kind) if kind in words.NOTICES else words.Sign(kind, "info")


def _detail(params: Mapping[str, Any], rules: RulesFile) -> str:
    """What makes the notice plain without opening anything."""
    if "ground" in params:
        return words.translated(words.GROUNDS, str(params["ground"]))
    if "courier" in params:
        return str(params["courier"])
    reader = rules.readers.get(str(params.get("reader", "")))
    return " · ".join((reader.name, str(params.get("what", "")), str(params.get("until", "")))) if reader else ""


def _instant(text: str) -> datetime | None:
    try:
        return datetime.fromisoformat(text)
    except ValueError:
        return None
