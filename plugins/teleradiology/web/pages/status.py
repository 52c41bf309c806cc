"""The administrator's page of the system: queues, deliveries that were given up, versions, whether the audit trail holds."""

from __future__ import annotations

import platform
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from flask import Blueprint, redirect, render_template, request

from ... import __version__
from ...core.errors import Refusal
from ...core.identity import require
from ...core.readers import Expiring
from ...core.worklist import State
from ...store import audit, bookmarks, figures, listing, migrate, outbox
from ...workflow import delivery, reconciling
from ...workflow.room import Room
from .. import ROOT, auth
from . import show, trail
from .words import _

REFUSED_SINCE = timedelta(days=1)


@dataclass(frozen=True)
class Tile:
    """A number that an administrator looks at first."""

    label: str
    value: int
    icon: str
    tone: str = ""
    path: str = ""


@dataclass(frozen=True)
class System:
    """Everything that the page shows."""

    tiles: list[Tile]
    failed: list[outbox.Delivery]
    waiting: list[figures.Waiting]
    facts: list[tuple[str, Any]]
    verdict: audit.Verdict | None
    expiring: tuple[Expiring, ...] = ()


def register(pages: Blueprint, room: Room) -> None:
    """The routes of the system status."""
    pages.add_url_rule("/status", "status", lambda: _page(room))
    pages.add_url_rule("/status/verify", "status_verify", lambda: _verify(room), methods=["POST"])
    pages.add_url_rule("/status/retry/<row>", "status_retry", lambda row: _retry(room, row), methods=["POST"])


def _page(room: Room, verdict: audit.Verdict | None = None) -> str:
    require(auth.actor(), "system")
    said = {"kind": "good", "text": _("The delivery is tried again.")} if request.args.get("said") == "retried" else None
    return render_template("page/status.html", system=_system(room, verdict), said=said)


def _verify(room: Room) -> str:
    actor = auth.actor()
    require(actor, "system")
    return _page(room, trail.verified(room, actor))


def _retry(room: Room, row: str) -> Any:
    delivery.retry(room, auth.actor(), row)
    return redirect(f"{ROOT}/status?said=retried", 303)


def _system(room: Room, verdict: audit.Verdict | None) -> System:
    with room.store.reading() as c:
        counts = listing.counts(c, room.now())
        failed, waiting = outbox.failed(c), figures.undelivered(c)
        revision = migrate.revision(c)
        reconciled = bookmarks.get(c, reconciling.PLACE)[1]
        refused = figures.refused_instances(c, room.now() - REFUSED_SINCE)
    ending = room.rules.current.expiring(room.now())
    return System(_tiles(counts, failed, waiting, refused), failed, waiting, _facts(room, revision, reconciled), verdict, ending)


def _tiles(counts: listing.Counts, failed: list[outbox.Delivery], waiting: list[figures.Waiting], refused: int) -> list[Tile]:
    on_the_way = sum(row.count for row in waiting if row.state == "waiting")
    return [
        Tile(_("Open studies"), counts.total, "worklist", path="/"),
        Tile(_("Overdue"), counts.overdue, "overdue", "over" if counts.overdue else "", "/?due=overdue"),
        Tile(_("Need attention"), counts.attention, "attention", "over" if counts.attention else "", "/?attention=yes"),
        Tile(_("Arriving"), counts.state.get(State.ARRIVING, 0), "arriving", path="/?state=arriving"),
        Tile(_("Deliveries on their way"), on_the_way, "clock"),
        Tile(_("Deliveries given up"), len(failed), "attention", "over" if failed else ""),
        Tile(_("Images refused in 24 h"), refused, "attention", "over" if refused else "", "/audit?event=instance-refused"),
    ]


def _facts(room: Room, revision: str | None, reconciled: str) -> list[tuple[str, Any]]:
    settings = room.settings
    return [
        (_("Teleradiology"), show.ltr(__version__)),
        *_orthanc(room),
        (_("Python"), show.ltr(platform.python_version())),
        (_("Database"), show.ltr(f"{'SQLite' if room.store.is_sqlite else 'PostgreSQL'} {revision or ''}")),
        (_("Rules in force"), show.digest(room.rules.current.digest)),
        (_("Last look at all studies"), show.instant(_moment(reconciled))),
        (_("A study is complete after"), show.ltr(f"{settings.quiet_seconds:g} s")),
        (_("A claim lapses after"), show.ltr(f"{settings.lease_seconds:g} s")),
        (_("Time on the server"), show.instant(room.now(), "full")),
    ]


def _orthanc(room: Room) -> list[tuple[str, Any]]:
    try:
        found = room.host.version()
    except Refusal:
        return [(_("Orthanc"), _("does not answer"))]
    title = found.get("DicomAet", room.settings.dicom_aet)
    return [(_("Orthanc"), show.ltr(found.get("Version", "?"))), (_("AE title"), show.ltr(title))]


def _moment(text: str) -> datetime | None:
    try:
        return datetime.fromisoformat(text)
    except ValueError:
        return None
