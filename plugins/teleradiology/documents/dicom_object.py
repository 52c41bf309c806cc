"""What all DICOM objects of ours have in common: the study's own header, our series, codes, references, the file around them."""

from __future__ import annotations

import io
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from pydicom import config
from pydicom.datadict import dictionary_VR, tag_for_keyword
from pydicom.dataelem import DataElement
from pydicom.dataset import Dataset, FileMetaDataset
from pydicom.uid import UID, ExplicitVRLittleEndian

from ..core.codes import Code
from ..core.report_titles import title_of
from ..core.reports import SignedReport, StudyHeader, series_uid

MANUFACTURER = "Orthanc Teleradiology"
IMPLEMENTATION_CLASS_UID = "2.25.142123591682993862361675153621941011431"
IMPLEMENTATION_VERSION = "TELERADIOLOGY"

# Copied from the study, so that every PACS files the object with the images. All are type 2: present, empty when unknown.
PATIENT = ("PatientName", "PatientID", "PatientBirthDate", "PatientSex")
STUDY = ("StudyInstanceUID", "StudyDate", "StudyTime", "StudyID", "AccessionNumber", "ReferringPhysicianName")
OPTIONAL = ("IssuerOfPatientID", "OtherPatientIDs", "StudyDescription")


@dataclass(frozen=True)
class ImageReference:
    """One object of the study."""

    series_instance_uid: str
    sop_class_uid: str
    sop_instance_uid: str


@dataclass(frozen=True)
class StudyInPacs:
    """The study as the PACS has it now: its header by keyword, and the images reported on."""

    header: Mapping[str, str]
    images: tuple[ImageReference, ...]


def new_object(report: SignedReport, study: StudyInPacs, sop_class: str, sop_instance: str) -> Dataset:
    """A data set with patient, study, equipment and the instant of signing. Its clock is the facility's, as the study's is."""
    ds = Dataset()
    signed = report.signed_at.astimezone(ZoneInfo(report.sender.timezone))
    ds.SpecificCharacterSet = "ISO_IR 192"
    ds.SOPClassUID, ds.SOPInstanceUID = sop_class, sop_instance
    ds.TimezoneOffsetFromUTC = signed.strftime("%z")
    _copy_header(ds, study.header)
    _put_what_people_read(ds, report.study)
    ds.Manufacturer = ds.ManufacturerModelName = MANUFACTURER
    ds.InstanceNumber = report.version
    for moment in ("InstanceCreation", "Content"):
        setattr(ds, f"{moment}Date", signed.strftime("%Y%m%d"))
        setattr(ds, f"{moment}Time", signed.strftime("%H%M%S"))
    return ds


def _copy_header(ds: Dataset, header: Mapping[str, str]) -> None:
    for keyword in (*PATIENT, *STUDY, *OPTIONAL):
        value = header.get(keyword, "")
        if value or keyword not in OPTIONAL:
            put(ds, keyword, value)


def _put_what_people_read(ds: Dataset, known: StudyHeader) -> None:
    """Name and description as the worklist and the PDF have them, where Orthanc believed a wrong character set. No id."""
    if _is_misread(str(ds.PatientName), "".join(known.patient_names)):
        put(ds, "PatientName", "=".join(known.patient_names))
    if _is_misread(str(ds.get("StudyDescription", "")), known.description):
        put(ds, "StudyDescription", known.description)


def _is_misread(text: str, known: str) -> bool:
    """Accented Latin letters where another script was meant: bytes of one character set read as Latin-1."""
    return not text.isascii() and all(letter <= "\u00ff" for letter in text) and any(letter > "\u024f" for letter in known)


def put(ds: Dataset, keyword: str, value: Any) -> None:
    """Set an attribute as the images have it, valid or not: a repaired Patient ID would be another patient."""
    tag = tag_for_keyword(keyword)
    assert tag is not None
    ds[tag] = DataElement(tag, dictionary_VR(tag), value, validation_mode=config.IGNORE)


def put_series(ds: Dataset, report: SignedReport, kind: str, modality: str, number: int) -> None:
    """One series for all versions of a kind: what is of the series is the same in each of them."""
    ds.Modality, ds.SeriesNumber = modality, number
    ds.SeriesInstanceUID = series_uid(report.item, kind)
    ds.SeriesDescription = "Radiology report" if kind == "sr" else "Radiology report (PDF)"


def title_code(report: SignedReport) -> Code:
    """The document title (CID 7000)."""
    return title_of(report.study.modality, report.study.body_part)


def coded(code: Code) -> Dataset:
    """An item of a code sequence."""
    ds = Dataset()
    ds.CodeValue, ds.CodingSchemeDesignator, ds.CodeMeaning = code.value, code.scheme, code.meaning
    return ds


def referenced(sop_class: str, sop_instance: str) -> Dataset:
    """An item of a reference sequence."""
    ds = Dataset()
    ds.ReferencedSOPClassUID, ds.ReferencedSOPInstanceUID = sop_class, sop_instance
    return ds


def hierarchical(study_uid: str, images: Iterable[ImageReference]) -> list[Dataset]:
    """References by study and series, as the evidence and predecessor sequences want them."""
    by_series: defaultdict[str, list[Dataset]] = defaultdict(list)
    for image in images:
        by_series[image.series_instance_uid].append(referenced(image.sop_class_uid, image.sop_instance_uid))
    study = Dataset()
    study.StudyInstanceUID = study_uid
    study.ReferencedSeriesSequence = []
    for series_instance_uid, found in by_series.items():
        series = Dataset()
        series.SeriesInstanceUID, series.ReferencedSOPSequence = series_instance_uid, found
        study.ReferencedSeriesSequence.append(series)
    return [study] if by_series else []


def dicom_time(at: datetime, zone: str) -> str:
    """A DT with its offset (PS3.5 6.2)."""
    return at.astimezone(ZoneInfo(zone)).strftime("%Y%m%d%H%M%S%z")


_PREFIXES = ("dr", "dr.", "prof", "prof.", "mr", "mr.", "mrs", "mrs.", "ms", "ms.", "د", "د.", "أ.د.", "دكتور", "دكتورة")


def person_name(name: str) -> str:
    """A name as people write it, as a PN: "Dr Salem Ahmed" is Ahmed^Salem^^Dr."""
    words = name.replace("=", " ").replace("\\", " ").replace("^", " ").split()
    prefixes: list[str] = []
    while len(words) > 1 and words[0].lower() in _PREFIXES:
        prefixes.append(words.pop(0))
    family, given = " ".join(words[-1:]), " ".join(words[:-1])
    return f"{family}^{given}^^{' '.join(prefixes)}"[:64].rstrip("^ ")


def as_file(ds: Dataset) -> bytes:
    """The data set as a DICOM file (PS3.10)."""
    meta = FileMetaDataset()
    meta.MediaStorageSOPClassUID, meta.MediaStorageSOPInstanceUID = ds.SOPClassUID, ds.SOPInstanceUID
    meta.TransferSyntaxUID = ExplicitVRLittleEndian
    meta.ImplementationClassUID, meta.ImplementationVersionName = UID(IMPLEMENTATION_CLASS_UID), IMPLEMENTATION_VERSION
    ds.file_meta = meta
    body = io.BytesIO()
    ds.save_as(body, enforce_file_format=True)
    return body.getvalue()
