from __future__ import annotations

import dataclasses
import itertools
import json
from datetime import UTC, datetime, timedelta, timezone

import pytest
from pydicom.sr._cid_dict import cid_concepts
from pydicom.sr._concepts_dict import concepts

from teleradiology.core import report_titles, reports, sections
from teleradiology.core.codes import Code
from teleradiology.core.errors import InvalidInput, InvalidTransition, TooLarge
from teleradiology.core.reports import Earlier, ReportStatus, Sender, SignedReport, Signer, StudyHeader

ALLOWED = {
    (None, "preliminary"),
    (None, "final"),
    ("preliminary", "preliminary"),
    ("preliminary", "final"),
    ("final", "addendum"),
    ("final", "corrected"),
    ("addendum", "addendum"),
    ("addendum", "corrected"),
    ("corrected", "addendum"),
    ("corrected", "corrected"),
}


@pytest.mark.parametrize(("previous", "status"), list(itertools.product((None, *ReportStatus), ReportStatus)))
def test_every_cell_of_the_life_cycle(previous: ReportStatus | None, status: ReportStatus) -> None:
    if (previous, status) in ALLOWED:
        reports.follow(previous, status)
        return
    with pytest.raises(InvalidTransition) as refused:
        reports.follow(previous, status)
    assert refused.value.allowed == reports.FOLLOWS[previous]
    assert all(word in refused.value.detail for word in refused.value.allowed)


def test_a_second_final_is_refused_with_what_is_allowed() -> None:
    with pytest.raises(InvalidTransition, match="cannot sign a final report after a signed final version; allowed: addendum"):
        reports.follow(ReportStatus.FINAL, ReportStatus.FINAL)


def signed(**changes: object) -> SignedReport:
    report = SignedReport(
        id="01J00000000000000000000000",
        item="01J00000000000000000000001",
        version=1,
        status=ReportStatus.FINAL,
        sections=sections.checked({"findings": "عقدة بقياس 12 mm", "impression": "Nodule."}),
        language="ar",
        author=Signer("salem", "Dr Salem Ahmed", "dr-salem", "Consultant radiologist", "LY-000123"),
        signed_at=datetime(2026, 11, 23, 12, 30, tzinfo=UTC),
        study=StudyHeader("1.2.3", patient_names=("سالم^أحمد", "Salem^Ahmed"), modalities=("CT", "SR")),
        sender=Sender("zliten-clinic", "Zliten Clinic", ("Zliten Clinic", "Tel. +218 91 123"), "Africa/Tripoli"),
    )
    return dataclasses.replace(report, **changes)


def earlier(status: ReportStatus, version: int) -> Earlier:
    return Earlier(f"R{version}", version, status, datetime(2026, 11, 22, tzinfo=UTC), Signer("salem", "Dr Salem"), "en", {})


def test_a_signed_report_comes_back_from_json_as_it_was() -> None:
    report = signed(status=ReportStatus.ADDENDUM, version=2, earlier=(earlier(ReportStatus.FINAL, 1),))
    assert SignedReport.from_json(json.loads(json.dumps(report.to_json()))) == report


def test_the_content_hash_does_not_depend_on_the_order_of_keys_or_on_the_zone_of_the_instant() -> None:
    report = signed()
    turned = signed(
        sections=dict(reversed(report.sections.items())),
        signed_at=report.signed_at.astimezone(timezone(timedelta(hours=2))),
    )
    assert reports.content_hash(turned) == reports.content_hash(report)


@pytest.mark.parametrize(
    "change",
    [
        {"version": 2},
        {"language": "en"},
        {"sections": {"findings": "عقدة بقياس 13 mm", "impression": "Nodule."}},
        {"status": ReportStatus.PRELIMINARY},
        {"signed_at": datetime(2026, 11, 23, 12, 30, 0, 1, tzinfo=UTC)},
    ],
    ids=lambda change: next(iter(change)),
)
def test_any_change_changes_the_content_hash(change: dict[str, object]) -> None:
    assert reports.content_hash(signed(**change)) != reports.content_hash(signed())


