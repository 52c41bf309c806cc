"""Each matcher, as a table: what is asked, which studies it holds for and which not."""

from __future__ import annotations

from datetime import UTC, date, datetime, time
from typing import Any

import pytest

from support.rule_texts import rule, rules_of
from teleradiology.core.study_facts import KINDS, StudyFacts

TABLE: list[tuple[dict[str, Any], dict[str, Any], bool]] = [
    # codes: exact but for case
    ({"modality": "CT"}, {"modality": "CT"}, True),
    ({"modality": "ct"}, {"modality": "CT"}, True),
    ({"modality": ["CT", "MR"]}, {"modality": "MR"}, True),
    ({"modality": ["CT", "MR"]}, {"modality": "US"}, False),
    ({"calling_aet": "ZLITEN_CT"}, {"calling_aet": "ZLITEN-CT"}, False),
    ({"calling_aet": {"matches": "^zliten_"}}, {"calling_aet": "ZLITEN_CT"}, True),
    ({"calling_aet": {"contains": "_CT"}}, {"calling_aet": "ZLITEN_CT"}, True),
    ({"accession_number": "0123"}, {"accession_number": "0123"}, True),
    ({"accession_number": "0123"}, {"accession_number": "123"}, False),
    # texts: separators, case and Arabic spelling are forgiven
    ({"study_description": "ct head"}, {"study_description": "CT_HEAD"}, True),
    ({"study_description": "ct head"}, {"study_description": "CT HEAD STROKE"}, False),
    ({"study_description": {"contains": "head stroke"}}, {"study_description": "CT HEAD^STROKE"}, True),
    ({"study_description": {"contains": ["mri", "stroke"]}}, {"study_description": "CT STROKE"}, True),
    ({"study_description": {"contains": "جلطه"}}, {"study_description": "اشتباه جَلطة"}, True),
    ({"study_description": {"contains": "أشعة"}}, {"study_description": "اشعه الصدر"}, True),
    ({"study_description": "ＣＴ"}, {"study_description": "CT"}, True),
    # patterns
    ({"study_description": {"matches": "stroke|code neuro"}}, {"study_description": "CODE_NEURO"}, True),
    ({"study_description": {"matches": r"\bpe\b"}}, {"study_description": "CT_PE_STUDY"}, True),
    ({"study_description": {"matches": r"\bpe\b"}}, {"study_description": "SPECT"}, False),
    ({"study_description": {"matches": "x-ray"}}, {"study_description": "Chest X-RAY"}, True),
    ({"study_description": {"matches": "^chest$"}}, {"study_description": "CHEST"}, True),
    ({"study_description": {"matches": "^chest$"}}, {"study_description": "CHEST PA"}, False),
    ({"study_description": {"matches": "(سكتة|جلطة)"}}, {"study_description": "سكته"}, True),
    ({"reason": {"matches": " pe "}}, {"reason": "suspected PE today"}, True),
    ({"reason": {"matches": " pe "}}, {"reason": "spectrum"}, False),
    # several values
    ({"modalities": "SR"}, {"modalities": ("CT", "SR")}, True),
    ({"modalities": ["MR", "SR"]}, {"modalities": ("CT", "SR")}, True),
    ({"modalities": {"any": ["MR", "SR"]}}, {"modalities": ("CT", "SR")}, True),
    ({"modalities": {"all": ["CT", "SR"]}}, {"modalities": ("CT", "SR", "KO")}, True),
    ({"modalities": {"all": ["CT", "SR"]}}, {"modalities": ("CT",)}, False),
    ({"modalities": {"only": ["SR", "KO", "PR"]}}, {"modalities": ("SR", "KO")}, True),
    ({"modalities": {"only": ["SR", "KO", "PR"]}}, {"modalities": ("SR", "CT")}, False),
    ({"modalities": {"only": ["SR"]}}, {"modalities": ()}, False),
    ({"modalities": {"any": ["CT"], "only": ["CT", "SR"]}}, {"modalities": ("CT", "SR")}, True),
    ({"series_descriptions": {"contains": "angio"}}, {"series_descriptions": ("Scout", "Angio 1mm")}, True),
    ({"series_descriptions": {"matches": "^angio"}}, {"series_descriptions": ("Scout", "Angio 1mm")}, True),
    ({"series_descriptions": {"matches": "scout.*angio"}}, {"series_descriptions": ("Scout", "Angio 1mm")}, False),
    # numbers
    ({"patient_age": {"at_most": "28d"}}, {"patient_age": 0.05}, True),
    ({"patient_age": {"at_most": "28d"}}, {"patient_age": 0.5}, False),
    ({"patient_age": {"at_least": 18}}, {"patient_age": 18.0}, True),
    ({"patient_age": {"between": [15, 50]}}, {"patient_age": 50.0}, True),
    ({"patient_age": {"between": [15, 50]}}, {"patient_age": 50.5}, False),
    ({"series_count": 2}, {"series_count": 2}, True),
    ({"image_count": {"at_most": 3}}, {"image_count": 0}, True),
    # flags
    ({"contrast": True}, {"contrast": True}, True),
    ({"contrast": False}, {"contrast": False}, True),
    ({"contrast": False}, {"contrast": None}, False),
    ({"contrast": "yes"}, {"contrast": True}, True),
    # dates and times
    ({"study_date": {"at_least": "2026-01-01"}}, {"study_date": date(2026, 1, 1)}, True),
    ({"study_date": {"at_most": "2025-12-31"}}, {"study_date": date(2026, 1, 1)}, False),
    ({"received_time": {"between": ["20:00", "06:00"]}}, {"received_time": time(2, 30)}, True),
    ({"received_time": {"between": ["20:00", "06:00"]}}, {"received_time": time(20, 0)}, True),
    ({"received_time": {"between": ["20:00", "06:00"]}}, {"received_time": time(12, 0)}, False),
    ({"received_time": {"between": ["08:00", "16:00"]}}, {"received_time": time(12, 0)}, True),
    ({"received_at": {"at_least": "2026-01-01T00:00:00Z"}}, {"received_at": datetime(2026, 1, 1, 1, tzinfo=UTC)}, True),
    # missing
    ({"accession_number": {"missing": True}}, {}, True),
    ({"accession_number": {"missing": False}}, {}, False),
    ({"accession_number": {"missing": False}}, {"accession_number": "1"}, True),
    ({"image_count": {"missing": True}}, {"image_count": 0}, False),
    # composition
    ({"modality": "CT", "body_part": "HEAD"}, {"modality": "CT"}, False),
    ({"any": [{"modality": "MR"}, {"body_part": "HEAD"}]}, {"body_part": "HEAD"}, True),
    ({"all": [{"modality": "MR"}, {"body_part": "HEAD"}]}, {"body_part": "HEAD"}, False),
    ({"not": {"modality": "CT"}}, {"modality": "MR"}, True),
    ({"not": {"modality": "CT"}}, {}, True),
    ({"not": {"modality": "CT", "body_part": "HEAD"}}, {"modality": "CT", "body_part": "KNEE"}, True),
    ({"not": {"any": [{"modality": "CT"}, {"modality": "MR"}]}}, {"modality": "MR"}, False),
]


@pytest.mark.parametrize(("when", "facts", "expected"), TABLE)
def test_the_condition_holds_as_the_table_says(when: dict[str, Any], facts: dict[str, Any], expected: bool) -> None:
    ruleset = rules_of(rule(when, "r", skip="held")).ruleset
    assert ("skip" in ruleset.decide(StudyFacts(**facts))) is expected
    assert (ruleset.explain(StudyFacts(**facts)).value("skip") is not None) is expected


@pytest.mark.parametrize("fact", list(KINDS))
def test_a_condition_on_a_fact_that_a_study_does_not_have_is_false(fact: str) -> None:
    facts = StudyFacts()
    assert facts.known[fact] is None
    ruleset = rules_of(rule({fact: {"missing": True}}, "missing", skip="missing")).ruleset
    assert ruleset.decide(facts)["skip"] == "missing"
