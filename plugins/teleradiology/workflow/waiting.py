"""Whether a study that came to rest is waited for: what is missing of it, until when, and what that looks like meanwhile."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

from ..core.completeness import Arrived, Completeness, missing, written
from ..core.facts import StudyFacts
from ..core.reasons import Reason
from ..core.worklist import State
from ..store import audit, declarations, items
from ..store.declarations import COMPLETE, EARLY, URGENCY
from ..store.engine import Connection
from ..store.item import Item
from . import description
from .arrival import INTAKE, glance
from .placement import with_flag, without_flag
from .room import HostStudy, Room

INCOMPLETE = "incomplete"
LONGEST_REASON = 512  # of the column


@dataclass(frozen=True)
class Wait:
    """What is missing of a study, and until when one waits for it; ``until`` is None when one does not."""

    missing: tuple[Reason, ...]
    until: datetime | None


def look(room: Room, item: Item, study: HostStudy, facts: StudyFacts) -> Wait:
    """What is missing, by the policy for such a study. Nobody waits for a study that was declared complete, or is read early."""
    rules, now = room.rules.current, room.now()
    policy = rules.completeness_for(facts.facility, facts.modalities)
    with room.store.reading() as c:
        declared = declarations.of_item(c, item.id)
    lacking = missing(policy, _arrived(study), COMPLETE in declared)
    if policy is None or item.state != State.ARRIVING or item.decision or COMPLETE in declared or EARLY in declared:
        return Wait(lacking, None)
    return Wait(lacking, None if policy.is_met_by(_arrived(study)) else _until(policy, item, lacking, now))


def _until(policy: Completeness, item: Item, lacking: tuple[Reason, ...], now: datetime) -> datetime | None:
    last = min(item.last_image_at or item.received_at, now)
    quiet = last + policy.quiet if policy.quiet else None
    if quiet is not None and quiet > now:
        return quiet
    limit = last + policy.at_most
    return limit if lacking and limit > now else None


def is_all_there(room: Room, orthanc_id: str) -> bool:
    """Whether exactly what is expected of an arriving study has come: then there is nothing to wait for."""
    study, rules = glance(room, orthanc_id), room.rules.current
    if not isinstance(study, HostStudy):
        return False
    policy = rules.completeness_for(rules.facility_of(study.transport), [each.modality for each in study.series])
    return policy is not None and policy.is_met_by(_arrived(study))


def keep(room: Room, item: Item, study: HostStudy, facts: StudyFacts, wait: Wait) -> Item:
    """The study stays arriving and shows what is missing; it is looked at again at that time, or when an image comes."""
    now = room.now()
    with room.store.writing() as c:
        fresh = items.get(c, item.id) or item
        flags = with_flag(fresh.flags, INCOMPLETE) if wait.missing else without_flag(fresh.flags, INCOMPLETE)
        columns: dict[str, Any] = {
            **description.in_full(facts, study, ()),
            "reason": written(wait.missing, LONGEST_REASON),
            "flags": flags,
            "quiet_at": wait.until,
        }
        if description.changes(fresh, columns, columns):
            if wait.missing and INCOMPLETE not in fresh.flags:
                told, until = [each.to_json() for each in wait.missing], wait.until.isoformat() if wait.until else ""
                detail = {"missing": told, "until": until}
                audit.append(c, "incomplete", INTAKE, now, item=item.id, study=item.study_instance_uid, detail=detail)
            fresh = items.change(c, fresh, now, **columns)
        return fresh


def flagged(flags: tuple[str, ...], lacking: tuple[Reason, ...]) -> tuple[str, ...]:
    """The flags of a study that is taken in: incomplete while something is missing."""
    return with_flag(flags, INCOMPLETE) if lacking else without_flag(flags, INCOMPLETE)


def known_beside(c: Connection, item: Item, facts: StudyFacts) -> StudyFacts:
    """The facts with what we know besides the images: the urgency declared, and the patient's earlier studies from there."""
    declared = declarations.of_item(c, item.id).get(URGENCY)
    others = items.by_patient(c, facts.facility, facts.patient_id) if facts.facility else []
    priors = [each for each in others if each.id != item.id and each.received_at <= item.received_at]
    return replace(
        facts,
        urgency=declared.value if declared else "",
        prior_count=len(priors) if facts.facility and facts.patient_id else None,
        days_since_prior=_days(facts, item, priors),
    )


def _days(facts: StudyFacts, item: Item, priors: list[Item]) -> int | None:
    today = facts.study_date or item.received_at.date()
    days = [(today - _day(prior)).days for prior in priors]
    return min((each for each in days if each >= 0), default=None)


def _day(item: Item) -> date:
    try:
        return date.fromisoformat(item.study_at[:10])
    except ValueError:
        return item.received_at.date()


def _arrived(study: HostStudy) -> Arrived:
    series = [(each.modality, each.tags.get("SeriesDescription", "")) for each in study.series]
    return Arrived(series, sum(len(each.instances) for each in study.series))
