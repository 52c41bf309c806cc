"""What a report's templates are given: the signed content arranged for reading, in the report's language."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Any
from zoneinfo import ZoneInfo

from ..core.names import name_groups, spoken
from ..core.report_titles import title_of
from ..core.reports import ReportStatus, SignedReport, content_hash
from ..core.sections import TABLE
from .labels import LABELS, direction_of, label

HASH_SHOWN = 16  # hexadecimal digits: enough to compare by eye, the whole hash is in the database


@dataclass(frozen=True)
class Fact:
    """One line of the head: a label in one or two languages and its values; ``ltr`` for numbers, dates and ids."""

    label: str
    other: str
    values: tuple[str, ...]
    ltr: bool


@dataclass(frozen=True)
class PrintedSection:
    """A section with something in it."""

    name: str
    title: str
    other: str
    text: str


@dataclass(frozen=True)
class Part:
    """The text of one version: ``own`` or, below an addendum, ``earlier``."""

    kind: str
    heading: str
    by: str
    language: str
    direction: str
    sections: tuple[PrintedSection, ...]


@dataclass(frozen=True)
class Banner:
    """What a reader must know before reading on."""

    title: str
    text: str


def view(report: SignedReport, draft: bool = False) -> dict[str, Any]:
    """Every name that a template may use."""
    words = partial(label, language=report.language)
    other = second_language(report)
    return {
        "report": report,
        "draft": draft,
        "language": report.language,
        "direction": direction_of(report.language),
        "other": other,
        "other_direction": direction_of(other),
        "label": words,
        "other_label": _in(other),
        "title": f"{title_of(report.study.modality, report.study.body_part).meaning} · {report.sender.name}".strip(" ·"),
        "names": tuple(spoken(group) for name in report.study.patient_names for group in name_groups(name)),
        "hash": content_hash(report)[:HASH_SHOWN],
        "watermark": watermark(report, draft, words),
        "banner": banner(report, draft, words),
        "facts": facts(report),
        "parts": parts(report, words),
    }


def second_language(report: SignedReport) -> str:
    """The language of the small headings: the first other one of the facility that we have words for, "" for none."""
    known = LABELS["report"]
    return next((one for one in report.sender.languages if one != report.language and one in known), "")


def _in(language: str) -> Callable[[str], str]:
    return partial(label, language=language) if language else lambda key: ""


def watermark(report: SignedReport, draft: bool, words: Callable[[str], str]) -> str:
    """The word across every page, for what nobody may take for a final report."""
    if draft:
        return words("draft")
    return words("preliminary mark") if report.status is ReportStatus.PRELIMINARY else ""


def banner(report: SignedReport, draft: bool, words: Callable[[str], str]) -> Banner | None:
    """What kind of document this is when it is not simply the first and final one."""
    if draft:
        return Banner(words("draft"), words("draft text"))
    before = report.predecessor
    if report.status is ReportStatus.FINAL and before is None:
        return None
    key = "follows preliminary" if report.status is ReportStatus.FINAL else report.status.value
    time = clock_time(before.signed_at, report.sender.timezone) if before else ""
    version = before.version if before else ""
    return Banner(words(key), words(f"{key} text").format(version=version, time=time, reason=report.reason))


def clock_time(at: datetime, zone: str) -> str:
    """An instant by the facility's clock, with its offset: 2026-11-23 14:30 +02:00."""
    there = at.astimezone(ZoneInfo(zone))
    offset = there.strftime("%z")
    return f"{there:%Y-%m-%d %H:%M} {offset[:3]}:{offset[3:5]}"


def facts(report: SignedReport) -> tuple[Fact, ...]:
    """The head of the report: who, what, when."""
    study, words = report.study, partial(label, language=report.language)
    names = tuple(spoken(group) for name in study.patient_names for group in name_groups(name))
    referrer = tuple(spoken(group) for group in name_groups(study.referring_physician))
    rows: tuple[tuple[str, tuple[str, ...], bool], ...] = (
        ("patient", names or (words("unknown"),), False),
        ("patient id", (study.patient_id,), True),
        ("birth date", (study.birth_date,), True),
        ("sex", (_sex(study.sex, words),), False),
        ("examination", (study.description or "/".join(study.modalities),), False),
        ("examined at", (study.study_at.replace("T", " ")[:16],), True),
        ("accession number", (study.accession_number,), True),
        ("referring physician", referrer, False),
    )
    other = _in(second_language(report))
    return tuple(Fact(words(key), other(key), tuple(filter(None, values)), ltr) for key, values, ltr in rows)


def _sex(sex: str, words: Callable[[str], str]) -> str:
    return words(f"sex {sex}") if sex in ("M", "F", "O") else ""


def parts(report: SignedReport, words: Callable[[str], str]) -> tuple[Part, ...]:
    """The report's own text, then the versions that still stand with it, newest first."""
    own = Part("own", "", "", report.language, direction_of(report.language), printed_sections(report, report.sections))
    earlier = tuple(
        Part(
            "earlier",
            f"{words('earlier').format(version=one.version)}: {words(one.status.value)}"
            if one.status is not ReportStatus.FINAL
            else words("earlier").format(version=one.version),
            words("earlier by").format(name=one.author.name, time=clock_time(one.signed_at, report.sender.timezone)),
            one.language,
            direction_of(one.language),
            printed_sections(report, one.sections, one.language),
        )
        for one in reversed(report.stands_with)
    )
    return (own, *earlier)


def printed_sections(report: SignedReport, texts: Mapping[str, str], language: str = "") -> tuple[PrintedSection, ...]:
    """The sections that say something, in their order, with headings in both languages."""
    language, other = language or report.language, second_language(report)
    return tuple(
        PrintedSection(
            section.name,
            section.title.get(language, section.title["en"]),
            section.title.get(other, "") if other else "",
            texts[section.name],
        )
        for section in TABLE
        if texts.get(section.name)
    )
