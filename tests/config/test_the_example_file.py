"""The rules file of the repository is one that a hospital could start from."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from ruamel.yaml import YAML

from teleradiology.config import schema
from teleradiology.config.rules_file import RulesFile, load
from teleradiology.core.readers import Need, choose
from teleradiology.core.transport import Transport

ROOT = Path(__file__).parents[2]
TEXT = (ROOT / "worklist_rules.yaml").read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def file() -> RulesFile:
    """The file, loaded with the templates that there are."""
    templates = [path.stem for path in (ROOT / "templates" / "report" / "texts").glob("*.yaml")]
    return load(TEXT, templates=templates)


def test_it_has_no_problems_and_no_warnings(file: RulesFile) -> None:
    assert file.warnings == ()
    assert len(file.examples) >= 15


def test_every_rule_is_shown_by_an_example(file: RulesFile) -> None:
    """But for those that are the same as another in a second place."""
    shown = {
        each.rule for example in file.examples for each in file.explain(file.completed(example.given)).matched if each.decided
    }
    unshown = {rule.name for rule in file.ruleset.rules} - shown
    assert unshown <= {
        *("quality control", "acute aorta", "asked for as stat", "mammography", "MR of the head", "ultrasound of the abdomen"),
        *("chest CT", "CT of the head", "abdomen and pelvis"),
    }


def test_at_any_hour_somebody_reads_any_study_of_any_facility(file: RulesFile) -> None:
    monday = datetime(2026, 11, 23, tzinfo=UTC)
    wanted = {rule.then["subspecialty"] for rule in file.ruleset.rules if "subspecialty" in rule.then}
    for hour in range(0, 24 * 7, 3):
        for facility in file.facilities.values():
            for subspecialty in sorted(wanted):
                need = Need(
                    facility.id,
                    facility.jurisdiction,
                    subspecialty,
                    "CT",
                    facility.languages[0],
                    monday + timedelta(hours=hour),
                    facility.timezone,
                )
                assert choose(file.readers.values(), need, {}).reader, need


def test_the_facilities_of_the_demonstration_are_known(file: RulesFile) -> None:
    assert file.facility_of(Transport("ZLITEN_CT", remote_ip="127.0.0.1")) == "zliten-clinic"
    assert file.facility_of(Transport("ZLITEN_CR")) == "zliten-clinic"
    assert file.facility_of(Transport("STORESCU", remote_ip="127.0.0.1")) == "this-hospital"
    assert file.facility_of(Transport("STORESCU", remote_ip="198.51.100.1")) == ""


def _as_json(node: Any) -> Any:
    """YAML's dates as an editor's YAML reader gives them: texts."""
    if isinstance(node, dict):
        return {str(key): _as_json(value) for key, value in node.items()}
    if isinstance(node, list):
        return [_as_json(each) for each in node]
    return node.isoformat() if isinstance(node, date) else node


def test_it_fits_the_schema_that_editors_use() -> None:
    content = _as_json(YAML(typ="safe", pure=True).load(TEXT))
    validator = jsonschema.Draft7Validator(schema.json_schema())
    assert [f"{error.json_path}: {error.message[:200]}" for error in validator.iter_errors(content)] == []


@pytest.mark.parametrize(
    ("good", "bad"),
    [
        ("modality: [CT, MR]", "modalty: [CT, MR]"),
        ("priority: stat", "prioriti: stat"),
        ("turnaround: 1h,", "turnaround: soon,"),
        ("version: 1", "version: 2"),
        ("received_time: {between:", "received_time: {betwen:"),
        ("body_part: HEAD", "body_part: HAED"),
        ("may_finalize: false", "may_finalize: perhaps"),
    ],
)
def test_the_schema_marks_mistakes(good: str, bad: str) -> None:
    assert good in TEXT
    content = _as_json(YAML(typ="safe", pure=True).load(TEXT.replace(good, bad, 1)))
    assert not jsonschema.Draft7Validator(schema.json_schema()).is_valid(content)


def test_the_schema_is_a_schema_and_its_copy_is_current() -> None:
    jsonschema.Draft7Validator.check_schema(schema.json_schema())
    assert (ROOT / "docs" / "worklist_rules.schema.json").read_text(encoding="utf-8") == schema.as_text()


def test_the_first_line_tells_editors_where_the_schema_is() -> None:
    reference = TEXT.splitlines()[0].removeprefix("# yaml-language-server: $schema=")
    assert (ROOT / reference).is_file()
