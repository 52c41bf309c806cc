"""The demonstration's studies: valid DICOM, in order in space, and the same at every loading."""

from __future__ import annotations

import subprocess
import sys
from datetime import UTC, datetime
from itertools import pairwise
from pathlib import Path

import numpy as np
import pydicom
import pytest

from teleradiology.core.directory import Facility
from teleradiology.core.errors import Unavailable
from teleradiology.demo import dicom, pixels, sender
from teleradiology.demo.cases import CASES, Case

IMAGES = Path(__file__).resolve().parents[2] / "build" / "demo"
NOON = datetime(2026, 7, 1, 12, tzinfo=UTC)
CHECKER = Path(sys.executable).with_name("dciodvfy")
BY_KEY = {case.key: case for case in CASES}


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> dict[str, list[Path]]:
    found = {}
    for case in CASES:
        folder = tmp_path_factory.mktemp(case.key)
        found[case.key] = list(dicom.write(case, dicom.Sent("Clinic", "CLINIC_CT", NOON - case.ago), IMAGES, folder))
    return found


def first_of_each_series(files: list[Path]) -> list[Path]:
    return list({file.name[:2]: file for file in reversed(files)}.values())


@pytest.mark.parametrize("key", BY_KEY)
def test_every_study_is_valid_dicom(written: dict[str, list[Path]], key: str) -> None:
    for file in first_of_each_series(written[key]):
        said = subprocess.run([CHECKER, file], capture_output=True, text=True, check=False).stderr
        assert [line for line in said.splitlines() if line.startswith("Error")] == []


def test_a_dozen_studies_of_the_kinds_a_reading_room_sees(written: dict[str, list[Path]]) -> None:
    assert len(CASES) >= 12
    assert {case.modality for case in CASES} >= {"CT", "CR", "MR", "US"}
    for key in ("stroke", "embolism", "abdomen", "brain"):
        assert len(written[key]) >= 20


@pytest.mark.parametrize("key", [case.key for case in CASES if case.modality in ("CT", "MR")])
def test_slices_lie_at_even_distances_along_their_normal(written: dict[str, list[Path]], key: str) -> None:
    for first in first_of_each_series(written[key]):
        headers = [pydicom.dcmread(file, stop_before_pixels=True) for file in written[key] if file.name[:2] == first.name[:2]]
        orientation = headers[0].ImageOrientationPatient
        normal = np.cross(orientation[:3], orientation[3:])
        places = [float(np.dot(normal, header.ImagePositionPatient)) for header in headers]
        steps = [after - before for before, after in pairwise(places)]
        assert all(step * steps[0] > 0 for step in steps)
        assert max(steps) - min(steps) < 0.2
        assert len({header.FrameOfReferenceUID for header in headers}) == 1


def test_slices_differ(written: dict[str, list[Path]]) -> None:
    one, other = (pydicom.dcmread(written["embolism"][index]).pixel_array for index in (3, 4))
    assert np.count_nonzero(one != other) > one.size / 20


def test_names_in_arabic_and_japanese_survive(written: dict[str, list[Path]]) -> None:
    names = {key: pydicom.dcmread(files[0], stop_before_pixels=True).PatientName for key, files in written.items()}
    assert names["stroke"].family_name == "الفيتوري"
    assert names["stroke"].ideographic == "Alfitouri^Salma"
    assert names["brain"].ideographic == "山田^太郎"
    assert names["brain"].phonetic == "やまだ^たろう"


def test_one_patient_has_a_prior() -> None:
    earlier, later = BY_KEY["tb-prior"], BY_KEY["tb"]
    assert earlier.patient == later.patient
    assert earlier.ago > later.ago
    assert earlier.body_part == later.body_part


def test_sending_twice_sends_the_same_objects(tmp_path: Path) -> None:
    def uids(at: datetime) -> list[tuple[str, str, str]]:
        folder = tmp_path / at.isoformat()
        folder.mkdir()
        files = dicom.write(BY_KEY["node"], dicom.Sent("Clinic", "A", at), IMAGES, folder)
        headers = [pydicom.dcmread(file, stop_before_pixels=True) for file in files]
        return [(header.StudyInstanceUID, header.SeriesInstanceUID, header.SOPInstanceUID) for header in headers]

    assert uids(NOON) == uids(NOON.replace(month=8))


def test_no_two_objects_share_a_uid(written: dict[str, list[Path]]) -> None:
    files = [file for several in written.values() for file in several]
    found = {pydicom.dcmread(file, stop_before_pixels=True).SOPInstanceUID for file in files}
    assert len(found) == len(files)


def test_the_banner_of_another_hospital_is_not_shown(written: dict[str, list[Path]]) -> None:
    assert not pydicom.dcmread(written["node"][0]).pixel_array[:90].any()


@pytest.mark.parametrize(
    ("titles", "modality", "expected"),
    [(("ZLITEN_CT", "ZLITEN_CR"), "CR", "ZLITEN_CR"), (("ZLITEN_CT",), "US", "ZLITEN_CT"), ((), "US", "DEMO_US")],
)
def test_a_study_comes_from_the_title_that_names_its_modality(titles: tuple[str, ...], modality: str, expected: str) -> None:
    assert sender.title_of(Facility("x", "X", "LY", "UTC", titles), modality) == expected


def test_a_pacs_that_does_not_listen_is_told(written: dict[str, list[Path]]) -> None:
    with pytest.raises(Unavailable, match="C-STORE to port 9 as A failed"):
        sender.send(written["node"], calling="A", called="B", port=9, compressed=False)


def test_a_body_is_widest_where_it_is_said_to_be() -> None:
    sizes = [pixels.taper(position / 10, widest=0.3, end=0.5) for position in range(11)]
    assert max(sizes) == sizes[3] == 1.0
    assert sizes[10] == pytest.approx(0.5)
    assert all(0.5 <= size <= 1.0 for size in sizes)


def test_a_sampled_image_is_itself_where_nothing_moves() -> None:
    image = np.arange(30, dtype=np.int16).reshape(5, 6)
    y, x = np.mgrid[0:5, 0:6].astype(np.float32)
    same = pixels.sample(image, y, x, -1)
    assert (same[:-1, :-1] == image[:-1, :-1]).all()
    assert (same[-1] == -1).all()


def test_every_case_has_a_text_that_fits_its_element() -> None:
    def texts(case: Case) -> list[str]:
        return [case.description, case.reason, *(series.description for series in case.series)]

    assert all(len(text) <= 64 for case in CASES for text in texts(case))
