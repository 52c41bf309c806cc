"""The reading page: images beside the report. Its script claims the study and saves the draft over the JSON API."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from flask import Blueprint, Response, render_template, request
from ruamel.yaml import YAML

from ...core.identity import Actor, may, require
from ...core.reports import FOLLOWS, ReportStatus
from ...core.sections import SECTIONS
from ...core.worklist import State, allowed
from ...documents.report_texts import ReportTemplate
from ...store import audit, reports
from ...store.engine import Connection
from ...store.item import Item
from ...store.reports import Signed
from ...workflow import reading, reporting
from ...workflow.room import Room
from .. import auth
from ..api.shapes import viewer_url
from . import clinical, look, reasons, refusals, show
from .words import _

PREVIEW_CSP = (
    "default-src 'none'; style-src 'unsafe-inline'; img-src data:; font-src 'self' data:; frame-ancestors 'self'; sandbox"
)


@dataclass(frozen=True)
class Case:
    """What the reading page shows of an item."""

    item: Item
    claim: str  # mine, take, ask, none
    claim_text: str
    rank: int
    age: Any
    language: str
    lease_seconds: int
    viewer_url: str
    sections: tuple[str, ...]
    statuses: tuple[str, ...]
    signed: list[Signed]
    priors: list[clinical.Prior]
    clinical: list[tuple[str, str]]
    templates: list[dict[str, str]]
    blocks: dict[str, Any]
    skip_grounds: list[tuple[str, str]]
    why: str = ""  # this one, when it was the next case


def register(pages: Blueprint, room: Room) -> None:
    """The routes of the reading page."""
    blocks = _text_blocks(room.settings.templates_dir / "page" / "text_blocks.yaml")
    pages.add_url_rule("/read/<item>", "worklist_read", lambda item: _page(room, item, blocks))
    pages.add_url_rule("/read/<item>/preview", "worklist_preview", lambda item: _preview(room, item))
    pages.add_url_rule("/read/<item>/preview.pdf", "worklist_preview_pdf", lambda item: _preview_pdf(room, item))


def _page(room: Room, item_id: str, blocks: dict[str, Any]) -> str:
    actor = auth.actor()
    require(actor, "images")
    item = reading.view(room, actor, item_id)
    rules = room.rules.current
    with room.store.reading() as c:
        signed = list(reversed(reports.of_item(c, item.id)))
        priors = clinical.priors(c, item)
        offered = _offered(c, actor, item)
    claim, claim_text = _claim(room, actor, item)
    templates = reporting.templates(room).by_id
    priority = rules.priorities.get(item.priority)
    case = Case(
        item=item,
        claim=claim if request.args.get("view") is None else "none",
        claim_text=claim_text,
        skip_grounds=reasons.skip_grounds(),
        why=reasons.next_case(offered) if offered else "",
        rank=priority.rank if priority else 2,
        age=show.age(item.birth_date, room.now().date()),
        language=_language(room, item),
        lease_seconds=int(room.settings.lease_seconds),
        viewer_url=viewer_url(item.study_instance_uid),
        sections=SECTIONS,
        statuses=_statuses(signed),
        signed=signed,
        priors=priors,
        clinical=clinical.facts(item),
        templates=[{"id": one.id, "name": _title(one)} for one in _fitting_first(templates.values(), item)],
        blocks={"macros": blocks, "templates": [{"id": one.id, "sections": _by_language(one)} for one in templates.values()]},
    )
    return render_template("page/read.html", case=case)


def _offered(c: Connection, actor: Actor, item: Item) -> Mapping[str, Any] | None:
    """Why the item was offered as the next case to whom it is open now."""
    if item.state != State.READING or item.claimed_by != actor.username:
        return None
    claims = [record for record in audit.of_item(c, item.id) if record.event == "claimed"]
    return claims[-1].detail.get("why") if claims else None


def _claim(room: Room, actor: Actor, item: Item) -> tuple[str, str]:
    """Whether the page should claim the study when it opens, and what to say meanwhile."""
    if not may(actor, "claim"):
        return "none", _("View only: only radiologists read and sign.")
    if item.state == State.READING and item.claimed_by == actor.username:
        return "mine", ""
    if item.state == State.READING:
        return "none", refusals.standing(reading.standing(room.rules.current, item, room.now()))
    if "claim" in allowed(State(item.state)):
        return "take", _("Claiming the study …")
    return "none", _("View only: nothing is to be read in this state.")


def _statuses(signed: list[Signed]) -> tuple[str, ...]:
    """What may be signed next, the usual first."""
    follows = FOLLOWS[ReportStatus(signed[0].status) if signed else None]
    usual = (ReportStatus.FINAL, ReportStatus.PRELIMINARY, ReportStatus.ADDENDUM, ReportStatus.CORRECTED)
    return tuple(status.value for status in usual if status in follows)


def _language(room: Room, item: Item) -> str:
    place = room.rules.current.facilities.get(item.facility)
    languages = place.languages if place else ()
    return next((code for code in languages if code in room.settings.languages), room.settings.languages[0])


def _title(template: ReportTemplate) -> str:
    return template.title.get(look.language()) or template.title.get("en") or template.id


def _fitting_first(templates: Any, item: Item) -> list[ReportTemplate]:
    modalities = set(item.modalities.split(","))
    return sorted(templates, key=lambda one: (not modalities & set(one.modalities), one.id))


def _by_language(template: ReportTemplate) -> dict[str, dict[str, str]]:
    languages = {language for texts in template.sections.values() for language in texts}
    return {language: template.texts(language) for language in sorted(languages)}


def _preview(room: Room, item_id: str) -> Response:
    text = reporting.preview(room, auth.actor(), item_id)
    return Response(text, content_type="text/html; charset=utf-8", headers={"Content-Security-Policy": PREVIEW_CSP})


def _preview_pdf(room: Room, item_id: str) -> Response:
    text = reporting.preview(room, auth.actor(), item_id)
    headers = {"Content-Disposition": 'inline; filename="draft.pdf"'}
    return Response(room.renderer.pdf(text), content_type="application/pdf", headers=headers)


def _text_blocks(file: Path) -> dict[str, Any]:
    """The site's text blocks by language; none when there is no such file."""
    if not file.is_file():
        return {}
    return YAML(typ="safe", pure=True).load(file.read_text(encoding="utf-8")) or {}
