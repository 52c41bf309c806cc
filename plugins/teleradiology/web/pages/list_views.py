"""The views of the worklist: the ones that everybody has, and those that a user saved; each is a name for a query."""

from __future__ import annotations

from dataclasses import dataclass

from ...core.identity import Actor, may
from ...store.listing import Counts
from .words import N_, _


@dataclass(frozen=True)
class View:
    """A tab above the worklist."""

    label: str
    query: str
    icon: str = ""
    count: int = 0
    tone: str = ""
    current: bool = False
    id: str = ""  # of a saved view


@dataclass(frozen=True)
class _Predefined:
    label: str
    query: str
    icon: str
    right: str = "view"
    counted: str = ""
    tone: str = ""


PREDEFINED = (
    _Predefined(N_("All open"), "", "worklist", counted="open"),
    _Predefined(N_("My next"), "reader=me", "assigned", "claim", counted="mine"),
    _Predefined(N_("My drafts"), "draft=mine", "edit", "draft"),
    _Predefined(N_("Pool"), "state=unassigned", "unassigned", "explain", counted="unassigned"),
    _Predefined(N_("Overdue"), "due=overdue", "overdue", counted="overdue", tone="over"),
    _Predefined(N_("Needs attention"), "attention=yes", "attention", counted="attention", tone="over"),
    _Predefined(N_("Arriving"), "state=arriving", "arriving", counted="arriving"),
    _Predefined(N_("Done today"), "closed=today", "completed"),
)


def views(actor: Actor, counts: Counts, mine: int, saved: list[View], query: str) -> list[View]:
    """All views of a user in their order, the present one marked."""
    numbers = {"open": counts.total, "mine": mine, "overdue": counts.overdue, "attention": counts.attention, **counts.state}
    own = [
        View(_(each.label), each.query, each.icon, numbers.get(each.counted, 0), each.tone, each.query == query)
        for each in PREDEFINED
        if may(actor, each.right)
    ]
    return own + [View(each.label, each.query, "bookmark", current=each.query == query, id=each.id) for each in saved]
