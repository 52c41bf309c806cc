"""Our codes are those of the standards, as pydicom's tables have them."""

from __future__ import annotations

import pytest
from pydicom.sr._snomed_dict import mapping
from pydicom.sr.codedict import codes

from teleradiology.core.body_parts import REGIONS, regions_in
from teleradiology.core.codes import ANATOMIC_REGIONS, IMAGES, NOT_IMAGES, SUBSPECIALTIES

MEANINGS = {getattr(codes.cid4031, name).value: getattr(codes.cid4031, name).meaning for name in codes.cid4031.dir()}


@pytest.mark.parametrize(("code", "region"), ANATOMIC_REGIONS.items())
def test_an_anatomic_region_means_what_its_code_says(code: str, region: str) -> None:
    assert region in REGIONS
    meaning = MEANINGS.get(mapping["SRT"].get(code, code))
    assert meaning is None or region in regions_in(meaning)


def test_most_regions_of_the_standard_are_known_by_their_meaning() -> None:
    unknown = [meaning for meaning in MEANINGS.values() if not regions_in(meaning)]
    assert len(unknown) < len(MEANINGS) / 5, unknown


def test_a_modality_is_an_image_or_not() -> None:
    assert not IMAGES & NOT_IMAGES
    assert {"CT", "MR", "CR", "DX", "US", "MG", "XA", "PT", "NM", "RF"} <= IMAGES


def test_subspecialties_are_coded_as_in_cid_7030() -> None:
    known = {getattr(codes.cid7030, name).value for name in codes.cid7030.dir()}
    dicom = {code.value for code in SUBSPECIALTIES.values() if code.scheme == "DCM"}
    assert dicom <= known
