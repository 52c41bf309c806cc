"""An iCalendar file (RFC 5545) as components and properties, each with the line on which it stands."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from ..core.errors import Problem
from ..core.roster_mistakes import mistake

_DEEPEST = 8  # calendar programs write three levels; what is deeper is passed by
_VALUE = r'(?:"[^"]*"|[^";:,]*)'
_LINE = re.compile(rf"([A-Za-z0-9_-]+)((?:;[A-Za-z0-9_-]+={_VALUE}(?:,{_VALUE})*)*):(.*)", re.DOTALL)
_PARAMETER = re.compile(rf";([A-Za-z0-9_-]+)=({_VALUE})")


@dataclass(frozen=True)
class Property:
    """A line such as ``DTSTART;TZID=Europe/Rome:20261201T080000``; ``source`` is the whole of it, unfolded."""

    line: int
    name: str
    parameters: dict[str, str]
    value: str
    source: str

    @property
    def text(self) -> str:
        """The value as plain text."""
        return re.sub(r"\\(.)", lambda found: "\n" if found[1] in "nN" else found[1], self.value).strip()


@dataclass
class Component:
    """What stands between BEGIN and END."""

    name: str
    line: int
    properties: list[Property] = field(default_factory=list)
    inner: list[Component] = field(default_factory=list)

    def all(self, name: str) -> list[Property]:
        """Every property of the name."""
        return [each for each in self.properties if each.name == name]

    def first(self, name: str) -> Property | None:
        """The first property of the name."""
        return next((each for each in self.properties if each.name == name), None)

    def text(self, name: str) -> str:
        """The plain text of a property, or ""."""
        found = self.first(name)
        return found.text if found else ""

    def line_of(self, name: str) -> int:
        """Where the property stands, or else the component."""
        found = self.first(name)
        return found.line if found else self.line

    def every(self, name: str) -> Iterator[Component]:
        """The components of the name, within this one."""
        for each in self.inner:
            if each.name == name:
                yield each
            yield from each.every(name)

    def source(self) -> str:
        """The component as text."""
        lines = [each.source for each in self.properties]
        return "\r\n".join([f"BEGIN:{self.name}", *lines, *(each.source() for each in self.inner), f"END:{self.name}"])


def parsed(text: str) -> tuple[Component, list[Problem]]:
    """The file as one component that holds what is in it, and what is wrong with its lines."""
    whole = Component("", 1)
    within = [whole]
    problems: list[Problem] = []
    for number, line in _unfolded(text):
        match = _LINE.fullmatch(line)
        if not match:
            problems.append(mistake("calendar-line", line=number))
            continue
        name, value = match[1].upper(), match[3]
        if name == "BEGIN":
            within.append(Component(value.strip().upper(), number))
            if len(within) <= _DEEPEST:
                within[-2].inner.append(within[-1])
        elif name == "END" and within[-1].name == value.strip().upper() and len(within) > 1:
            within.pop()
        elif name == "END":
            return whole, [*problems, mistake("end-without", line=number, found=value.strip()[:40])]
        else:
            given = {key.upper(): each.strip('"') for key, each in _PARAMETER.findall(match[2])}
            within[-1].properties.append(Property(number, name, given, value, line))
    if len(within) > 1:
        problems.append(mistake("cut-off", line=within[-1].line, found=within[-1].name[:40]))
    return whole, problems


def _unfolded(text: str) -> Iterator[tuple[int, str]]:
    """Logical lines with the number of the physical line on which each begins."""
    begun, parts = 0, [""]
    for number, line in enumerate(text.removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n").split("\n"), 1):
        if line[:1] in (" ", "\t") and begun:
            parts.append(line[1:])
            continue
        if any(part.strip() for part in parts):
            yield begun, "".join(parts)
        begun, parts = number, [line]
    if any(part.strip() for part in parts):
        yield begun, "".join(parts)
