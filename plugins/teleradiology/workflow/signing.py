"""Signing: all that must hold is checked, then report, item, audit and outbox are written in one transaction."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Any

from ..core.eligibility import unlicensed
from ..core.errors import InvalidInput, InvalidTransition, NotAllowed, Problem, StaleVersion, Told
from ..core.identity import Actor
from ..core.reader import FINAL, PRELIMINARY
from ..core.reports import VERIFIED, ReportStatus, SignedReport, content_hash, follow, uid
from ..core.sections import checked, unfilled
from ..core.worklist import State, after
from ..store import audit, items, outbox, reports
from ..store.engine import Connection
from ..store.ids import new_id
from ..store.item import Item
from ..store.reports import Draft, Signed
from . import accounts, assignment, insisting
from .acting import allowed_to, find, permit, standing
from .claims import own_reader
from .composing import compose
from .placement import with_flag, without_flag
from .room import Room

STORED = ("sr", "pdf")  # what goes into the study, in this order
ANSWERED = ("preliminary", "addendum-task", "study-grew")  # flags that a complete report answers


@dataclass(frozen=True)
class Wish:
    """What somebody wants to sign. ``sections`` None: the draft's. ``version`` is the draft's that was read."""

    status: ReportStatus
    sections: Mapping[str, str] | None = None
    language: str = ""
    reason: str = ""
    version: int | None = None


def sign(room: Room, actor: Actor, item_id: str, status: str, password: str, version: int | None = None) -> Signed:
    """Sign the actor's draft as preliminary or final. Needs the claim and the password.

    Raises InvalidInput with all that is missing in the text, InvalidTransition, NotAllowed, StaleVersion.
    """
    wanted = (ReportStatus.PRELIMINARY, ReportStatus.FINAL)
    if status not in wanted:
        found = Problem(f"expected one of {', '.join(wanted)}", path="status")
        raise InvalidInput("A draft is signed as preliminary or final.", problems=[found])
    return _signed(room, actor, item_id, Wish(ReportStatus(status), version=version), password)


def addendum(
    room: Room, actor: Actor, item_id: str, sections: Mapping[str, object] | None, password: str, language: str = ""
) -> Signed:
    """Sign a text that adds to a final report; without ``sections`` the actor's draft. The earlier text stays valid."""
    texts = None if sections is None else checked(sections)
    return _signed(room, actor, item_id, Wish(ReportStatus.ADDENDUM, texts, language), password)


def correct(room: Room, actor: Actor, item_id: str, sections: Mapping[str, object] | None, password: str, reason: str) -> Signed:
    """Sign a text that replaces a final report, for a reason that is printed with it."""
    if not reason.strip():
        message = "expected the reason for the correction, in a few words"
        raise InvalidInput(problems=[Problem(message, path="reason", told=Told("correction-reason"))])
    texts = None if sections is None else checked(sections)
    return _signed(room, actor, item_id, Wish(ReportStatus.CORRECTED, texts, reason=" ".join(reason.split())[:300]), password)


def _signed(room: Room, actor: Actor, item_id: str, wish: Wish, password: str) -> Signed:
    permit(room, actor, "sign", item_id)
    with room.store.reading() as c:
        now = room.now()
        trial = _checked(room, c, actor, find(c, actor, item_id), wish, now)
    accounts.check_password(room, actor, password)
    room.renderer.html(trial)  # what cannot be printed is not signed
    with room.store.writing() as c:
        now, item = room.now(), find(c, actor, item_id)
        report = _checked(room, c, actor, item, wish, now)
        signed = _write(c, actor, item, report, now)
    room.wake()
    return signed


def _checked(room: Room, c: Connection, actor: Actor, item: Item, wish: Wish, now: datetime) -> SignedReport:
    """The report that would be signed. Raises unless everything that must hold does."""
    before = reports.latest(c, item.id)
    _refuse_state(room, actor, item, wish, before, now)
    follow(ReportStatus(before.status) if before else None, wish.status)
    _refuse_unready_reader(room, actor, item, wish.status, now)
    _refuse_unlicensed(c, room, actor, item, now)
    draft = reports.draft(c, item.id, actor.username)
    texts = _texts(draft, wish)
    _refuse_incomplete(texts, wish.status)
    language = wish.language or (draft.language if draft else "") or (str(before.content["language"]) if before else "en")
    template = draft.template if draft else ""
    return compose(
        room, c, actor, item, id=new_id(now), status=wish.status, sections=texts, language=language,
        template=template, signed_at=now, reason=wish.reason,
    )  # fmt: skip


def _refuse_state(room: Room, actor: Actor, item: Item, wish: Wish, before: Signed | None, now: datetime) -> None:
    mine = item.state == State.READING and item.claimed_by == actor.username
    follows_signed = before is not None and wish.status in (ReportStatus.ADDENDUM, ReportStatus.CORRECTED)
    if mine or (follows_signed and item.state == State.COMPLETED):
        return
    can = (*allowed_to(actor, item), "view")
    what = "add to or correct" if follows_signed else "sign"
    stands = standing(room.rules.current, item, now)
    why = f"cannot {what} the report of an item that is {stands}: claim it first"
    told = Told("claim-first", {"standing": stands})
    raise InvalidTransition(f"{why}; allowed: {', '.join(can)}", allowed=can, told=told)


