"""The facility says that it has seen a report: the last instant of a study, once for each signed version."""

from __future__ import annotations

from ..core.identity import Actor
from ..store import acknowledgements, audit, items, reports
from ..store.acknowledgements import Acknowledged
from ..store.reports import Signed
from .acting import permit
from .renditions import find_report
from .room import Room


def acknowledge(room: Room, actor: Actor, report_id: str) -> tuple[Signed, Acknowledged]:
    """Note that a signed version was seen. Saying it again changes nothing, whoever says it."""
    permit(room, actor, "acknowledge")
    with room.store.writing() as c:
        now, (signed, item) = room.now(), find_report(c, actor, report_id)
        there = acknowledgements.get(c, signed.id)
        if there:
            return signed, there
        made = acknowledgements.add(c, Acknowledged(signed.id, now, actor.username))
        latest = reports.latest(c, item.id)
        if latest and latest.id == signed.id:
            items.change(c, item, now, acknowledged_at=now)
        detail = {"report": signed.id, "version": signed.version, "status": signed.status}
        audit.append(c, "acknowledged", actor, now, item=item.id, study=item.study_instance_uid, detail=detail)
    return signed, made
