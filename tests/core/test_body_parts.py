"""Regions of the body in descriptions as they really are, and the vote about them."""

from __future__ import annotations

import pytest

from teleradiology.core.body_parts import BY_MODALITY, REGIONS, regions_in, vote


@pytest.mark.parametrize(
    ("text", "regions"),
    [
        ("CT_HEAD^STROKE", ["HEAD"]),
        ("CT BRAIN W/O", ["HEAD"]),
        ("CAP", ["CHEST", "ABDOMEN", "PELVIS"]),
        ("CHESTABDPELVIS", ["CHEST", "ABDOMEN", "PELVIS"]),
        ("AP PORTABLE CHE", ["CHEST"]),
        ("CT THORAX W CNT", ["CHEST"]),
        ("J brzuszna", ["ABDOMEN"]),
        ("Pelvis^Masculin", ["PELVIS"]),
        ("L-SPINE", ["LSPINE"]),
        ("Thoracolumbar spine", ["TSPINE", "LSPINE", "SPINE"]),
        ("NECK OF FEMUR", ["HIP"]),
        ("XR ANKLE/FOOT LT", ["ANKLE", "FOOT"]),
        ("MRCP", ["ABDOMEN"]),
        ("US OB", ["FETUS"]),
        ("MAMMOGRAPHY BILATERAL", ["BREAST"]),
        ("أشعة الصدر", ["CHEST"]),
        ("أشعة على الصدر والبطن", ["CHEST", "ABDOMEN"]),
        ("رنين مغناطيسي للدماغ", ["HEAD"]),
        ("رنين الفقرات القطنية", ["LSPINE"]),
        ("موجات فوق صوتية للبطن والحوض", ["ABDOMEN", "PELVIS"]),
        ("頭部CT", ["HEAD"]),
        ("胸部単純X線", ["CHEST"]),
        ("HEAD FIRST SUPINE", []),
        ("C-ARM", []),
        ("HEADACHE", []),
        ("handheld", []),
        ("Routine follow-up", []),
        ("", []),
    ],
)
def test_regions_in_a_description(text: str, regions: list[str]) -> None:
    assert list(regions_in(text)) == regions


@pytest.mark.parametrize("region", list(REGIONS))
def test_every_region_is_known_by_its_own_name(region: str) -> None:
    assert regions_in(region) == (region,)


def test_the_description_outvotes_a_wrong_body_part_examined() -> None:
    found = vote([("body_part_examined", "HEAD"), ("study_description", "CT CHEST"), ("series_description", "Lung 1mm")])
    assert (found.body_part, found.body_parts, found.source) == ("CHEST", ("CHEST",), "study_description")
    assert found.confidence is not None and 0.5 < found.confidence < 1


def test_the_procedure_code_outvotes_the_description() -> None:
    assert vote([("study_description", "CT ABDOMEN"), ("procedure_code", "CT of knee")]).body_part == "KNEE"


def test_two_sources_that_agree_outvote_a_stronger_one_and_both_regions_stay() -> None:
    evidence = [("procedure_code", "CT of chest"), ("study_description", "CT HEAD"), ("body_part_examined", "HEAD")]
    found = vote(evidence)
    assert (found.body_part, found.body_parts) == ("HEAD", ("HEAD", "CHEST"))
    assert found.source == "study_description"


def test_a_study_of_several_regions_has_them_all_and_the_series_tell_the_main_one() -> None:
    found = vote([("study_description", "CT CHEST ABDOMEN PELVIS"), ("series_description", "Abdomen 5mm")])
    assert set(found.body_parts) == {"CHEST", "ABDOMEN", "PELVIS"}
    assert found.body_part == "ABDOMEN"


def test_on_a_tie_the_first_named_region_wins() -> None:
    assert vote([("study_description", "CT NECK AND CHEST")]).body_part == "NECK"


def test_nothing_named_is_nothing_known() -> None:
    found = vote([("study_description", "ROUTINE"), ("body_part_examined", "")])
    assert (found.body_part, found.body_parts, found.source, found.confidence) == ("", (), "", None)


def test_many_series_do_not_outvote_the_description_by_their_number() -> None:
    series = [("series_description", "Abdomen")] * 50
    assert vote([("study_description", "CT CHEST"), *series]).body_part == "CHEST"


def test_what_a_modality_stands_for_is_a_region() -> None:
    assert set(BY_MODALITY.values()) <= set(REGIONS)
