"""Mappings of the rules file: records with known keys, and tables of records under ids of the administrator's choice."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from .findings import Findings, below, closest, listed, shortened
from .shapes import Schema, Shape, unexpected
from .values import NAME
from .yaml_tree import Node, Table


@dataclass(frozen=True)
class Field:
    """One key of a record: its shape, and a sentence for the reference and for editors."""

    name: str
    shape: Shape
    about: str
    required: bool = False


@dataclass(frozen=True)
class Record:
    """A mapping with these keys and no others. ``build`` gets what was written, by name.

    ``wrong`` tells what is wrong with what was built although each part is right, or "".
    """

    what: str
    fields: tuple[Field, ...]
    build: Callable[..., Any] = dict
    wrong: Callable[[Any], str] = lambda _: ""

    @property
    def words(self) -> str:
        return f"{self.what} (a mapping with {listed([field.name for field in self.fields])})"

    def read(self, node: Node, path: str, findings: Findings) -> Any:
        before = findings.wrong
        values = self.values(node, path, findings)
        if values is None or findings.wrong > before:
            return None
        built = self.build(**values)
        if wrong := self.wrong(built):
            findings.problem(node.place, path, wrong)
            return None
        return built

    def values(self, node: Node, path: str, findings: Findings) -> dict[str, Any] | None:
        """The values by name, without building."""
        if not isinstance(node, Table):
            unexpected(self, node, path, findings)
            return None
        known = {field.name: field for field in self.fields}
        meant = self._unknown_keys(node, path, findings)
        for field in self.fields:
            if field.required and field.name not in node.entries and field.name not in meant:
                findings.problem(node.place, path, f"{self.what} lacks '{field.name}': {field.shape.words}")
        return {
            key: known[key].shape.read(entry.value, below(path, key), findings)
            for key, entry in node.entries.items()
            if key in known
        }

    def _unknown_keys(self, node: Table, path: str, findings: Findings) -> set[str]:
        """Note the keys that do not exist; the keys that were probably meant."""
        names = [field.name for field in self.fields]
        unknown = {key: closest(key, names) for key in node.entries if key not in names}
        for key, suggestion in unknown.items():
            message = f"{shortened(key)} is not a key of {self.what}; expected {listed(names)}"
            findings.problem(node.entries[key].place, below(path, key), message, suggestion)
        return set(unknown.values())

    def schema(self) -> Schema:
        return {
            "type": "object",
            "additionalProperties": False,
            "properties": {field.name: {"description": field.about} | field.shape.schema() for field in self.fields},
            "required": [field.name for field in self.fields if field.required],
        }


@dataclass(frozen=True)
class TableOf:
    """A mapping from ids to records. ``build`` of the record gets the id (and its place in the table) as well."""

    of: Record
    with_rank: bool = False

    @property
    def words(self) -> str:
        return f"a mapping from names to {self.of.what}"

    def read(self, node: Node, path: str, findings: Findings) -> dict[str, Any] | None:
        if not isinstance(node, Table) or not node.entries:
            unexpected(self, node, path, findings)
            return None
        found: dict[str, Any] = {}
        for rank, (key, entry) in enumerate(node.entries.items()):
            before = findings.wrong
            if NAME.parse(key) is None:
                findings.problem(entry.place, below(path, key), f"expected {NAME.words}, found {shortened(key)}")
            values = self.of.values(entry.value, below(path, key), findings)
            if values is not None and findings.wrong == before:
                found[key] = self.of.build(key, rank, **values) if self.with_rank else self.of.build(key, **values)
        return found

    def schema(self) -> Schema:
        return {"type": "object", "minProperties": 1, "additionalProperties": self.of.schema()}
