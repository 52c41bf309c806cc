"""What the images' headers say of the clinical question, as label and value; and which other studies of the patient matter."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from ...config.rules_file import RulesFile
from ...core.findings import SUGGESTED
from ...core.names import spoken
from ...store import items, reports
from ...store.engine import Connection
from ...store.item import Item
from ...store.reports import Signed
from ..api.shapes import viewer_url
from .words import N_, _, apart

MOST_PRIORS = 20
_FACTS = (
    ("reason", N_("Clinical question")),
    ("requested_priority", N_("Requested priority")),
    ("patient_state", N_("Patient state")),
    ("referring_physician", N_("Referring physician")),
    ("department", N_("Department")),
    ("institution", N_("Institution")),
    ("procedure_descriptions", N_("Procedure")),
    ("protocol_names", N_("Protocol")),
    ("series_descriptions", N_("Series")),
    ("contrast", N_("Contrast medium")),
    ("laterality", N_("Side")),
)


@dataclass(frozen=True)
class Prior:
    """Another study of the same patient id from the same site; ``relevant``: same body part, or same modality without one."""

    item: Item
    report: Signed | None
    relevant: bool
    compare_url: str


def facts(item: Item) -> list[tuple[str, str]]:
    """Label and value of what the header tells the reader; nothing for what it leaves out."""
    shown = [(label, _shown(name, item.facts.get(name))) for name, label in _FACTS]
    return [(_(label), value) for label, value in (*_found_by_devices(item), *shown) if value]


def suggested_by(device: str) -> str:
    """The words that stand wherever a device's finding is shown."""
    return _("Suggested by {device}; AI, unverified").format(device=apart(device))


def _found_by_devices(item: Item) -> list[tuple[str, str]]:
    device = next((flag.removeprefix(SUGGESTED) for flag in item.flags if flag.startswith(SUGGESTED)), "")
    found = " · ".join(map(apart, item.facts.get("ai_finding", ())))
    return [(N_("AI, unverified"), f"{found} · {suggested_by(device)}")] if found and device else []


def _shown(name: str, value: Any) -> str:
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    if isinstance(value, list | tuple):
        return " · ".join(dict.fromkeys(str(part) for part in value if part))
    return spoken(str(value)) if value and name == "referring_physician" else str(value or "")


def priors(c: Connection, item: Item) -> list[Prior]:
    """The patient's other studies, the relevant ones first, each group newest first."""
    others = [other for other in items.by_patient(c, item.facility, item.patient_id) if other.id != item.id]
    found = [_prior(c, item, other) for other in others[:MOST_PRIORS]]
    return sorted(found, key=lambda prior: (prior.relevant, prior.item.study_at), reverse=True)


def _prior(c: Connection, item: Item, other: Item) -> Prior:
    return Prior(other, reports.latest(c, other.id), _is_relevant(item, other), _compare(item, other))


def _is_relevant(item: Item, other: Item) -> bool:
    if item.body_part and other.body_part:
        return item.body_part == other.body_part
    return bool(set(item.modalities.split(",")) & set(other.modalities.split(",")) - {"SR", "PR", "KO", ""})


def _compare(item: Item, other: Item) -> str:
    return viewer_url(item.study_instance_uid, other.study_instance_uid) + "&hangingProtocolId=@ohif/hpCompare"


def site(rules: RulesFile, item: Item) -> str:
    """The name of the place that sent a study."""
    known = rules.facilities.get(item.facility)
    return known.name if known else item.facility or _("unknown site")
