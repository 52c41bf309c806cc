"""Notices rules that can never decide anything, and subspecialties that nobody reads or nobody is sent."""

from __future__ import annotations

from collections.abc import Mapping

from ..core.conditions import AllOf, AnyOf, Condition, Contains, Equals, HasAll, HasOnly, Matches, Missing, Not, Within
from ..core.readers import Reader
from ..core.rules import Rule
from ..core.study_facts import KINDS
from .findings import Findings, listed
from .yaml_tree import Place


def warn(rules: tuple[Rule, ...], readers: Mapping[str, Reader], findings: Findings) -> None:
    """Add the warnings."""
    _warn_of_rules(rules, findings)
    routed = {rule.then["subspecialty"] for rule in rules if "subspecialty" in rule.then}
    read = {name for reader in readers.values() if reader.active for name in reader.subspecialties}
    if not readers:
        return
    for rule in rules:
        wanted = rule.then.get("subspecialty")
        if wanted and wanted not in read:
            place = Place(rule.line, 1)
            findings.warning(place, "rules", f"the rule '{rule.name}' routes to '{wanted}', which no active reader reads")
    for name in sorted(read - routed):
        who = listed(reader.id for reader in readers.values() if name in reader.subspecialties)
        findings.warning(Place(1, 1), "readers", f"no rule routes to '{name}', which is read by {who}")


def _warn_of_rules(rules: tuple[Rule, ...], findings: Findings) -> None:
    for place, rule in enumerate(rules):
        undecided = set(rule.then)
        covering: list[str] = []
        for earlier in rules[:place]:
            # The cheap test first: a thousand rules are half a million pairs.
            if not undecided.isdisjoint(earlier.then) and _covers(earlier, rule):
                undecided -= set(earlier.then)
                covering.append(f"'{earlier.name}' (line {earlier.line})")
                if not undecided:
                    come = "comes" if len(covering) == 1 else "come"
                    message = f"the rule '{rule.name}' can never decide anything: {listed(covering)} always {come} first"
                    findings.warning(Place(rule.line, 1), f"rules.{place}", message)
                    break


def _covers(earlier: Rule, later: Rule) -> bool:
    """Whether the earlier rule surely holds whenever the later does. (Not every such pair is noticed.)"""
    facts = set().union(*(part.facts() for part in later.conjuncts)) if later.conjuncts else set()
    return all(
        facts.issuperset(wider.facts()) and any(_implies(narrower, wider) for narrower in later.conjuncts)
        for wider in earlier.conjuncts
    )


def _implies(narrower: Condition, wider: Condition) -> bool:
    """Whether the wider condition surely holds whenever the narrower does."""
    if narrower == wider:
        return True
    match wider:
        case AnyOf(parts):
            return any(_implies(narrower, part) for part in parts)
        case AllOf(parts):
            return all(_implies(narrower, part) for part in parts)
        case Missing(fact, absent=False):
            return not isinstance(narrower, (Not, AnyOf, AllOf, Missing)) and narrower.fact == fact
    match narrower:
        case AllOf(parts):
            return any(_implies(part, wider) for part in parts)
        case AnyOf(parts):
            return all(_implies(part, wider) for part in parts)
        case Not() | Missing() | Matches():
            return False
    if isinstance(wider, (AllOf, AnyOf, Not, Missing, Matches)) or narrower.fact != wider.fact:
        return False
    return _value_implies(narrower, wider)


def _value_implies(
    narrower: Equals | HasAll | HasOnly | Contains | Within, wider: Equals | HasAll | HasOnly | Contains | Within
) -> bool:
    many = KINDS[narrower.fact].is_many
    match narrower, wider:
        case Equals(), Equals():
            return narrower.wanted <= wider.wanted
        case HasAll(), Equals():
            return not narrower.wanted.isdisjoint(wider.wanted)
        case HasAll(), HasAll():
            return wider.wanted <= narrower.wanted
        case HasOnly(), (HasOnly() | Equals()):
            return narrower.wanted <= wider.wanted
        case ((Equals() | Contains()), Contains()):
            return all(any(part in text for part in wider.wanted) for text in narrower.wanted)
        case Equals(), Within() if not many:
            return all(wider.test()({wider.fact: value}) for value in narrower.wanted)  # type: ignore[arg-type]
        case Within(), Within() if narrower.low is None or narrower.high is None or narrower.low <= narrower.high:
            return _bounds_imply(narrower, wider)
    return False


def _bounds_imply(narrower: Within, wider: Within) -> bool:
    if wider.low is not None and wider.high is not None and wider.low > wider.high:
        return False  # passes midnight; not judged
    low_fits = wider.low is None or (narrower.low is not None and narrower.low >= wider.low)
    high_fits = wider.high is None or (narrower.high is not None and narrower.high <= wider.high)
    return low_fits and high_fits
