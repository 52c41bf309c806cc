"""Stored values as the JSON that clients read: plain dictionaries, since lists are asked for often; models/ describes them."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any
from urllib.parse import quote
from zoneinfo import ZoneInfo

from ...config.rules_file import RulesFile
from ...core import completeness
from ...core.identity import Actor
from ...store.audit import Record
from ...store.item import Item
from ...workflow.acting import allowed_to
from .. import ROOT

_VIEWER = f"{ROOT}/ohif/viewer?StudyInstanceUIDs="


def instant(value: datetime | None) -> str | None:
    """RFC 3339 in UTC, to the millisecond."""
    if value is None:
        return None
    if value.tzinfo is not UTC:
        value = value.astimezone(UTC)
    return value.isoformat(timespec="milliseconds")[:-6] + "Z"


def instant_there(value: datetime | None, zone: ZoneInfo) -> dict[str, Any] | None:
    """An instant, and what a clock in that zone shows."""
    if value is None:
        return None
    return {"at": instant(value), "local": value.astimezone(zone).isoformat(timespec="milliseconds")}


def is_overdue(item: Item, now: datetime) -> bool:
    """Whether an item that still needs a reading is past its due time. A paused clock is not late."""
    return item.due_at is not None and item.is_open and item.paused_at is None and now >= item.due_at


def viewer_url(*study_uids: str) -> str:
    """The address of the viewer with these studies, the current one first."""
    return _VIEWER + quote(",".join(study_uids), safe=",")


def items(values: Iterable[Item], actor: Actor, now: datetime, rules: RulesFile) -> list[dict[str, Any]]:
    """Worklist items, as this actor sees them."""
    known: dict[tuple[str, bool, bool], list[str]] = {}  # what is allowed depends on these three alone
    found = []
    for value in values:
        alike = (value.state, value.claimed_by == actor.username, value.reader == actor.reader)
        if alike not in known:
            known[alike] = list(allowed_to(actor, value))
        found.append(_item(value, known[alike], now, rules))
    return found


def item(value: Item, actor: Actor, now: datetime, rules: RulesFile) -> dict[str, Any]:
    """One worklist item, as this actor sees it."""
    return _item(value, list(allowed_to(actor, value)), now, rules)


def _item(value: Item, allowed: list[str], now: datetime, rules: RulesFile) -> dict[str, Any]:
    lacking = completeness.read(value.reason)
    return {
        "id": value.id,
        "version": value.version,
        "state": value.state,
        "priority": value.priority or None,
        "due_at": instant(value.due_at),
        "warn_at": instant(value.warn_at),
        "overdue": is_overdue(value, now),
        "subspecialty": value.subspecialty or None,
        "facility": value.facility or None,
        "reader": value.reader or None,
        "claimed_by": value.claimed_by or None,
        "patient": _patient(value),
        "study": _study(value, rules),
        "received_at": instant(value.received_at),
        "admitted_at": instant(value.admitted_at),
        "assigned_at": instant(value.assigned_at),
        "claimed_at": instant(value.claimed_at),
        "preliminary_at": instant(value.preliminary_at),
        "final_at": instant(value.final_at),
        "acknowledged_at": instant(value.acknowledged_at),
        "viewer_url": viewer_url(value.study_instance_uid),
        "flags": list(value.flags),
        "labels": list(value.labels),
        "attention": value.attention or None,
        "hold_reason": value.hold_reason or None,
        "reason": ", ".join(map(str, lacking)) or value.reason or None,
        "missing": [each.to_json() for each in lacking],
        "missing_since": instant(value.missing_since),
        "allowed": allowed,
    }


def _patient(value: Item) -> dict[str, Any]:
    return {
        "id": value.patient_id,
        "name": value.patient_name,
        "name_other": value.patient_name_other,
        "birth_date": value.birth_date or None,
        "sex": value.sex or None,
    }


def _study(value: Item, rules: RulesFile) -> dict[str, Any]:
    return {
        "study_instance_uid": value.study_instance_uid,
        "orthanc_id": value.orthanc_id,
        "accession_number": value.accession_number,
        "description": value.description,
        "modalities": value.modalities.split(",") if value.modalities else [],
        "body_part": value.body_part or None,
        "study_at": study_time(value.study_at, rules, value.facility),
        "series": value.series_count,
        "instances": value.instance_count,
    }


def study_time(text: str, rules: RulesFile, facility: str) -> str | None:
    """When the modality says that it took the study, with the zone of the facility when the header names none."""
    if not text:
        return None
    place = rules.facilities.get(facility)
    try:
        at = datetime.fromisoformat(text)
    except ValueError:
        return text
    if len(text) <= 10 or at.tzinfo is not None or place is None or not place.timezone:
        return text
    return at.replace(tzinfo=ZoneInfo(place.timezone)).isoformat()


def record(value: Record) -> dict[str, Any]:
    """One act on the audit trail."""
    return {
        "seq": value.seq,
        "at": instant(value.at),
        "event": value.event,
        "actor": value.actor,
        "origin": value.origin,
        "outcome": value.outcome,
        "item": value.item,
        "study_instance_uid": value.study_instance_uid,
        "detail": dict(value.detail),
        "hash": value.hash,
    }
