"""A study's facts: one from many series, tolerant of what devices and desks get wrong, honest about it."""

from __future__ import annotations

from datetime import UTC, date, datetime, time
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from teleradiology.core.facts import COUNT, StudyFacts, completed, facts_from, main_modality
from teleradiology.core.study_facts import KINDS
from teleradiology.core.transport import Transport

RECEIVED = datetime(2026, 3, 1, 22, 30, tzinfo=UTC)
FROM_ZLITEN = Transport("ZLITEN_CT", "ORTHANC", "192.0.2.7", "", RECEIVED)


def facts_of(*series: dict[str, Any], transport: Transport = FROM_ZLITEN) -> StudyFacts:
    """The facts of a study that came from Zliten."""
    return facts_from(
        series,
        transport,
        facility_of=lambda each: "zliten-clinic" if each.calling_aet.startswith("ZLITEN") else "",
        timezone_of=lambda facility: "Africa/Tripoli" if facility else "",
    )


def test_a_whole_study() -> None:
    facts = facts_of(
        {
            "StudyInstanceUID": "1.2.3",
            "PatientID": "P1",
            "PatientName": "Alfitouri^Salma=الفيتوري^سلمى",
            "PatientBirthDate": "19540309",
            "PatientSex": "F",
            "AccessionNumber": "0042",
            "StudyDescription": "CT HEAD WITHOUT CONTRAST - STROKE CODE",
            "StudyDate": "20260301",
            "StudyTime": "101530.25",
            "Modality": "CT",
            "SeriesDescription": "HEAD 5MM PLAIN",
            "ReferringPhysicianName": "Trabelsi^Huda",
            "InstitutionName": "Zliten",
            "StationName": "CT1",
            "ReasonForStudy": "Weakness for 50 minutes",
            COUNT: 30,
        },
        {"Modality": "SR", COUNT: 1},
    )
    assert facts.patient_names == ("Alfitouri^Salma", "الفيتوري^سلمى")
    assert facts.patient_name == "Alfitouri^Salma"
    assert facts.patient_birth_date == date(1954, 3, 9)
    assert facts.patient_age == pytest.approx(71.98, abs=0.01)
    assert (facts.study_date, facts.study_time) == (date(2026, 3, 1), time(10, 15, 30, 250000))
    assert facts.study_at == "2026-03-01T10:15:30"
    assert (facts.modality, facts.modalities) == ("CT", ("CT", "SR"))
    assert (facts.body_part, facts.body_part_source) == ("HEAD", "study_description")
    assert (facts.series_count, facts.instance_count, facts.image_count) == (2, 31, 30)
    assert facts.contrast is False
    assert facts.reason == "Weakness for 50 minutes"
    assert (facts.facility, facts.calling_aet, facts.remote_ip) == ("zliten-clinic", "ZLITEN_CT", "192.0.2.7")
    assert (facts.received_time, facts.received_day) == (time(0, 30), "mon")  # it is after midnight in Tripoli
    assert facts.problems == ()


def test_a_study_of_which_nothing_is_known_has_facts() -> None:
    facts = facts_of({}, transport=Transport())
    assert facts.problems == ("a series has no Modality",)
    assert (facts.modality, facts.facility, facts.body_part, facts.patient_age) == ("", "", "", None)
    assert facts.instance_count == 1


def test_a_study_without_series_has_facts() -> None:
    assert facts_of().series_count == 0


@pytest.mark.parametrize(
    ("series", "expected"),
    [
        ([("CT", 100), ("SR", 1)], "CT"),
        ([("SR", 500), ("DX", 1)], "DX"),
        ([("CT", 300), ("PT", 200)], "PT"),
        ([("CT", 300), ("NM", 1)], "NM"),
        ([("US", 5), ("MG", 4)], "US"),
        ([("CR", 1), ("DX", 1)], "CR"),
        ([("SR", 1), ("KO", 1), ("PR", 1), ("SEG", 1), ("DOC", 1)], ""),
        ([("OT", 50), ("CT", 1)], "CT"),
        ([("OT", 1), ("SR", 1)], "OT"),
        ([], ""),
    ],
)
def test_the_main_modality_is_that_of_most_images(series: list[tuple[str, int]], expected: str) -> None:
    assert main_modality(series) == expected


