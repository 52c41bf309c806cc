from __future__ import annotations

from pathlib import Path

import pytest

from support.sample_reports import TEMPLATES
from teleradiology.core.sections import SECTIONS, unfilled
from teleradiology.documents.labels import DIRECTIONS
from teleradiology.documents.report_texts import load

OURS = load(TEMPLATES / "texts")


def test_all_our_templates_can_be_read() -> None:
    assert OURS.problems == ()
    assert set(OURS.by_id) == {"general", "ct-head", "chest-xray", "cxr-tb", "us-abdomen", "mr-brain"}


@pytest.mark.parametrize("template", OURS.by_id.values(), ids=lambda template: template.id)
def test_a_template_says_the_same_in_every_language(template) -> None:
    assert set(template.title) == set(DIRECTIONS)
    for name in SECTIONS:
        texts = {language: template.texts(language)[name] for language in DIRECTIONS}
        assert len({text.count("\n") for text in texts.values()}) == 1, name
        assert len({len(unfilled(text)) for text in texts.values()}) == 1, name
        assert len({bool(text) for text in texts.values()}) == 1, name


@pytest.mark.parametrize(
    ("wanted", "modality", "body_part", "chosen"),
    [
        ("", "CT", "HEAD", "ct-head"),
        ("", "MR", "BRAIN", "mr-brain"),
        ("", "DX", "CHEST", "chest-xray"),
        ("cxr-tb", "DX", "CHEST", "cxr-tb"),
        ("", "CT", "KNEE", "general"),
        ("", "", "", "general"),
        ("no-such-template", "US", "ABDOMEN", "us-abdomen"),
    ],
)
def test_the_template_that_fits_the_examination_is_chosen(wanted: str, modality: str, body_part: str, chosen: str) -> None:
    assert OURS.chosen(wanted, modality, body_part).id == chosen


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("title: {en: X}\nsections:\n  opinion: {en: x}", "bad.yaml: sections.opinion: unknown; expected one of indication"),
        ("title: {en: X}\nsections: [x]", "bad.yaml: sections: expected sections with their texts"),
        ("title: X", "bad.yaml: title: expected a text for each language"),
        ("title: {en: X}\nmodality: CT", "bad.yaml: modality: unknown; expected one of title, modalities"),
        ("title: {en: X}\nsections:\n  findings: {en: 3}", "bad.yaml: sections.findings: expected a text for each language"),
        ("- x", "bad.yaml: expected title and sections"),
        ("a: [", "bad.yaml: expected YAML in UTF-8: ParserError"),
        ("a: 1\na: 2", "bad.yaml: expected YAML in UTF-8: DuplicateKeyError"),
    ],
)
def test_a_bad_template_is_left_out_and_told_of(content: str, said: str, tmp_path: Path) -> None:
    (tmp_path / "bad.yaml").write_text(content, encoding="utf-8")
    (tmp_path / "good.yaml").write_text("title: {en: Good}", encoding="utf-8")
    found = load(tmp_path)
    assert list(found.by_id) == ["good"]
    assert any(str(problem).startswith(said) for problem in found.problems), found.problems


def test_without_any_template_a_draft_begins_empty(tmp_path: Path) -> None:
    assert set(load(tmp_path).chosen("", "CT", "HEAD").texts("en").values()) == {""}
