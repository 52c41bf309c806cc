"""Reads what an inference service stored as structured report (TID 1500, IHE AIR), by codes and tolerantly.

What cannot be made sense of is told as a problem beside what could.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import Any

from pydicom.dataset import Dataset

from ..core.findings import LONGEST_CODE, LONGEST_DEVICE, LONGEST_TEXT, LONGEST_VERSION, Finding
from ..core.names import clean

# Enhanced, Comprehensive, Comprehensive 3D SR and Extensible SR.
SOP_CLASSES = tuple(f"1.2.840.10008.5.1.4.1.1.88.{each}" for each in (22, 33, 34, 35))

DEEPEST, MOST_ITEMS, MOST_FINDINGS = 24, 20_000, 64
_DEVICE_NAME, _DEVICE_MODEL = ("121013", "DCM"), ("121016", "DCM")
_PERSON_NAME = ("121008", "DCM")
_OBSERVER_TYPE, _DEVICE = ("121005", "DCM"), ("121007", "DCM")
_ALGORITHM, _ALGORITHM_VERSION = ("111001", "DCM"), ("111003", "DCM")
_TRACKING = ("112039", "DCM")
_FINDINGS = {("121071", "DCM"), ("121073", "DCM")}  # Finding, Impression
_SCORES = {("111047", "DCM"), ("111012", "DCM"), ("111013", "DCM")}  # probability of cancer, certainty of finding, of impression
_PERSON = ("121006", "DCM")
_ABSENT = {(each, "SCT") for each in ("2667000", "272519000", "260385009", "373067005")}  # absent, absence, negative, no
_ABSENT |= {("R-40759", "SRT"), ("R-00339", "SRT")}  # negative, no
_PRESENT = {(each, "SCT") for each in ("52101004", "10828004", "373066001")}  # present, positive, yes
_PRESENT |= {("G-A203", "SRT"), ("G-A200", "SRT"), ("R-0038D", "SRT")}
_YES_NO = {("373067005", "SCT"), ("373066001", "SCT"), ("R-00339", "SRT"), ("R-0038D", "SRT")}  # of a question without a finding

# Problems: parts of the flag that shows them.
INCOMPLETE, NO_DEVICE, CONTRADICTORY = "incomplete", "no-device", "contradictory"


@dataclass(frozen=True)
class Told:
    """Who tells what. ``names`` are all under which the rules file may list the device.

    ``said`` tells of each finding whether the device itself calls it present or absent.
    """

    names: tuple[str, ...] = ()
    findings: list[Finding] = field(default_factory=list)
    said: list[bool] = field(default_factory=list)
    problems: tuple[str, ...] = ()


@dataclass(frozen=True)
class _Place:
    """A content item, and what stands beside it about it."""

    item: Dataset
    beside: tuple[Dataset, ...]


def read(dataset: Dataset, sender: str = "") -> Told:
    """The findings of a device; none for what a person measured in a viewer, and for what is not a report of findings.

    ``sender`` is a name of the device for documents that name none.
    """
    tree = _Tree(dataset)
    nodes = tree.items
    if any(_concept(each) == _TRACKING and _text(each).startswith("Cornerstone") for each in nodes):
        return Told()  # measurements of the viewer
    places = list(_findings(dataset, nodes))
    name = _first(nodes, _DEVICE_NAME) or _first(nodes, _ALGORITHM)
    observers = {_value(each) for each in nodes if _concept(each) == _OBSERVER_TYPE}
    if not name and _DEVICE not in observers and not sender:
        nobody = places and _PERSON not in observers and not any(_concept(each) == _PERSON_NAME for each in nodes)
        return Told(problems=(NO_DEVICE,) if nobody else ())
    header = [_plain(getattr(dataset, key, "")) for key in ("ManufacturerModelName", "Manufacturer", "StationName")]
    source = _plain(getattr(getattr(dataset, "file_meta", None), "SourceApplicationEntityTitle", ""))
    device = (name or _first(nodes, _DEVICE_MODEL) or next(filter(None, header), "") or sender or "AI")[:LONGEST_DEVICE]
    found = [each for place in places[:MOST_FINDINGS] if (each := _read(place)) is not None]
    whence = Finding(
        _plain(dataset.get("StudyInstanceUID", "")),
        device,
        "",
        version=(_first(nodes, _ALGORITHM_VERSION) or _plain(getattr(dataset, "SoftwareVersions", "")))[:LONGEST_VERSION],
        source="sr",
        sop_instance_uid=_plain(dataset.get("SOPInstanceUID", "")),
    )
    problems = [INCOMPLETE] if tree.is_cut or len(places) > MOST_FINDINGS else []
    problems += [CONTRADICTORY] if any(each.is_contradictory for each in found) else []
    return Told(
        tuple(filter(None, (device, _first(nodes, _ALGORITHM), *header, source, sender))),
        [replace(whence, code=each.code, text=each.text, score=each.score, positive=each.positive) for each in found],
        [each.is_said for each in found],
        tuple(problems),
    )


@dataclass(frozen=True)
class _Read:
    """What an item tells, and what is said about it below or beside it."""

    code: str
    text: str
    score: float | None
    verdicts: frozenset[bool]

    @property
    def positive(self) -> bool:
        return False not in self.verdicts or self.is_contradictory  # better a look too many

    @property
    def is_said(self) -> bool:
        return bool(self.verdicts)

    @property
    def is_contradictory(self) -> bool:
        return len(self.verdicts) > 1


def _findings(root: Dataset, nodes: list[Dataset]) -> Iterator[_Place]:
    """Findings, and questions that are answered by present or absent where no finding stands beside them."""
    for parent in (root, *nodes):
        if _concept(parent) in _FINDINGS:
            continue
        children = _items(parent)
        marks = [place for place, each in enumerate(children) if _concept(each) in _FINDINGS]
        for number, place in enumerate(marks):
            begin = place + 1 if len(marks) > 1 else 0  # of several findings each has what follows it
            end = marks[number + 1] if number + 1 < len(marks) else len(children)
            yield _Place(children[place], tuple(each for each in children[begin:end] if _concept(each) not in _FINDINGS))
        if not marks:
            yield from (_Place(each, ()) for each in children if _is_answered(each))


def _read(place: _Place) -> _Read | None:
    """The finding that an item tells; None for one without any words."""
    item = place.item
    asked = _concept(item) not in _FINDINGS
    code, text = (_concept(item), _meaning(item, "ConceptNameCodeSequence")) if asked else (_value(item), _text(item))
    if (not text and code is None) or code in _ABSENT:
        return None
    near = [*_items(item), *place.beside, *([item] if asked else [])]
    scores = [score for each in near if (score := _score(each)) is not None]
    verdicts = frozenset(verdict for each in near if (verdict := _verdict(each)) is not None)
    told = code[0] if code else ""
    return _Read(told[:LONGEST_CODE], (text or told)[:LONGEST_TEXT], max(scores, default=None), verdicts)


def _is_answered(item: Dataset) -> bool:
    """A question such as "haemorrhage: present"; yes and no answer too much else."""
    return _verdict(item) is not None and _value(item) not in _YES_NO and _concept(item) is not None


def _verdict(item: Dataset) -> bool | None:
    value = _value(item)
    return True if value in _PRESENT else False if value in _ABSENT else None


class _Tree:
    """Every content item below a document, whatever its template; ``is_cut`` when there is more than is read."""

    def __init__(self, dataset: Dataset):
        self.items: list[Dataset] = []
        self.is_cut = False
        waiting = [(each, 1) for each in reversed(_items(dataset))]
        while waiting:
            item, depth = waiting.pop()
            if len(self.items) == MOST_ITEMS:
                self.is_cut = True
                return
            self.items.append(item)
            below = _items(item)
            if below and depth == DEEPEST:
                self.is_cut = True
            else:
                waiting += [(each, depth + 1) for each in reversed(below)]


def _items(dataset: Dataset) -> list[Dataset]:
    return list(dataset.get("ContentSequence") or ())


def _code(dataset: Dataset, keyword: str) -> tuple[str, str] | None:
    codes = dataset.get(keyword)
    if not codes:
        return None
    value = codes[0].get("CodeValue") or codes[0].get("LongCodeValue") or codes[0].get("URNCodeValue") or ""
    return (_plain(value), _plain(codes[0].get("CodingSchemeDesignator", "")))


def _concept(item: Dataset) -> tuple[str, str] | None:
    return _code(item, "ConceptNameCodeSequence")


def _value(item: Dataset) -> tuple[str, str] | None:
    return _code(item, "ConceptCodeSequence")


def _text(item: Dataset) -> str:
    """What a person reads of the item. Nothing is decided by the meaning of a code."""
    return _plain(item.get("TextValue") or "") or _meaning(item, "ConceptCodeSequence")


def _meaning(item: Dataset, keyword: str) -> str:
    codes = item.get(keyword)
    return _plain(codes[0].get("CodeMeaning") or "") if codes else ""


def _first(nodes: list[Dataset], concept: tuple[str, str]) -> str:
    return next((text for each in nodes if _concept(each) == concept and (text := _text(each))), "")


def _score(item: Dataset) -> float | None:
    """A probability: of a concept that is one, or a ratio without unit. A percentage of anything else may be a stenosis."""
    measured = item.get("MeasuredValueSequence")
    if not measured or item.get("ValueType") != "NUM":
        return None
    unit = _code(measured[0], "MeasurementUnitsCodeSequence")
    if _concept(item) not in _SCORES and (unit is None or unit[0] != "1"):
        return None
    try:
        value = float(measured[0].get("NumericValue"))
    except (TypeError, ValueError):
        return None
    value = value / 100 if unit and unit[0] == "%" else value
    return value if 0 <= value <= 1 else None


def _plain(value: Any) -> str:
    return " ".join(clean(str(value or "")).split())
