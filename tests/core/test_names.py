"""Text made comparable and clean: Arabic spelling, separators, and characters that nobody sees."""

from __future__ import annotations

import pytest

from teleradiology.core.names import clean, folded, name_groups, plain, spoken


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("أحمد", "احمد"),
        ("فاطمة", "فاطمه"),
        ("مصطفى", "مصطفي"),
        ("مُحَمَّد", "محمد"),
        ("محـــمد", "محمد"),
        ("ABDUL", "abdul"),
        ("Straße", "STRASSE"),
        ("ＣＴ", "ct"),
        ("٢٠٢٦", "2026"),
        ("a  b\tc", "a b c"),
    ],
)
def test_two_spellings_of_the_same_are_folded_to_one(one: str, other: str) -> None:
    assert folded(one) == folded(other)


def test_different_names_stay_different() -> None:
    assert folded("سالم") != folded("سليم")


def test_separators_are_spaces_in_the_plain_form_alone() -> None:
    assert plain("CT_HEAD^w/o-contrast.") == "ct head w o contrast"
    assert folded("CT_HEAD") == "ct_head"


def test_characters_that_turn_the_writing_direction_are_removed() -> None:
    assert clean("abc\u202edef\u2066g\u200f\u061c") == "abcdefg"


def test_control_characters_are_removed_and_line_ends_levelled() -> None:
    assert clean("a\x00b\x1b[31mc\r\nd\u2028e\tf") == "ab[31mc\nd\ne\tf"


def test_half_a_surrogate_pair_can_be_stored() -> None:
    assert clean("a\ud800b").encode() == "a\ufffdb".encode()


def test_a_name_has_up_to_three_groups() -> None:
    assert name_groups("Yamada^Tarou=山田^太郎=やまだ^たろう") == ("Yamada^Tarou", "山田^太郎", "やまだ^たろう")
    assert name_groups("=سالم^علي=") == ("سالم^علي",)
    assert name_groups("^^") == ()


@pytest.mark.parametrize(
    ("dicom", "expected"),
    [("Salem^Ahmed^Ali^Dr^MD", "Dr Ahmed Ali Salem, MD"), ("Salem^Ahmed", "Ahmed Salem"), ("Salem", "Salem"), ("", "")],
)
def test_a_name_is_spoken_given_name_first(dicom: str, expected: str) -> None:
    assert spoken(dicom) == expected
