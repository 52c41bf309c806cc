"""The series of the demonstration: which real image each is made from, and its geometry."""

from __future__ import annotations

import gzip
import struct
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import pydicom
from pydicom.encaps import generate_frames

from . import pixels
from .pixels import Array

AXIAL = (1.0, 0.0, 0.0, 0.0, 1.0, 0.0)
Point = tuple[float, float, float]
SAGITTAL = (0.0, 1.0, 0.0, 0.0, 0.0, -1.0)


@dataclass(frozen=True)
class Pictures:
    """What a series shows. `frames` is (images, rows, columns[, 3]); compressed frames are kept as they were encoded."""

    kind: str  # CT, MR, CR, US, US cine, XA cine
    frames: Array | tuple[bytes, ...]
    rows: int
    columns: int
    bits: int = 16
    inverted: bool = False  # MONOCHROME1
    spacing: tuple[float, float] | None = None
    positions: tuple[Point, ...] = ()
    orientation: tuple[float, ...] = AXIAL
    thickness: float = 0.0
    intercept: int = 0
    windows: tuple[tuple[float, float], ...] = ()
    more: Mapping[str, object] = field(default_factory=dict)


Maker = Callable[[Path], Pictures]


def _read(folder: Path, name: str) -> pydicom.Dataset:
    return pydicom.dcmread(folder / name)


def _pile(start: Point, step: Point, count: int) -> tuple[Point, ...]:
    return tuple((start[0] + step[0] * n, start[1] + step[1] * n, start[2] + step[2] * n) for n in range(count))


def _ct(pixel_array: Array, spacing: float, thickness: float, windows: tuple[tuple[float, float], ...]) -> Pictures:
    """Values as stored, 1024 above Hounsfield units; what lies outside of the scanned circle is air."""
    frames = np.clip(pixel_array, 0, None).astype(np.int16)
    count, rows, columns = frames.shape
    start = (-columns * spacing / 2, -rows * spacing / 2, 0.0)
    return Pictures(
        "CT",
        frames,
        rows,
        columns,
        spacing=(spacing, spacing),
        thickness=thickness,
        intercept=-1024,
        positions=_pile(start, (0.0, 0.0, thickness), count),
        windows=windows,
    )


def ct_head(folder: Path) -> Pictures:
    return _head(_read(folder, "693_UNCR.dcm").pixel_array)


def ct_head_mirrored(folder: Path) -> Pictures:
    """Another patient: the same finding on the other side."""
    return _head(_read(folder, "693_UNCR.dcm").pixel_array[:, ::-1])


def _head(image: Array) -> Pictures:
    return _ct(pixels.stack(image, 26, widest=0.3, end=0.6, fill=0, bend=5), 0.478516, 5.0, ((40, 80), (600, 2800)))


def ct_chest(folder: Path) -> Pictures:
    image = _read(folder, "rle.dcm").pixel_array
    return _ct(pixels.stack(image, 36, widest=0.6, end=0.86, fill=0, bend=7), 0.661468, 5.0, ((40, 400), (-600, 1500)))


def ct_abdomen(folder: Path) -> Pictures:
    image = (_read(folder, "explicit_VR-UN.dcm").pixel_array[::-1] + 1024).astype(np.int16)
    return _ct(pixels.stack(image, 36, widest=0.5, end=0.88, fill=0, bend=6), 0.859375, 5.0, ((50, 350),))


def mr_brain(folder: Path) -> Pictures:
    """Twenty slices as they were scanned, with the positions they were scanned at."""
    slices = [_read(folder, f"brain_{number:03}.dcm") for number in range(1, 21)]
    first = slices[0]
    frames = np.stack([one.pixel_array for one in slices]).astype(np.uint16)
    positions = tuple((float(p[0]), float(p[1]), float(p[2])) for p in (one.ImagePositionPatient for one in slices))
    return Pictures(
        "MR",
        frames,
        256,
        256,
        spacing=(0.859375, 0.859375),
        positions=positions,
        thickness=5.0,
        orientation=tuple(float(part) for part in first.ImageOrientationPatient),
        windows=((450, 900),),
    )


def mr_brain_3d(folder: Path) -> Pictures:
    """An average brain of one cubic millimetre, cut sagittally: what multiplanar reconstruction is made for."""
    packed = gzip.decompress((folder / "mni_icbm152_t1_tal_nlin_sym_09a_converted.nii.gz").read_bytes())
    sizes, offset = struct.unpack("<3h", packed[42:48]), int(struct.unpack("<f", packed[108:112])[0])
    volume = np.frombuffer(packed, np.uint8, offset=offset, count=int(np.prod(sizes))).reshape(sizes, order="F")
    cut = range(18, 179)
    frames = (volume[cut.start : cut.stop, ::-1, ::-1].transpose(0, 2, 1) * np.uint16(4)).astype(np.uint16)
    positions = _pile((98.0 - cut.start, -98.0, 116.0), (-1.0, 0.0, 0.0), len(cut))
    return Pictures(
        "MR",
        frames,
        frames.shape[1],
        frames.shape[2],
        spacing=(1.0, 1.0),
        positions=positions,
        thickness=1.0,
        orientation=SAGITTAL,
        windows=((520, 1040),),
        more={"MRAcquisitionType": "3D"},
    )


