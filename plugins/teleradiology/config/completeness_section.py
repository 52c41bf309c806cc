"""The section `completeness` of the rules file: when the studies of a facility or modality count as complete."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from ..core.codes import IMAGES, NOT_IMAGES
from ..core.comparison import shown
from ..core.completeness import Completeness, SeriesWanted
from .findings import Findings, below
from .patterns import search_for
from .records import Field, Record
from .shapes import Flag, ListOf, Number, Parsed, Reference, Schema, Text, unexpected
from .values import DURATION
from .yaml_tree import Items, Node, Scalar

_LONGEST = timedelta(days=2)


@dataclass(frozen=True)
class Pattern:
    """A regular expression."""

    words: str = "a regular expression (RE2 syntax)"

    def read(self, node: Node, path: str, findings: Findings) -> str | None:
        if not isinstance(node, Scalar) or node.is_null or not node.text:
            unexpected(self, node, path, findings)
            return None
        try:
            search_for(node.text)
        except ValueError as error:
            findings.problem(node.place, path, f"not a regular expression that can be used: {error}")
            return None
        return node.text

    def schema(self) -> Schema:
        return {"type": "string"}


_KNOWN = IMAGES | NOT_IMAGES
_MODALITY = Parsed("a modality such as CT", lambda text: text.upper() if text.upper() in _KNOWN else None, known=lambda: _KNOWN)


def _wanted(modality: str = "", description: str = "") -> SeriesWanted:
    return SeriesWanted(modality, description, search_for(description) if description else None)


SERIES_WANTED = Record(
    "a series that is expected",
    (
        Field("modality", _MODALITY, "Its modality."),
        Field("description", Pattern(), "A pattern that is found in its description."),
    ),
    _wanted,
    lambda each: "" if each.modality or each.description else "asks nothing of the series; give a modality or a description",
)


def _completeness(name: str = "", **values: object) -> Completeness:
    return Completeness(name, **values)  # type: ignore[arg-type]


def _waits_too_long(each: Completeness) -> str:
    if max(each.at_most, each.quiet or timedelta()) > _LONGEST:
        return "waits longer than 2 days; no study may be forgotten"
    if each.quiet and each.quiet > each.at_most:
        return f"its quiet time is longer than the {shown(each.at_most)} after which the study is read as it is"
    return ""


COMPLETENESS_RECORD = Record(
    "what makes a study complete",
    (
        Field("name", Text(100), "What explanations call it."),
        Field("facilities", ListOf(Reference("facilities", "facility"), "facilities"), "Whose studies; all when left out."),
        Field("modalities", ListOf(_MODALITY, "modalities"), "Studies with one of these modalities; all when left out."),
        Field("quiet", DURATION, "How long no image must have come, in place of the service's own quiet time."),
        Field("series", Number(1, 1000, whole=True), "The least number of series."),
        Field(
            "instances",
            Number(1, 100000, whole=True),
            "How many images are expected: with exactly so many, and nothing else missing, it is taken in at once.",
        ),
        Field("expect", ListOf(SERIES_WANTED, "series", only_list=True), "Series that must all be there."),
        Field("declared", Flag(), "true: complete only when the facility says so."),
        Field("at_most", DURATION, "How long to wait for what is missing; then the study is read as it is. 1h when left out."),
    ),
    _completeness,
    _waits_too_long,
)


@dataclass(frozen=True)
class CompletenessSection:
    """The list: for each study the first condition that is for it."""

    words: str = "a list of conditions under which studies are complete"

    def read(self, node: Node, path: str, findings: Findings) -> tuple[Completeness, ...] | None:
        found = self._list().read(node, path, findings)
        if found and isinstance(node, Items) and len(found) == len(node.items):  # else some could not be read
            for place, each in enumerate(found):
                wider = next((before for before in range(place) if found[before].covers_all_of(each)), None)
                if wider is not None:
                    note = f"is never used: number {wider + 1} of the list is for all its studies"
                    findings.warning(node.items[place].place, below(path, place), note)
        return found

    @staticmethod
    def _list() -> ListOf:
        return ListOf(COMPLETENESS_RECORD, "conditions", only_list=True)

    def schema(self) -> Schema:
        return self._list().schema()


COMPLETENESS = CompletenessSection()
