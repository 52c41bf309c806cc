"""What the rules said of a study, and why: kept with the item so that "why here?" has an answer for ever."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, NamedTuple


class Decided(NamedTuple):
    """An attribute's value, and the rule (with its line in the file) that set it."""

    value: Any
    rule: str
    line: int


class Matched(NamedTuple):
    """A rule whose conditions hold, and the attributes that it decided; none when earlier rules had decided all of its own."""

    rule: str
    line: int
    decided: tuple[str, ...]


class PassedOver(NamedTuple):
    """A rule that does not hold: the first condition that failed, what it expected and what was found."""

    rule: str
    line: int
    condition: str
    expected: str
    found: str


@dataclass(frozen=True)
class Decision:
    """The attributes in the order in which rules decided them, with the digest of the file that the rules came from."""

    digest: str
    attributes: Mapping[str, Decided]
    passed_over: tuple[PassedOver, ...]
    matched: tuple[Matched, ...]

    def value(self, attribute: str, default: Any = None) -> Any:
        """The attribute's value, or the default when no rule set it."""
        decided = self.attributes.get(attribute)
        return default if decided is None else decided.value

    def values(self) -> dict[str, Any]:
        """All attributes with their values: what ``RuleSet.decide`` answers."""
        return {name: decided.value for name, decided in self.attributes.items()}

    def to_json(self) -> dict[str, Any]:
        """The reasons as JSON values, under the names of the columns that keep them."""
        return {
            "rules_digest": self.digest,
            "attributes": {
                name: {"value": value_to_json(decided.value), "rule": decided.rule, "line": decided.line}
                for name, decided in self.attributes.items()
            },
            "passed_over": [each._asdict() for each in self.passed_over],
            "matched": [each._asdict() | {"decided": list(each.decided)} for each in self.matched],
        }


def value_to_json(value: Any) -> Any:
    """An attribute's value as JSON: durations in seconds, tuples as lists."""
    if isinstance(value, timedelta):
        return int(value.total_seconds())
    return list(value) if isinstance(value, tuple) else value
