"""Everything about an item's report: drafts, signing, signed versions and their forms. The steps are in the modules beside."""

from __future__ import annotations

from dataclasses import dataclass

from ..core.identity import Actor
from ..core.reports import FOLLOWS, ReportStatus
from ..store import items, reports
from ..store.ids import new_id
from ..store.item import Item
from ..store.reports import Signed
from .acting import find, permit
from .composing import compose
from .drafting import draft, drafts_of_others, in_template, save_draft, take_over, templates
from .renditions import ReportAltered, get, rendition
from .room import Room
from .signing import addendum, correct, sign

__all__ = [
    "Prior",
    "ReportAltered",
    "addendum",
    "correct",
    "draft",
    "drafts_of_others",
    "get",
    "in_template",
    "preview",
    "priors",
    "rendition",
    "save_draft",
    "sign",
    "take_over",
    "templates",
    "versions",
]


@dataclass(frozen=True)
class Prior:
    """An earlier study of the same patient at the same facility, with its signed versions, first to last."""

    item: Item
    versions: tuple[Signed, ...]


def versions(room: Room, actor: Actor, item_id: str) -> list[Signed]:
    """The signed versions of an item, first to last."""
    permit(room, actor, "view", item_id)
    with room.store.reading() as c:
        return reports.of_item(c, find(c, actor, item_id).id)


def priors(room: Room, actor: Actor, item_id: str) -> list[Prior]:
    """The patient's other studies, newest first. A Patient ID means something within one facility only."""
    permit(room, actor, "view", item_id)
    with room.store.reading() as c:
        item = find(c, actor, item_id)
        others = [one for one in items.by_patient(c, item.facility, item.patient_id) if one.id != item.id]
        return [Prior(one, tuple(reports.of_item(c, one.id))) for one in others]


def preview(room: Room, actor: Actor, item_id: str) -> str:
    """The actor's draft as it will print, marked as not signed. Nothing is kept."""
    typed = draft(room, actor, item_id)
    with room.store.reading() as c:
        item, now = find(c, actor, item_id), room.now()
        latest = reports.latest(c, item.id)
        follows = FOLLOWS[ReportStatus(latest.status) if latest else None]
        status = ReportStatus.FINAL if ReportStatus.FINAL in follows else follows[0]
        report = compose(
            room, c, actor, item, id=new_id(now), status=status, sections=typed.sections, language=typed.language,
            template=typed.template, signed_at=now,
        )  # fmt: skip
    return room.renderer.html(report, draft=True)
