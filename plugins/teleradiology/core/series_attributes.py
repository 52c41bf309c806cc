"""The attributes of a study's series as clean texts: several values, sequences and disagreements between series sorted out."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from .codes import NOT_IMAGES
from .names import clean, folded

Attributes = Mapping[str, Any]  # DICOM keyword -> text, number, list of these, or list of mappings for a sequence

PROBLEMS = "Problems"  # beside the attributes: what their reader found odd
COUNT = "NumberOfSeriesRelatedInstances"  # (0020,1209): how many objects a series has; 1 when it is not told
LONGEST_TEXT = 1024
MOST_VALUES = 200


class SeriesAttributes:
    """The series' attributes as texts: values are cleaned, shortened, and looked for in image series first."""

    def __init__(self, series: Sequence[Attributes]):
        self.series = sorted(series, key=lambda each: modality_of(each) in NOT_IMAGES or not modality_of(each))
        self.problems = list(self.every(PROBLEMS))

    def every(self, *keywords: str) -> tuple[str, ...]:
        """The distinct values in all series, in order."""
        found = (text for keyword in keywords for each in self.series for text in texts_in(each.get(keyword)))
        return tuple(dict.fromkeys(found))[:MOST_VALUES]

    def one(self, *keywords: str) -> str:
        """The first value of the first keyword that any series has."""
        return next((values[0] for keyword in keywords if (values := self.every(keyword))), "")

    def agreed(self, keyword: str) -> str:
        """A value that all series of a study should share; noted as a problem when they do not."""
        values = self.every(keyword)
        if len({folded(value) for value in values}) > 1:
            self.problems.append(f"the series disagree on {keyword}")
        return values[0] if values else ""

    def inside(self, *sequences: str) -> Iterator[Attributes]:
        """The items of sequences in all series."""
        for sequence in sequences:
            for each in self.series:
                yield from items_in(each.get(sequence))


def texts_in(value: Any) -> Iterator[str]:
    """The texts in a value: a backslash or a list separates several; None and sequences have none."""
    if value is None or isinstance(value, (Mapping, bytes)):
        return
    if isinstance(value, (list, tuple)):
        for each in value:
            yield from texts_in(each)
        return
    for part in str(value).split("\\"):
        if text := " ".join(clean(part).split())[:LONGEST_TEXT]:
            yield text


def items_in(value: Any) -> Iterator[Attributes]:
    """The items of a sequence."""
    if isinstance(value, Mapping):
        yield value
    elif isinstance(value, (list, tuple)):
        yield from (each for each in value if isinstance(each, Mapping))


def modality_of(attributes: Attributes) -> str:
    """The modality of a series."""
    return next(texts_in(attributes.get("Modality")), "").upper()


def count_of(attributes: Attributes) -> int:
    """The number of objects in a series."""
    text = next(texts_in(attributes.get(COUNT)), "1")
    return int(text) if text.isascii() and text.isdigit() else 1
