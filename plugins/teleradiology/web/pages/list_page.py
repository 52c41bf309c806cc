"""One page of the worklist for one user: its rows, counters, views, filters, and what to say when there is nothing."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from ...config.rules_file import RulesFile
from ...core.identity import Actor
from ...core.worklist import OPEN, State
from ...store import items, listing
from ...store import views as saved_views
from ...workflow.room import Room
from . import list_rows, list_views, look, words
from .query import NAMES, Query
from .words import N_, _

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


def listing_of(room: Room, actor: Actor, arguments: Mapping[str, str]) -> Listing:
    """The page that an address asks for."""
    query, now, rules = Query.of(arguments), room.now(), room.rules.current
    after = arguments.get("cursor", "")[:300]
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
        empty=_empty(query),
        etag=_etag(actor, query.text, after, following, rows, views),
        first_page=bool(after),
        next_page=_joined(query.text, f"cursor={following}") if following else "",
    )


def _joined(*parts: str) -> str:
    return "&".join(part for part in parts if part)


def _etag(actor: Actor, *parts: Any) -> str:
    query, after, following, rows, views = parts
    seen_as = [actor.username, look.language(), str(look.zone()), query, after, following]
    facts = [*seen_as, [(row.item.id, row.stamp) for row in rows], [(view.label, view.count) for view in views]]
    return hashlib.sha256(json.dumps(facts).encode()).hexdigest()[:32]


_ALL_OPEN = (N_("All open"), "/")
# What an empty view means, and what to do then.
_EMPTY = {
    "": (
        N_("No study is waiting."),
        N_("New studies appear here from their first image. Reported ones are under “Done today”."),
        "completed",
        (N_("Done today"), "/?closed=today"),
    ),
    "reader=me": (
        N_("Nothing is assigned to you."),
        N_("“Next case” takes the best study of the pool for you."),
        "completed",
        _ALL_OPEN,
    ),
    "draft=mine": (
        N_("No unsigned draft."),
        N_("What you write is saved as a draft by itself until you sign it."),
        "edit",
        _ALL_OPEN,
    ),
    "due=overdue": (N_("Nothing here, and that is good."), N_("No study is late or stuck."), "completed", _ALL_OPEN),
    "attention=yes": (N_("Nothing here, and that is good."), N_("No study is late or stuck."), "completed", _ALL_OPEN),
}
_NO_HIT = (N_("No study fits these filters."), N_("Remove a filter, or search among all states."), "search")


def _empty(query: Query) -> Empty:
    everywhere = (N_("Search all states"), f"/?{_everywhere(query)}")
    title, advice, icon, (link, path) = _EMPTY.get(query.text, (*_NO_HIT, everywhere))
    return Empty(_(title), _(advice), icon, path, _(link))


def _everywhere(query: Query) -> str:
    return Query({"state": "all", **({"q": query.get("q")} if query.get("q") else {})}).text


def options(rules: RulesFile, actor: Actor) -> dict[str, list[tuple[str, str]]]:
    """What the filters offer. Users of one facility are not told of the others."""
    states = [(state.value, words.sign(words.STATES, state).text) for state in (*OPEN, *(s for s in State if s not in OPEN))]
    several = actor.confined_to is None
    me = [("me", _("Me"))] if actor.reader else []
    return {
        "state": [*states, ("all", _("All states"))],
        "priority": [(name, words.translated(words.PRIORITIES, name)) for name in rules.priorities],
        "facility": [(each.id, each.name) for each in rules.facilities.values()] if several else [],
        "subspecialty": [(name, words.subspecialty(rules, name)) for name in rules.subspecialties],
        "modality": [(name, name) for name in MODALITIES],
        "reader": [*me, *((each.id, each.name) for each in rules.readers.values())] if several else [],
    }
