"""Signed reports for tests: ordinary ones in both languages, and hostile ones."""

from __future__ import annotations

import dataclasses
import io
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from pydicom import Dataset, dcmread

from teleradiology.core import sections
from teleradiology.core.reports import Earlier, ReportStatus, Sender, SignedReport, Signer, StudyHeader
from teleradiology.documents.dicom_object import ImageReference, StudyInPacs

ROOT = Path(__file__).parents[2]
TEMPLATES = ROOT / "templates" / "report"
FONTS = ROOT / "build" / "vendor" / "fonts"
SIGNED_AT = datetime(2026, 11, 23, 12, 30, tzinfo=UTC)
CT_IMAGE = "1.2.840.10008.5.1.4.1.1.2"

TEXTS = {
    "en": {
        "indication": "Sudden severe headache, query subarachnoid haemorrhage. GCS 14/15.",
        "technique": "Non-contrast CT head, 0.625 mm slices, CTDIvol 48.5 mGy.",
        "findings": "No haemorrhage. Midline shift ≤ 2.5 mm to the right.\n\nThird ventricle 4–6 mm; density +35 HU.",
        "impression": "1. No acute haemorrhage.\n2. Nodule 3-5 x 48.5 mm.",
        "recommendation": "MRI within 7–10 days.",
    },
    "ar": {
        "indication": "صداع شديد مفاجئ، اشتباه نزف تحت العنكبوتية. GCS 14/15.",
        "findings": "عقدة بقياس 3-5 x 48.5 mm بتاريخ 2026-11-23 (CT).\nلا يوجد نزف داخل القحف.\n\nهاتف +218 91 123 4567.",
        "impression": "لا يوجد نزف حاد. عقدة بقياس 3-5 x 48.5 mm.",
    },
}

# What must come out as it went in, and do nothing: markup, template code, separators, line ends, disguises, other scripts.
HOSTILE = (
    "<img src=x onerror=window.__x=1>",
    '"><svg/onload=alert(1)>',
    "{{ 7*7 }} {% include '/etc/passwd' %} ${7*7}",
    "{{ ''.__class__.__mro__ }}",
    "EVIL\rOBX|1|TX|x||^~\\&",
    "line\x0bfeed\x1c\r\x00end",
    "\u202eesrever\u202c \u2066x\u2069",
    "山田^太郎",
    "محمد^علي",
    "Ωmega Ünïcode 😀 e\u0301",
    "a" * 300,
)


def report(language: str = "en", status: str = "final", **changes: Any) -> SignedReport:
    """A complete report."""
    arabic = language == "ar"
    made = SignedReport(
        id="01KAZZZZZZZZZZZZZZZZZZZZZZ",
        item="01KAYYYYYYYYYYYYYYYYYYYYYY",
        version=1,
        status=ReportStatus(status),
        sections=sections.checked(TEXTS[language]),
        language=language,
        author=Signer("salem", "Dr Salem Ahmed", "dr-salem", "Consultant radiologist", "LY-000123"),
        signed_at=SIGNED_AT,
        study=StudyHeader(
            study_instance_uid="1.2.826.0.1.3680043.8.498.1",
            patient_id="LY-2026/0042",
            patient_names=("محمد^علي", "Mohammed^Ali"),
            birth_date="1961-04-30",
            sex="M",
            accession_number="ACC-00098",
            description="CT HEAD WITHOUT CONTRAST",
            modality="CT",
            modalities=("CT",),
            body_part="HEAD",
            study_at="2026-11-23T10:12:33",
            referring_physician="Khalifa^Nuri^^Dr",
        ),
        sender=Sender(
            "zliten-clinic",
            "Zliten Clinic",
            ("عيادة زليتن", "هاتف +218 91 123 4567") if arabic else ("Zliten Clinic", "Tel. +218 91 123 4567"),
            "Africa/Tripoli",
            ("ar", "en"),
        ),
    )
    return dataclasses.replace(made, **changes)


def with_study(made: SignedReport, **changes: Any) -> SignedReport:
    """The report with another patient or study."""
    return dataclasses.replace(made, study=dataclasses.replace(made.study, **changes))


def following(before: SignedReport, status: str, texts: dict[str, str], **changes: Any) -> SignedReport:
    """A version that follows another one."""
    reference = Earlier(
        before.id, before.version, before.status, before.signed_at, before.author, before.language, before.sections
    )
    return dataclasses.replace(
        before,
        id=before.id[:-1] + str(before.version),
        version=before.version + 1,
        status=ReportStatus(status),
        sections=sections.checked(texts),
        earlier=(*before.earlier, reference),
        **changes,
    )


def study_in_pacs(made: SignedReport, images: int = 3, **header: str) -> StudyInPacs:
    """The study as Orthanc has it, in two series."""
    tags = {
        "PatientName": "=".join(made.study.patient_names),
        "PatientID": made.study.patient_id,
        "PatientBirthDate": "19610430",
        "PatientSex": "M",
        "StudyInstanceUID": made.study.study_instance_uid,
        "StudyDate": "20261123",
        "StudyTime": "101233",
        "StudyID": "1",
        "AccessionNumber": made.study.accession_number,
        "ReferringPhysicianName": "Khalifa^Nuri",
    }
    references = tuple(
        ImageReference(f"1.2.3.{series}", CT_IMAGE, f"1.2.3.{series}.{number}")
        for series in (1, 2)
        for number in range(1, images + 1)
    )
    return StudyInPacs({**tags, **header}, references)


def read(dicom: bytes) -> Dataset:
    """A DICOM file as a data set."""
    return dcmread(io.BytesIO(dicom))


def dciodvfy(dicom: bytes, folder: Path) -> list[str]:
    """What dciodvfy has against a DICOM file, but for its remarks on building a DICOMDIR."""
    file = folder / "object.dcm"
    file.write_bytes(dicom)
    program = Path(sys.executable).with_name("dciodvfy")
    done = subprocess.run([program, file], capture_output=True, text=True, check=False)
    said = (done.stdout + done.stderr).splitlines()
    return [line for line in said if line.startswith(("Error", "Warning")) and "DICOMDIR" not in line]


def text_of(pdf: bytes, *options: str) -> str:
    """The text that pdftotext finds."""
    command = ["pdftotext", *options, "-", "-"]
    return subprocess.run(command, input=pdf, capture_output=True, check=True).stdout.decode()
