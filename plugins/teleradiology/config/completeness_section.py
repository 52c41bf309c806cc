"""The section `completeness` of the rules file: when the studies of a facility or modality count as complete."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from ..core.completeness import Completeness, SeriesWanted
from .findings import Findings, below
from .patterns import search_for
from .records import Field, Record
from .shapes import Flag, ListOf, Number, Reference, Schema, Text, unexpected
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


def _wanted(modality: str = "", description: str = "") -> SeriesWanted:
    return SeriesWanted(modality.upper(), description, search_for(description) if description else None)


SERIES_WANTED = Record(
    "a series that is expected",
    (
        Field("modality", Text(16), "Its modality."),
        Field("description", Pattern(), "A pattern that is found in its description."),
    ),
    _wanted,
)


def _completeness(name: str = "", **values: object) -> Completeness:
    modalities = tuple(str(each).upper() for each in values.pop("modalities", ()))  # type: ignore[attr-defined]
    return Completeness(name, modalities=modalities, **values)  # type: ignore[arg-type]


COMPLETENESS_RECORD = Record(
    "what makes a study complete",
    (
        Field("name", Text(100), "What explanations call it."),
        Field("facilities", ListOf(Reference("facilities", "facility"), "facilities"), "Whose studies; all when left out."),
        Field("modalities", ListOf(Text(16), "modalities"), "Studies with one of these modalities; all when left out."),
        Field("quiet", DURATION, "How long no image must have come, in place of the service's own quiet time."),
        Field("series", Number(1, 1000, whole=True), "The least number of series."),
        Field("instances", Number(1, 100000, whole=True), "The least number of images."),
        Field("expect", ListOf(SERIES_WANTED, "series", only_list=True), "Series that must all be there."),
        Field("declared", Flag(), "true: complete only when the facility says so."),
        Field("at_most", DURATION, "How long to wait for what is missing; then the study is read as it is. 1h when left out."),
    ),
    _completeness,
)


@dataclass(frozen=True)
class CompletenessSection:
    """The list; a wait of more than two days is refused, because no study may be forgotten."""

    words: str = "a list of conditions under which studies are complete"

    def read(self, node: Node, path: str, findings: Findings) -> tuple[Completeness, ...] | None:
        found = self._list().read(node, path, findings)
        nodes = node.items if isinstance(node, Items) else (node,)
        for place, each in enumerate(found or ()):
            at = nodes[place].place if place < len(nodes) else node.place
            if max(each.at_most, each.quiet or timedelta()) > _LONGEST:
                findings.problem(at, below(path, place), "waits longer than 2 days; no study may be forgotten")
            elif each.quiet and each.quiet > each.at_most:
                message = f"its quiet time is longer than the {each.at_most} after which the study is read as it is"
                findings.problem(at, below(path, place), message)
        return found

    @staticmethod
    def _list() -> ListOf:
        return ListOf(COMPLETENESS_RECORD, "conditions", only_list=True)

    def schema(self) -> Schema:
        return self._list().schema()


COMPLETENESS = CompletenessSection()
