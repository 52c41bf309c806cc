"""The texts of the pages: all of them translated, none of them unsafe, none of them from elsewhere."""

from __future__ import annotations

import json
import re
from datetime import UTC, datetime
from pathlib import Path

import pytest
from babel.messages.extract import extract
from babel.messages.pofile import read_po
from bidi import get_display
from flask import Flask, g

from teleradiology import locale
from teleradiology.config.settings import HOME
from teleradiology.core import reasons as core_reasons
from teleradiology.web.pages import explained, reasons, show, words
from teleradiology.workflow import admission, arrival, suggestions, waiting

PAGES = HOME / "plugins" / "teleradiology" / "web" / "pages"
TEMPLATES = HOME / "templates" / "page"
STATIC = HOME / "plugins" / "teleradiology" / "web" / "static"
MARKS = {"_": None, "N_": None, "ngettext": (1, 2), "gettext": None}
PLACES = re.compile(r"%\(\w+\)[sd]|\{\w+\}")


def texts() -> list[str | tuple[str, ...]]:
    """Every text that is marked for translation, in templates and code."""
    found: list[str | tuple[str, ...]] = []
    for folder, pattern, method in ((TEMPLATES, "*.html", "jinja2.ext:babel_extract"), (PAGES, "*.py", "python")):
        for file in sorted(folder.glob(pattern)):
            with file.open("rb") as source:
                found += [text for _, text, _, _ in extract(method, source, keywords=MARKS)]  # type: ignore[arg-type]
    return found


def forms(message: object) -> tuple[str, ...]:
    """The forms of a translation, for one number or for several."""
    return (message,) if isinstance(message, str) else tuple(message)  # type: ignore[arg-type]


@pytest.fixture(scope="module")
def arabic():
    with (locale.FOLDER / "ar" / f"{locale.DOMAIN}.po").open("rb") as source:
        return read_po(source, locale="ar")


def test_every_text_has_its_arabic(arabic):
    missing = [text for text in texts() if text not in arabic or not all(forms(arabic.get(text).string))]
    assert missing == []
    assert len(set(map(str, texts()))) > 400


def test_every_translation_is_of_a_text_that_is_still_there(arabic):
    ours = {text if isinstance(text, str) else text[0] for text in texts()}
    assert [message.id for message in arabic if message.id and forms(message.id)[0] not in ours] == []


def test_translations_keep_the_places_that_are_filled_in(arabic):
    for message in arabic:
        wanted = set(PLACES.findall(forms(message.id)[-1]))
        # One and two are words in Arabic, so the number may be left out there.
        for form in forms(message.string)[3 if message.pluralizable else 0 :]:
            assert set(PLACES.findall(form)) == wanted, message.id


def test_arabic_has_its_six_plurals():
    found = [locale.translations("ar").ngettext("%(num)d event", "%(num)d events", number) for number in (0, 1, 2, 3, 11, 100)]
    assert len(set(found)) == 6


def test_an_unknown_language_changes_nothing():
    assert locale.translations("tlh").gettext("Worklist") == "Worklist"


def test_no_template_switches_escaping_off_or_carries_script():
    for file in TEMPLATES.glob("*.html"):
        text = file.read_text(encoding="utf-8")
        assert not re.search(r"\|\s*safe\b|autoescape|Markup\(", text), file.name
        assert not re.search(r"\son\w+\s*=\s*[\"']", text), f"{file.name}: a handler in an attribute"
        assert "multipart" not in text, f"{file.name}: Orthanc answers multipart forms itself, with nothing"
        assert not re.search(r"<style|\sstyle\s*=", text), f"{file.name}: the policy forbids styles in the page"
        for script in re.findall(r"<script[^>]*>", text):
            assert "src=" in script or 'type="application/json"' in script, f"{file.name}: {script}"


def test_nothing_comes_from_another_server():
    for file in [*TEMPLATES.glob("*.html"), *STATIC.rglob("*.js"), *STATIC.rglob("*.css")]:
        found = re.findall(r"https?://[^\s\"')]+", file.read_text(encoding="utf-8"))
        assert [address for address in found if address != "http://www.w3.org/2000/svg"] == [], file.name


def test_every_icon_that_is_asked_for_is_in_the_sprite():
    sprite = set(re.findall(r'<symbol id="([^"]+)"', (STATIC / "img" / "icons.svg").read_text(encoding="utf-8")))
    asked = {
        name for file in [*TEMPLATES.glob("*.html")] for name in re.findall(r'icon\("([\w-]+)"', file.read_text(encoding="utf-8"))
    }
    assert asked - sprite == set()


def test_every_word_that_a_script_asks_for_is_sent():
    from teleradiology.web.pages.script_words import WORDS
    from teleradiology.web.pages.words import DONE

    sent = set(WORDS) | {f"done-{act}" for act in DONE}
    asked: set[str] = set()
    for file in (STATIC / "js").glob("*.js"):
        text = file.read_text(encoding="utf-8")
        asked |= set(re.findall(r"\bword\(\"([\w-]+)\"", text)) | set(re.findall(r"label: \"([\w-]+)\"", text))
    assert asked - sent == set()


