"""The section `examples`: studies with the decision that is expected of them, checked whenever the file is loaded."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from ..core.comparison import shown
from ..core.decision import Decision
from ..core.rules import ATTRIBUTES
from ..core.study_facts import ABOUT, ALSO_WRITTEN, KINDS, StudyFacts, is_absent
from .findings import Findings, below, closest, shortened
from .matchers import shape_of
from .records import Field, Record
from .rules_section import THEN
from .shapes import ListOf, Schema, Shape, Text, unexpected
from .yaml_tree import Node, Place, Scalar, Table


@dataclass(frozen=True)
class Given:
    """The facts of an example: those left out are absent, or follow from the others as they do for real studies."""

    words: str = "a mapping from facts to values"

    def read(self, node: Node, path: str, findings: Findings) -> StudyFacts | None:
        if not isinstance(node, Table):
            unexpected(self, node, path, findings)
            return None
        values: dict[str, Any] = {}
        for key, entry in node.entries.items():
            fact = ALSO_WRITTEN.get(key, key)
            if fact not in KINDS:
                findings.problem(entry.place, below(path, key), f"{shortened(key)} is not a fact", closest(key, KINDS))
                continue
            if fact in values:
                findings.problem(entry.place, below(path, key), f"{fact} is given twice, once under its other name")
            value = _shape_given(fact).read(entry.value, below(path, key), findings)
            if value is not None:
                values[fact] = value
        return StudyFacts(**values)

    def schema(self) -> Schema:
        names = {name: name for name in KINDS} | dict(ALSO_WRITTEN)
        properties = {name: {"description": ABOUT[fact]} | _shape_given(fact).schema() for name, fact in names.items()}
        return {"type": "object", "additionalProperties": False, "properties": properties}


def _shape_given(fact: str) -> Shape:
    return ListOf(shape_of(fact), "values") if KINDS[fact].is_many else shape_of(fact)


@dataclass(frozen=True)
class Expectation:
    """Attributes with their expected values (None: that no rule sets it), and which rule is expected to decide."""

    values: Mapping[str, Any]
    places: Mapping[str, tuple[Place, str]]  # where each value stands: place and path
    decided_by: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Expect:
    """What an example expects."""

    words: str = "a mapping from attributes to values"

    def read(self, node: Node, path: str, findings: Findings) -> Expectation | None:
        if not isinstance(node, Table) or not node.entries:
            unexpected(self, node, path, findings)
            return None
        shapes = {each.name: each.shape for each in THEN.fields}
        values: dict[str, Any] = {}
        places: dict[str, tuple[Place, str]] = {}
        decided_by: dict[str, str] = {}
        for key, entry in node.entries.items():
            at = below(path, key)
            if key == "decided_by":
                decided_by = self._decided_by(entry.value, at, places, findings)
            elif key not in shapes:
                known = (*shapes, "decided_by")
                findings.problem(entry.place, at, f"{shortened(key)} is not an attribute", closest(key, known))
            else:
                nothing = isinstance(entry.value, Scalar) and entry.value.is_null
                values[key] = None if nothing else shapes[key].read(entry.value, at, findings)
                places[key] = (entry.value.place, at)
        return Expectation(values, places, decided_by)

    def _decided_by(self, node: Node, path: str, places: dict[str, tuple[Place, str]], findings: Findings) -> dict[str, str]:
        if not isinstance(node, Table):
            findings.problem(node.place, path, "expected a mapping from attributes to names of rules")
            return {}
        found: dict[str, str] = {}
        for key, entry in node.entries.items():
            at = below(path, key)
            if key not in ATTRIBUTES:
                findings.problem(entry.place, at, f"{shortened(key)} is not an attribute", closest(key, ATTRIBUTES))
                continue
            name = Text(100).read(entry.value, at, findings)
            rules = findings.names.get("rules", ())
            if name is not None and name not in rules:
                findings.problem(entry.value.place, at, f"no rule is called {shortened(name)}", closest(name, rules))
            elif name is not None:
                found[key] = name
                places[f"decided_by.{key}"] = (entry.value.place, at)
        return found

    def schema(self) -> Schema:
        schema = THEN.schema()
        properties: Schema = {name: {"anyOf": [each, {"type": "null"}]} for name, each in schema["properties"].items()}
        properties["decided_by"] = {
            "description": "The names of the rules that are to decide, by attribute.",
            "type": "object",
            "additionalProperties": False,
            "properties": {name: {"type": "string"} for name in ATTRIBUTES},
        }
        return schema | {"properties": properties, "required": []}


@dataclass(frozen=True)
class Example:
    """A study and what the rules are to say of it."""

    given: StudyFacts
    expect: Expectation
    name: str = ""


EXAMPLE = Record(
    "an example",
    (
        Field("name", Text(100), "What the example shows."),
        Field("given", Given(), "Facts of a study; the others are absent or follow from these.", required=True),
        Field(
            "expect",
            Expect(),
            "Attributes and the values that the rules must give them; `null` for an attribute that no rule sets.",
            required=True,
        ),
    ),
    Example,
)
EXAMPLES = ListOf(EXAMPLE, "examples", at_least_one=False, only_list=True)


def check(example: Example, decision: Decision, by_priority: Mapping[str, Any], findings: Findings) -> None:
    """Note where the decision is not the one expected, and which rule made it.

    ``by_priority`` has what the priority says of attributes that no rule set.
    """
    for name, expected in example.expect.values.items():
        found = decision.value(name, None if expected is None else by_priority.get(name))
        if found != expected:
            place, path = example.expect.places[name]
            message = (
                f"the example does not hold: expected {_shown(expected)}, found {_shown(found)}, set by {_by(decision, name)}"
            )
            findings.problem(place, path, message)
    for name, rule in example.expect.decided_by.items():
        decided = decision.attributes.get(name)
        if decided is None or decided.rule != rule:
            place, path = example.expect.places[f"decided_by.{name}"]
            message = f"the example does not hold: {name} was set by {_by(decision, name)}{_why_not(decision, rule)}"
            findings.problem(place, path, message)


def _why_not(decision: Decision, rule: str) -> str:
    """Why the expected rule did not decide."""
    for each in decision.passed_over:
        if each.rule == rule:
            return f"; in '{rule}' (line {each.line}) {each.condition} {each.expected}, found {each.found}"
    return ""


def _by(decision: Decision, attribute: str) -> str:
    decided = decision.attributes.get(attribute)
    return f"the rule '{decided.rule}' (line {decided.line})" if decided else "no rule"


def _shown(value: Any) -> str:
    return "nothing" if is_absent(value) else shown(value)
