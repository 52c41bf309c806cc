"""The six sections of a report: their order, names and codes; one table for SR, HL7 and FHIR, and the rules for their text."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from . import names
from .codes import Code
from .errors import InvalidInput, Problem, TooLarge


@dataclass(frozen=True)
class Section:
    """One section: ``heading`` is of CID 7001 (LOINC, also OBX-3 and FHIR), ``element`` of CID 7002 names its text in an SR."""

    name: str
    title: Mapping[str, str]  # language -> heading as printed
    heading: Code
    element: Code


TABLE = (
    Section(
        "indication",
        {"en": "Clinical information", "ar": "المعلومات السريرية"},
        Code("18785-6", "LN", "Indications for Procedure"),
        Code("11329-0", "LN", "History"),
    ),
    Section(
        "technique",
        {"en": "Technique", "ar": "التقنية"},
        Code("55111-9", "LN", "Current Procedure Descriptions"),
        Code("121065", "DCM", "Procedure Description"),
    ),
    Section(
        "comparison",
        {"en": "Comparison", "ar": "المقارنة"},
        Code("18834-2", "LN", "Previous Findings"),
        Code("121069", "DCM", "Previous Finding"),
    ),
    Section(
        "findings",
        {"en": "Findings", "ar": "الموجودات"},
        Code("59776-5", "LN", "Findings"),
        Code("121071", "DCM", "Finding"),
    ),
    Section(
        "impression",
        {"en": "Impression", "ar": "الخلاصة"},
        Code("19005-8", "LN", "Impressions"),
        Code("121073", "DCM", "Impression"),
    ),
    Section(
        "recommendation",
        {"en": "Recommendation", "ar": "التوصيات"},
        Code("18783-1", "LN", "Recommendations"),
        Code("121075", "DCM", "Recommendation"),
    ),
)
SECTIONS = tuple(section.name for section in TABLE)
BY_NAME = {section.name: section for section in TABLE}
ADDENDUM = Code("55107-7", "LN", "Addendum")

LONGEST_SECTION = 32_000  # characters
LONGEST_REPORT = 100_000

_NONCHARACTERS = re.compile("[\ufdd0-\ufdef\ufffe\uffff]")  # no XML and no Unicode interchange has them
_FIELD = re.compile(r"\[(?![\s\d.,:;/–-]*\])[^\[\]\n]{1,200}\]")


def clean(text: str) -> str:
    """The text without invisible controls, with line feeds as its only line ends and no blanks before them."""
    lines = _NONCHARACTERS.sub("", names.clean(text)).split("\n")
    return "\n".join(line.rstrip() for line in lines).strip("\n")


def checked(given: Mapping[str, object]) -> dict[str, str]:
    """All six sections, cleaned, in their order; absent ones are empty.

    Raises InvalidInput with every problem, or TooLarge.
    """
    problems = [
        Problem(f"unknown section; expected one of {', '.join(SECTIONS)}", path=f"sections.{name}")
        for name in given
        if name not in BY_NAME
    ]
    problems += [
        Problem(f"expected a text, found {type(text).__name__}", path=f"sections.{name}")
        for name, text in given.items()
        if name in BY_NAME and not isinstance(text, str)
    ]
    if problems:
        raise InvalidInput("The report's sections are not as expected.", problems=problems)
    texts = {name: str(given.get(name, "")) for name in SECTIONS}
    _refuse_the_endless(texts)
    return {name: clean(text) for name, text in texts.items()}


def _refuse_the_endless(texts: Mapping[str, str]) -> None:
    too_long = [name for name, text in texts.items() if len(text) > LONGEST_SECTION]
    total = sum(map(len, texts.values()))
    if too_long:
        raise TooLarge(f"At most {LONGEST_SECTION} characters in a section; longer: {', '.join(too_long)}.")
    if total > LONGEST_REPORT:
        raise TooLarge(f"At most {LONGEST_REPORT} characters in a report, found {total}.")


def unfilled(text: str) -> tuple[str, ...]:
    """The fields such as ``[size in mm]`` or ``[right | left]`` that still wait for their value; ``[3]`` is a citation."""
    return tuple(_FIELD.findall(text))
