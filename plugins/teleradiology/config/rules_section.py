"""The section `rules`: the list of rules, with the promises that every study gets an answer and every rule can be one."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from ..core.conditions import Condition
from ..core.rules import ATTRIBUTES, Rule
from .findings import Findings, below, listed, shortened
from .records import Field, Record
from .shapes import ListOf, Reference, Schema, Shape, Text, unexpected
from .values import DURATION, LANGUAGE, NAME, PERCENTAGE
from .when import When
from .yaml_tree import Items, Node, Scalar, Table


@dataclass(frozen=True)
class Why(Text):
    """A text that says why; ``false`` would not mean what whoever wrote it meant."""

    words: str = "a text that says why"

    def read(self, node: Node, path: str, findings: Findings) -> str | None:
        if isinstance(node, Scalar) and node.text.casefold() in _SWITCHES:
            unexpected(self, node, path, findings)
            return None
        return super().read(node, path, findings)


_SWITCHES = ("true", "false", "yes", "no", "on", "off", "0", "1")
_ATTRIBUTE_SHAPES: Mapping[str, Shape] = {
    "priority": Reference("priorities", "priority"),
    "turnaround": DURATION,
    "warn_after": PERCENTAGE,
    "subspecialty": Reference("subspecialties", "subspecialty"),
    "skip": Why(),
    "hold": Why(),
    "labels": ListOf(Text(40), "labels"),
    "assign_to": Reference("readers", "reader"),
    "template": Reference("templates", "report template"),
    "forward_to": ListOf(NAME, "destinations"),
    "language": LANGUAGE,
}
THEN = Record("'then'", tuple(Field(name, _ATTRIBUTE_SHAPES[name], about) for name, about in ATTRIBUTES.items()))
MUST_BE_SET = ("priority", "subspecialty")

RULE = Record(
    "a rule",
    (
        Field("name", Text(100), "What explanations call the rule; no two are alike.", required=True),
        Field("about", Text(1000), "A remark for whoever edits the file."),
        Field("when", When(), "What must hold, all of it. The last rule has none, and it alone."),
        Field("then", THEN, "What the rule sets.", required=True),
    ),
)


@dataclass(frozen=True)
class Rules:
    """The list of rules."""

    words: str = "a list of rules"

    def read(self, node: Node, path: str, findings: Findings) -> tuple[Rule, ...] | None:
        if not isinstance(node, Items) or not node.items:
            unexpected(self, node, path, findings)
            return None
        rules = [_rule(each, below(path, place), findings) for place, each in enumerate(node.items)]
        _check_names(node.items, path, findings)
        _check_last(node.items, path, findings)
        return tuple(rule for rule in rules if rule is not None)

    def schema(self) -> Schema:
        return {"type": "array", "minItems": 1, "items": RULE.schema()}


def _rule(node: Node, path: str, findings: Findings) -> Rule | None:
    before = findings.wrong
    values = RULE.values(node, path, findings)
    if values is None or findings.wrong > before:
        return None
    if not values["then"]:
        findings.problem(node.place, below(path, "then"), f"sets nothing; expected one of {listed(ATTRIBUTES)}")
    when: Condition | None = values.get("when")
    then: Mapping[str, Any] = values["then"]
    return Rule(values["name"], node.place.line, when, then)


def _check_names(nodes: tuple[Node, ...], path: str, findings: Findings) -> None:
    first: dict[str, int] = {}
    for place, node in enumerate(nodes):
        entry = node.entries.get("name") if isinstance(node, Table) else None
        name = getattr(entry.value, "text", "") if entry else ""
        if entry and name in first:
            message = f"another rule is called {shortened(name)}, on line {first[name]}; names must differ"
            findings.problem(entry.value.place, below(below(path, place), "name"), message)
        elif entry and name:
            first[name] = entry.value.place.line


def _check_last(nodes: tuple[Node, ...], path: str, findings: Findings) -> None:
    """Only the last rule has no `when`, and it sets what every study needs: then there is always an answer."""
    *others, last = nodes
    known = {field.name for field in RULE.fields}
    for place, node in enumerate(others):
        # With an unknown key, which is a problem already, "when" may just be misspelt.
        if isinstance(node, Table) and "when" not in node.entries and known.issuperset(node.entries):
            message = (
                "lacks 'when'; only the last rule may hold for every study, because the rules after it could set nothing more"
            )
            findings.problem(node.place, below(path, place), message)
    where = below(path, len(others))
    if not isinstance(last, Table):
        return
    if "when" in last.entries:
        message = (
            "the last rule must have no 'when', so that every study gets an answer; add one such as 'everything else' after it"
        )
        findings.problem(last.entries["when"].place, below(where, "when"), message)
        return
    then = last.entries.get("then")
    if then and isinstance(then.value, Table):
        lacking = [name for name in MUST_BE_SET if name not in then.value.entries]
        if lacking:
            findings.problem(then.place, below(where, "then"), f"the last rule must set {' and '.join(lacking)}")
