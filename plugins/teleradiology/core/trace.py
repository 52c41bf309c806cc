"""Every rule and every condition of it, with what was expected and what was found: the long answer to "why?"."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from .conditions import Condition
from .decision import Decision, value_to_json
from .rules import Rule, RuleSet
from .study_facts import StudyFacts


@dataclass(frozen=True)
class Asked:
    """One condition of a rule, put to a study."""

    condition: str
    expected: str
    found: str
    holds: bool
    line: int


@dataclass(frozen=True)
class Traced:
    """A rule put to a study: all of its conditions, also those after the first that fails, and what it decided.

    ``refused`` is what it would have decided, had what devices find been allowed to lower.
    """

    rule: str
    line: int
    holds: bool
    conditions: tuple[Asked, ...]
    decided: tuple[str, ...]
    sets: dict[str, Any]
    refused: tuple[str, ...] = ()


def trace(rules: RuleSet, facts: StudyFacts, made: Decision, lines: Sequence[Sequence[int]] = ()) -> tuple[Traced, ...]:
    """The rules in their order. ``lines`` are those of each rule's conditions; without them the rule's own is told."""
    taken: set[str] = set()
    found: list[Traced] = []
    for place, rule in enumerate(rules.rules):
        asked = _asked(rule, facts, lines[place] if place < len(lines) else ())
        holds = all(each.holds for each in asked)
        decided = tuple(name for name in rule.then if name in made.attributes and made.attributes[name].rule == rule.name)
        refused = tuple(name for name in rule.then if holds and name not in taken and name not in decided)
        taken.update(decided if holds else ())
        sets = {name: value_to_json(value) for name, value in rule.then.items()}
        found.append(Traced(rule.name, rule.line, holds, asked, decided, sets, refused))
    return tuple(found)


def _asked(rule: Rule, facts: StudyFacts, lines: Sequence[int]) -> tuple[Asked, ...]:
    told = lines if len(lines) == len(rule.conjuncts) else [rule.line] * len(rule.conjuncts)
    return tuple(_ask(part, facts, line) for part, line in zip(rule.conjuncts, told, strict=True))


def _ask(part: Condition, facts: StudyFacts, line: int) -> Asked:
    known = facts.known
    return Asked(part.subject, part.phrase(), known.told[part.facts()], part.test()(known), line)
