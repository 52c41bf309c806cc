"""What exactly is different in each rule, priority, reader and facility: the diff that an administrator reads."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, fields, is_dataclass
from difflib import SequenceMatcher
from typing import Any

from ..core.comparison import shown
from ..core.conditions import AllOf
from .differences import content, sections
from .rules_file import RulesFile

ADDED, REMOVED, MOVED, CHANGED = "added", "removed", "moved", "changed"


@dataclass(frozen=True)
class Detail:
    """One difference: ``what`` is the part that changed ("then.priority", "licences"), "" for the whole entry."""

    section: str
    name: str
    kind: str
    what: str = ""
    before: str = ""
    after: str = ""

    def __str__(self) -> str:
        part = f" {self.what}" if self.what else ""
        values = f": {self.before or 'nothing'} → {self.after or 'nothing'}" if self.before or self.after else ""
        return f"{self.section}: {self.name} {self.kind}{part}{values}"


def details(before: RulesFile, after: RulesFile) -> tuple[Detail, ...]:
    """Every difference that means something, section by section."""
    return tuple(detail for section in sections() for detail in _of_section(section, before, after))


def _of_section(section: str, before: RulesFile, after: RulesFile) -> Iterator[Detail]:
    old, new = content(before, section), content(after, section)
    for name in new:
        if name not in old:
            yield Detail(section, name, ADDED)
    for name in old:
        if name not in new:
            yield Detail(section, name, REMOVED)
        elif old[name] != new[name]:
            yield from _of_entry(section, name, old[name], new[name])
    if section in ("rules", "priorities"):
        yield from _moved(section, list(old), list(new))


def _moved(section: str, old: list[str], new: list[str]) -> Iterator[Detail]:
    """The entries that are not in the longest common order of the two."""
    kept_old, kept_new = [name for name in old if name in new], [name for name in new if name in old]
    matcher = SequenceMatcher(None, kept_old, kept_new, autojunk=False)
    steady = {kept_old[at] for block in matcher.get_matching_blocks() for at in range(block.a, block.a + block.size)}
    for name in kept_new:
        if name not in steady:
            yield Detail(section, name, MOVED, "place", str(old.index(name) + 1), str(new.index(name) + 1))


def _of_entry(section: str, name: str, old: Any, new: Any) -> Iterator[Detail]:
    before, after = _parts(section, old), _parts(section, new)
    for part in dict.fromkeys((*before, *after)):
        if before.get(part) != after.get(part):
            yield Detail(section, name, CHANGED, part, _told(before.get(part)), _told(after.get(part)))


def _parts(section: str, entry: Any) -> dict[str, Any]:
    if section == "rules":
        when, then = entry
        return {"when": when} | {f"then.{name}": value for name, value in then.items()}
    if section == "priorities":
        return {"turnaround": entry[0], "warn_after": f"{entry[1]:.0%}"}
    if section == "examples":
        given, expect, decided_by = entry
        return {"given": given, "expect": expect, "decided_by": decided_by}
    if is_dataclass(entry):
        return {each.name: getattr(entry, each.name) for each in fields(entry)}
    return {str(key): value for key, value in entry.items()} if isinstance(entry, Mapping) else {"": entry}


def _told(value: Any) -> str:
    if value is None:
        return ""
    if hasattr(value, "describe"):
        parts = value.parts if isinstance(value, AllOf) else (value,)
        return " and ".join(part.describe() for part in parts)
    if isinstance(value, Mapping):
        return ", ".join(f"{key} {_told(each)}" for key, each in value.items())
    if isinstance(value, tuple | frozenset | list):
        return ", ".join(_told(each) for each in value)
    if hasattr(value, "to_json"):
        return ", ".join(f"{key} {each}" for key, each in value.to_json().items())
    if is_dataclass(value) and "__str__" not in vars(type(value)):
        said = ((each.name, _told(getattr(value, each.name))) for each in fields(value) if each.repr)
        return " ".join(f"{name} {text}" for name, text in said if text)
    return shown(value)
