"""What changed between two rules files, by name: for the administrator who reloads and for the audit trail."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Any

from .rules_file import RulesFile


@dataclass(frozen=True)
class Difference:
    """The names in one section that were added, removed, or have changed content; ``moved`` when the order is another."""

    section: str
    added: tuple[str, ...] = ()
    removed: tuple[str, ...] = ()
    changed: tuple[str, ...] = ()
    moved: bool = False

    def to_json(self) -> dict[str, Any]:
        """As JSON values."""
        lists = {"added": list(self.added), "removed": list(self.removed), "changed": list(self.changed)}
        return {"section": self.section, **lists, "moved": self.moved}


def between(before: RulesFile, after: RulesFile) -> tuple[Difference, ...]:
    """The sections that differ. Comments, spacing and line numbers are no difference."""
    found = (_difference(section, content(before, section), content(after, section)) for section in sections())
    return tuple(each for each in found if each is not None)


ORDER_MATTERS = ("priorities", "policies", "completeness", "rules")  # of these the first that fits decides, or counts more
_NO_SECTIONS = ("digest", "text", "ruleset", "warnings")


def sections() -> tuple[str, ...]:
    """The sections of a rules file that are compared, the rules last."""
    names = (each.name for each in fields(RulesFile))
    return (*(name for name in names if name not in (*_NO_SECTIONS, "examples")), "examples", "rules")


def content(file: RulesFile, section: str) -> dict[str, Any]:
    """What a section says, by name; a section that is not made of named entries is one entry."""
    if section == "rules":
        return {rule.name: (rule.when, dict(rule.then)) for rule in file.ruleset.rules}
    if section == "priorities":
        return {name: (each.turnaround, each.warn_after) for name, each in file.priorities.items()}
    if section == "examples":
        return {each.name or f"example {place}": (each.given, dict(each.expect.values), dict(each.expect.decided_by))
                for place, each in enumerate(file.examples, 1)}  # fmt: skip
    found = getattr(file, section)
    if section in ("policies", "completeness"):
        return {each.name or f"number {place}": each for place, each in enumerate(found, 1)}
    return dict(found) if isinstance(found, Mapping) else {section: found}


def _difference(section: str, before: dict[str, Any], after: dict[str, Any]) -> Difference | None:
    kept = [name for name in before if name in after]
    found = Difference(
        section,
        added=tuple(name for name in after if name not in before),
        removed=tuple(name for name in before if name not in after),
        changed=tuple(name for name in kept if before[name] != after[name]),
        moved=section in ORDER_MATTERS and kept != [name for name in after if name in before],
    )
    return None if found == Difference(section) else found