def test_text_blocks_are_there_in_both_languages():
    from ruamel.yaml import YAML

    found = YAML(typ="safe", pure=True).load((TEMPLATES / "text_blocks.yaml").read_text(encoding="utf-8"))
    assert set(found["en"]) == set(found["ar"])
    assert json.loads(json.dumps(found)) == found


def test_modules_that_are_preloaded_exist():
    for file in TEMPLATES.glob("*.html"):
        for names in re.findall(r"for name in \[([^\]]+)\] %}<link rel=\"modulepreload\"", file.read_text(encoding="utf-8")):
            for name in re.findall(r'"([\w-]+)"', names):
                assert (STATIC / "js" / f"{name}.js").is_file(), Path(name)


def flags_that_are_set() -> set[str]:
    """Those that the workflow names in place, and those that have a name there."""
    source = "".join(file.read_text(encoding="utf-8") for file in (PAGES.parents[1] / "workflow").glob("*.py"))
    in_place = set(re.findall(r'with_flag\([^"()\[]*"([a-z-]+)"', source))
    assert {"escalated", "preliminary"} <= in_place
    return in_place | {waiting.INCOMPLETE, admission.GREW, admission.TASK, arrival.SPLIT, suggestions.FLAG, "study-shrank"}


def test_every_flag_has_its_words(arabic):
    assert flags_that_are_set() <= words.FLAGS.keys()
    assert all(arabic.get(text).string for sign in words.FLAGS.values() for text in (sign.text, sign.hint))


@pytest.mark.parametrize(
    ("codes", "texts"),
    [
        (core_reasons.AGAINST, reasons.AGAINST),
        (core_reasons.FOR, reasons.POLICIES),
        (core_reasons.LACKING, reasons.LACKING),
    ],
)
def test_every_reason_has_its_words_and_says_the_same_in_both_languages(arabic, codes, texts):
    assert codes.keys() == texts.keys()
    for code, text in codes.items():
        assert set(PLACES.findall(texts[code])) == set(PLACES.findall(text)), code
        assert arabic.get(texts[code]).string


def test_hours_keep_their_order_behind_arabic_days():
    shifts = "Mon Tue 20:00-06:00 Europe/Berlin; Sat 09:00-15:00 Europe/Berlin (on call)"
    with Flask("test").test_request_context():
        g.language = "ar"
        told = reasons.against({"code": "off-duty", "params": {"clock": "Mon 11:04 Europe/Berlin", "shifts": shifts}})
    shown = re.sub("[\u2066-\u2069]", "", get_display(told, base_dir="R"))
    assert "Mon" not in told and "20:00-06:00" in shown and "09:00-15:00" in shown


def test_what_was_signed_is_told_in_words():
    with Flask("test").test_request_context():
        g.language = "ar"
        assert explained.details({"status": "final"}) == ["تقرير نهائي"]


def test_why_a_study_was_taken_from_somebody_is_told_in_words(arabic):
    detail = {"reader": "dr-huda", "cause": "reassigned: licence-ended 2027-03-28 dr-salem"}
    with Flask("test").test_request_context():
        g.language = "ar"
        reader, cause = explained.details(detail, {"dr-salem": "Dr Salem Ahmed", "dr-huda": "Dr Huda"})
    assert reader == "Dr Huda"
    assert "Dr Salem Ahmed" in cause and arabic.get("the licence has expired").string in cause and "reassigned" not in cause


@pytest.mark.parametrize(
    ("name", "told"),
    [
        ("broaden at 90%", "at 90% of the time"),
        ("call at 100% +15m", "15 min after the due time"),
        ("notify-reader at 100% -10m", "10 min before the due time"),
        ("call at 100% +90s", "90s after the due time"),
        ("notify-reader at 50% +5m", "5 min after 50% of the time"),
        ("what the house calls it", "what the house calls it"),
    ],
)
def test_when_a_step_of_a_ladder_is_taken_is_told_in_words(name, told):
    with Flask("test").test_request_context():
        g.language = "en"
        assert words.step(name) == told
        g.language = "ar"
        assert (words.step(name) == name) is (told == name)


def test_the_end_of_a_span_has_its_date_only_when_it_is_another_day():
    begin = datetime(2026, 11, 24, 8, tzinfo=UTC)
    with Flask("test").test_request_context():
        g.language = "en"
        assert ">16:00<" in show.instant_after(begin.replace(hour=16), begin)
        assert ">25 Nov 02:00<" in show.instant_after(begin.replace(day=25, hour=2), begin)


def test_a_day_has_no_zero_before_it():
    with Flask("test").test_request_context():
        g.language = "en"
        assert ">7 Dec 08:00<" in show.instant(datetime(2024, 12, 7, 8, tzinfo=UTC))
        g.language = "ar"
        assert ">2024-12-07 08:00<" in show.instant(datetime(2024, 12, 7, 8, tzinfo=UTC))


def test_a_telephone_number_keeps_its_order_beside_arabic():
    told = show.with_numbers("د. خالد <b>، +218 91 123 4567")
    assert '<bdi dir="ltr" class="nowrap">+218 91 123 4567</bdi>' in told and "<b>" not in told
    assert show.with_numbers("Dr Head, room 12") == "Dr Head, room 12"
