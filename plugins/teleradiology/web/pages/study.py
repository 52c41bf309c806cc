"""A study's own page: data, report versions, why it stands where it stands, its timeline, and what may be done with it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

from flask import Blueprint, Response, redirect, render_template, request

from ...core import hold_reasons, skip_reasons
from ...core.errors import InvalidInput, NotFound, NotSignedIn, Refusal
from ...core.identity import Actor, may
from ...core.readers import Reader, Standing, judge
from ...core.reports import FOLLOWS, ReportStatus
from ...core.worklist import State
from ...store import acknowledgements, outbox, reports
from ...store.acknowledgements import Acknowledged
from ...store.item import Item
from ...store.reports import Signed
from ...workflow import acknowledging, assignment, declaring, reading, reporting, standings, trouble
from ...workflow.room import Room
from .. import ROOT, auth
from ..api.shapes import viewer_url
from ..problems import document, status_of
from . import clinical, clock_panel, explained, list_rows, reasons, words
from .words import Sign, _

STEERS = ("release", "assign", "prioritize", "hold", "resume", "cancel", "reopen")
_DELIVERED = {"delivered": ("yes", "good"), "waiting": ("clock", ""), "failed": ("attention", "bad")}


@dataclass(frozen=True)
class Act:
    """Something that this user may do now."""

    name: str
    sign: Sign


@dataclass(frozen=True)
class Version:
    """A signed version, where its renditions are, and how far its deliveries are."""

    row: Signed
    base: str
    deliveries: list[Sign]
    seen: Acknowledged | None = None  # by the facility


@dataclass(frozen=True)
class Choice:
    """A reader who could be given the study, and what speaks against it."""

    id: str
    name: str
    load: int
    reasons: tuple[str, ...]


@dataclass(frozen=True)
class Case:
    """Everything that the page shows."""

    item: Item
    rank: int
    age: Any
    site: str
    subspecialty: str
    holder: str
    flags: tuple[Sign, ...]
    reason: str
    attention: str
    grounds: list[tuple[str, str]]
    skip_grounds: list[tuple[str, str]]
    acts: list[Act]
    can_read: bool
    addendum: bool
    versions: list[Version]
    why: explained.Why | None
    timeline: list[explained.Event] | None
    clinical: list[tuple[str, str]]
    clock: clock_panel.Clock
    readers: list[Choice]
    priorities: list[tuple[str, str]]
    viewer_url: str


def register(pages: Blueprint, room: Room) -> None:
    """The routes of a study."""
    pages.add_url_rule("/studies/<item>", "worklist_study", lambda item: _page(room, item))
    pages.add_url_rule("/studies/<item>/<act>", "worklist_act", lambda item, act: _act(room, item, act), methods=["POST"])


def _page(room: Room, item_id: str, refusal: Refusal | None = None, failed: str = "") -> Response:
    actor = auth.actor()
    item = reading.view(room, actor, item_id)
    status = status_of(refusal) if refusal else 200
    text = render_template(
        "page/study.html",
        case=_case(room, actor, item),
        problem=document(refusal, status) if refusal else None,
        failed=failed,
        typed=request.form,
        said=_said(request.args.get("said", "")),
    )
    return Response(text, status, content_type="text/html; charset=utf-8")


def _act(room: Room, item_id: str, name: str) -> Any:
    """Carry out one act; a refusal is shown on the page, in the dialog where it was typed."""
    handler = ACTS.get(name)
    if handler is None:
        raise NotFound()
    actor, form = auth.actor(), request.form
    try:
        handler(room, actor, item_id, form)
    except (NotFound, NotSignedIn):
        raise
    except Refusal as refusal:
        return _page(room, item_id, refusal, name)
    if name in ("release", "skip") and not may(actor, "assign"):
        return redirect(f"{ROOT}/?said={'released' if name == 'release' else 'passed-on'}", 303)
    return redirect(f"{ROOT}/studies/{item_id}?said={name}", 303)


def _assign(room: Room, actor: Actor, item: str, form: Any) -> None:
    reason = form.get("reason", "").strip() or None
    # A reason is how a coordinator insists on a reader against whom something speaks.
    reading.assign(room, actor, item, form.get("reader", ""), _version(form), reason, force=reason is not None)


def _addendum(room: Room, actor: Actor, item: str, form: Any) -> None:
    sections = {name: form.get(name, "") for name in ("findings", "impression", "recommendation")}
    reporting.addendum(room, actor, item, sections, form.get("password", ""))


def _ground(form: Any) -> str:
    """A word of the list, free text, or both, as core.hold_reasons reads it."""
    word, text = form.get("ground", ""), form.get("reason", "").strip()
    if word in ("", hold_reasons.OTHER):
        return text or word
    return f"{word}: {text}" if text else word


def _version(form: Any) -> int | None:
    try:
        return int(form.get("version", ""))
    except ValueError:
        raise InvalidInput(_("The form is incomplete; open the page again.")) from None


ACTS: dict[str, Callable[[Room, Actor, str, Any], Any]] = {
    "release": lambda room, actor, item, form: reading.release(room, actor, item, _version(form)),
    "assign": _assign,
    "skip": lambda room, actor, item, form: reading.skip(
        room, actor, item, skip_reasons.joined(form.get("ground", ""), form.get("reason", "").strip()), _version(form)
    ),
    "prioritize": lambda room, actor, item, form: reading.prioritize(
        room, actor, item, form.get("priority", ""), _version(form), form.get("reason", "")
    ),
    "hold": lambda room, actor, item, form: reading.hold(room, actor, item, _version(form), _ground(form)),
    "resume": lambda room, actor, item, form: reading.resume(room, actor, item, _version(form)),
    "cancel": lambda room, actor, item, form: reading.cancel(room, actor, item, _version(form), _ground(form)),
    "reopen": lambda room, actor, item, form: reading.reopen(room, actor, item, _version(form), form.get("reason", "")),
    "addendum": _addendum,
    "retry": lambda room, actor, item, form: trouble.retry(room, actor, item),
    "complete": lambda room, actor, item, form: declaring.declare_complete(room, actor, item),
    "urgency": lambda room, actor, item, form: declaring.declare_urgency(
        room, actor, item, form.get("priority", ""), _version(form)
    ),
    "early": lambda room, actor, item, form: declaring.claim_incomplete(room, actor, item, _version(form)),
    "acknowledge": lambda room, actor, item, form: acknowledging.acknowledge(room, actor, form.get("report", "")),
    "attend": lambda room, actor, item, form: trouble.attend(room, actor, item),
}


def _case(room: Room, actor: Actor, item: Item) -> Case:
    rules, now = room.rules.current, room.now()
    row = list_rows.row(item, actor, rules, now)
    can = reading.allowed_to(actor, item)
    with room.store.reading() as c:
        seen = acknowledgements.of_item(c, item.id)
        versions = [_version_of(c, each, seen.get(each.id)) for each in reversed(reports.of_item(c, item.id))]
        stand = standings.of(c, rules, assignment.need(rules, assignment.wanted_by(item), now))
    return Case(
        item=item,
        rank=row.rank,
        age=row.age,
        site=row.site,
        subspecialty=row.subspecialty,
        holder=row.holder,
        flags=row.flags,
        reason=row.reason,
        attention=row.flags[0].hint if item.attention else "",
        grounds=[(word, _(text)) for word, text in words.GROUNDS.items()],
        skip_grounds=reasons.skip_grounds(),
        acts=[Act(name, words.sign(words.ACTS, name)) for name in STEERS if name in can]
        + _passing_on(actor, item)
        + _repairs(actor, item)
        + _declarations(actor, item),
        can_read=row.path.startswith("/read/"),
        addendum=may(actor, "sign") and _may_follow(versions),
        versions=versions,
        why=explained.why(room, actor, item) if may(actor, "explain") else None,
        timeline=explained.timeline(room, actor, item) if may(actor, "timeline") else None,
        clinical=clinical.facts(item),
        clock=clock_panel.clock(room, item),
        readers=_readers(room, item, stand) if "assign" in can else [],
        priorities=[(name, words.translated(words.PRIORITIES, name)) for name in rules.priorities],
        viewer_url=viewer_url(item.study_instance_uid),
    )


def _passing_on(actor: Actor, item: Item) -> list[Act]:
    """A case that is one's own may be passed on with a reason."""
    mine = item.reader == actor.reader and item.state in (State.ASSIGNED, State.READING)
    return [Act("skip", Sign(_("Pass on"), "next"))] if mine and may(actor, "claim") else []


