"""The worklist at ``/``: the page, its rows for the live refresh, the next case, and views that users save."""

from __future__ import annotations

from typing import Any
from urllib.parse import parse_qsl

from flask import Blueprint, Response, current_app, redirect, render_template, request

from ...core import skip_reasons
from ...core.errors import InvalidInput
from ...core.identity import Actor, may, require
from ...core.names import clean
from ...core.worklist import State
from ...store import items
from ...store import views as saved_views
from ...workflow import reading
from ...workflow.room import Room
from .. import ROOT, auth
from . import list_page
from .query import Query
from .words import _


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
        listing=list_page.listing_of(room, actor, request.args),
        options=list_page.options(rules, actor),
        banners=_banners(room, actor),
        said=_said(request.args.get("said", "")),
        prefetch=_viewer_script() if may(actor, "claim") else "",
    )


def _rows(room: Room) -> Response:
    """The list alone. Nothing is rendered when the browser has it already."""
    actor = auth.actor()
    found = list_page.listing_of(room, actor, request.args)
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
    if left := request.form.get("from", ""):
        _pass_on(room, actor, left)
    item = reading.next_case(room, actor)
    return redirect(f"{ROOT}/read/{item.id}" if item else f"{ROOT}/?said=none-waiting", 303)


def _pass_on(room: Room, actor: Actor, item_id: str) -> None:
    """Leave the case that is open for the next one: what is one's own is passed on, with the reason."""
    with room.store.reading() as c:
        item = items.get(c, item_id)
    if item and item.reader == actor.reader and item.state in (State.ASSIGNED, State.READING):
        form = request.form
        reading.skip(room, actor, item_id, skip_reasons.joined(form.get("ground", ""), form.get("reason", "").strip()))


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
        "passed-on": ("good", _("Passed on; it is not offered to you for half an hour.")),
    }
    return dict(zip(("kind", "text"), texts[code], strict=True)) if code in texts else None


def _viewer_script() -> str:
    files = current_app.extensions.get("ohif_files")
    return str(files.main_script) if files else ""
