"""The list of rules: for each attribute the first rule that holds and sets it decides; the last rule always holds."""

from __future__ import annotations

from collections.abc import Callable, Container, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property, partial
from typing import Any

from .conditions import AllOf, Condition, Equals, Test
from .decision import Decided, Decision, Matched, PassedOver
from .study_facts import StudyFacts

ATTRIBUTES: Mapping[str, str] = {
    "priority": "How urgent the study is: one of the priorities of this file.",
    "turnaround": "By when it must be read, counted from its arrival, for example `4h`; else the priority's own.",
    "warn_after": "When to warn, as a share of the turnaround, for example `50%`; else the priority's own.",
    "subspecialty": "Who reads it: a subspecialty of the readers.",
    "skip": "The study is not put on the list; the text says why.",
    "hold": "The study waits on the list until somebody resumes it; the text says why.",
    "labels": "Words shown with the study and to be searched for.",
    "assign_to": "The reader who gets it, if eligible.",
    "template": "The report template that a new draft begins with.",
    "forward_to": "Names of destinations, kept with the decision for other programs; this service sends nothing by it.",
    "language": "The language the report is to be written in.",
}


NOTHING: Mapping[str, Container[str]] = {}


@dataclass(frozen=True)
class Rule:
    """One rule: ``when`` is None for the last, which always holds; ``then`` maps attributes to values."""

    name: str
    line: int
    when: Condition | None
    then: Mapping[str, Any]

    @cached_property
    def equalities(self) -> Mapping[str, Equals]:
        """The first equality on each fact: what an index can answer."""
        first: dict[str, Equals] = {}
        for part in self.conjuncts:
            if isinstance(part, Equals):
                first.setdefault(part.fact, part)
        return first

    @cached_property
    def conjuncts(self) -> tuple[Condition, ...]:
        """The conditions that must all hold, in the order written."""
        return () if self.when is None else tuple(_conjuncts(self.when))


class RuleSet:
    """Rules compiled for use. ``decide`` is fast, ``explain`` tells all; both give the same answer."""

    def __init__(self, digest: str, rules: tuple[Rule, ...]):
        self.digest = digest
        self.rules = rules
        self._bits = {name: 1 << place for place, name in enumerate(ATTRIBUTES)}
        self._compiled = tuple(self._compile(rule) for rule in rules)
        self._indexes = tuple(_indexes(rules))
        self._traced = tuple((rule, rule.name, rule.line, tuple(map(_traced, rule.conjuncts))) for rule in rules)

    def _compile(self, rule: Rule) -> tuple[tuple[Test, ...], int, tuple[tuple[str, Any], ...]]:
        indexed = {id(part) for part in rule.equalities.values()}
        tests = tuple(part.test() for part in rule.conjuncts if id(part) not in indexed)
        return tests, self._mask(rule), tuple(rule.then.items())

    def _mask(self, rule: Rule) -> int:
        return sum(self._bits[name] for name in rule.then)

    def decide(self, facts: StudyFacts) -> dict[str, Any]:
        """The attributes' values."""
        known = facts.known
        candidates = (1 << len(self.rules)) - 1
        for index in self._indexes:
            candidates &= index.candidates(known[index.fact])
        values: dict[str, Any] = {}
        decided = 0
        while candidates:
            lowest = candidates & -candidates
            candidates ^= lowest
            tests, sets, then = self._compiled[lowest.bit_length() - 1]
            if not sets & ~decided:
                continue
            for test in tests:
                if not test(known):
                    break
            else:
                decided |= sets
                for name, value in then:
                    values.setdefault(name, value)
        return values

    def explain(self, facts: StudyFacts, refused: Mapping[str, Container[str]] = NOTHING) -> Decision:
        """The attributes with the rule that decided each, and for every rule that does not hold the condition that failed.

        ``refused`` are attributes that a rule, by its name, does not set although it holds.
        """
        known = facts.known
        attributes: dict[str, Decided] = {}
        matched: list[Matched] = []
        passed_over: list[PassedOver] = []
        for rule, name, line, parts in self._traced:
            for test, subject, expected, asked in parts:
                if not test(known):
                    passed_over.append(_passed_over((name, line, subject, expected, known.told[asked])))
                    break
            else:
                self._note(rule, refused.get(name, ()), attributes, matched)
        return Decision(self.digest, attributes, tuple(passed_over), tuple(matched))

    @staticmethod
    def _note(rule: Rule, refused: Container[str], attributes: dict[str, Decided], matched: list[Matched]) -> None:
        """The rule holds: it decides what is not decided yet."""
        taken = (name for name in rule.then if name not in attributes and name not in refused)
        new = {name: Decided(rule.then[name], rule.name, rule.line) for name in taken}
        attributes.update(new)
        matched.append(Matched(rule.name, rule.line, tuple(new)))


def _conjuncts(condition: Condition) -> Iterator[Condition]:
    if isinstance(condition, AllOf):
        for part in condition.parts:
            yield from _conjuncts(part)
    else:
        yield condition


def _traced(part: Condition) -> tuple[Test, str, str, tuple[str, ...]]:
    """A condition ready for tracing: its test, and what to say when it fails."""
    return part.test(), part.subject, part.phrase(), part.facts()


# Half the time of calling PassedOver, which is most of what a trace costs.
_passed_over: Callable[[tuple[str, int, str, str, str]], PassedOver] = partial(tuple.__new__, PassedOver)


@dataclass(frozen=True)
class _Index:
    """For one fact: which rules are still possible, given its value. A rule is a bit, the first rule the lowest."""

    fact: str
    unconcerned: int  # rules without an equality on this fact
    by_value: Mapping[Any, int]  # rules possible for this value, the unconcerned included

    def candidates(self, found: Any) -> int:
        if not isinstance(found, frozenset):
            return self.by_value.get(found, self.unconcerned)
        possible = self.unconcerned
        for value in found:
            possible |= self.by_value.get(value, 0)
        return possible


def _indexes(rules: tuple[Rule, ...]) -> Iterator[_Index]:
    """One index for each fact that some rule compares by equality."""
    for fact in dict.fromkeys(fact for rule in rules for fact in rule.equalities):
        unconcerned = 0
        by_value: dict[Any, int] = {}
        for place, rule in enumerate(rules):
            if fact not in rule.equalities:
                unconcerned |= 1 << place
                continue
            for value in rule.equalities[fact].wanted:
                by_value[value] = by_value.get(value, 0) | 1 << place
        yield _Index(fact, unconcerned, {value: mask | unconcerned for value, mask in by_value.items()})
