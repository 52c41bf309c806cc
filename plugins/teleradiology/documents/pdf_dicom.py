"""The PDF of a signed report as an Encapsulated PDF object (PS3.3 A.45.1), beside the images and derived from the SR."""

from __future__ import annotations

from ..core.reports import VERIFIED, SignedReport, uid
from . import dicom_object as dicom
from . import sr
from .dicom_object import StudyInPacs

SOP_CLASS = "1.2.840.10008.5.1.4.1.1.104.1"
SERIES_NUMBER = 901


def encapsulated_pdf(report: SignedReport, study: StudyInPacs, pdf: bytes) -> bytes:
    """The PDF as a DICOM file."""
    ds = dicom.new_object(report, study, SOP_CLASS, uid(report.id, report.version, "pdf"))
    dicom.put_series(ds, report, "pdf", "DOC", SERIES_NUMBER)
    title = dicom.title_code(report)
    ds.ConversionType, ds.BurnedInAnnotation = "WSD", "YES"  # the report carries the patient's name
    ds.AcquisitionDateTime = ""
    ds.DocumentTitle = f"{title.meaning}, {report.status}, version {report.version}"
    ds.ConceptNameCodeSequence = [dicom.coded(title)]
    ds.VerificationFlag = "VERIFIED" if report.status in VERIFIED else "UNVERIFIED"
    own = dicom.referenced(sr.SOP_CLASS, uid(report.id, report.version, "sr"))
    ds.SourceInstanceSequence = [own, *(dicom.referenced(one.sop_class_uid, one.sop_instance_uid) for one in study.images)]
    ds.MIMETypeOfEncapsulatedDocument = "application/pdf"
    ds.EncapsulatedDocument = pdf + b"\0" * (len(pdf) % 2)
    ds.EncapsulatedDocumentLength = len(pdf)  # so that readers can strip the padding
    return dicom.as_file(ds)
