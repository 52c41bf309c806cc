"""The `when` of a rule: facts with what is asked of them, all of which must hold, and compositions of such conditions."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from ..core import conditions as c
from ..core.study_facts import ALSO_WRITTEN, KINDS
from .findings import Findings, below, closest, shortened
from .matchers import MATCHERS, conditions_on, schema_on
from .shapes import ListOf, Schema, unexpected
from .yaml_tree import Entry, Node, Table

COMPOSITIONS: Mapping[str, str] = {
    "any": "A list of conditions of which at least one must hold.",
    "all": "A list of conditions that must all hold.",
    "not": "A condition that must not hold. It holds also when the study does not tell the fact.",
}


@dataclass(frozen=True)
class When:
    """The `when` of a rule, or a part of it: facts with what is asked of them, and compositions."""

    words: str = "a mapping from facts to what is asked of them"

    def read(self, node: Node, path: str, findings: Findings) -> c.Condition | None:
        if not isinstance(node, Table) or not node.entries:
            unexpected(self, node, path, findings)
            return None
        parts: list[c.Condition] = []
        for key, entry in node.entries.items():
            parts += self._part(key, entry, below(path, key), findings)
        return parts[0] if len(parts) == 1 else c.AllOf(tuple(parts))

    def _part(self, key: str, entry: Entry, path: str, findings: Findings) -> list[c.Condition]:
        if key in COMPOSITIONS:
            return self._composition(key, entry.value, path, findings)
        if (fact := ALSO_WRITTEN.get(key, key)) in KINDS:
            return conditions_on(fact, entry.value, path, findings)
        known = (*KINDS, *COMPOSITIONS)
        hint = (
            f"write it under a fact, such as study_description: {{{key}: …}}"
            if key in MATCHERS
            else "see docs/rules.md for all facts"
        )
        findings.problem(
            entry.place, path, f"{shortened(key)} is not a fact; {hint}", "" if key in MATCHERS else closest(key, known)
        )
        return []

    def _composition(self, key: str, node: Node, path: str, findings: Findings) -> list[c.Condition]:
        if key == "not":
            part = self.read(node, path, findings)
            return [] if part is None else [c.Not(part)]
        parts = ListOf(self, "conditions", only_list=True).read(node, path, findings) or ()
        return [c.AnyOf(parts) if key == "any" else c.AllOf(parts)] if parts else []

    def schema(self) -> Schema:
        return {"$ref": "#/definitions/when"}

    def definition(self) -> Schema:
        """The schema that ``schema`` refers to."""
        several: Schema = {"type": "array", "minItems": 1, "items": self.schema()}
        properties: Schema = {
            name: {"description": about} | (self.schema() if name == "not" else several) for name, about in COMPOSITIONS.items()
        }
        properties |= {name: schema_on(name) for name in KINDS} | {name: schema_on(fact) for name, fact in ALSO_WRITTEN.items()}
        return {"type": "object", "additionalProperties": False, "minProperties": 1, "properties": properties}