def test_reports_are_not_counted_as_images_and_image_series_speak_first() -> None:
    facts = facts_of(
        {"Modality": "SR", "StudyDescription": "REPORT", "StationName": "PC7"},
        {"Modality": "CR", "StudyDescription": "CHEST PA", "StationName": "CR1"},
    )
    assert (facts.study_description, facts.image_count, facts.instance_count) == ("CHEST PA", 1, 2)
    assert facts.station_names == ("CR1", "PC7")


@pytest.mark.parametrize(
    ("tags", "age", "problem"),
    [
        ({"PatientAge": "045Y"}, 45, ""),
        ({"PatientAge": "000Y"}, None, "PatientAge is not an age or a place holder"),
        ({"PatientAge": "000Y", "PatientBirthDate": "20260220"}, 0.025, "PatientAge is not an age or a place holder"),
        ({"PatientBirthDate": "19000101", "PatientAge": "030Y"}, 30, "PatientBirthDate is not a date or a place holder"),
        ({"PatientBirthDate": "19000101"}, None, "PatientBirthDate is not a date or a place holder"),
        ({"PatientBirthDate": "20080301", "PatientAge": "018Y"}, 18, ""),
        ({"PatientBirthDate": "20080301", "PatientAge": "050Y"}, 18, "PatientAge and PatientBirthDate disagree"),
        ({"PatientBirthDate": "20300101"}, None, ""),
    ],
)
def test_the_age(tags: dict[str, str], age: float | None, problem: str) -> None:
    facts = facts_of({"Modality": "CT", "StudyDate": "20260301", **tags})
    assert facts.patient_age == (age if age is None else pytest.approx(age, abs=0.001))
    assert facts.problems == ((problem,) if problem else ())


def test_without_study_date_the_age_is_that_on_the_day_of_arrival() -> None:
    assert facts_of({"Modality": "CT", "PatientBirthDate": "20160301"}).patient_age == 10


def test_series_of_two_patients_in_one_study_are_noted_without_telling_who() -> None:
    facts = facts_of(
        {"Modality": "CT", "PatientID": "P1", "PatientName": "A^B"}, {"Modality": "CT", "PatientID": "P2", "PatientName": "C^D"}
    )
    assert set(facts.problems) == {"the series disagree on PatientID", "the series disagree on PatientName"}


def test_the_same_name_in_other_letters_is_no_disagreement() -> None:
    facts = facts_of({"Modality": "CT", "PatientName": "SALEM^AHMED"}, {"Modality": "CT", "PatientName": "Salem^Ahmed"})
    assert facts.problems == ()


def test_control_and_direction_characters_do_not_get_in() -> None:
    facts = facts_of({"Modality": "CT", "PatientName": "Sa\u202elem^<b>A</b>\x00", "StudyDescription": "CT\x1b HEAD\r\n"})
    assert facts.patient_name == "Salem^<b>A</b>"
    assert facts.study_description == "CT HEAD"


def test_long_values_and_many_values_are_limited() -> None:
    facts = facts_of({"Modality": "CT", "StudyDescription": "x" * 100_000, "SeriesDescription": [f"s{n}" for n in range(5000)]})
    assert len(facts.study_description) == 1024
    assert len(facts.series_descriptions) == 200


def test_procedures_are_read_from_codes_and_requests() -> None:
    facts = facts_of(
        {
            "Modality": "CT",
            "ProcedureCodeSequence": [{"CodeValue": "RPID145", "CodeMeaning": "CT chest"}],
            "RequestAttributesSequence": [
                {
                    "RequestedProcedureDescription": "CT thorax",
                    "ReasonForTheRequestedProcedure": "Cough",
                    "RequestedProcedurePriority": "stat",
                    "RequestedProcedureCodeSequence": [{"CodeValue": "71250"}],
                }
            ],
            "ReasonForStudy": "Fever",
        }
    )
    assert facts.procedure_codes == ("RPID145", "71250")
    assert facts.procedure_descriptions == ("CT chest", "CT thorax")
    assert facts.reason == "Fever; Cough"
    assert facts.requested_priority == "STAT"
    assert (facts.body_part, facts.body_part_source) == ("CHEST", "procedure_code")


