"""A signed report as Basic Text SR, TID 2000 (PS3.16): text with codes that any PACS can file, find and show."""

from __future__ import annotations

from collections.abc import Mapping

from pydicom.dataset import Dataset

from ..core.codes import Code
from ..core.reports import VERIFIED, ReportStatus, SignedReport, Signer, series_uid, uid
from ..core.sections import ADDENDUM, TABLE, Section
from . import dicom_object as dicom
from .dicom_object import ImageReference, StudyInPacs

SOP_CLASS = "1.2.840.10008.5.1.4.1.1.88.11"
SERIES_NUMBER = 900

LANGUAGE = Code("121049", "DCM", "Language of Content Item and Descendants")
DEVICE_TYPE = Code("122142", "DCM", "Acquisition Device Type")
OBSERVER_TYPE = Code("121005", "DCM", "Observer Type")
PERSON = Code("121006", "DCM", "Person")
OBSERVER_NAME = Code("121008", "DCM", "Person Observer Name")
OBSERVER_ORGANIZATION = Code("121009", "DCM", "Person Observer's Organization Name")

LANGUAGES = {"en": Code("en", "RFC5646", "English"), "ar": Code("ar", "RFC5646", "Arabic")}

# CID 29, the modalities that we can name.
DEVICES = {
    "CR": "Computed Radiography",
    "CT": "Computed Tomography",
    "DX": "Digital Radiography",
    "IO": "Intra-oral Radiography",
    "MG": "Mammography",
    "MR": "Magnetic Resonance",
    "NM": "Nuclear Medicine",
    "PT": "Positron emission tomography",
    "PX": "Panoramic X-Ray",
    "RF": "Radiofluoroscopy",
    "RG": "Radiographic imaging",
    "US": "Ultrasound",
    "XA": "X-Ray Angiography",
}


def basic_text_sr(report: SignedReport, study: StudyInPacs) -> bytes:
    """The report as a DICOM file that refers to all images reported on and to the version that it follows."""
    ds = dicom.new_object(report, study, SOP_CLASS, uid(report.id, report.version, "sr"))
    dicom.put_series(ds, report, "sr", "SR", SERIES_NUMBER)
    ds.ReferencedPerformedProcedureStepSequence = []
    ds.PerformedProcedureCodeSequence = []
    ds.CurrentRequestedProcedureEvidenceSequence = dicom.hierarchical(ds.StudyInstanceUID, study.images)
    _put_request(ds)
    _put_status(ds, report)
    _put_predecessor(ds, report)
    _put_content(ds, report)
    return dicom.as_file(ds)


def _put_request(ds: Dataset) -> None:
    if not ds.AccessionNumber:
        return
    request = Dataset()
    request.StudyInstanceUID = ds.StudyInstanceUID
    request.ReferencedStudySequence = []
    dicom.put(request, "AccessionNumber", ds.AccessionNumber)
    for keyword in ("PlacerOrderNumberImagingServiceRequest", "FillerOrderNumberImagingServiceRequest"):
        setattr(request, keyword, "")
    request.RequestedProcedureID, request.RequestedProcedureDescription = "", ""
    request.RequestedProcedureCodeSequence = []
    ds.ReferencedRequestSequence = [request]


def _put_status(ds: Dataset, report: SignedReport) -> None:
    """PS3.3 C.17.2: verified only together with complete, and never without a verifying observer."""
    verified = report.status in VERIFIED
    ds.CompletionFlag = "COMPLETE"
    ds.VerificationFlag = "VERIFIED" if verified else "UNVERIFIED"
    ds.PreliminaryFlag = "FINAL" if verified else "PRELIMINARY"
    ds.AuthorObserverSequence = [_author(report)]
    if not verified:
        return
    observer = Dataset()
    observer.VerifyingObserverName = dicom.person_name(report.author.name)
    observer.VerifyingObserverIdentificationCodeSequence = []
    observer.VerifyingOrganization = _organization(report)
    observer.VerificationDateTime = dicom.dicom_time(report.signed_at, report.sender.timezone)
    ds.VerifyingObserverSequence = [observer]


