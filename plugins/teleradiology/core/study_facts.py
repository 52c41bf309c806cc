"""What is known of a study, as one value: everything that a rule may ask about, with the kind of each fact."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import Field, dataclass, field, fields
from datetime import date, datetime, time
from enum import StrEnum
from functools import cached_property
from typing import Any

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


def _fact(kind: Kind, about: str) -> Any:
    default: Any = () if kind.is_many else "" if kind in (Kind.CODE, Kind.TEXT) else None
    return field(default=default, metadata={"kind": kind, "about": about})


@dataclass(frozen=True)
class StudyFacts:
    """A study as its images and its way to us tell. An absent fact is "", () or None, and no condition on it is true."""

    study_instance_uid: str = _fact(Kind.CODE, "Study Instance UID.")
    patient_id: str = _fact(Kind.CODE, "Patient ID as sent.")
    patient_name: str = _fact(Kind.TEXT, "Patient's name, first group, as sent (Family^Given).")
    patient_names: tuple[str, ...] = _fact(Kind.TEXTS, "All groups of the patient's name, for example Latin and Arabic.")
    patient_birth_date: date | None = _fact(Kind.DATE, "Birth date; place holders such as 1900-01-01 are absent.")
    patient_sex: str = _fact(Kind.CODE, "M, F or O.")
    patient_age: float | None = _fact(Kind.NUMBER, "Age in years at the time of the study; `28d`, `6w`, `18m` and `2y` may be written.")
    accession_number: str = _fact(Kind.CODE, "Accession number.")
    study_description: str = _fact(Kind.TEXT, "Study description.")
    study_date: date | None = _fact(Kind.DATE, "Study date by the modality's clock.")
    study_time: time | None = _fact(Kind.TIME, "Study time by the modality's clock.")
    study_at: str = _fact(Kind.CODE, "Study date and time as ISO 8601, with a zone only when the modality tells one.")
    modality: str = _fact(Kind.CODE, "The main image modality: that of most images, leaving SR, KO, PR, DOC, SEG and the like out.")
    modalities: tuple[str, ...] = _fact(Kind.CODES, "All modalities in the study, SR, KO and the like included.")
    body_part: str = _fact(Kind.CODE, "The region examined, by voting over codes, descriptions and Body Part Examined.")
    body_parts: tuple[str, ...] = _fact(Kind.CODES, "All regions examined, the most likely first.")
    body_part_source: str = _fact(Kind.CODE, "What named `body_part`, for example `study_description`.")
    body_part_confidence: float | None = _fact(Kind.NUMBER, "The share of the votes that `body_part` got: 0 to 1.")
    laterality: str = _fact(Kind.CODE, "L, R or B (both).")
    series_descriptions: tuple[str, ...] = _fact(Kind.TEXTS, "Series descriptions.")
    protocol_names: tuple[str, ...] = _fact(Kind.TEXTS, "Protocol names.")
    procedure_codes: tuple[str, ...] = _fact(Kind.CODES, "Codes of the performed and the requested procedures.")
    procedure_descriptions: tuple[str, ...] = _fact(Kind.TEXTS, "Meanings and descriptions of these procedures.")
    reason: str = _fact(Kind.TEXT, "Why the study was asked for: reason, admitting diagnosis, patient history.")
    referring_physician: str = _fact(Kind.TEXT, "Referring physician's name.")
    institution: str = _fact(Kind.TEXT, "Institution name.")
    department: str = _fact(Kind.TEXT, "Institutional department name.")
    station_names: tuple[str, ...] = _fact(Kind.CODES, "Station names of the modalities.")
    manufacturers: tuple[str, ...] = _fact(Kind.TEXTS, "Manufacturers and model names of the modalities.")
    requested_priority: str = _fact(Kind.CODE, "Priority in the request: STAT, HIGH, ROUTINE, MEDIUM or LOW as sent.")
    contrast: bool | None = _fact(Kind.FLAG, "Whether contrast medium was given, by tag or description.")
    patient_state: str = _fact(Kind.TEXT, "Patient state, pregnancy status, medical alerts.")
    series_count: int | None = _fact(Kind.NUMBER, "Number of series.")
    instance_count: int | None = _fact(Kind.NUMBER, "Number of objects, documents included.")
    image_count: int | None = _fact(Kind.NUMBER, "Number of objects in series of image modalities.")
    calling_aet: str = _fact(Kind.CODE, "AE title of the sender.")
    called_aet: str = _fact(Kind.CODE, "AE title that the sender called.")
    remote_ip: str = _fact(Kind.CODE, "IP address of the sender.")
    user: str = _fact(Kind.CODE, "Account that uploaded the study over HTTP.")
    received_at: datetime | None = _fact(Kind.INSTANT, "When the first image arrived, by our clock.")
    received_time: time | None = _fact(Kind.TIME, "The same as time of day in the facility's time zone (UTC for unknown senders).")
    received_day: str = _fact(Kind.CODE, "The same as day of the week: mon, tue, wed, thu, fri, sat, sun.")
    facility: str = _fact(Kind.CODE, "Id of the facility in this file that the sender belongs to.")
    problems: tuple[str, ...] = _fact(Kind.TEXTS, "What was odd about the study's attributes.")

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


_FIELDS: tuple[Field[Any], ...] = fields(StudyFacts)
KINDS: Mapping[str, Kind] = {each.name: each.metadata["kind"] for each in _FIELDS}
ABOUT: Mapping[str, str] = {each.name: each.metadata["about"] for each in _FIELDS}
