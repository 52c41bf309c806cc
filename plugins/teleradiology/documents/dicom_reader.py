"""Reads DICOM headers tolerantly, and gives the attributes that a study's facts are made from as plain values."""

from __future__ import annotations

import zlib
from collections.abc import Iterable
from io import BytesIO
from typing import Any

import pydicom
from pydicom import Dataset
from pydicom.multival import MultiValue
from pydicom.sequence import Sequence

from ..core.errors import InvalidInput
from ..core.names import clean
from ..core.series_attributes import PROBLEMS
from .dicom_text import tidied, to_utf_8

# pydicom checks each value it reads and warns with the value in the text: patient data in the log. We check what we use.
pydicom.config.settings.reading_validation_mode = pydicom.config.IGNORE

LONGEST_TEXT = 1024
MOST_VALUES = 64
MOST_ITEMS = 64
LARGEST_INFLATED = 64 * 1024 * 1024  # bytes

_DEFLATED = b"1.2.840.10008.1.2.1.99"
_GROUP_LENGTH = b"\x02\x00\x00\x00"  # (0002,0000), the first element of every file (PS3.10 7.1)
_LONGEST_META = 4096

_CODE = ("CodeValue", "LongCodeValue", "CodingSchemeDesignator", "CodeMeaning")
_TEXTS = (
    *("StudyInstanceUID", "SeriesInstanceUID", "SOPClassUID", "AccessionNumber", "StudyID", "Modality"),
    *("PatientID", "IssuerOfPatientID", "PatientName", "PatientBirthDate", "PatientSex", "PatientAge"),
    *("PatientState", "PregnancyStatus", "MedicalAlerts", "AdditionalPatientHistory", "AdmittingDiagnosesDescription"),
    *("StudyDate", "StudyTime", "SeriesDate", "SeriesTime", "AcquisitionDate", "AcquisitionTime", "ContentDate", "ContentTime"),
    *("PerformedProcedureStepEndDate", "PerformedProcedureStepEndTime"),
    *("TimezoneOffsetFromUTC", "StudyDescription", "SeriesDescription", "ProtocolName", "PerformedProcedureStepDescription"),
    *("RequestedProcedureDescription", "RequestedProcedurePriority", "StudyPriorityID", "ReasonForStudy", "ReasonForVisit"),
    *("ReasonForTheRequestedProcedure", "BodyPartExamined", "Laterality", "ImageLaterality", "ViewPosition"),
    *("ContrastBolusAgent", "ContrastBolusVolume", "ReferringPhysicianName", "InstitutionName"),
    *("InstitutionalDepartmentName", "StationName", "Manufacturer", "ManufacturerModelName"),
)
_SEQUENCES: dict[str, tuple[str, ...]] = {
    "ProcedureCodeSequence": _CODE,
    "RequestedProcedureCodeSequence": _CODE,
    "AnatomicRegionSequence": _CODE,
    "RequestAttributesSequence": (
        *("RequestedProcedureDescription", "ScheduledProcedureStepDescription", "RequestedProcedureID"),
        *("ReasonForTheRequestedProcedure", "RequestedProcedurePriority", "AccessionNumber"),
        *("RequestedProcedureCodeSequence", "ScheduledProtocolCodeSequence"),
    ),
    "ScheduledProtocolCodeSequence": _CODE,
}


def read(dicom: bytes) -> Dataset:
    """The data set of a DICOM file (PS3.10) up to the pixels, with all its text in UTF-8.

    Raises InvalidInput, without any of the content, when it is not readable.
    """
    try:
        _check_inflated_size(dicom)
        dataset = pydicom.dcmread(BytesIO(tidied(dicom)), stop_before_pixels=True, force=False)
        problem = to_utf_8(dataset)
    except InvalidInput:
        raise
    except Exception as error:  # noqa: BLE001 - a broken file makes pydicom raise nearly anything
        raise InvalidInput(f"The object is not readable as DICOM ({type(error).__name__}).") from None
    dataset.teleradiology_problems = (problem,) if problem else ()  # an attribute without DICOM keyword stays ours
    return dataset


def attributes(dicom: bytes) -> dict[str, Any]:
    """The attributes of a DICOM file, as ``core.facts.facts_from`` takes them."""
    return series_mapping(read(dicom))


def series_mapping(dataset: Dataset) -> dict[str, Any]:
    """The attributes that facts are made from, by keyword: texts (several: a list), sequences as lists of such mappings."""
    found = _mapping(dataset, (*_TEXTS, *(name for name in _SEQUENCES if name != "ScheduledProtocolCodeSequence")))
    problems = getattr(dataset, "teleradiology_problems", ())
    return found | {PROBLEMS: list(problems)} if problems else found


def _check_inflated_size(dicom: bytes) -> None:
    """A deflated file of a few kilobytes may stand for gigabytes."""
    head = dicom[:_LONGEST_META]
    if _DEFLATED not in head or head[132:136] != _GROUP_LENGTH:
        return
    start = 144 + int.from_bytes(head[140:144], "little")
    inflating = zlib.decompressobj(-zlib.MAX_WBITS)
    if len(inflating.decompress(dicom[start:], LARGEST_INFLATED + 1)) > LARGEST_INFLATED:
        raise InvalidInput(f"The object is deflated and larger than {LARGEST_INFLATED} bytes.")


def _mapping(dataset: Dataset, keywords: Iterable[str]) -> dict[str, Any]:
    found = {keyword: _plain(keyword, dataset) for keyword in keywords if keyword in dataset}
    return {keyword: value for keyword, value in found.items() if value not in ("", [], None)}


def _plain(keyword: str, dataset: Dataset) -> Any:
    """One attribute's value; None when it cannot be understood, because the others still can."""
    try:
        value = dataset[keyword].value
    except Exception:  # noqa: BLE001 - a broken value makes pydicom raise nearly anything
        return None
    if isinstance(value, Sequence):
        return [_mapping(item, _SEQUENCES[keyword]) for item in value[:MOST_ITEMS]] if keyword in _SEQUENCES else None
    if isinstance(value, MultiValue | list):
        texts = [_text(each) for each in value[:MOST_VALUES]]
        return [text for text in texts if text]
    return _text(value)


def _text(value: Any) -> str:
    if value is None or isinstance(value, bytes | Dataset | Sequence):
        return ""
    return " ".join(clean(str(value)).split())[:LONGEST_TEXT]