def _author(report: SignedReport) -> Dataset:
    author = Dataset()
    author.ObserverType = "PSN"
    author.PersonName = dicom.person_name(report.author.name)
    author.PersonIdentificationCodeSequence = []
    author.InstitutionName = _organization(report)
    author.InstitutionCodeSequence = []
    return author


def _organization(report: SignedReport) -> str:
    return report.sender.name.replace("\\", "/")[:64] or dicom.MANUFACTURER


def _put_predecessor(ds: Dataset, report: SignedReport) -> None:
    before = report.predecessor
    if before is None:
        return
    reference = ImageReference(series_uid(report.item, "sr"), SOP_CLASS, uid(before.report, before.version, "sr"))
    ds.PredecessorDocumentsSequence = dicom.hierarchical(ds.StudyInstanceUID, [reference])


def _put_content(ds: Dataset, report: SignedReport) -> None:
    """The tree in the order of TID 2000, which may not be extended or rearranged."""
    template = Dataset()
    template.MappingResource, template.TemplateIdentifier = "DCMR", "2000"
    ds.ValueType, ds.ContinuityOfContent = "CONTAINER", "SEPARATE"
    ds.ConceptNameCodeSequence = [dicom.coded(dicom.title_code(report))]
    ds.ContentTemplateSequence = [template]
    devices = [Code(name, "DCM", DEVICES[name]) for name in report.study.modalities if name in DEVICES]
    ds.ContentSequence = [
        *(_code(DEVICE_TYPE, device, "HAS CONCEPT MOD") for device in devices),
        _code(LANGUAGE, LANGUAGES.get(report.language, LANGUAGES["en"]), "HAS CONCEPT MOD"),
        *_observer(report.author, _organization(report)),
        *_own_sections(report),
        *(container for one in reversed(report.stands_with) for container in _sections(one.sections)),
    ]


def _observer(author: Signer, organization: str) -> list[Dataset]:
    name = _item("PNAME", OBSERVER_NAME, "HAS OBS CONTEXT")
    name.PersonName = dicom.person_name(author.name)
    return [
        _code(OBSERVER_TYPE, PERSON, "HAS OBS CONTEXT"),
        name,
        _text(OBSERVER_ORGANIZATION, organization, "HAS OBS CONTEXT"),
    ]


def _own_sections(report: SignedReport) -> list[Dataset]:
    if report.status is not ReportStatus.ADDENDUM:
        return _sections(report.sections)
    # One heading for the whole addendum; what it adds to follows under its own headings.
    texts = [_text(section.element, report.sections[section.name]) for section in _filled(report.sections)]
    return [_container(ADDENDUM, texts)]


def _sections(texts: Mapping[str, str]) -> list[Dataset]:
    return [_container(section.heading, [_text(section.element, texts[section.name])]) for section in _filled(texts)]


def _filled(texts: Mapping[str, str]) -> list[Section]:
    return [section for section in TABLE if texts.get(section.name)]


def _item(value_type: str, concept: Code, relationship: str) -> Dataset:
    ds = Dataset()
    ds.RelationshipType, ds.ValueType = relationship, value_type
    ds.ConceptNameCodeSequence = [dicom.coded(concept)]
    return ds


def _code(concept: Code, value: Code, relationship: str) -> Dataset:
    ds = _item("CODE", concept, relationship)
    ds.ConceptCodeSequence = [dicom.coded(value)]
    return ds


def _text(concept: Code, value: str, relationship: str = "CONTAINS") -> Dataset:
    ds = _item("TEXT", concept, relationship)
    ds.TextValue = value.replace("\n", "\r\n")  # PS3.5 6.2: lines of UT end in CR LF
    return ds


def _container(heading: Code, content: list[Dataset]) -> Dataset:
    ds = _item("CONTAINER", heading, "CONTAINS")
    ds.ContinuityOfContent = "SEPARATE"
    ds.ContentSequence = content
    return ds
