"""What is known of a study, as one value: everything that a rule may ask about, with the kind of each fact."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time
from enum import StrEnum
from functools import cached_property
from typing import Annotated, Any, get_type_hints

from .comparison import Known


class Kind(StrEnum):
    """How a fact is compared; ``code`` is exact but for case, ``text`` also forgives separators and Arabic spelling."""

    CODE = "code"
    CODES = "codes"
    TEXT = "text"
    TEXTS = "texts"
    NUMBER = "number"
    FLAG = "flag"
    DATE = "date"
    TIME = "time"
    INSTANT = "instant"

    @property
    def is_many(self) -> bool:
        """Whether a study may have several values of it."""
        return self in (Kind.CODES, Kind.TEXTS)


Code = Annotated[str, Kind.CODE]
Codes = Annotated[tuple[str, ...], Kind.CODES]
Text = Annotated[str, Kind.TEXT]
Texts = Annotated[tuple[str, ...], Kind.TEXTS]
Number = Annotated[float | None, Kind.NUMBER]
Count = Annotated[int | None, Kind.NUMBER]
Flag = Annotated[bool | None, Kind.FLAG]
Date = Annotated[date | None, Kind.DATE]
Time = Annotated[time | None, Kind.TIME]
Instant = Annotated[datetime | None, Kind.INSTANT]


@dataclass(frozen=True)
class StudyFacts:
    """A study as its images and its way to us tell. An absent fact is "", () or None, and no condition on it is true."""

    study_instance_uid: Annotated[Code, "Study Instance UID."] = ""
    patient_id: Annotated[Code, "Patient ID as sent."] = ""
    patient_name: Annotated[Text, "Patient's name, first group, as sent (Family^Given)."] = ""
    patient_names: Annotated[Texts, "All groups of the patient's name, for example Latin and Arabic."] = ()
    patient_birth_date: Annotated[Date, "Birth date; place holders such as 1900-01-01 are absent."] = None
    patient_sex: Annotated[Code, "M, F or O."] = ""
    patient_age: Annotated[Number, "Age in years at the time of the study; `28d`, `6w`, `18m` may be written."] = None
    accession_number: Annotated[Code, "Accession number."] = ""
    study_description: Annotated[Text, "Study description."] = ""
    study_date: Annotated[Date, "Study date by the modality's clock."] = None
    study_time: Annotated[Time, "Study time by the modality's clock."] = None
    study_at: Annotated[Code, "Study date and time as ISO 8601, with a zone only when the modality tells one."] = ""
    exam_end_at: Annotated[Code, "When the examination ended by the modality's clock, as ISO 8601 in the same way."] = ""
    modality: Annotated[
        Code, "The main image modality: that of most images; SR, KO, PR, SEG and the like do not count, OT only alone."
    ] = ""
    modalities: Annotated[Codes, "All modalities in the study, SR, KO and the like included."] = ()
    body_part: Annotated[Code, "The region examined, by voting over codes, descriptions and Body Part Examined."] = ""
    body_parts: Annotated[Codes, "All regions examined, the most likely first."] = ()
    body_part_source: Annotated[Code, "What named `body_part`, for example `study_description`."] = ""
    body_part_confidence: Annotated[Number, "The share of the votes that `body_part` got: 0 to 1."] = None
    laterality: Annotated[Code, "L, R or B (both)."] = ""
    series_descriptions: Annotated[Texts, "Series descriptions."] = ()
    protocol_names: Annotated[Texts, "Protocol names."] = ()
    procedure_codes: Annotated[Codes, "Codes of the performed and the requested procedures."] = ()
    procedure_descriptions: Annotated[Texts, "Meanings and descriptions of these procedures."] = ()
    reason: Annotated[Text, "Why the study was asked for: reason, admitting diagnosis, patient history."] = ""
    referring_physician: Annotated[Text, "Referring physician's name."] = ""
    institution: Annotated[Text, "Institution name."] = ""
    department: Annotated[Text, "Institutional department name."] = ""
    station_names: Annotated[Codes, "Station names of the modalities."] = ()
    manufacturers: Annotated[Texts, "Manufacturers and model names of the modalities."] = ()
    requested_priority: Annotated[Code, "Priority in the request: STAT, HIGH, ROUTINE, MEDIUM or LOW as sent."] = ""
    contrast: Annotated[Flag, "Whether contrast medium was given, by tag or description."] = None
    patient_state: Annotated[Text, "Patient state, pregnancy status, medical alerts."] = ""
    series_count: Annotated[Count, "Number of series."] = None
    instance_count: Annotated[Count, "Number of objects, documents included."] = None
    image_count: Annotated[Count, "Number of objects in series of image modalities."] = None
    calling_aet: Annotated[Code, "AE title of the sender."] = ""
    called_aet: Annotated[Code, "AE title that the sender called."] = ""
    remote_ip: Annotated[Code, "IP address of the sender."] = ""
    user: Annotated[Code, "Account that uploaded the study over HTTP."] = ""
    received_at: Annotated[Instant, "When the first image arrived, by our clock."] = None
    received_time: Annotated[Time, "The same as time of day in the facility's time zone, or UTC."] = None
    received_hour: Annotated[Count, "The hour of that time: 0 to 23."] = None
    received_weekend: Annotated[Flag, "Whether that day is a weekend in the facility's country."] = None
    received_day: Annotated[Code, "The same as day of the week: mon, tue, wed, thu, fri, sat, sun."] = ""
    urgency: Annotated[Code, "How urgent the facility says it is: one of the priorities of this file."] = ""
    prior_count: Annotated[Count, "Number of the patient's earlier studies from this facility that we have."] = None
    days_since_prior: Annotated[Count, "Days from the latest of them to this study."] = None
    age_group: Annotated[
        Code, "neonate (under 28 days), infant (under 2 years), child (under 12), adolescent (under 18), adult."
    ] = ""
    usual_subspecialty: Annotated[Code, "Which subspecialty usually reads such a study, by modality, region and age."] = ""
    facility: Annotated[Code, "Id of the facility in this file that the sender belongs to."] = ""
    ai_finding: Annotated[
        Texts, "Codes and texts of what inference services found; may only raise. Also written `ai.finding`."
    ] = ()
    ai_score: Annotated[Number, "The highest score of these, 0 to 1. Also written `ai.score`."] = None
    ai_device: Annotated[Texts, "The devices that found something. Also written `ai.device`."] = ()
    problems: Annotated[Texts, "What was odd about the study's attributes."] = ()

    @cached_property
    def known(self) -> Known:
        """The facts as conditions compare them; each is prepared when it is first asked for."""
        return Known(self, KINDS)

    def to_json(self) -> dict[str, Any]:
        """The facts that are present, as JSON values."""
        return {name: _to_json(value) for name in KINDS if not is_absent(value := getattr(self, name))}

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> StudyFacts:
        """The inverse of ``to_json``; names that are no longer facts are left out."""
        return cls(**{name: _from_json(KINDS[name], value) for name, value in data.items() if name in KINDS})


def is_absent(value: Any) -> bool:
    """Whether a fact's value says nothing. Zero and False say something."""
    return value is None or value == "" or value == ()


def _to_json(value: Any) -> Any:
    if isinstance(value, (date, time)):  # datetime is a date
        return value.isoformat()
    return list(value) if isinstance(value, tuple) else value


def _from_json(kind: Kind, value: Any) -> Any:
    if value is None:
        return None
    match kind:
        case Kind.CODES | Kind.TEXTS:
            return tuple(value)
        case Kind.DATE:
            return date.fromisoformat(value)
        case Kind.TIME:
            return time.fromisoformat(value)
        case Kind.INSTANT:
            return datetime.fromisoformat(value)
    return value


_DECLARED: Mapping[str, tuple[Kind, str]] = {
    name: hint.__metadata__ for name, hint in get_type_hints(StudyFacts, include_extras=True).items()
}
ALSO_WRITTEN: Mapping[str, str] = {"ai.finding": "ai_finding", "ai.score": "ai_score", "ai.device": "ai_device"}
KINDS: Mapping[str, Kind] = {name: kind for name, (kind, _) in _DECLARED.items()}
ABOUT: Mapping[str, str] = {name: about for name, (_, about) in _DECLARED.items()}