def test_an_addendum_stands_with_everything_since_the_last_complete_report() -> None:
    chain = tuple(
        earlier(status, number)
        for number, status in enumerate(
            (ReportStatus.PRELIMINARY, ReportStatus.FINAL, ReportStatus.ADDENDUM, ReportStatus.CORRECTED, ReportStatus.ADDENDUM),
            1,
        )
    )
    report = signed(status=ReportStatus.ADDENDUM, version=6, earlier=chain)
    assert [one.version for one in report.stands_with] == [4, 5]
    assert signed(status=ReportStatus.CORRECTED, version=6, earlier=chain).stands_with == ()


def test_uids_are_derived_valid_and_different_for_each_version_and_kind() -> None:
    made = {reports.uid("R", version, kind) for version in (1, 2) for kind in reports.KINDS}
    made |= {reports.series_uid("R", kind) for kind in reports.KINDS}
    assert len(made) == 6
    assert reports.uid("R", 1, "sr") == reports.uid("R", 1, "sr")
    assert all(one.startswith("2.25.") and len(one) <= 64 and not one.startswith("2.25.0") for one in made)


def test_our_own_series_are_recognised_in_their_own_study_only() -> None:
    assert reports.is_ours(reports.series_uid("ITEM", "pdf"), "ITEM")
    assert not reports.is_ours(reports.series_uid("ITEM", "pdf"), "OTHER")
    assert not reports.is_ours("1.2.840.1", "ITEM")


def in_context_group(code: Code, group: int) -> bool:
    """Whether pydicom's copy of PS3.16 lists the code, with this meaning, in the context group."""
    scheme = concepts[code.scheme]
    return any(
        scheme[keyword].get(code.value, ("", []))[0] == code.meaning for keyword in cid_concepts[group].get(code.scheme, ())
    )


@pytest.mark.parametrize("section", sections.TABLE, ids=lambda section: section.name)
def test_the_codes_of_the_sections_are_those_of_the_standard(section: sections.Section) -> None:
    assert in_context_group(section.heading, 7001)
    assert in_context_group(section.element, 7002)
    assert set(section.title) == {"en", "ar"}


def test_the_codes_of_the_titles_are_those_of_the_standard() -> None:
    assert in_context_group(sections.ADDENDUM, 7001)
    assert [code for code in (report_titles.DEFAULT, *report_titles.TITLES.values()) if not in_context_group(code, 7000)] == []


def test_the_title_is_the_most_exact_one() -> None:
    assert report_titles.title_of("CT", "HEAD").meaning == "CT Head Report"
    assert report_titles.title_of("CT", "KNEE").meaning == "CT Report"
    assert report_titles.title_of("XC").meaning == "Diagnostic Imaging Report"


def test_text_is_cleaned_on_input() -> None:
    dirty = "\n\u202eone\u202c\r\ntwo \x00\x1b\rthree\u2028four\ud800\ufffe\u200d  \n\n"
    assert sections.clean(dirty) == "one\ntwo\nthree\nfour\ufffd\u200d"


def test_all_sections_are_there_in_their_order() -> None:
    assert tuple(sections.checked({"impression": "x"})) == sections.SECTIONS


def test_all_problems_with_sections_are_named_at_once() -> None:
    with pytest.raises(InvalidInput) as refused:
        sections.checked({"opinion": "x", "findings": 3})
    assert [problem.path for problem in refused.value.problems] == ["sections.opinion", "sections.findings"]


def test_a_report_of_a_million_characters_is_too_large() -> None:
    with pytest.raises(TooLarge, match="findings"):
        sections.checked({"findings": "a" * 1_000_000})
    with pytest.raises(TooLarge, match="100000"):
        sections.checked(dict.fromkeys(sections.SECTIONS, "a" * 30_000))


@pytest.mark.parametrize(
    ("text", "fields"),
    [
        ("Nodule of [size in mm] in the [right | left] lobe", ("[size in mm]", "[right | left]")),
        ("عقدة بقياس [القياس بالملم]", ("[القياس بالملم]",)),
        ("As described [3] and [1, 2], interval [0.5–1.0]", ()),
        ("No bracket", ()),
    ],
)
def test_unfilled_fields_are_found(text: str, fields: tuple[str, ...]) -> None:
    assert sections.unfilled(text) == fields
