"""A worklist item as a value."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from ..core.worklist import OPEN
from .schema import items


@dataclass(frozen=True, slots=True)
class Item:
    """A row of ``schema.items``, whose comments say what the columns mean; ``tests/store`` compares the two."""

    id: str
    version: int
    state: str
    orthanc_id: str
    study_instance_uid: str
    facility: str
    attention: str
    priority: str
    rank: int
    turnaround_seconds: int | None
    warn_at: datetime | None
    due_at: datetime | None
    order_key: int
    held_at: datetime | None
    paused_seconds: int
    hold_reason: str
    subspecialty: str
    template: str
    labels: tuple[str, ...]
    reader: str
    claimed_by: str
    lease_until: datetime | None
    reason: str
    patient_id: str
    patient_name: str
    patient_name_other: str
    birth_date: str
    sex: str
    accession_number: str
    description: str
    modalities: str
    body_part: str
    study_at: str
    search: str
    series_count: int
    instance_count: int
    decided_instances: int
    flags: tuple[str, ...]
    decision: str | None
    received_at: datetime
    last_image_at: datetime | None
    admitted_at: datetime | None
    assigned_at: datetime | None
    claimed_at: datetime | None
    preliminary_at: datetime | None
    final_at: datetime | None
    closed_at: datetime | None
    quiet_at: datetime | None
    attempts: int
    retry_at: datetime | None
    changed_at: datetime
    missing_since: datetime | None
    policy: str
    exam_end_at: datetime | None
    restarted_at: datetime | None
    paused_at: datetime | None
    pauses: tuple[tuple[datetime, datetime], ...]
    ring_at: datetime | None
    broadened: int
    delivered_at: datetime | None
    acknowledged_at: datetime | None
    modality: str
    language: str
    referrer: str
    facts: Mapping[str, Any]

    @property
    def is_open(self) -> bool:
        """Whether somebody still has to do something."""
        return self.state in OPEN


COLUMNS = tuple(items.c[field.name] for field in dataclasses.fields(Item))


def item_of(row: Iterable[Any]) -> Item:
    """A row with ``COLUMNS`` as a value."""
    return Item(*row)