def _repairs(actor: Actor, item: Item) -> list[Act]:
    """What helps an item that needs attention."""
    if not item.attention or not may(actor, "assign"):
        return []
    retry = [Act("retry", Sign(_("Try intake again"), "retry"))] if item.attempts else []
    return [*retry, Act("attend", Sign(_("Attended to"), "yes"))]


def _declarations(actor: Actor, item: Item) -> list[Act]:
    """What a facility says of its study, and a reader who does not wait for the rest of it."""
    found = []
    if may(actor, "declare") and item.state in declaring.BEFORE_READING:
        found.append(Act("urgency", Sign(_("Say how urgent"), "urgent")))
    if may(actor, "declare") and item.state == State.ARRIVING:
        found.append(Act("complete", Sign(_("Everything was sent"), "yes")))
    if may(actor, "claim") and item.state == State.ARRIVING:
        found.append(Act("early", Sign(_("Read early"), "play")))
    return found


def _may_follow(versions: list[Version]) -> bool:
    return bool(versions) and ReportStatus.ADDENDUM in FOLLOWS[ReportStatus(versions[0].row.status)]


def _version_of(c: Any, row: Signed, seen: Acknowledged | None) -> Version:
    deliveries = [_delivery(each) for each in outbox.of_report(c, row.id)]
    return Version(row, f"{ROOT}/api/reports/{quote(row.id)}", deliveries, seen)


