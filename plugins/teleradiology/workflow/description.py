"""What a worklist row tells of its study: from Orthanc's summary while it arrives, from its facts once they are read."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from ..config.rules_file import RulesFile
from ..core.codes import NOT_IMAGES
from ..core.facts import StudyFacts
from ..core.names import clean, folded, name_groups
from ..store.schema import items
from .room import HostSeries, HostStudy

# Scanned films and photographs come as OT; they are read, so more of them are news.
_NOT_READ = NOT_IMAGES - {"OT"}


def is_image(modality: str) -> bool:
    """Whether a series of this modality is to be looked at: not reports, presentation states, segmentations and the like."""
    return modality not in _NOT_READ


def image_count(study: HostStudy) -> int:
    """How many objects there are to look at; results of listed inference services do not count."""
    return _images(study.series)


def counted(before: int, study: HostStudy) -> int:
    """The same, to be compared with an earlier count, which includes the results if it is from before their device was listed."""
    images = image_count(study)
    return images if before <= images else _images((*study.series, *study.results))


def _images(series: Iterable[HostSeries]) -> int:
    return sum(len(each.instances) for each in series if is_image(each.modality))


def size(study: HostStudy) -> dict[str, Any]:
    """The counters of the study, all objects included."""
    every = (*study.series, *study.results)
    return {"series_count": len(every), "instance_count": sum(len(series.instances) for series in every)}


def at_first_sight(study: HostStudy, rules: RulesFile) -> dict[str, Any]:
    """The columns that Orthanc's summary of a study fills."""
    tags = {**study.tags, **study.patient_tags}
    name, *other = name_groups(tags.get("PatientName", "")) or ("",)
    return fitting(
        study_instance_uid=study.study_instance_uid,
        facility=rules.facility_of(study.transport),
        patient_id=tags.get("PatientID", ""),
        patient_name=name,
        patient_name_other="=".join(other),
        accession_number=tags.get("AccessionNumber", ""),
        description=tags.get("StudyDescription", ""),
        modalities=_listed(series.modality for series in study.series),
        search=_search(tags.get(keyword, "") for keyword in ("PatientName", "PatientID", "AccessionNumber", "StudyDescription")),
        **size(study),
    )


def in_full(facts: StudyFacts, study: HostStudy, labels: Iterable[str]) -> dict[str, Any]:
    """The columns that the facts fill."""
    name, *other = facts.patient_names or (facts.patient_name,)
    searched = (*facts.patient_names, facts.patient_id, facts.accession_number, facts.study_description, *labels)
    return fitting(
        study_instance_uid=study.study_instance_uid,
        facility=facts.facility,
        patient_id=facts.patient_id,
        patient_name=name,
        patient_name_other="=".join(other),
        birth_date=facts.patient_birth_date.isoformat() if facts.patient_birth_date else "",
        sex=facts.patient_sex,
        accession_number=facts.accession_number,
        description=facts.study_description,
        modalities=_listed(facts.modalities),
        modality=facts.modality,
        referrer=facts.referring_physician,
        body_part=facts.body_part,
        study_at=facts.study_at,
        search=_search(searched),
        facts=facts.to_json(),
        **size(study),
    )


def fitting(**columns: Any) -> dict[str, Any]:
    """The columns with texts cleaned and cut to what the table holds: senders keep to no maximum."""
    return {name: _cut(value, items.c[name].type) if isinstance(value, str) else value for name, value in columns.items()}


def _cut(text: str, kind: Any) -> str:
    return clean(text).strip()[: getattr(kind, "length", None)]


def _listed(modalities: Iterable[str]) -> str:
    return ",".join(sorted({modality for modality in modalities if modality}))


def _search(texts: Iterable[str]) -> str:
    return "\n".join(dict.fromkeys(folded(text) for text in texts if text))


def changes(before: Any, after: Mapping[str, Any], names: Iterable[str]) -> dict[str, list[Any]]:
    """Which of the named columns are to change, as [before, after]: for the audit trail, so never names of patients."""
    found = {name: [getattr(before, name), after[name]] for name in names if name in after}
    return {name: pair for name, pair in found.items() if pair[0] != pair[1]}
