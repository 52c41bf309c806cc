"""Synthetic studies: small, valid images with the names, character sets and oddities that a test is about."""

from __future__ import annotations

import io
from collections.abc import Sequence
from typing import Any

import numpy as np
from pydicom import Dataset, FileMetaDataset
from pydicom.uid import (
    CTImageStorage,
    DigitalXRayImageStorageForPresentation,
    ExplicitVRLittleEndian,
    MRImageStorage,
    UltrasoundImageStorage,
    generate_uid,
)

SOP_CLASSES = {
    "CT": CTImageStorage,
    "MR": MRImageStorage,
    "DX": DigitalXRayImageStorageForPresentation,
    "US": UltrasoundImageStorage,
}


def image(**tags: Any) -> Dataset:
    """One image of a new study; any attribute may be given by keyword, and None leaves it out."""
    modality = tags.get("Modality", "CT")
    standard: dict[str, Any] = {
        "SpecificCharacterSet": "ISO_IR 192",
        "SOPClassUID": SOP_CLASSES.get(modality, CTImageStorage),
        "SOPInstanceUID": generate_uid(),
        "StudyInstanceUID": generate_uid(),
        "SeriesInstanceUID": generate_uid(),
        "PatientName": "Test^Patient",
        "PatientID": "T-1",
        "PatientBirthDate": "19700101",
        "PatientSex": "F",
        "StudyDate": "20260102",
        "StudyTime": "103000",
        "AccessionNumber": "A-1",
        "ReferringPhysicianName": "Referrer^Test",
        "StudyDescription": "CT HEAD",
        "StudyID": "1",
        "Modality": modality,
        "SeriesDescription": "axial",
        "SeriesNumber": 1,
        "BodyPartExamined": "HEAD",
        "InstanceNumber": 1,
    }
    dataset = Dataset()
    for keyword, value in {**standard, **tags}.items():
        if value is not None:
            setattr(dataset, keyword, value)
    _add_pixels(dataset)
    return with_meta(dataset)


def study(images: int = 3, series: int = 1, **tags: Any) -> list[Dataset]:
    """The images of one study, in that many series."""
    common = {"StudyInstanceUID": generate_uid(), **tags}
    found = []
    for number in range(1, series + 1):
        series_uid = generate_uid()
        found += [
            image(**{**common, "SeriesInstanceUID": series_uid, "SeriesNumber": number, "InstanceNumber": slice_ + 1})
            for slice_ in range(images)
        ]
    return found


def nested(levels: int, **tags: Any) -> bytes:
    """A file with so many levels of nested sequences. Made by hand: pydicom writes no more than some hundred."""
    found = io.BytesIO()
    image(**tags).save_as(found, enforce_file_format=True)
    head, mark, pixels = found.getvalue().partition(b"\xe0\x7f\x10\x00OW")
    return head + nested_sequence(levels) + mark + pixels


def nested_sequence(levels: int, siblings: int = 0) -> bytes:
    """The elements alone, explicit VR little endian with definite lengths, as Orthanc hands them over."""
    text = b"\x08\x00\x04\x01LO\x06\x00inner "  # (0008,0104) Code Meaning
    beside = _item(text) * siblings
    for _ in range(levels):
        items = beside + _item(text)
        text = b"\x40\x00\x43\xa0SQ\x00\x00" + len(items).to_bytes(4, "little") + items  # (0040,A043)
    return text if levels else b""


def _item(content: bytes) -> bytes:
    return b"\xfe\xff\x00\xe0" + len(content).to_bytes(4, "little") + content


def with_meta(dataset: Dataset, syntax: str = ExplicitVRLittleEndian) -> Dataset:
    """The data set with the file meta information that makes it a file."""
    meta = FileMetaDataset()
    meta.MediaStorageSOPClassUID = dataset.SOPClassUID
    meta.MediaStorageSOPInstanceUID = dataset.SOPInstanceUID
    meta.TransferSyntaxUID = syntax
    dataset.file_meta = meta
    return dataset


def uids(images: Sequence[Dataset]) -> tuple[str, ...]:
    """The study UIDs of the images, each once."""
    return tuple(dict.fromkeys(str(one.StudyInstanceUID) for one in images))


def _add_pixels(dataset: Dataset, size: int = 32) -> None:
    dataset.Rows = dataset.Columns = size
    dataset.SamplesPerPixel = 1
    dataset.PhotometricInterpretation = "MONOCHROME2"
    dataset.BitsAllocated = 16
    dataset.BitsStored, dataset.HighBit, dataset.PixelRepresentation = 12, 11, 0
    ramp = np.add.outer(np.arange(size), np.arange(size)).astype("<u2") * 16
    dataset.PixelData = ramp.tobytes()
