"""What exactly is different in each rule, priority, reader and facility: the diff that an administrator reads."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, fields, is_dataclass, replace
from difflib import SequenceMatcher
from typing import Any

from ..core.calendars import Calendar
from ..core.comparison import shown
from ..core.conditions import AllOf
from ..core.hold_reasons import as_written
from .differences import ORDER_MATTERS, content, sections
from .rules_file import RulesFile
from .week_text import week_text

_WRITTEN = {"policies": "turnaround", "assigning": "assignment"}  # how the file calls them
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
    found = (detail for section in sections() for detail in _of_section(section, before, after))
    return tuple(_as_written(each) for each in found)


def _as_written(found: Detail) -> Detail:
    section = _WRITTEN.get(found.section, found.section)
    return replace(found, section=section, name=section if found.name == found.section else found.name)


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
    if section in ORDER_MATTERS:
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
    for part, before, after in _changes("", _parts(section, old), _parts(section, new)):
        yield Detail(section, name, CHANGED, part, _told(before), _told(after))


def _changes(path: str, old: Mapping[str, Any], new: Mapping[str, Any]) -> Iterator[tuple[str, Any, Any]]:
    """The parts that differ, down to where they do."""
    for part in dict.fromkeys((*old, *new)):
        before, after = old.get(part), new.get(part)
        if before == after:
            continue
        below = ".".join(word for word in (path, part) if word)
        if _is_record(before) and type(before) is type(after):
            yield from _changes(below, _inner(before), _inner(after))
        else:
            yield below, *_without_the_same(before, after)


def _is_record(value: Any) -> bool:
    """Whether a value is told part by part, and not in words of its own."""
    has_words = hasattr(value, "describe") or hasattr(value, "to_json") or "__str__" in vars(type(value))
    return isinstance(value, Mapping) or (is_dataclass(value) and not has_words)


def _inner(value: Any) -> dict[str, Any]:
    if isinstance(value, Mapping):
        return {str(key): each for key, each in value.items()}
    return _values(value)


def _values(record: Any) -> dict[str, Any]:
    """What a record says, part by part; the hours of a calendar as a rules file writes them."""
    found = {each.name: getattr(record, each.name) for each in fields(record) if each.repr}
    return found | {"week": week_text(record.week)} if isinstance(record, Calendar) and record.week is not None else found


def _without_the_same(before: Any, after: Any) -> tuple[Any, Any]:
    """Of two lists of records those that only one has, so that the one that changed among many is seen."""
    if not (isinstance(before, tuple) and isinstance(after, tuple) and all(is_dataclass(each) for each in (*before, *after))):
        return before, after
    gone, come = tuple(each for each in before if each not in after), tuple(each for each in after if each not in before)
    return (gone, come) if gone or come else (before, after)


def _parts(section: str, entry: Any) -> dict[str, Any]:
    if section == "rules":
        when, then = entry
        return {"when": when} | {f"then.{name}": value for name, value in then.items()}
    if section == "priorities":
        return {"turnaround": entry[0], "warn_after": f"{entry[1]:.0%}"}
    if section == "examples":
        given, expect, decided_by = entry
        return {"given": given, "expect": expect, "decided_by": decided_by}
    if section == "pause_reasons":
        return {"": tuple(map(as_written, entry))}
    if is_dataclass(entry):
        return _values(entry)
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
        said = ((name, _told(each)) for name, each in _values(value).items())
        return " ".join(f"{name} {text}" for name, text in said if text)
    return shown(value)
