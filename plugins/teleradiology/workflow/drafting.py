"""Drafts: one for each author and item, saved as they type; a lost claim or a closed window loses none of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from functools import lru_cache
from pathlib import Path

from ..core.errors import InvalidInput, NotFound, Problem, StaleVersion, Told
from ..core.identity import Actor
from ..core.reports import ReportStatus, SignedReport
from ..core.sections import checked
from ..documents import report_texts
from ..documents.labels import DIRECTIONS
from ..documents.report_texts import ReportTemplates
from ..store import audit, decisions, items, reports
from ..store.engine import Connection
from ..store.item import Item
from ..store.reports import Draft
from .acting import find, permit
from .room import Room


def draft(room: Room, actor: Actor, item_id: str) -> Draft:
    """The actor's draft, or version 0: what a new one begins with."""
    permit(room, actor, "draft", item_id)
    with room.store.reading() as c:
        item = find(c, actor, item_id)
        return reports.draft(c, item.id, actor.username) or _beginning(room, c, actor, item)


def save_draft(
    room: Room,
    actor: Actor,
    item_id: str,
    sections: Mapping[str, object],
    language: str,
    template: str,
    version: int | None = None,
) -> Draft:
    """Replace the actor's draft. ``version`` is the one that was read; without it the last one to save wins.

    Needs no claim: what somebody was typing when the claim lapsed must not be lost.
    """
    permit(room, actor, "draft", item_id)
    texts = checked(sections)
    _refuse_unknown(room, language, template)
    with room.store.writing() as c:
        now, item = room.now(), find(c, actor, item_id)
        before = reports.draft(c, item.id, actor.username) or _nothing(actor, item)
        if version is not None and version != before.version:
            text = f"The draft is of version {before.version} now, not {version}: it was saved in another window."
            raise StaleVersion(text, told=Told("draft-elsewhere", {"version": before.version, "wanted": version}))
        if before.version and (dict(before.sections), before.language, before.template) == (texts, language, template):
            return before
        if not before.version:
            audit.append(c, "drafted", actor, now, item=item.id, study=item.study_instance_uid)
        return reports.save_draft(c, now, before, sections=texts, language=language, template=template)


def drafts_of_others(room: Room, actor: Actor, item_id: str) -> list[Draft]:
    """What others have typed for the item and not signed, the one saved last first."""
    permit(room, actor, "draft", item_id)
    with room.store.reading() as c:
        item = find(c, actor, item_id)
        return [one for one in reports.drafts_of(c, item.id) if one.author != actor.username]


def take_over(room: Room, actor: Actor, item_id: str, author: str, version: int | None = None) -> Draft:
    """Go on with another author's draft: it becomes the actor's text. The other one's stays as it is."""
    permit(room, actor, "draft", item_id)
    with room.store.writing() as c:
        now, item = room.now(), find(c, actor, item_id)
        theirs = reports.draft(c, item.id, author)
        if theirs is None:
            raise NotFound(f"{author} has no draft for this item.", told=Told("no-draft-of", {"author": author}))
        before = reports.draft(c, item.id, actor.username) or _nothing(actor, item)
        if version is not None and version != before.version:
            told = Told("draft-own", {"version": before.version, "wanted": version})
            raise StaleVersion(f"Your own draft is of version {before.version} now, not {version}.", told=told)
        detail = {"taken over from": author, "version": theirs.version}
        audit.append(c, "drafted", actor, now, item=item.id, study=item.study_instance_uid, detail=detail)
        return reports.save_draft(c, now, before, sections=theirs.sections, language=theirs.language, template=theirs.template)


def templates(room: Room) -> ReportTemplates:
    """The templates that a draft may begin with, read again when a file has changed."""
    folder = room.settings.templates_dir / "report" / "texts"
    stamps = tuple(sorted((file.name, file.stat().st_mtime_ns) for file in folder.glob("*.yaml")))
    return _templates(folder, stamps)


@lru_cache(maxsize=4)
def _templates(folder: Path, stamps: tuple[tuple[str, int], ...]) -> ReportTemplates:
    return report_texts.load(folder)


def in_template(room: Room, actor: Actor, item_id: str, template: str, language: str) -> Draft:
    """What a draft in another template or language would begin with; nothing is saved."""
    permit(room, actor, "draft", item_id)
    _refuse_unknown(room, language, template)
    with room.store.reading() as c:
        item = find(c, actor, item_id)
        return _in_template(room, c, replace(_nothing(actor, item), template=template, language=language), item)


def _refuse_unknown(room: Room, language: str, template: str) -> None:
    problems = []
    if language not in DIRECTIONS:
        problems.append(Problem(f"expected one of {', '.join(DIRECTIONS)}", path="language"))
    known = templates(room).by_id
    if template and template not in known:
        problems.append(Problem(f"expected one of {', '.join(known)}", path="template"))
    if problems:
        raise InvalidInput("The draft's language or template is not known.", problems=problems)


def _nothing(actor: Actor, item: Item) -> Draft:
    return Draft(item.id, actor.username, 0, {}, "", "", None)


def _beginning(room: Room, c: Connection, actor: Actor, item: Item) -> Draft:
    """A preliminary report is gone on with; after a final one an addendum begins empty; else there is the template's text."""
    empty = replace(_nothing(actor, item), sections=checked({}), language=_language(room, c, actor, item))
    latest = reports.latest(c, item.id)
    if latest is None:
        chosen = templates(room).chosen(item.template, str(item.facts.get("modality", "")), item.body_part)
        return _in_template(room, c, replace(empty, template=chosen.id), item)
    signed = SignedReport.from_json(latest.content)
    if signed.status is ReportStatus.PRELIMINARY:
        return replace(empty, sections=dict(signed.sections), language=signed.language, template=signed.template)
    return replace(empty, language=signed.language)


def _in_template(room: Room, c: Connection, empty: Draft, item: Item) -> Draft:
    known = templates(room).by_id.get(empty.template)
    texts = known.texts(empty.language) if known else {}
    ours = {"indication": str(item.facts.get("reason", "")), "comparison": _comparison(c, item)}
    return replace(empty, sections=checked(texts | {name: text for name, text in ours.items() if text}))


def _comparison(c: Connection, item: Item) -> str:
    """The latest earlier study of the patient, as a sentence to keep or to change."""
    earlier = [one for one in items.by_patient(c, item.facility, item.patient_id) if one.study_at < item.study_at]
    last = max(earlier, key=lambda one: one.study_at, default=None)
    if last is None or not last.study_at:
        return ""
    return f"{last.description or last.modalities}, {last.study_at[:10]}."


def _language(room: Room, c: Connection, actor: Actor, item: Item) -> str:
    """As the rules say, else the facility's first language that the reader writes, else the facility's first."""
    rules = room.rules.current
    made = decisions.get(c, item.decision) if item.decision else None
    ruled = (made.attributes.get("language") or {}).get("value") if made else None
    facility, reader = rules.facilities.get(item.facility), rules.readers.get(actor.reader or "")
    asked = facility.languages if facility and facility.languages else room.settings.languages
    written = [one for one in asked if reader is None or not reader.languages or one in reader.languages]
    choice = (ruled, *written, *asked, "en")
    return next(one for one in choice if one in DIRECTIONS)
