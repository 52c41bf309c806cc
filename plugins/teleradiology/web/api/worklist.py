"""The worklist and its items: what there is to read, in the order in which to read it, and why it stands where it stands."""

from __future__ import annotations

from dataclasses import asdict

from ...core.errors import NotFound
from ...store import items, listing
from ...store.item import Item
from ...workflow import promises, reading
from ...workflow.room import Room
from ...workflow.searching import note_search
from . import shapes
from .filters import filters_of
from .models.worklist import CountsOut, Explanation, ItemList, ItemOut, Timeline, WorklistQuery
from .route import Answer, Call, Route


def worklist(room: Room, call: Call) -> Answer:
    """Items in reading order, most urgent first; closed ones latest first."""
    filters = filters_of(room, call.who, call.query)
    if filters.q:
        note_search(room, call.who, filters.q, call.query.model_fields_set)
    with room.store.reading() as c:
        found, after = listing.page(c, filters, call.query.cursor or None, call.query.limit)
    now, rules = room.now(), room.rules.current
    return Answer({"items": shapes.items(found, call.who, now, rules), "next": after})


def counts(room: Room, call: Call) -> Answer:
    """How many open items there are, by state and priority."""
    with room.store.reading() as c:
        return Answer(asdict(listing.counts(c, room.now(), call.who.confined_to)))


def item(room: Room, call: Call) -> Answer:
    """One item."""
    return item_answer(room, call, reading.view(room, call.who, call.path["item"]))


def study(room: Room, call: Call) -> Answer:
    """The item of a StudyInstanceUID; the open or latest one when Orthanc keeps the study under several patients."""
    with room.store.reading() as c:
        found = items.by_study(c, call.path["study"])
    mine = [each for each in found if call.who.confined_to in (None, each.facility)]
    if not mine:
        raise NotFound()
    chosen = max(mine, key=lambda each: (each.is_open, each.received_at))
    return item_answer(room, call, reading.view(room, call.who, chosen.id))


def explanation(room: Room, call: Call) -> Answer:
    """Why the item stands where it stands: rules that decided, rules passed over, readers considered."""
    return Answer(reading.explanation(room, call.who, call.path["item"]))


def timeline(room: Room, call: Call) -> Answer:
    """Everything that was done with the item, oldest first."""
    found = reading.timeline(room, call.who, call.path["item"])
    with room.store.reading() as c:
        of = items.get(c, call.path["item"])
    assert of is not None
    zone = promises.zone_of(room, of)
    instants = {name: shapes.instant_there(at, zone) for name, at in promises.instants_of(of).items()}
    return Answer({"items": found, "next": None, "timezone": zone.key, "instants": instants})


def item_answer(room: Room, call: Call, found: Item) -> Answer:
    """An item with its version as ETag."""
    now = room.now()
    # Becoming overdue changes what is answered but not the version.
    silent = shapes.is_overdue(found, now) and found.due_at is not None and found.due_at > found.changed_at
    return Answer(shapes.item(found, call.who, now, room.rules.current), etag=str(found.version), anew=silent)


ROUTES = (
    Route("GET", "/api/worklist", worklist, "view", ItemList, query=WorklistQuery, cached=True),
    Route("GET", "/api/worklist/counts", counts, "view", CountsOut, cached=True),
    Route("GET", "/api/worklist/{item}", item, "view", ItemOut, cached=True),
    Route("GET", "/api/studies/{study}", study, "view", ItemOut, cached=True),
    Route("GET", "/api/worklist/{item}/explanation", explanation, "explain", Explanation, cached=True),
    Route("GET", "/api/worklist/{item}/timeline", timeline, "timeline", Timeline, cached=True),
)
