"""Which rules nothing has ever reached: neither an example of the file nor a study that came in."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from ..config.rules_file import RulesFile
from ..core.study_facts import StudyFacts
from ..store import replay
from ..store.engine import Connection
from .explaining import facts_of


@dataclass(frozen=True)
class Reached:
    """How often one rule held, and how often it then decided something that no rule above it had decided."""

    rule: str
    line: int
    examples: int
    studies: int
    decided: int

    @property
    def is_reached(self) -> bool:
        """Whether anything ever reached it."""
        return self.examples + self.studies > 0


@dataclass(frozen=True)
class Coverage:
    """The rules in their order. ``studies`` is how many stored ones were looked at."""

    digest: str
    rules: tuple[Reached, ...]
    examples: int
    studies: int

    @property
    def percent(self) -> float:
        """The share of the rules that something reached."""
        return round(100 * sum(each.is_reached for each in self.rules) / len(self.rules), 1)

    def to_json(self) -> dict[str, Any]:
        """As JSON values."""
        rules = [{**vars(each), "reached": each.is_reached} for each in self.rules]
        missed = [each.rule for each in self.rules if not each.is_reached]
        return {
            "digest": self.digest, "percent": self.percent, "examples": self.examples, "studies": self.studies, "missed": missed,
            "rules": rules,
        }  # fmt: skip


def of_examples(rules: RulesFile) -> Iterable[StudyFacts]:
    """The studies that the file's examples make up."""
    return (rules.completed(example.given) for example in rules.examples)


def stored(c: Connection, rules: RulesFile, since: datetime, limit: int) -> list[StudyFacts]:
    """Studies that came in, as these rules see them."""
    return [facts_of(rules, received.facts) for received in replay.received_since(c, since, limit)]


def coverage(rules: RulesFile, studies: Iterable[StudyFacts] = ()) -> Coverage:
    """What the file's examples and these studies reach."""
    examples, found = _held(rules, of_examples(rules)), _held(rules, studies)
    reached = tuple(
        Reached(
            rule.name,
            rule.line,
            examples.held[rule.name],
            found.held[rule.name],
            examples.decided[rule.name] + found.decided[rule.name],
        )
        for rule in rules.ruleset.rules
    )
    return Coverage(rules.digest, reached, examples.count, found.count)


@dataclass(frozen=True)
class _Held:
    count: int
    held: Mapping[str, int]
    decided: Mapping[str, int]


def _held(rules: RulesFile, studies: Iterable[StudyFacts]) -> _Held:
    held: Counter[str] = Counter()
    decided: Counter[str] = Counter()
    count = 0
    for facts in studies:
        count += 1
        for matched in rules.ruleset.explain(facts).matched:
            held[matched.rule] += 1
            decided[matched.rule] += bool(matched.decided)
    return _Held(count, held, decided)