def test_the_region_may_be_told_by_code_alone() -> None:
    facts = facts_of({"Modality": "CT", "AnatomicRegionSequence": [{"CodeValue": "T-A0100", "CodingSchemeDesignator": "SRT"}]})
    assert (facts.body_part, facts.body_part_source) == ("HEAD", "anatomic_region")


def test_a_mammogram_needs_no_description() -> None:
    facts = facts_of({"Modality": "MG"})
    assert (facts.body_part, facts.body_part_source) == ("BREAST", "modality")


def test_both_sides_in_one_study() -> None:
    assert facts_of({"Modality": "DX", "ImageLaterality": "L"}, {"Modality": "DX", "ImageLaterality": "R"}).laterality == "B"
    assert facts_of({"Modality": "DX", "StudyDescription": "KNEE RT"}).laterality == "R"


def test_the_contrast_agent_counts_more_than_the_description() -> None:
    assert facts_of({"Modality": "CT", "ContrastBolusAgent": "Iohexol", "StudyDescription": "CT PLAIN"}).contrast is True


def test_the_modalitys_zone_is_told_when_it_is_known() -> None:
    facts = facts_of({"Modality": "CT", "StudyDate": "20260301", "StudyTime": "1015", "TimezoneOffsetFromUTC": "+0200"})
    assert facts.study_at == "2026-03-01T10:15:00+02:00"


def test_what_the_reader_found_odd_is_kept() -> None:
    assert facts_of({"Modality": "CT", "Problems": ["read as UTF-8"]}).problems == ("read as UTF-8",)


def test_an_unknown_sender_has_no_facility_and_utc() -> None:
    facts = facts_of({"Modality": "CT"}, transport=Transport("WHO", received_at=RECEIVED))
    assert (facts.facility, facts.received_time, facts.received_day) == ("", time(22, 30), "sun")


def test_facts_survive_storage() -> None:
    facts = facts_of({"Modality": "CT", "PatientBirthDate": "19540309", "StudyDate": "20260301", "StudyTime": "1015"})
    assert StudyFacts.from_json(facts.to_json()) == facts


def test_stored_facts_of_another_version_are_read() -> None:
    assert StudyFacts.from_json({"modality": "CT", "a_fact_of_tomorrow": 1}) == StudyFacts(modality="CT")


def test_completing_leaves_what_is_known() -> None:
    given_facts = StudyFacts(modality="MR", body_part="KNEE", study_description="CT HEAD", contrast=True, facility="x")
    facts = completed(given_facts, facility_of=lambda _: "other")
    assert (facts.modality, facts.body_part, facts.body_parts, facts.contrast, facts.facility) == (
        "MR",
        "KNEE",
        ("KNEE",),
        True,
        "x",
    )


_values = st.recursive(
    st.none() | st.text(max_size=12) | st.integers() | st.floats() | st.binary(max_size=4),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(["CodeValue", "CodeMeaning", "x"]), inner, max_size=2)
    ),
    max_leaves=5,
)
_keywords = st.sampled_from(
    [
        *("Modality", "PatientName", "PatientAge", "PatientBirthDate", "StudyDate", "StudyTime", "StudyDescription", COUNT),
        *("ProcedureCodeSequence", "RequestAttributesSequence", "AnatomicRegionSequence", "BodyPartExamined", "Problems"),
        *("ImageLaterality", "TimezoneOffsetFromUTC", "PatientSex", "ContrastBolusAgent"),
    ]
)


@given(st.lists(st.dictionaries(_keywords, _values, max_size=8), max_size=3))
def test_no_attributes_are_too_odd(series: list[dict[str, Any]]) -> None:
    facts = facts_of(*series)
    assert StudyFacts.from_json(facts.to_json()) == facts
    for name in KINDS:
        facts.known[name]
