"""What can only be seen with readers, facilities and rules in view: who can read for whom, and hours and days that are odd."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from ..core.reader import Reader, Shift
from ..core.rules import Rule
from .findings import Findings, below, listed
from .yaml_tree import Items, Node, Place, Table


def check(readers: Table, values: Mapping[str, Reader], findings: Findings) -> None:
    """Add the warnings of each reader."""
    for name, reader in values.items():
        path = below("readers", name)
        for key, shifts in (("shifts", reader.shifts), ("on_call", reader.on_call)):
            _check_hours(_pairs(readers, name, key, shifts), below(path, key), findings)


def _pairs(readers: Table, name: str, key: str, values: tuple[Any, ...]) -> list[tuple[int, Place, Any]]:
    """The values with their number and place; none when some could not be read, which is said already."""
    node = readers.entries[name].value
    entry = node.entries.get(key) if isinstance(node, Table) else None
    nodes: tuple[Node, ...] = () if entry is None else entry.value.items if isinstance(entry.value, Items) else (entry.value,)
    if len(nodes) != len(values):
        return []
    return [(number, each.place, value) for number, (each, value) in enumerate(zip(nodes, values, strict=True))]


def _check_hours(shifts: list[tuple[int, Place, Shift]], path: str, findings: Findings) -> None:
    for number, at, shift in shifts:
        if shift.start == shift.end and shift.start.isoformat("minutes") != "00:00":
            note = f"lasts 24 hours, from {shift.start:%H:%M} to {shift.end:%H:%M} of the next day"
            findings.warning(at, below(path, number), note)
        for before, _, other in shifts[:number]:
            if other.timezone == shift.timezone and _overlap(other, shift):
                findings.warning(at, below(path, number), f"overlaps with number {before + 1} of this list; hours count once")
                break


_DAY = 24 * 60
_WEEK = 7 * _DAY


def _overlap(one: Shift, other: Shift) -> bool:
    return any(
        begin < end_of_other and begin_of_other < end
        for begin, end in _minutes(one)
        for begin_of_other, end_of_other in _minutes(other)
    )


def _minutes(shift: Shift) -> list[tuple[int, int]]:
    """The shift in minutes of the week; what passes its end goes on at its beginning."""
    start, end = (60 * at.hour + at.minute for at in (shift.start, shift.end))
    length = (end - start) % _DAY or _DAY
    spans = [(day * _DAY + start, day * _DAY + start + length) for day in shift.days]
    return [*spans, *((begin - _WEEK, end - _WEEK) for begin, end in spans if end > _WEEK)]


def warn(root: Table, rules: Iterable[Rule], readers: Mapping[str, Reader], findings: Findings) -> None:
    """Facilities for which nobody may read, licences for nowhere, and rules that name a reader who cannot have the study."""
    facilities, people = (root.entries[name].value if name in root.entries else None for name in ("facilities", "readers"))
    if isinstance(facilities, Table) and isinstance(people, Table):
        _warn_of_jurisdictions(facilities, people, readers, findings)
    for place, rule in enumerate(rules):
        reader, subspecialty = readers.get(rule.then.get("assign_to") or ""), rule.then.get("subspecialty")
        told = f"the rule '{rule.name}' assigns to {reader.id}, who" if reader else ""
        if reader and not reader.active:
            findings.warning(Place(rule.line, 1), below("rules", place), f"{told} is not active")
        elif reader and subspecialty and subspecialty not in reader.subspecialties:
            findings.warning(Place(rule.line, 1), below("rules", place), f"{told} does not read '{subspecialty}'")
        if "forward_to" in rule.then:
            note = "'forward_to' is kept with the decision for other programs; this service sends nothing by it"
            findings.warning(Place(rule.line, 1), below("rules", place), note)


def _warn_of_jurisdictions(facilities: Table, people: Table, readers: Mapping[str, Reader], findings: Findings) -> None:
    needed = {name: _jurisdiction(entry.value) for name, entry in facilities.entries.items()}
    held = {licence.jurisdiction for reader in readers.values() if reader.active for licence in reader.licences}
    for name, jurisdiction in needed.items():
        if jurisdiction and jurisdiction not in held:
            note = f"no active reader has a licence for {jurisdiction}: nobody may read its studies"
            findings.warning(facilities.entries[name].place, below("facilities", name), note)
    for name, reader in readers.items():
        idle = sorted({licence.jurisdiction for licence in reader.licences} - set(needed.values()))
        if idle:
            note = f"a licence for {listed(idle)}, where no facility of this file is"
            findings.warning(people.entries[name].place, below("readers", name), note)


def _jurisdiction(facility: Node) -> str:
    entry = facility.entries.get("jurisdiction") if isinstance(facility, Table) else None
    return str(getattr(entry.value, "text", "")) if entry else ""
