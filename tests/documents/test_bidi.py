"""Numbers, ranges and dates keep their order inside Arabic text; proven by the Unicode algorithm itself."""

from __future__ import annotations

import html
import re

import pytest
from bidi import get_display

from teleradiology.documents.bidi import direction_of_line, islands, isolated, ltr, paragraphs

SENTENCE = "عقدة بقياس 3-5 x 48.5 mm بتاريخ 2026-11-23 (CT)."


def shown(markup: str, direction: str = "R") -> str:
    """What a reader sees from left to right: isolates as the algorithm knows them, then its display order."""
    text = re.sub(r'<bdi dir="ltr">(.*?)</bdi>', "\u2066\\1\u2069", markup)
    return get_display(html.unescape(re.sub(r"<[^>]+>", "", text)), base_dir=direction)


def test_without_isolation_a_range_reads_backwards() -> None:
    assert "5-3" in get_display(SENTENCE, base_dir="R")


@pytest.mark.parametrize(
    "run",
    [
        "3-5 x 48.5 mm",
        "2026-11-23",
        "2026-11-23 14:30",
        "12.5–13.0 mm",
        "12 × 8 mm",
        "+218 91 123 4567",
        "+35 HU",
        "-1.5",
        "≤ 2.5 mm",
        "48.5 mGy·cm",
        "LY-2026/0042",
        "120/80 mmHg",
        "T2 FLAIR, 7-10",
        "25 %",
        "37.5°",
        "info@zliten.example",
    ],
)
def test_a_run_inside_arabic_is_read_from_left_to_right(run: str) -> None:
    assert run in shown(islands(f"عقدة بقياس {run} في الفص العلوي", "ar"))


def test_the_whole_sentence_is_in_order() -> None:
    line = shown(islands(SENTENCE, "ar"))
    assert "3-5 x 48.5 mm" in line and "2026-11-23" in line and "(CT)" in line
    assert line.index("(CT)") < line.index("2026-11-23") < line.index("3-5 x 48.5 mm")  # from right to left


def test_a_number_after_an_arabic_word_in_an_english_line_stays_where_it_is() -> None:
    line = "Patient says عقدة 12 mm stable"
    assert get_display(line, base_dir="L").index("12") < get_display(line, base_dir="L").index("ةدقع")  # the danger
    safe = shown(islands(line, "en"), "L")
    assert safe.index("ةدقع") < safe.index("12 mm")


def test_plain_english_and_plain_arabic_are_left_alone() -> None:
    assert islands("Nodule 3-5 x 48.5 mm (CT).", "en") == "Nodule 3-5 x 48.5 mm (CT)."
    assert islands("لا يوجد نزف حاد.", "ar") == "لا يوجد نزف حاد."


def test_the_full_stop_stays_with_the_arabic_sentence() -> None:
    assert islands("قياس 12 mm.", "ar") == 'قياس <bdi dir="ltr">12 mm</bdi>.'


@pytest.mark.parametrize(
    ("line", "language", "direction"),
    [
        ("CT للرأس بدون تباين", "ar", "rtl"),
        ("Normal chest.", "ar", "ltr"),
        ("لا يوجد نزف", "en", "rtl"),
        ("Patient says عقدة", "en", "ltr"),
        ("12 - 13", "ar", "rtl"),
        ("", "en", "ltr"),
    ],
)
def test_the_direction_of_a_line(line: str, language: str, direction: str) -> None:
    assert direction_of_line(line, language) == direction


def test_every_line_is_a_paragraph_with_its_own_direction() -> None:
    assert paragraphs("لا يوجد نزف\nNo bleed", "ar") == '<p dir="rtl">لا يوجد نزف</p>\n<p dir="ltr">No bleed</p>\n'


@pytest.mark.parametrize("make", [ltr, isolated, islands, paragraphs])
def test_markup_in_a_value_is_escaped(make) -> None:
    assert "<img" not in make("<img src=x> عقدة 3 mm")
    assert "&lt;" in make("<img src=x> عقدة 3 mm")


@pytest.mark.parametrize("make", [ltr, isolated])
def test_bidi_controls_in_a_value_do_not_get_out(make) -> None:
    assert not re.search("[\u202a-\u202e\u2066-\u2069]", make("\u202eA-1\u2069"))