def _refuse_unready_reader(room: Room, actor: Actor, item: Item, status: ReportStatus, now: datetime) -> None:
    reader, asked = own_reader(room, actor), assignment.need(room.rules.current, assignment.wanted_by(item), now)
    wanted = FINAL if status in VERIFIED else PRELIMINARY
    if reader.may_report(wanted, asked.modality, asked.day):
        return
    params = {"reader": reader.name, "modality": asked.modality}
    if reader.may_report(PRELIMINARY, asked.modality, asked.day):
        of_these = f" of {asked.modality}" if reader.may_finalize else ""
        text = f"The rules file lets {reader.name} sign preliminary reports{of_these} only."
        told = Told("preliminary-only-of" if of_these else "preliminary-only", params)
        raise NotAllowed(text, allowed=("preliminary",), told=told)
    told = Told("no-right-to" if asked.modality else "no-right-to-this", params)
    text = f"{reader.name} has no right to report {asked.modality or 'this study'}; see 'rights' in the rules file."
    raise NotAllowed(text, told=told)


def _refuse_unlicensed(c: Connection, room: Room, actor: Actor, item: Item, now: datetime) -> None:
    """A licence that ended while the study was being read, unless a coordinator knew and gave it all the same."""
    reader, asked = own_reader(room, actor), assignment.need(room.rules.current, assignment.wanted_by(item), now)
    against = unlicensed(reader, asked)
    if why := insisting.news(c, item.id, reader.id, (against,) if against else ()):
        text = f"{reader.name} may not sign this report: {why[0]}."
        next_step = "The draft is kept; release the study, so that somebody else reads it."
        told = Told("may-not-sign", {"reader": reader.name, "why": why})
        raise NotAllowed(f"{text} {next_step}", allowed=("release", "view"), told=told)


def _texts(draft: Draft | None, wish: Wish) -> dict[str, str]:
    if wish.sections is not None:
        return dict(wish.sections)
    if draft is None:
        problem = Problem("no draft is saved", path="sections", told=Told("no-draft-saved"))
        raise InvalidInput("There is no draft to sign: save one first.", problems=[problem], told=Told("no-draft"))
    if wish.version is not None and wish.version != draft.version:
        text = f"The draft is of version {draft.version} now, not {wish.version}: read it before you sign it."
        raise StaleVersion(text, told=Told("draft-changed", {"version": draft.version, "wanted": wish.version}))
    return checked(draft.sections)


def _refuse_incomplete(texts: Mapping[str, str], status: ReportStatus) -> None:
    """All that is missing, at once."""
    whole = status is not ReportStatus.ADDENDUM
    needed = ("findings", "impression") if whole else tuple(texts)
    problems = []
    if not any(texts[name] for name in needed):
        named = needed if whole else ("findings",)
        message, told = "expected a text; found nothing here, nor in the other", Told("text-missing")
        problems = [Problem(message, path=f"sections.{name}", told=told) for name in named]
    for name, text in texts.items():
        problems += [
            Problem(f"unfilled field {one}", path=f"sections.{name}", told=Told("unfilled", {"field": one}))
            for one in unfilled(text)
        ]
    if problems:
        raise InvalidInput("The report is not complete and was not signed.", problems=problems, told=Told("report-incomplete"))


def _write(c: Connection, actor: Actor, item: Item, report: SignedReport, now: datetime) -> Signed:
    _refuse_repetition(reports.latest(c, item.id), report)
    before = report.predecessor
    row = Signed(
        id=report.id,
        item=item.id,
        version=report.version,
        status=report.status.value,
        predecessor=before.report if before else None,
        content=report.to_json(),
        content_hash=content_hash(report),
        author=actor.username,
        signed_at=now,
        sr_sop_instance_uid=uid(report.id, report.version, "sr"),
        pdf_sop_instance_uid=uid(report.id, report.version, "pdf"),
    )
    reports.add(c, row)
    changed = items.change(c, item, now, **_columns(item, report, now))
    _discard_what_was_signed(c, actor, report)
    _note(c, actor, item, is_completed=changed.state != item.state, row=row, now=now)
    for kind in STORED:
        outbox.put(
            c, now, key=f"{row.id}:{row.version}:pacs:{kind}", courier="pacs", destination=kind, item=item.id, report=row.id
        )
    return row


def _discard_what_was_signed(c: Connection, actor: Actor, report: SignedReport) -> None:
    """The draft goes when its text is in the report; a preliminary one stays, to be gone on with."""
    draft = reports.draft(c, report.item, actor.username)
    if draft and report.status is not ReportStatus.PRELIMINARY and checked(draft.sections) == dict(report.sections):
        reports.discard_drafts(c, report.item, actor.username)


def _refuse_repetition(latest: Signed | None, report: SignedReport) -> None:
    """A second press of the button is not a second version."""
    said = ("status", "sections", "language", "reason")
    content = report.to_json()
    if latest and all(latest.content[name] == content[name] for name in said):
        told = Told("unchanged", {"version": latest.version})
        raise InvalidTransition(f"nothing has changed since version {latest.version} was signed", allowed=("view",), told=told)


def _columns(item: Item, report: SignedReport, now: datetime) -> dict[str, Any]:
    if report.status is ReportStatus.PRELIMINARY:
        return {"preliminary_at": now, "acknowledged_at": None, "flags": with_flag(item.flags, "preliminary")}
    columns: dict[str, Any] = {"acknowledged_at": None, "flags": without_flag(item.flags, *ANSWERED)}
    if item.state == State.READING:
        done = {"claimed_by": "", "lease_until": None, "final_at": item.final_at or now}
        columns |= {"state": after(State.READING, "complete"), **done}
    return columns


def _note(c: Connection, actor: Actor, item: Item, *, is_completed: bool, row: Signed, now: datetime) -> None:
    note = partial(audit.append, c, item=item.id, study=item.study_instance_uid)
    note("re-authenticated", actor, now, detail={"for": "signature"})
    detail = {"report": row.id, "version": row.version, "status": row.status, "content_hash": row.content_hash}
    note("signed", actor, now, detail=detail)
    if is_completed:
        note("completed", actor, now, detail={"report": row.id})
