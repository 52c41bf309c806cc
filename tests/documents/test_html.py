from __future__ import annotations

import dataclasses
import html
import re
from pathlib import Path

import jinja2
import pytest

from support.sample_reports import HOSTILE, TEMPLATES, following, report, with_study
from teleradiology.core.names import clean
from teleradiology.core.reports import Sender, SignedReport, Signer, content_hash
from teleradiology.documents.html import environment, render
from teleradiology.documents.labels import DIRECTIONS, LABELS


def page(made: SignedReport, draft: bool = False) -> str:
    return render(made, TEMPLATES, draft)


def seen(made: SignedReport, draft: bool = False) -> str:
    """The text of the page, without markup and without white space that does not show."""
    body = page(made, draft).split("</head>")[1]
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", body)).split())


def test_a_report_says_who_what_when_and_where() -> None:
    text = seen(report("en"))
    for said in (
        "Zliten Clinic",
        "Tel. +218 91 123 4567",
        "علي محمد",
        "Ali Mohammed",
        "LY-2026/0042",
        "1961-04-30",
        "Male",
        "ACC-00098",
        "CT HEAD WITHOUT CONTRAST",
        "2026-11-23 10:12",
        "Dr Nuri Khalifa",
        "No haemorrhage. Midline shift ≤ 2.5 mm to the right.",
        "Electronically signed by Dr Salem Ahmed",
        "Consultant radiologist",
        "Registration no. LY-000123",
        "2026-11-23 14:30 +02:00",
        "Version 1",
    ):
        assert said in text, said
    assert content_hash(report("en"))[:16] in text


def test_the_page_has_the_language_and_direction_of_the_report() -> None:
    assert '<html lang="ar" dir="rtl">' in page(report("ar"))
    assert '<html lang="en" dir="ltr">' in page(report("en"))


def test_headings_are_in_both_languages_of_the_facility() -> None:
    assert "Findings الموجودات" in seen(report("en"))
    assert "الموجودات Findings" in seen(report("ar"))
    only_english = dataclasses.replace(report("en"), sender=Sender("gozo", "Gozo", ("Gozo",), "Europe/Malta", ("en",)))
    assert "الموجودات" not in seen(only_english)


def test_empty_sections_are_not_printed() -> None:
    assert "Comparison" not in seen(report("en"))


def test_every_number_with_its_unit_in_arabic_is_an_island() -> None:
    text = page(report("ar"))
    for run in ("3-5 x 48.5 mm", "2026-11-23", "+218 91 123 4567", "LY-2026/0042", "ACC-00098", "2026-11-23 14:30 +02:00"):
        assert f'<bdi dir="ltr">{run}</bdi>' in text, run


def test_a_preliminary_report_cannot_be_taken_for_a_final_one() -> None:
    text = page(report("en", "preliminary"))
    assert '<div class="watermark"' in text and "PRELIMINARY REPORT" in text
    assert "Preliminary reading by" in seen(report("en", "preliminary"))
    assert '<div class="watermark"' not in page(report("en"))


def test_a_draft_says_that_it_is_not_signed() -> None:
    text = seen(report("en"), draft=True)
    assert "DRAFT" in text and "Not signed" in text and "Electronically signed" not in text


def test_an_addendum_comes_with_the_text_that_it_adds_to() -> None:
    final = report("en")
    second = following(
        following(final, "addendum", {"findings": "First addition."}), "addendum", {"findings": "Second addition."}
    )
    text = seen(second)
    order = [text.index(part) for part in ("ADDENDUM", "Second addition.", "First addition.", "No haemorrhage.")]
    assert order == sorted(order)
    assert "Version 2: ADDENDUM" in text
    assert "signed by Dr Salem Ahmed, 2026-11-23 14:30 +02:00" in text


def test_a_corrected_report_says_what_it_replaces_and_why() -> None:
    corrected = following(report("en"), "corrected", {"findings": "Left, not right."}, reason="wrong side")
    text = page(corrected)
    assert "This replaces version 1 of 2026-11-23 14:30 +02:00. Reason: wrong side" in text
    assert "No haemorrhage." not in text


def test_a_final_report_says_that_it_replaces_the_preliminary_one() -> None:
    text = seen(following(report("en", "preliminary"), "final", {"findings": "Confirmed."}))
    assert "This replaces the preliminary report of" in text


OURS = frozenset("body div header p bdi span h1 h2 h3 small table tr th td section strong footer".split())  # noqa: SIM905


