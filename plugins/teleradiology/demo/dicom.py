"""A demonstration study as DICOM files, as the modality of each kind would write them."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import numpy as np
from pydicom.dataset import Dataset, FileMetaDataset
from pydicom.encaps import encapsulate
from pydicom.sequence import Sequence
from pydicom.uid import UID, ExplicitVRLittleEndian, JPEGBaseline8Bit

from . import pictures
from .cases import Case, SeriesCase
from .pictures import Pictures

NAMESPACE = uuid.UUID("6f3b1b52-6d2b-5b0e-9d2c-9e6a3c2a7f41")
COMPRESSED = (pictures.us_heart, pictures.xa_coronary)
SOP_CLASS = {
    "CT": "1.2.840.10008.5.1.4.1.1.2",
    "MR": "1.2.840.10008.5.1.4.1.1.4",
    "CR": "1.2.840.10008.5.1.4.1.1.1",
    "US": "1.2.840.10008.5.1.4.1.1.6.1",
    "US cine": "1.2.840.10008.5.1.4.1.1.3.1",
    "XA cine": "1.2.840.10008.5.1.4.1.1.12.1",
}


@dataclass(frozen=True)
class Sent:
    """Where and when a study was made: the institution's name, the sending AE title, the local time."""

    institution: str
    station: str
    at: datetime


def uid(*parts: object) -> UID:
    """Always the same for the same study, series and image: sending twice doubles nothing."""
    return UID(f"2.25.{uuid.uuid5(NAMESPACE, '/'.join(map(str, parts))).int}")


def study_uid(case: Case) -> UID:
    return uid(case.key)


def write(case: Case, sent: Sent, images: Path, folder: Path) -> Iterator[Path]:
    """The study's files, one after the other."""
    for number, series in enumerate(case.series, 1):
        shown = series.make(images)
        common = _study(case, sent)
        _series(common, case, series, number, shown)
        for index in range(1 if isinstance(shown.frames, tuple) else len(shown.frames)):
            path = folder / f"{number:02}-{index + 1:04}.dcm"
            _instance(common, case, number, index, shown).save_as(path, enforce_file_format=True)
            yield path


def _study(case: Case, sent: Sent) -> Dataset:
    data, patient = Dataset(), case.patient
    data.SpecificCharacterSet = "ISO_IR 192"
    data.PatientName, data.PatientID, data.PatientSex = patient.name, patient.id, patient.sex
    data.PatientBirthDate = f"{patient.birth_date:%Y%m%d}" if patient.birth_date else ""
    if patient.birth_date:
        data.PatientAge = f"{(sent.at.date() - patient.birth_date).days // 365.25:03.0f}Y"
    data.StudyInstanceUID, data.AccessionNumber = study_uid(case), f"DEMO{study_uid(case)[-6:]}"
    data.StudyID = data.AccessionNumber[-4:]
    data.StudyDate, data.StudyTime = f"{sent.at:%Y%m%d}", f"{sent.at:%H%M%S}"
    data.TimezoneOffsetFromUTC = f"{sent.at:%z}"
    data.StudyDescription, data.ReferringPhysicianName = case.description, case.referring
    data.InstitutionName, data.StationName, data.Manufacturer = sent.institution, sent.station, "Demonstration"
    data.ManufacturerModelName, data.SoftwareVersions = f"Demo {case.modality}", "1"
    data.DeviceSerialNumber = "1"
    return data


def _series(data: Dataset, case: Case, series: SeriesCase, number: int, shown: Pictures) -> None:
    data.Modality, data.SOPClassUID = case.modality, SOP_CLASS[shown.kind]
    data.SeriesInstanceUID, data.SeriesNumber = uid(case.key, number), number
    data.SeriesDescription, data.ProtocolName = series.description, series.description
    data.SeriesDate = data.AcquisitionDate = data.ContentDate = data.StudyDate
    data.SeriesTime = data.AcquisitionTime = data.ContentTime = data.StudyTime
    data.OperatorsName = ""
    if case.laterality:
        data.Laterality = case.laterality
    data.BodyPartExamined = case.body_part
    request = Dataset()
    request.RequestedProcedureID, request.ScheduledProcedureStepID = data.AccessionNumber, str(number)
    request.RequestedProcedureDescription, request.ReasonForTheRequestedProcedure = case.description, case.reason
    data.RequestAttributesSequence = Sequence([request])
    data.update(_OF_KIND[shown.kind](case))
    for keyword, value in shown.more.items():
        setattr(data, keyword, value)
    if shown.positions:
        data.FrameOfReferenceUID, data.PositionReferenceIndicator = uid(case.key, "frame"), ""
        data.ImageOrientationPatient = [round(part, 6) for part in shown.orientation]
        data.SliceThickness, data.PatientPosition = shown.thickness, "HFS"
    if shown.spacing:
        setattr(data, "ImagerPixelSpacing" if shown.kind == "CR" else "PixelSpacing", list(shown.spacing))


