"""Reads what an inference service stored as structured report (TID 1500, IHE AIR), by codes and tolerantly."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass, field, replace
from typing import Any

from pydicom.dataset import Dataset

from ..core.findings import LONGEST_CODE, LONGEST_DEVICE, LONGEST_TEXT, LONGEST_VERSION, Finding
from ..core.names import clean

# Enhanced, Comprehensive, Comprehensive 3D SR and Extensible SR.
SOP_CLASSES = tuple(f"1.2.840.10008.5.1.4.1.1.88.{each}" for each in (22, 33, 34, 35))

DEEPEST, MOST_ITEMS, MOST_FINDINGS = 24, 20_000, 64
_DEVICE_NAME, _DEVICE_MODEL = ("121013", "DCM"), ("121016", "DCM")
_OBSERVER_TYPE, _DEVICE = ("121005", "DCM"), ("121007", "DCM")
_ALGORITHM, _ALGORITHM_VERSION = ("111001", "DCM"), ("111003", "DCM")
_TRACKING = ("112039", "DCM")
_FINDINGS = {("121071", "DCM"), ("121073", "DCM")}  # Finding, Impression
_SCORES = {("111047", "DCM"), ("111012", "DCM"), ("111013", "DCM")}  # probability of cancer, certainty of finding, of impression
_ABSENT = {("2667000", "SCT"), ("260385009", "SCT")}  # absent, negative


@dataclass(frozen=True)
class Told:
    """Who tells what. ``names`` are all under which the rules file may list the device."""

    names: tuple[str, ...] = ()
    findings: list[Finding] = field(default_factory=list)

    def is_from(self, nodes: Collection[str]) -> bool:
        """Whether one of the names is listed."""
        return not {each.casefold() for each in nodes}.isdisjoint(each.casefold() for each in self.names)


def read(dataset: Dataset) -> Told:
    """The findings of a device; none for what a person measured in a viewer, and for what is not a report of findings."""
    nodes = list(_walk(dataset))
    if any(_concept(each) == _TRACKING and _text(each).startswith("Cornerstone") for each, _ in nodes):
        return Told()  # measurements of the viewer
    name = _first(nodes, _DEVICE_NAME) or _first(nodes, _ALGORITHM)
    if not name and not any(_concept(each) == _OBSERVER_TYPE and _value(each) == _DEVICE for each, _ in nodes):
        return Told()
    header = [_plain(getattr(dataset, key, "")) for key in ("ManufacturerModelName", "Manufacturer", "StationName")]
    source = _plain(getattr(getattr(dataset, "file_meta", None), "SourceApplicationEntityTitle", ""))
    device = (name or _first(nodes, _DEVICE_MODEL) or next(filter(None, header), "") or "AI")[:LONGEST_DEVICE]
    version = (_first(nodes, _ALGORITHM_VERSION) or _plain(getattr(dataset, "SoftwareVersions", "")))[:LONGEST_VERSION]
    whence = Finding(
        _plain(dataset.get("StudyInstanceUID", "")),
        device,
        "",
        version=version,
        source="sr",
        sop_instance_uid=_plain(dataset.get("SOPInstanceUID", "")),
    )
    found = [_finding(each, parent, whence) for each, parent in nodes if _concept(each) in _FINDINGS]
    names = (device, _first(nodes, _ALGORITHM), *header, source)
    return Told(tuple(filter(None, names)), [each for each in found if each is not None][:MOST_FINDINGS])


def _finding(item: Dataset, parent: Dataset, whence: Finding) -> Finding | None:
    """The finding that an item tells, with the score and the verdict that stand below or beside it."""
    code, text = _value(item), _text(item)
    if (not text and code is None) or code in _ABSENT:
        return None
    near = [*_items(item), *(each for each in _items(parent) if _concept(each) not in _FINDINGS)]
    scores = [score for each in near if (score := _score(each)) is not None]
    return replace(
        whence,
        code=code[0][:LONGEST_CODE] if code else "",
        text=(text or (code[0] if code else ""))[:LONGEST_TEXT],
        score=max(scores, default=None),
        positive=not any(_value(each) in _ABSENT for each in near),
    )


def _walk(dataset: Dataset) -> Iterator[tuple[Dataset, Dataset]]:
    """Every content item with the one it stands in, whatever its template."""
    waiting = [(each, dataset, 1) for each in reversed(_items(dataset))]
    for _ in range(MOST_ITEMS):
        if not waiting:
            return
        item, parent, depth = waiting.pop()
        yield item, parent
        if depth < DEEPEST:
            waiting += [(each, item, depth + 1) for each in reversed(_items(item))]


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
    codes = item.get("ConceptCodeSequence")
    return _plain(item.get("TextValue") or (codes[0].get("CodeMeaning") if codes else "") or "")


def _first(nodes: list[tuple[Dataset, Dataset]], concept: tuple[str, str]) -> str:
    return next((text for each, _ in nodes if _concept(each) == concept and (text := _text(each))), "")


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
