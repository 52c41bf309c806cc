"""Reads a study's facts from its series' attributes and its transport, tolerantly: what is wrong is noted, never raised."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from . import dicom_values as dicom
from .body_parts import BY_MODALITY, Regions, vote
from .calendar_facts import DAYS, TimezoneOf, WeekendOf, age_group, with_local_time
from .codes import ANATOMIC_REGIONS, NOT_IMAGES
from .description_words import contrast_in, side_in
from .names import clean, name_groups
from .series_attributes import (
    COUNT,
    LONGEST_TEXT,
    MOST_VALUES,
    PROBLEMS,
    Attributes,
    SeriesAttributes,
    count_of,
    items_in,
    modality_of,
    texts_in,
)
from .study_facts import StudyFacts
from .transport import Transport
from .usual_subspecialties import usual

__all__ = ["COUNT", "DAYS", "PROBLEMS", "Attributes", "StudyFacts", "completed", "facts_from", "main_modality"]

FacilityOf = Callable[[Transport], str]

_LARGEST_DISAGREEMENT = 1.5  # years between the age told and the age computed


def facts_from(
    series: Sequence[Attributes],
    transport: Transport,
    *,
    facility_of: FacilityOf,
    timezone_of: TimezoneOf | None = None,
    weekend_of: WeekendOf | None = None,
) -> StudyFacts:
    """The facts of a study, given the attributes of one object of each series and how the study came to us."""
    reading = SeriesAttributes(series)
    facts = StudyFacts(
        **_patient(reading),
        **_study(reading),
        **_content(reading),
        **_procedure(reading),
        calling_aet=clean(transport.calling_aet).strip(),
        called_aet=clean(transport.called_aet).strip(),
        remote_ip=transport.remote_ip.strip(),
        user=transport.user,
        received_at=transport.received_at,
    )
    facts = _with_age(facts, reading)
    regions = vote(_region_evidence(reading))
    return completed(facts, facility_of=facility_of, timezone_of=timezone_of, regions=regions, weekend_of=weekend_of)


def completed(
    facts: StudyFacts,
    *,
    facility_of: FacilityOf,
    timezone_of: TimezoneOf | None = None,
    regions: Regions | None = None,
    weekend_of: WeekendOf | None = None,
) -> StudyFacts:
    """The facts with those filled in that follow from others: modality, regions, age, side, contrast, facility, local time.

    What is already known stays. Examples in the rules file and questions to the rules go through here as real studies do.
    """
    facts = _with_modality(facts)
    facts = _with_regions(facts, regions or vote(_given_evidence(facts)))
    texts = " ; ".join((facts.study_description, *facts.procedure_descriptions, *facts.series_descriptions))
    transport = Transport(facts.calling_aet, facts.called_aet, facts.remote_ip, facts.user, facts.received_at)
    facts = replace(
        facts,
        contrast=contrast_in(texts) if facts.contrast is None else facts.contrast,
        laterality=facts.laterality or side_in(facts.study_description) or side_in(" ".join(facts.procedure_descriptions)),
        patient_age=_age(facts) if facts.patient_age is None else facts.patient_age,
        patient_names=facts.patient_names or name_groups(facts.patient_name),
        facility=facts.facility or facility_of(transport),
    )
    group = facts.age_group or age_group(facts.patient_age)
    section = facts.usual_subspecialty or usual(facts.modality, facts.body_parts, group)
    facts = replace(facts, age_group=group, usual_subspecialty=section)
    return with_local_time(facts, timezone_of, weekend_of)


def main_modality(modalities: Iterable[tuple[str, int]]) -> str:
    """The image modality with most images, given (modality, images) pairs.

    PT and NM go before the CT or MR taken with them; OT, scanned papers among it, counts only when there is nothing else.
    """
    counts: Counter[str] = Counter()
    for modality, images in modalities:
        if modality and modality not in NOT_IMAGES:
            counts[modality] += images
    for hybrid in ("PT", "NM"):
        if hybrid in counts:
            return hybrid
    return max(counts, key=lambda each: (each != "OT", counts[each]), default="")


def _patient(reading: SeriesAttributes) -> dict[str, Any]:
    names = tuple(dict.fromkeys(group for name in reading.every("PatientName") for group in name_groups(name)))
    reading.agreed("PatientName")
    sex = reading.agreed("PatientSex").upper()[:1]
    born = reading.agreed("PatientBirthDate")
    birth_date = dicom.birth_date_of(born)
    if born and birth_date is None:
        reading.problems.append("PatientBirthDate is not a date or a place holder")
    states = reading.every("PatientState", "PregnancyStatus", "MedicalAlerts")
    return {
        "patient_id": reading.agreed("PatientID"),
        "patient_name": names[0] if names else "",
        "patient_names": names,
        "patient_birth_date": birth_date,
        "patient_sex": {"W": "F"}.get(sex, sex) if sex in ("M", "F", "O", "W") else "",
        "patient_state": "; ".join(states)[:LONGEST_TEXT],
    }


def _study(reading: SeriesAttributes) -> dict[str, Any]:
    day = dicom.date_of(reading.one("StudyDate", "SeriesDate", "AcquisitionDate", "ContentDate"))
    clock = dicom.time_of(reading.one("StudyTime", "SeriesTime", "AcquisitionTime", "ContentTime"))
    zone = dicom.zone_of(reading.one("TimezoneOffsetFromUTC"))
    if reading.one("StudyDate") and dicom.date_of(reading.one("StudyDate")) is None:
        reading.problems.append("StudyDate is not a date")
    return {
        "study_instance_uid": reading.one("StudyInstanceUID"),
        "accession_number": reading.agreed("AccessionNumber"),
        "study_description": reading.one("StudyDescription"),
        "study_date": day,
        "study_time": clock,
        "study_at": _iso(day, clock, zone),
        "exam_end_at": _exam_end(reading, zone),
        "referring_physician": reading.one("ReferringPhysicianName"),
        "institution": reading.one("InstitutionName"),
        "department": reading.one("InstitutionalDepartmentName"),
    }


_ENDS = ("PerformedProcedureStepEnd", "Acquisition", "Content", "Series")  # the first that a series tells


def _exam_end(reading: SeriesAttributes, zone: Any) -> str:
    """When the last series of images was taken. A date alone does not say when something ended."""
    ends = [end for each in reading.series if modality_of(each) not in NOT_IMAGES and (end := _end_of(each, zone))]
    return max(ends, default="")


def _end_of(series: Attributes, zone: Any) -> str:
    for what in _ENDS:
        day = dicom.date_of(next(texts_in(series.get(f"{what}Date")), ""))
        clock = dicom.time_of(next(texts_in(series.get(f"{what}Time")), ""))
        if day and clock:
            return _iso(day, clock, zone)
    return ""


def _iso(day: Any, clock: Any, zone: Any) -> str:
    if day is None:
        return ""
    if clock is None:
        return str(day.isoformat())
    return datetime.combine(day, clock.replace(microsecond=0), zone).isoformat()


def _content(reading: SeriesAttributes) -> dict[str, Any]:
    counts = [(modality_of(each), count_of(each)) for each in reading.series]
    if any(not modality for modality, _ in counts):
        reading.problems.append("a series has no Modality")
    sides = {side for side in reading.every("ImageLaterality", "Laterality") if side in ("L", "R", "B")}
    return {
        "modality": main_modality(counts),
        "modalities": tuple(dict.fromkeys(modality for modality, _ in counts if modality)),
        "laterality": "B" if len(sides) > 1 else next(iter(sides), ""),
        "series_descriptions": reading.every("SeriesDescription"),
        "protocol_names": reading.every("ProtocolName"),
        "station_names": reading.every("StationName"),
        "manufacturers": reading.every("Manufacturer", "ManufacturerModelName"),
        "contrast": True if reading.every("ContrastBolusAgent", "ContrastBolusVolume") else None,
        "series_count": len(counts),
        "instance_count": sum(count for _, count in counts),
        "image_count": sum(count for modality, count in counts if modality not in NOT_IMAGES),
    }


def _procedure(reading: SeriesAttributes) -> dict[str, Any]:
    codes = [*reading.inside("ProcedureCodeSequence", "RequestedProcedureCodeSequence")]
    requests = [*reading.inside("RequestAttributesSequence")]
    for request in requests:
        codes += items_in(request.get("RequestedProcedureCodeSequence"))
        codes += items_in(request.get("ScheduledProtocolCodeSequence"))
    described = [*reading.every("RequestedProcedureDescription", "PerformedProcedureStepDescription")]
    described += _inner(requests, "RequestedProcedureDescription", "ScheduledProcedureStepDescription")
    reasons = [*reading.every("ReasonForStudy", "ReasonForVisit", "ReasonForTheRequestedProcedure")]
    reasons += _inner(requests, "ReasonForTheRequestedProcedure")
    reasons += reading.every("AdmittingDiagnosesDescription", "AdditionalPatientHistory")
    priorities = [*reading.every("RequestedProcedurePriority"), *_inner(requests, "RequestedProcedurePriority")]
    priorities += reading.every("StudyPriorityID")
    return {
        "procedure_codes": _distinct(_inner(codes, "CodeValue", "LongCodeValue")),
        "procedure_descriptions": _distinct([*_inner(codes, "CodeMeaning"), *described]),
        "reason": "; ".join(_distinct(reasons))[:LONGEST_TEXT],
        "requested_priority": next(iter(priorities), "").upper(),
    }


def _inner(items: Iterable[Attributes], *keywords: str) -> Iterator[str]:
    return (text for item in items for keyword in keywords for text in texts_in(item.get(keyword)))


def _distinct(texts: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(texts))[:MOST_VALUES]


def _region_evidence(reading: SeriesAttributes) -> Iterator[tuple[str, str]]:
    """Who says which region, as texts; not yet weighed."""
    requests = [*reading.inside("RequestAttributesSequence")]
    yield from (("procedure_code", text) for text in _inner(reading.inside("ProcedureCodeSequence"), "CodeMeaning"))
    requested = [*reading.inside("RequestedProcedureCodeSequence"), *requests]
    yield from (("requested_procedure", text) for text in _inner(requested, "CodeMeaning", "RequestedProcedureDescription"))
    yield from (("requested_procedure", text) for text in reading.every("RequestedProcedureDescription"))
    yield from (("study_description", text) for text in reading.every("StudyDescription"))
    for item in reading.inside("AnatomicRegionSequence"):
        code = next(_inner([item], "CodeValue"), "")
        yield "anatomic_region", ANATOMIC_REGIONS.get(code) or next(_inner([item], "CodeMeaning"), "")
    yield from (("body_part_examined", text) for text in reading.every("BodyPartExamined"))
    yield from (("series_description", text) for text in reading.every("SeriesDescription"))
    yield from (("protocol_name", text) for text in reading.every("ProtocolName", "PerformedProcedureStepDescription"))
    yield from (("modality", BY_MODALITY[name]) for name in {modality_of(each) for each in reading.series} if name in BY_MODALITY)


def _given_evidence(facts: StudyFacts) -> Iterator[tuple[str, str]]:
    yield from (("procedure_code", text) for text in facts.procedure_descriptions)
    yield "study_description", facts.study_description
    yield from (("series_description", text) for text in facts.series_descriptions)
    yield from (("protocol_name", text) for text in facts.protocol_names)
    yield "modality", BY_MODALITY.get(facts.modality, "")


def _with_modality(facts: StudyFacts) -> StudyFacts:
    modalities = facts.modalities or ((facts.modality,) if facts.modality else ())
    modality = facts.modality or main_modality((each, 1) for each in modalities)
    return replace(facts, modality=modality, modalities=modalities)


def _with_regions(facts: StudyFacts, regions: Regions) -> StudyFacts:
    if facts.body_part or facts.body_parts:
        body_parts = facts.body_parts or (facts.body_part,)
        return replace(facts, body_part=facts.body_part or body_parts[0], body_parts=body_parts)
    return replace(
        facts,
        body_part=regions.body_part,
        body_parts=regions.body_parts,
        body_part_source=regions.source,
        body_part_confidence=regions.confidence,
    )


def _with_age(facts: StudyFacts, reading: SeriesAttributes) -> StudyFacts:
    """The age by birth date, which is exact, or as told when there is none."""
    text = reading.one("PatientAge")
    told, computed = dicom.age_of(text), _age(facts)
    if text and told is None:
        reading.problems.append("PatientAge is not an age or a place holder")
    if told is not None and computed is not None and abs(told - computed) > _LARGEST_DISAGREEMENT:
        reading.problems.append("PatientAge and PatientBirthDate disagree")
    return replace(facts, patient_age=told if computed is None else computed, problems=tuple(reading.problems))


def _age(facts: StudyFacts) -> float | None:
    day = facts.study_date or (facts.received_at.date() if facts.received_at else None)
    return dicom.years_between(facts.patient_birth_date, day) if facts.patient_birth_date and day else None
