"""The report of an item: the draft that one author types, and signing it."""

from __future__ import annotations

from typing import Any

from ...core.errors import StaleVersion
from ...store import reports as store
from ...workflow import reading, reporting
from ...workflow.room import Room
from .. import ROOT
from ..problems import VersionMissing
from . import shapes
from .models.reports import AddendumIn, DraftIn, DraftOut, PreviewOut, PriorList, SignedList, SignedOut, SignIn, TemplateQuery
from .route import Answer, Call, Route


def draft(room: Room, call: Call) -> Answer:
    """The caller's draft, or an empty one in the template that the rules chose."""
    return _draft_answer(reporting.draft(room, call.who, call.path["item"]))


def save_draft(room: Room, call: Call) -> Answer:
    """Save the caller's draft. Needs If-Match once there is a draft, so that two windows do not overwrite each other."""
    item, body = call.path["item"], call.body
    now = reporting.draft(room, call.who, item)
    if call.if_match is None and now.version > 0:
        raise VersionMissing(f'A draft of version {now.version} exists; say If-Match: "draft-{now.version}" to replace it.')
    # Before anything is saved there is only the template's text, which a client that sends two sections has not seen.
    kept = now.sections if now.version else {}
    sections = {**kept, **body.sections.model_dump(exclude_none=True)}
    language, template = body.language or now.language, body.template or now.template
    return _draft_answer(reporting.save_draft(room, call.who, item, sections, language, template, call.version))


def sign(room: Room, call: Call) -> Answer:
    """Sign the draft. The signed version never changes; it is delivered to the PACS and to the clinic."""
    who, item, body = call.who, call.path["item"], call.body
    if body.status == "corrected":
        return _signed_answer(reporting.correct(room, who, item, None, body.password, body.reason or ""))
    return _signed_answer(reporting.sign(room, who, item, body.status, body.password, _draft_version(room, call)))


def addendum(room: Room, call: Call) -> Answer:
    """Sign an addendum to a report that is final."""
    body = call.body
    sections = None if body.sections is None else body.sections.model_dump(exclude_none=True)
    return _signed_answer(reporting.addendum(room, call.who, call.path["item"], sections, body.password, body.language or ""))


def template(room: Room, call: Call) -> Answer:
    """What a draft in another template or language would begin with; nothing is saved."""
    who, item, wanted = call.who, call.path["item"], call.query
    now = reporting.draft(room, who, item)
    template, language = wanted.template or now.template, wanted.language or now.language
    return _draft_answer(reporting.in_template(room, who, item, template, language))


def priors(room: Room, call: Call) -> Answer:
    """The patient's other studies at the same facility with their reports, newest first."""
    now, rules = room.now(), room.rules.current
    found = reporting.priors(room, call.who, call.path["item"])
    listed = [
        {"item": shapes.item(each.item, call.who, now, rules), "reports": [signed(version) for version in each.versions]}
        for each in found
    ]
    return Answer({"items": listed, "next": None})


def preview(room: Room, call: Call) -> Answer:
    """The draft as it will print, as HTML."""
    return Answer({"html": reporting.preview(room, call.who, call.path["item"])})


def versions(room: Room, call: Call) -> Answer:
    """The signed versions of an item's report, oldest first."""
    found = reporting.versions(room, call.who, call.path["item"])
    return Answer({"items": [signed(each) for each in found], "next": None})


def signed(row: store.Signed) -> dict[str, Any]:
    """A signed version as JSON."""
    return {
        "id": row.id,
        "item": row.item,
        "version": row.version,
        "status": row.status,
        "predecessor": row.predecessor,
        "author": row.author,
        "signed_at": shapes.instant(row.signed_at),
        "content": row.content,
        "content_hash": row.content_hash,
        "sr_sop_instance_uid": row.sr_sop_instance_uid,
        "pdf_sop_instance_uid": row.pdf_sop_instance_uid,
    }


def _draft_answer(found: store.Draft) -> Answer:
    body = {
        "item": found.item,
        "author": found.author,
        "version": found.version,
        "sections": dict(found.sections),
        "language": found.language,
        "template": found.template,
        "saved_at": shapes.instant(found.saved_at),
    }
    return Answer(body, etag=f"draft-{found.version}")  # told apart from the item's version, which signing takes as well


def _draft_version(room: Room, call: Call) -> int | None:
    """The draft's version that must be met; If-Match may name the item's instead, which is then met here."""
    if call.if_match is None or call.if_match.of_draft or call.version is None:
        return call.version
    if reading.view(room, call.who, call.path["item"]).version != call.version:
        raise StaleVersion()
    return None


def _signed_answer(row: store.Signed) -> Answer:
    return Answer(signed(row), status=201, headers={"Location": f"{ROOT}/api/reports/{row.id}"})


ROUTES = (
    Route("GET", "/api/worklist/{item}/report", draft, "draft", DraftOut),
    Route("PUT", "/api/worklist/{item}/report", save_draft, "draft", DraftOut, body=DraftIn, versioned=True),
    Route("POST", "/api/worklist/{item}/report/sign", sign, "sign", SignedOut, body=SignIn, status=201, versioned=True),
    Route("POST", "/api/worklist/{item}/report/addendum", addendum, "sign", SignedOut, body=AddendumIn, status=201),
    Route("GET", "/api/worklist/{item}/report/preview", preview, "draft", PreviewOut, costly=True),
    Route("GET", "/api/worklist/{item}/report/template", template, "draft", DraftOut, query=TemplateQuery),
    Route("GET", "/api/worklist/{item}/priors", priors, "view", PriorList, cached=True),
    Route("GET", "/api/worklist/{item}/reports", versions, "view", SignedList, cached=True),
)