def _instance(common: Dataset, case: Case, number: int, index: int, shown: Pictures) -> Dataset:
    data = Dataset()
    data.update(common)
    data.SOPInstanceUID, data.InstanceNumber = uid(case.key, number, index + 1), index + 1
    if shown.positions:
        position = [round(part, 4) for part in shown.positions[index]]
        data.ImagePositionPatient = position
        normal = np.cross(shown.orientation[:3], shown.orientation[3:])
        data.SliceLocation = round(float(np.dot(normal, position)), 3)
    _pixels(data, shown, index)
    meta = FileMetaDataset()
    meta.MediaStorageSOPClassUID, meta.MediaStorageSOPInstanceUID = data.SOPClassUID, data.SOPInstanceUID
    meta.TransferSyntaxUID = JPEGBaseline8Bit if isinstance(shown.frames, tuple) else ExplicitVRLittleEndian
    data.file_meta = meta
    return data


def _pixels(data: Dataset, shown: Pictures, index: int) -> None:
    data.Rows, data.Columns = shown.rows, shown.columns
    data.BitsAllocated = 8 if shown.bits == 8 else 16
    data.BitsStored, data.HighBit, data.PixelRepresentation = shown.bits, shown.bits - 1, 0
    if shown.windows:
        data.WindowCenter, data.WindowWidth = (list(column) for column in zip(*shown.windows, strict=True))
    if isinstance(shown.frames, tuple):
        _compressed(data, shown, shown.frames)
        return
    frame = shown.frames[index]
    data.SamplesPerPixel = 3 if frame.ndim == 3 else 1
    data.PhotometricInterpretation = "RGB" if frame.ndim == 3 else "MONOCHROME1" if shown.inverted else "MONOCHROME2"
    if frame.ndim == 3:
        data.PlanarConfiguration = 0
    if frame.dtype == np.int16:
        data.PixelRepresentation = 1
    data.PixelData = frame.tobytes() + b"\0" * (frame.nbytes % 2)


def _compressed(data: Dataset, shown: Pictures, frames: tuple[bytes, ...]) -> None:
    is_colour = shown.kind == "US cine"
    data.NumberOfFrames, data.FrameIncrementPointer = len(frames), 0x00181063
    data.SamplesPerPixel = 3 if is_colour else 1
    data.PhotometricInterpretation = "YBR_FULL_422" if is_colour else "MONOCHROME2"
    if is_colour:
        data.PlanarConfiguration = 0
    data.LossyImageCompression, data.LossyImageCompressionRatio = "01", 10
    data.LossyImageCompressionMethod = "ISO_10918_1"
    data.PixelData = encapsulate(list(frames))


def _of(**values: object) -> Dataset:
    data = Dataset()
    for keyword, value in values.items():
        setattr(data, keyword, value)
    return data


def _ct(_case: Case) -> Dataset:
    return _of(
        ImageType=["ORIGINAL", "PRIMARY", "AXIAL"],
        KVP=120,
        XRayTubeCurrent=220,
        ExposureTime=1000,
        AcquisitionNumber=1,
        ConvolutionKernel="STANDARD",
        RescaleIntercept=-1024,
        RescaleSlope=1,
        RescaleType="HU",
    )


def _mr(_case: Case) -> Dataset:
    return _of(
        ImageType=["ORIGINAL", "PRIMARY", "OTHER"],
        ScanningSequence="SE",
        SequenceVariant="SK",
        ScanOptions="",
        MRAcquisitionType="2D",
        RepetitionTime=3000,
        EchoTime=30,
        EchoTrainLength=8,
        MagneticFieldStrength=1.5,
        AcquisitionNumber=1,
    )


def _cr(case: Case) -> Dataset:
    return _of(
        ImageType=["ORIGINAL", "PRIMARY"],
        ViewPosition=case.view,
        KVP=110,
        PlateType="",
        AcquisitionNumber=1,
        PatientOrientation=["L", "F"],
        BurnedInAnnotation="NO",
    )


def _us(_case: Case) -> Dataset:
    return _of(ImageType=["ORIGINAL", "PRIMARY"], LossyImageCompression="00", PatientOrientation="")


def _us_cine(_case: Case) -> Dataset:
    return _of(ImageType=["DERIVED", "PRIMARY"], PatientOrientation="")


def _xa(_case: Case) -> Dataset:
    return _of(
        ImageType=["DERIVED", "PRIMARY", "SINGLE PLANE"],
        KVP=80,
        RadiationSetting="GR",
        XRayTubeCurrent=600,
        ExposureTime=8,
        Exposure=5,
        PixelIntensityRelationship="LIN",
        PatientOrientation="",
    )


_OF_KIND = {"CT": _ct, "MR": _mr, "CR": _cr, "US": _us, "US cine": _us_cine, "XA cine": _xa}