def mr_shoulder(folder: Path) -> Pictures:
    source = _read(folder, "MR2_UNCR.dcm")
    frames = pixels.stack(pixels.halved(source.pixel_array), 20, widest=0.5, end=0.9, fill=0, bend=4)
    orientation = tuple(float(part) for part in source.ImageOrientationPatient)
    normal = np.cross(orientation[:3], orientation[3:])
    corner = [float(part) for part in source.ImagePositionPatient]
    start = (corner[0] - 38 * normal[0], corner[1] - 38 * normal[1], corner[2] - 38 * normal[2])
    return Pictures(
        "MR",
        frames,
        512,
        512,
        spacing=(0.390626, 0.390626),
        orientation=orientation,
        thickness=4.0,
        positions=_pile(start, tuple(float(4 * part) for part in normal), 20),  # type: ignore[arg-type]
        windows=((230, 460),),
    )


def mr_liver(folder: Path) -> Pictures:
    image = _read(folder, "MR-SIEMENS-DICOM-WithOverlays.dcm").pixel_array
    frames = pixels.stack(image, 24, widest=0.5, end=0.88, fill=0, bend=5)
    return Pictures(
        "MR",
        frames,
        484,
        484,
        spacing=(0.72314, 0.72314),
        thickness=4.0,
        windows=((450, 790),),
        positions=_pile((-175.0, -175.0, 0.0), (0.0, 0.0, 4.0), 24),
    )


def _radiograph(image: Array, bits: int, spacing: float, window: tuple[float, float]) -> Pictures:
    rows, columns = image.shape
    return Pictures("CR", image[None], rows, columns, bits=bits, inverted=True, spacing=(spacing, spacing), windows=(window,))


def cr_chest_earlier(folder: Path) -> Pictures:
    image = pixels.turned(_read(folder, "RG1_UNCR.dcm").pixel_array, 1.5, 0.97, 26000)
    return _radiograph(image, 15, 0.2, (15000, 30000))


def cr_chest_later(folder: Path) -> Pictures:
    """The earlier picture's patient with a new upper-zone shadow."""
    image = pixels.spot(_read(folder, "RG1_UNCR.dcm").pixel_array, (0.27, 0.72), 0.06, -2600)
    return _radiograph(np.clip(image, 0, 32767).astype(np.uint16), 15, 0.2, (15000, 30000))


def cr_chest_bedside(folder: Path) -> Pictures:
    image = pixels.turned(_read(folder, "RG1_UNCR.dcm").pixel_array, -4, 1.08, 26000)
    return _radiograph(image, 15, 0.2, (13000, 26000))


def cr_leg(folder: Path) -> Pictures:
    return _radiograph(_read(folder, "RG3_UNCR.dcm").pixel_array, 10, 0.15, (550, 1024))


def us_lymph_node(folder: Path) -> Pictures:
    image = _read(folder, "US1_UNCR.dcm").pixel_array.copy()
    image[:104] = 0  # the banner with another hospital's name
    frames = np.stack([image, np.roll(image, 6, axis=1), np.roll(image, -8, axis=0)])
    return Pictures("US", frames, image.shape[0], image.shape[1], bits=8)


def _cine(folder: Path, name: str, kind: str, count: int, more: Mapping[str, object]) -> Pictures:
    source = _read(folder, name)
    frames = tuple(generate_frames(source.PixelData, number_of_frames=int(source.NumberOfFrames)))[:count]
    return Pictures(kind, frames, source.Rows, source.Columns, bits=8, more=more)


def us_heart(folder: Path) -> Pictures:
    name = "color3d_jpeg_baseline.dcm"
    regions = _read(folder, name).SequenceOfUltrasoundRegions
    return _cine(folder, name, "US cine", 60, {"FrameTime": "33.333", "SequenceOfUltrasoundRegions": regions})


def xa_coronary(folder: Path) -> Pictures:
    angles = {"FrameTime": "33", "PositionerPrimaryAngle": "-32", "PositionerSecondaryAngle": "2", "PositionerMotion": "STATIC"}
    return _cine(folder, "jpeg_baseline_8bit.dcm", "XA cine", 96, angles)
