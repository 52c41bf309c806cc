"""What a part of the simulation found, kept as JSON beside the page: a part that is run again replaces its own section only."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from tables import table, verdict


@dataclass(frozen=True)
class Goal:
    """A goal in words with the figure found, and whether it is met."""

    text: str
    met: bool


@dataclass(frozen=True)
class Table:
    """Rows of texts under a title, with lines of explanation."""

    title: str
    head: list[str]
    rows: list[list[str]]
    notes: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class Figure:
    """One plot: ``kind`` is a function of ``plots``, ``data`` what it draws."""

    kind: str
    title: str
    data: dict[str, Any]


@dataclass
class Section:
    """Of one part; ``about`` says in words what is seen and where it comes from, ``made`` when and on what machine."""

    part: str
    title: str
    about: list[str]
    made: list[str] = field(default_factory=list)
    goals: list[Goal] = field(default_factory=list)
    figures: list[Figure] = field(default_factory=list)
    tables: list[Table] = field(default_factory=list)

    def goal(self, text: str, met: bool) -> str:
        """Note a goal; its verdict for a cell of a table."""
        self.goals.append(Goal(text, bool(met)))
        return verdict(met)

    def as_text(self) -> str:
        """For a terminal."""
        tables = [table(each.title, each.head, each.rows, each.notes) for each in self.tables]
        goals = [f"- {each.text}: {verdict(each.met)}" for each in self.goals]
        return "\n".join([f"## {self.title}", "", *self.about, "", *tables, *goals, ""])


def cells(rows: Iterable[Iterable[object]]) -> list[list[str]]:
    """Rows of a table as texts."""
    return [[str(cell) for cell in row] for row in rows]


def read(path: Path) -> dict[str, dict[str, Any]]:
    """The sections that were kept, by part; none when there is no such file."""
    return json.loads(path.read_text(encoding="utf-8")) if path.exists() else {}


def keep(path: Path, sections: Iterable[Section], order: Iterable[str]) -> dict[str, dict[str, Any]]:
    """Replace these sections and leave the others as they are."""
    kept = read(path) | {section.part: asdict(section) for section in sections}
    kept = {part: kept[part] for part in order if part in kept}
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(kept, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    return kept
