"""Collects everything that is wrong with a file while it is read, so that all of it can be told at once."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from difflib import get_close_matches

from ..core.errors import Problem
from ..core.names import folded
from .yaml_tree import MOST_PROBLEMS, Place

LONGEST_SHOWN = 60


@dataclass
class Findings:
    """The problems and warnings of one file. ``names`` are the ids that each section defines: what references may name.

    ``wrong`` counts also the problems that are too many to be told: by it a part knows whether anything in it is wrong.
    """

    file: str
    names: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)
    warnings: list[Problem] = field(default_factory=list)
    wrong: int = 0

    def problem(self, place: Place, path: str, message: str, suggestion: str = "") -> None:
        """Note what makes the file unfit."""
        self.wrong += 1
        self._add(self.problems, place, path, message, suggestion)

    def warning(self, place: Place, path: str, message: str, suggestion: str = "") -> None:
        """Note what is probably not meant."""
        self._add(self.warnings, place, path, message, suggestion)

    def _add(self, to: list[Problem], place: Place, path: str, message: str, suggestion: str) -> None:
        if len(to) == MOST_PROBLEMS:
            to.append(Problem(f"there are more than {MOST_PROBLEMS}; the others are told when these are gone", "", self.file))
        if len(to) < MOST_PROBLEMS:
            to.append(Problem(message, path, self.file, place.line, place.column, suggestion))


def below(path: str, name: object) -> str:
    """The dotted path of a part."""
    return f"{path}.{name}" if path else str(name)


def closest(word: str, known: Iterable[str]) -> str:
    """The known word that was probably meant, or ""."""
    by_form = {folded(each).replace("-", "_").replace(" ", "_"): each for each in known}
    form = folded(word)[:LONGEST_SHOWN].replace("-", "_").replace(" ", "_")
    found = get_close_matches(form, by_form, n=1, cutoff=0.6)
    return by_form[found[0]] if found else ""


def listed(words: Iterable[str], most: int = 12) -> str:
    """Words for a message, shortened when there are many."""
    each = list(words)
    return ", ".join(each[:most]) + (f" and {len(each) - most} more" if len(each) > most else "") if each else "none"


def shortened(text: str) -> str:
    """What was found, in quotes and short enough for a message."""
    return f"'{text[:LONGEST_SHOWN]}{'…' if len(text) > LONGEST_SHOWN else ''}'"