def _delivery(delivery: outbox.Delivery) -> Sign:
    icon, tone = _DELIVERED[delivery.state]
    to = {"pacs": "PACS"}.get(delivery.courier, delivery.courier)
    there = _("stored") if delivery.courier == "pacs" else _("delivered")
    states = {"delivered": there, "waiting": _("on its way"), "failed": _("failed")}
    what = delivery.destination.upper() if delivery.courier == "pacs" else delivery.destination
    return Sign(f"{to} {what} · {states[delivery.state]}".replace("  ", " "), icon, tone, delivery.last_error)


def _readers(room: Room, item: Item, stand: dict[str, Standing]) -> list[Choice]:
    """Every active reader, those against whom nothing speaks first, then by load."""
    rules, now = room.rules.current, room.now()
    need = assignment.need(rules, assignment.wanted_by(item), now)
    weight = rules.workload.weight(need.modality, need.body_part)

    def against(one: Reader) -> tuple[str, ...]:
        there = stand.get(one.id, Standing())
        there = assignment.without(there, weight) if item.reader == one.id else there
        return tuple(reasons.against(each.to_json()) for each in judge(one, need, there))

    found = [Choice(one.id, one.name, stand[one.id].count, against(one)) for one in rules.readers.values()]
    return sorted(found, key=lambda choice: (len(choice.reasons), choice.load, choice.id))


def _said(code: str) -> str:
    if code in words.DONE:
        return _(words.DONE[code])
    texts = {
        "signed": _("Signed. The report is on its way into the PACS."),
        "addendum": _("The addendum is signed."),
        "retry": _("Intake is tried again."),
        "skip": _("Passed on; it is not offered to you for half an hour."),
        "attend": _("Attended to."),
        "acknowledge": _("Thank you: the readers see that you have the report."),
        "complete": _("The study is taken in as complete."),
        "urgency": _("The urgency is noted, and the rules decided again."),
    }
    return texts.get(code, "")
