"""What may stand in a place of the rules file: each shape reads a node into a checked value and tells its JSON schema."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any, Protocol

from ..core.names import clean, folded
from .findings import Findings, below, closest, listed, shortened
from .yaml_tree import Items, Node, Scalar, Table

ID = re.compile(r"[^\W_][\w.-]{0,63}")  # letters and digits of any script: a reader may be called د-سالم
Schema = dict[str, Any]

ENDLESS = 1e9


class Shape(Protocol):
    """Reads a node. What is wrong is noted in the findings, and None returned."""

    @property
    def words(self) -> str:
        """What is expected, for a message: "a duration such as 30m or 4h"."""

    def read(self, node: Node, path: str, findings: Findings) -> Any:
        """The value."""

    def schema(self) -> Schema:
        """The same as JSON schema (draft 7)."""


def kind_of(node: Node) -> str:
    """What stands there, for a message."""
    match node:
        case Items(items):
            return "a list" if items else "an empty list"
        case Table(entries):
            return "a mapping" if entries else "an empty mapping"
        case Scalar() if node.is_null:
            return "nothing"
        case Scalar():
            return shortened(node.text)


def unexpected(shape: Shape, node: Node, path: str, findings: Findings) -> None:
    """Note that something else was expected."""
    findings.problem(node.place, path, f"expected {shape.words}, found {kind_of(node)}")


@dataclass(frozen=True)
class Text:
    """A text; line ends only where ``lines`` allows them."""

    longest: int = 200
    words: str = "a text"

    def read(self, node: Node, path: str, findings: Findings) -> str | None:
        text = _text(node)
        if not text:
            unexpected(self, node, path, findings)
            return None
        if len(text) > self.longest:
            findings.problem(node.place, path, f"expected at most {self.longest} characters, found {len(text)}")
            return None
        return text

    def schema(self) -> Schema:
        # An editor's YAML parser turns 0123 and 2027-12-31 into numbers and dates; we do not.
        return {"type": ["string", "number", "boolean"], "maxLength": self.longest}


def _text(node: Node) -> str:
    if not isinstance(node, Scalar) or node.is_null:
        return ""
    return " ".join(clean(node.text).split())


@dataclass(frozen=True)
class Parsed:
    """A text that a function understands; the function raises ValueError or returns None for what it does not."""

    words: str
    parse: Callable[[str], Any]
    pattern: str = ""
    known: Callable[[], Iterable[str]] = tuple  # what a suggestion is chosen from
    number: bool = False
    is_schema: Schema = field(default_factory=dict)  # in place of the one that the pattern gives

    def read(self, node: Node, path: str, findings: Findings) -> Any:
        text = _text(node)
        value = _tried(self.parse, text) if text else None
        if value is None:
            suggestion = closest(text, self.known()) if text else ""
            findings.problem(node.place, path, f"expected {self.words}, found {kind_of(node)}", suggestion)
        return value

    def schema(self) -> Schema:
        if self.is_schema:
            return self.is_schema
        schema: Schema = {"type": ["string", "number"] if self.number else "string"}
        return schema | ({"pattern": self.pattern} if self.pattern else {})


def _tried(parse: Callable[[str], Any], text: str) -> Any:
    try:
        return parse(text)
    except (ValueError, OverflowError):
        return None


@dataclass(frozen=True)
class Number:
    """A number between two bounds."""

    low: float
    high: float
    whole: bool = False

    @property
    def words(self) -> str:
        number = f"a {'whole ' if self.whole else ''}number"
        return f"{number} from {self.low:g} to {self.high:g}" if self.high < ENDLESS else f"{number}, {self.low:g} or more"

    def read(self, node: Node, path: str, findings: Findings) -> Any:
        value = _tried(int if self.whole else float, _text(node) or "-")
        if value is None or not self.low <= value <= self.high:
            unexpected(self, node, path, findings)
            return None
        return value

    def schema(self) -> Schema:
        return {"type": "integer" if self.whole else "number", "minimum": self.low, "maximum": self.high}


@dataclass(frozen=True)
class Flag:
    """Yes or no."""

    words: str = "true or false"

    def read(self, node: Node, path: str, findings: Findings) -> bool | None:
        value = {"true": True, "yes": True, "false": False, "no": False}.get(_text(node).casefold())
        if value is None:
            unexpected(self, node, path, findings)
        return value

    def schema(self) -> Schema:
        return {"enum": [True, False, "yes", "no"]}


@dataclass(frozen=True)
class Word:
    """One of a few words; case does not matter."""

    choices: tuple[str, ...]
    what: str = ""

    @property
    def words(self) -> str:
        return f"{self.what or 'one of'} {listed(self.choices)}".strip() if len(self.choices) <= 12 else self.what

    def read(self, node: Node, path: str, findings: Findings) -> str | None:
        text = _text(node)
        value = {folded(each): each for each in self.choices}.get(folded(text))
        if value is None:
            findings.problem(node.place, path, f"expected {self.words}, found {kind_of(node)}", closest(text, self.choices))
        return value

    def schema(self) -> Schema:
        return {"type": "string", "enum": sorted({form for each in self.choices for form in (each, each.lower(), each.upper())})}


@dataclass(frozen=True)
class Reference:
    """The name of something that another section of the file defines."""

    section: str
    what: str

    @property
    def words(self) -> str:
        return f"the name of a {self.what}"

    def read(self, node: Node, path: str, findings: Findings) -> str | None:
        text = _text(node)
        known = findings.names.get(self.section)
        if not (text in known if known is not None else ID.fullmatch(text)):
            suggestion = closest(text, known or ())
            names = "" if known is None else f" ({listed(known)})"
            message = f"expected {self.words}{names}, found {kind_of(node)}"
            findings.problem(node.place, path, message, suggestion)
            return None
        return text

    def schema(self) -> Schema:
        return {"type": "string"}


@dataclass(frozen=True)
class ListOf:
    """A list; a single value may stand for a list of one."""

    of: Shape
    what: str
    at_least_one: bool = True
    only_list: bool = False

    @property
    def words(self) -> str:
        return f"a list of {self.what}"

    def read(self, node: Node, path: str, findings: Findings) -> tuple[Any, ...] | None:
        if not isinstance(node, Items) and (self.only_list or kind_of(node) == "nothing"):
            unexpected(self, node, path, findings)
            return None
        single = not isinstance(node, Items)
        nodes = (node,) if not isinstance(node, Items) else node.items
        if self.at_least_one and not nodes:
            findings.problem(node.place, path, f"expected {self.words} with at least one, found an empty list")
        values = [self.of.read(each, path if single else below(path, place), findings) for place, each in enumerate(nodes)]
        return tuple(value for value in values if value is not None)

    def schema(self) -> Schema:
        items: Schema = {"type": "array", "items": self.of.schema()} | ({"minItems": 1} if self.at_least_one else {})
        return items if self.only_list else {"anyOf": [self.of.schema(), items]}
