"""The worklist at ``/``: the page, its rows for the live refresh, the next case, and views that users save."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qsl

from flask import Blueprint, Response, current_app, redirect, render_template, request

from ...config.rules_file import RulesFile
from ...core.errors import InvalidInput
from ...core.identity import Actor, may, require
from ...core.names import clean
from ...core.worklist import OPEN, State
from ...store import items, listing
from ...store import views as saved_views
from ...workflow import reading
from ...workflow.room import Room
from .. import ROOT, auth
from . import list_rows, list_views, look, words
from .query import NAMES, Query
from .words import _

PAGE = 60
MODALITIES = ("CT", "MR", "CR", "DX", "US", "MG", "XA", "RF", "NM", "PT")


@dataclass(frozen=True)
class Empty:
    """What to say when there is nothing to list, and what to do."""

    title: str
    advice: str
    icon: str = "worklist"
    path: str | None = None
    link: str = ""


@dataclass(frozen=True)
class Listing:
    """A page of the worklist as its templates want it."""

    query: str
    address_query: str
    given: dict[str, str]
    rows: list[list_rows.Row]
    counts: listing.Counts
    views: list[list_views.View]
    saved: list_views.View | None
    empty: Empty
    etag: str
    first_page: bool
    next_page: str


def register(pages: Blueprint, room: Room) -> None:
    """The routes of the worklist."""
    pages.add_url_rule("/", "worklist", lambda: _page(room))
    pages.add_url_rule("/rows", "worklist_rows", lambda: _rows(room))
    pages.add_url_rule("/next", "worklist_next", lambda: _next(room), methods=["POST"])
    pages.add_url_rule("/views", "worklist_save_view", lambda: _save_view(room), methods=["POST"])
    pages.add_url_rule("/views/<view>/delete", "worklist_delete_view", lambda view: _delete_view(room, view), methods=["POST"])


def _page(room: Room) -> str:
    actor = auth.actor()
    rules = room.rules.current
    return render_template(
        "page/worklist.html",
        listing=_listing(room, actor),
        options=_options(rules, actor),
        banners=_banners(room, actor),
        said=_said(request.args.get("said", "")),
        prefetch=_viewer_script() if may(actor, "claim") else "",
    )


def _rows(room: Room) -> Response:
    """The list alone. Nothing is rendered when the browser has it already."""
    actor = auth.actor()
    found = _listing(room, actor)
    etag = found.etag
    if etag in request.headers.get("If-None-Match", ""):
        response = Response(status=304)
    else:
        response = Response(render_template("page/worklist_rows.html", listing=found), content_type="text/html; charset=utf-8")
    response.headers["ETag"] = f'"{etag}"'
    response.headers["Cache-Control"] = "private, no-cache"
    response.headers["X-Server-Time"] = str(int(room.now().timestamp() * 1000))
    if request.headers.get("HX-Trigger") == "filters":
        response.headers["HX-Push-Url"] = f"{ROOT}/?{found.query}" if found.query else f"{ROOT}/"
    return response


def _next(room: Room) -> Any:
    actor = auth.actor()
    require(actor, "claim")
    item = reading.next_case(room, actor)
    return redirect(f"{ROOT}/read/{item.id}" if item else f"{ROOT}/?said=none-waiting", 303)


def _save_view(room: Room) -> Any:
    actor = auth.actor()
    name = clean(request.form.get("name", "")).strip()
    query = Query.of(dict(parse_qsl(request.form.get("query", "")))).text
    if not name or len(name) > 64 or not query or len(query) > 1024:
        raise InvalidInput(_("A view needs a name of at most 64 letters and at least one filter."))
    with room.store.writing() as c:
        saved_views.save(c, room.now(), owner=actor.username, name=name, query=query)
    return redirect(f"{ROOT}/?{query}", 303)


def _delete_view(room: Room, view: str) -> Any:
    with room.store.writing() as c:
        saved_views.remove(c, view, auth.actor().username)
    return redirect(f"{ROOT}/", 303)


def _listing(room: Room, actor: Actor) -> Listing:
    query, now, rules = Query.of(request.args), room.now(), room.rules.current
    after = request.args.get("cursor", "")[:300]
    with room.store.reading() as c:
        found, following = listing.page(c, query.filters(actor, now), after or None, PAGE)
        counts = listing.counts(c, now, actor.confined_to)
        mine = items.open_loads(c).get(actor.reader or "", 0)
        saved = [list_views.View(each.name, each.query, id=each.id) for each in saved_views.of_user(c, actor.username)]
    rows = [list_rows.row(item, actor, rules, now) for item in found]
    views = list_views.views(actor, counts, mine, saved, query.text)
    return Listing(
        query=query.text,
        address_query=_joined(query.text, f"cursor={after}" if after else ""),
        given={name: query.get(name) for name in NAMES},
        rows=rows,
        counts=counts,
        views=views,
        saved=next((view for view in views if view.current and view.id), None),
        empty=_empty(query, actor),
        etag=_etag(actor, query.text, after, following, rows, views),
        first_page=bool(after),
        next_page=_joined(query.text, f"cursor={following}") if following else "",
    )


def _joined(*parts: str) -> str:
    return "&".join(part for part in parts if part)


def _etag(actor: Actor, *parts: Any) -> str:
    query, after, following, rows, views = parts
    facts = [actor.username, look.language(), str(look.zone()), query, after, following, [(row.item.id, row.stamp) for row in rows]]
    facts += [[(view.label, view.count) for view in views]]
    return hashlib.sha256(json.dumps(facts).encode()).hexdigest()[:32]


def _empty(query: Query, actor: Actor) -> Empty:
    if not query.text:
        return Empty(
            _("No study is waiting."),
            _("New studies appear here from their first image. Reported ones are under “Done today”."),
            "completed",
            "/?closed=today",
            _("Done today"),
        )
    if query.text == "reader=me":
        return Empty(_("Nothing is assigned to you."), _("“Next case” takes the best study of the pool for you."), "completed", "/", _("All open"))
    if query.text == "draft=mine":
        return Empty(_("No unsigned draft."), _("What you write is saved as a draft by itself until you sign it."), "edit", "/", _("All open"))
    if query.text in ("due=overdue", "attention=yes"):
        return Empty(_("Nothing here, and that is good."), _("No study is late or stuck."), "completed", "/", _("All open"))
    return Empty(_("No study fits these filters."), _("Remove a filter, or search among all states."), "search", f"/?{_everywhere(query)}", _("Search all states"))


def _everywhere(query: Query) -> str:
    return Query({"state": "all", **({"q": query.get("q")} if query.get("q") else {})}).text


def _options(rules: RulesFile, actor: Actor) -> dict[str, list[tuple[str, str]]]:
    """What the filters offer. Users of one facility are not told of the others."""
    states = [(state.value, words.sign(words.STATES, state).text) for state in (*OPEN, *(s for s in State if s not in OPEN))]
    several = actor.confined_to is None
    return {
        "state": [*states, ("all", _("All states"))],
        "priority": [(name, words.translated(words.PRIORITIES, name)) for name in rules.priorities],
        "facility": [(each.id, each.name) for each in rules.facilities.values()] if several else [],
        "subspecialty": [(name, words.translated(words.SUBSPECIALTIES, name)) for name in rules.subspecialties],
        "modality": [(name, name) for name in MODALITIES],
        "reader": [("me", _("Me"))] * bool(actor.reader) + [(each.id, each.name) for each in rules.readers.values()] if several else [],
    }


def _banners(room: Room, actor: Actor) -> list[dict[str, str]]:
    if may(actor, "rules") and room.rules.file_problem:
        text = _("The rules file on the disk has problems and is not in force; the last good one is.")
        return [{"kind": "warn", "text": text, "path": "/rules"}]
    return []


def _said(code: str) -> dict[str, str] | None:
    texts = {
        "none-waiting": ("good", _("No study is waiting that you may read now.")),
        "signed": ("good", _("Signed. The report is on its way into the PACS.")),
        "signed-none-waiting": ("good", _("Signed. No other study is waiting that you may read now.")),
        "released": ("good", _("Released.")),
    }
    return dict(zip(("kind", "text"), texts[code], strict=True)) if code in texts else None


def _viewer_script() -> str:
    files = current_app.extensions.get("ohif_files")
    return str(files.main_script) if files else ""