@pytest.mark.parametrize("hostile", HOSTILE, ids=range(len(HOSTILE)))
@pytest.mark.parametrize("language", ["en", "ar"])
def test_hostile_text_is_printed_as_it_is_and_does_nothing(hostile: str, language: str) -> None:
    made = with_study(
        report(language, sections={"findings": clean(hostile)}),
        patient_names=(hostile,),
        patient_id=hostile,
        accession_number=hostile,
        description=hostile,
        referring_physician=hostile,
    )
    made = dataclasses.replace(made, author=Signer("x", hostile, title=hostile, registration=hostile))
    made = dataclasses.replace(made, sender=Sender("x", hostile, (hostile, hostile), "UTC", ("ar", "en")))
    text = page(made)
    body = text.split("</head>")[1]
    assert set(re.findall(r"<([a-z0-9]+)", body)) <= OURS
    assert "49" not in re.sub(r"<[^>]+>", "", body)  # no template code was evaluated
    assert not re.search("[\u202a-\u202e\u2066-\u2069\x00-\x08\x0b-\x1f]", text)
    printed = html.unescape(re.sub(r"<[^>]+>", "", body))
    assert "".join(clean(hostile).split()) in "".join(printed.split())


@pytest.mark.parametrize(
    "source",
    [
        "{{ ''.__class__.__mro__ }}",
        "{{ report.__init__.__globals__ }}",
        "{{ self.__init__.__globals__ }}",
        "{{ report | attr('__class__') }}",
        "{{ cycler.__init__.__globals__ }}",
        "{{ lipsum(n=100000) }}",
        "{{ namespace(x=1) }}",
        "{{ title | safe }}",
        "{% include '/etc/passwd' %}",
        "{% include '../../../../etc/passwd' %}",
        "{{ report.nothing_of_that_name }}",
        "{{ facts.append(1) }}",
        "{{ report.sections.clear() }}",
    ],
)
def test_a_template_reaches_nothing_but_what_it_is_given(source: str, tmp_path: Path) -> None:
    (tmp_path / "report.html.j2").write_text(source, encoding="utf-8")
    with pytest.raises((jinja2.TemplateError, AttributeError, TypeError)):
        print(render(report(), tmp_path))  # noqa: T201


def test_a_facility_may_have_its_own_template_and_picture(tmp_path: Path) -> None:
    own = tmp_path / "zliten-clinic"
    own.mkdir()
    (tmp_path / "letterhead").mkdir()
    (tmp_path / "letterhead" / "zliten-clinic.png").write_bytes(b"\x89PNG")
    (tmp_path / "report.html.j2").write_text("everybody's", encoding="utf-8")
    (own / "report.html.j2").write_text("its own {{ logo }}", encoding="utf-8")
    assert render(report(), tmp_path) == "its own data:image/png;base64,iVBORw=="
    elsewhere = dataclasses.replace(report(), sender=Sender("gozo", "Gozo"))
    assert render(elsewhere, tmp_path) == "everybody's"


@pytest.mark.parametrize("facility", ["../zliten-clinic", "..", "a/b", ""])
def test_a_facility_id_cannot_lead_out_of_the_templates(facility: str, tmp_path: Path) -> None:
    (tmp_path / "report.html.j2").write_text("everybody's", encoding="utf-8")
    assert render(dataclasses.replace(report(), sender=Sender(facility, "x")), tmp_path) == "everybody's"


def test_every_label_is_there_in_every_language() -> None:
    assert [key for key, words in LABELS.items() if set(words) != set(DIRECTIONS)] == []


VALUES_THAT_NEED_NO_FILTER = re.compile(
    r"label|direction|language|\bother|fact.other|draft|^ ?watermark|title|heading|by$|kind|name$|logo|status|utc"
)


def test_templates_print_nothing_that_could_turn_without_a_filter() -> None:
    """A number, date or id in an Arabic page must go through ltr, local, islands, isolated or paragraphs."""
    bare = []
    for file in TEMPLATES.glob("*.j2"):
        for printed in re.findall(r"{{-?\s*(.*?)\s*-?}}", file.read_text(encoding="utf-8")):
            filtered = re.search(r"\|\s*(ltr|local|islands|isolated|paragraphs)", printed)
            if not filtered and not VALUES_THAT_NEED_NO_FILTER.search(printed):
                bare.append(f"{file.name}: {printed}")
    assert bare == []


def test_the_environment_is_sandboxed_strict_and_escapes() -> None:
    made = environment(TEMPLATES)
    assert made.sandboxed and made.autoescape is True and made.undefined is jinja2.StrictUndefined
    assert not {"lipsum", "cycler", "joiner", "namespace"} & set(made.globals)
    assert not {"safe", "attr"} & set(made.filters)
