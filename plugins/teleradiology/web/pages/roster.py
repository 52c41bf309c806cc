"""The roster: who is on duty now and next, the coming days of every reader, when nobody is there, and the acts that change it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from zoneinfo import ZoneInfo

from flask import Blueprint, Response, redirect, render_template, request

from ...config.uploaded_text import decoded
from ...core.errors import InvalidInput, NotSignedIn, Problem, Refusal
from ...core.identity import Actor, may
from ...core.reasons import FOR, Reason
from ...core.roster import KINDS, Exception_
from ...core.roster_entries import Wrong, instant_of, zone_of
from ...core.roster_mistakes import mistake
from ...store import items
from ...workflow import handing_over, roster, roster_files, skips
from ...workflow.room import Room
from .. import ROOT, auth
from ..problems import document, status_of
from . import look, reasons, roster_grid, words
from .carried import file_given
from .words import N_, _

SAID = {
    "added": N_("It is on the roster."),
    "removed": N_("It is off the roster."),
    "available": N_("Studies can be assigned again."),
    "unavailable": N_("No studies are assigned until this is changed back."),
}


@dataclass(frozen=True)
class Outcome:
    """What became of an item that was to be handed over."""

    item: str
    title: str
    moved: bool
    to: str
    why: tuple[str, ...]


def register(pages: Blueprint, room: Room) -> None:
    """The routes of the roster."""
    pages.add_url_rule("/roster", "roster", lambda: _page(room))
    for path, name, act in (
        ("/roster/exceptions", "roster_add", _add),
        ("/roster/remove", "roster_remove", _remove),
        ("/roster/availability", "roster_availability", _availability),
        ("/roster/hand-over", "roster_hand_over", _hand_over),
        ("/roster/import", "roster_import", _import),
    ):
        pages.add_url_rule(path, name, _posted(room, act), methods=["POST"])


def _posted(room: Room, act: Callable[[Room, Actor], Any]) -> Callable[[], Any]:
    """An act whose refusal is told on the page, above what was there."""

    def view() -> Any:
        try:
            return act(room, auth.actor())
        except NotSignedIn:
            raise
        except Refusal as refusal:
            return _page(room, refusal=refusal)

    return view


def _page(room: Room, *, refusal: Refusal | None = None, **shown: Any) -> Response:
    """The roster; ``shown`` is what came of an act: ``outcomes`` of handing over, ``taken`` from a file, or its ``lines``."""
    actor = auth.actor()
    board = roster.board(room, actor)
    status = status_of(refusal) if refusal else 200
    text = render_template(
        "page/roster.html",
        board=roster_grid.shown(room.rules.current, board, look.zone(), look.language()),
        ending=room.rules.current.expiring(room.now()) if may(actor, "assign") else (),
        skipping=skips.skipping(room, actor) if may(actor, "skips") else None,
        own=next((row for row in board.rows if row.reader.id == actor.reader and may(actor, "claim")), None),
        keeps=may(actor, "roster"),
        kinds=[(kind, words.translated(roster_grid.KIND_WORDS, kind)) for kind in KINDS],
        problem=document(refusal, status) if refusal else None,
        problems=refusal.problems if refusal else (),
        typed=request.form,
        said=_(SAID[said]) if (said := request.args.get("said", "")) in SAID else "",
        **{"outcomes": None, "taken": None, "lines": (), **shown},
    )
    return Response(text, status, content_type="text/html; charset=utf-8")


def _said(what: str) -> Any:
    return redirect(f"{ROOT}/roster?said={what}", 303)


def _add(room: Room, actor: Actor) -> Any:
    form = request.form
    known = room.rules.current.readers.get(form.get("reader", ""))
    zone = ZoneInfo(zone_of(known, look.zone().key)) if known else look.zone()
    try:
        start = instant_of(form.get("start", ""), zone, "start", fold=0)
        end = instant_of(form.get("end", ""), zone, "end", fold=1) if form.get("end") else None
    except Wrong as wrong:
        raise InvalidInput(problems=[wrong.at()]) from None
    kind = form.get("kind", "")
    if kind not in KINDS:
        raise InvalidInput(problems=[mistake("kind", "kind", known=", ".join(KINDS), found=kind[:64])])
    roster.add(room, actor, Exception_(form.get("reader", ""), kind, start, end, form.get("note", "")))
    return _said("added")


def _remove(room: Room, actor: Actor) -> Any:
    roster.remove(room, actor, request.form.get("exception", "")[:26])
    return _said("removed")


def _availability(room: Room, actor: Actor) -> Any:
    available = request.form.get("available") == "yes"
    roster.set_availability(room, actor, request.form.get("reader", "") or actor.reader or "", available)
    return _said("available" if available else "unavailable")


def _hand_over(room: Room, actor: Actor) -> Any:
    form = request.form
    found = handing_over.hand_over(room, actor, form.get("from", ""), form.get("to", "") or None, form.get("reason", ""))
    names = {one.id: one.name for one in room.rules.current.readers.values()}
    outcomes = []
    with room.store.reading() as c:
        for each in found:
            item = items.get(c, each.item)
            why = tuple(_why(one) for one in each.why) if not each.moved else ()
            outcomes.append(Outcome(each.item, item.description if item else "", each.moved, names.get(each.to, ""), why))
    return _page(room, outcomes=outcomes)


def _why(reason: Reason) -> str:
    """A reason in the language of the page; that nobody is eligible is one of the policy."""
    return (reasons.policy if reason.code in FOR else reasons.against)(reason.to_json())


def _import(room: Room, actor: Actor) -> Any:
    raw = file_given()
    if not raw:
        raise InvalidInput(problems=[Problem(_("choose a file first"), path="file")])
    text = decoded(raw)
    form = roster_files.ICS if "BEGIN:VCALENDAR" in text[:200].upper() else roster_files.CSV
    try:
        return _page(room, taken=roster_files.imported(room, actor, form, text))
    except InvalidInput as refusal:
        return _page(room, refusal=refusal, lines=text.splitlines())
