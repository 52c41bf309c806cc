"""YAML text as a tree of texts that know their place; what a rules file has no use for is refused before it can do harm.

Scalars stay texts here: what one means (``NO``, ``08:00``, ``0123``) depends on what is expected in its place.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace

from ruamel.yaml import YAML
from ruamel.yaml.error import YAMLError
from ruamel.yaml.events import (
    AliasEvent,
    DocumentStartEvent,
    Event,
    MappingEndEvent,
    MappingStartEvent,
    ScalarEvent,
    SequenceEndEvent,
    SequenceStartEvent,
)

from ..core.errors import Problem
from .yaml_mistakes import syntax_problem

LARGEST = 1_000_000  # characters
DEEPEST = 24
MOST_NODES = 100_000
MOST_PROBLEMS = 100

_UNFIT = re.compile("[^\t\n\r\x20-\x7e\x85\xa0-\ud7ff\ue000-\ufefe\uff00-\ufffd\U00010000-\U0010ffff]")  # YAML 1.2, 5.1
_ODD_INDENT = re.compile("^ *[\xa0\u2007\u202f\u3000]", re.MULTILINE)  # what word processors and chats make of spaces
_GLUED_KEY = re.compile(r"[\w.-]+:[\[{'\"]")
_TYPOGRAPHIC = "“”„‟‘’‚‛"


@dataclass(frozen=True)
class Place:
    """Line and column, from 1."""

    line: int
    column: int


@dataclass(frozen=True)
class Scalar:
    """A text; ``quoted`` when it was written with quotes or as a block."""

    text: str
    quoted: bool
    place: Place

    @property
    def is_null(self) -> bool:
        """Whether nothing was written (YAML 1.2: null)."""
        return not self.quoted and self.text in ("", "~", "null", "Null", "NULL")


@dataclass(frozen=True)
class Items:
    """A list."""

    items: tuple[Node, ...]
    place: Place


@dataclass(frozen=True)
class Entry:
    """A key's value and the place of the key."""

    value: Node
    place: Place


@dataclass(frozen=True)
class Table:
    """A mapping, in the order written."""

    entries: dict[str, Entry]
    place: Place


Node = Scalar | Items | Table


class Unreadable(Exception):
    """The text is not YAML as we take it; carries all that could be found out."""

    def __init__(self, problems: list[Problem]):
        self.problems = problems
        super().__init__("unreadable YAML")


def read(text: str, file: str) -> Node:
    """The text's tree. Raises Unreadable."""
    _check_characters(text, file)
    builder = _Builder(file)
    try:
        for event in YAML(typ="safe", pure=True).parse(text):
            builder.take(event)
    except (YAMLError, ValueError, IndexError) as error:  # ruamel lets some of the latter through on broken input
        problem = syntax_problem(error, text, file, builder.quote_opened)
        if problem.line not in {each.line for each in builder.problems}:  # else it follows from what is told already
            builder.problems.append(problem)
    if builder.problems:
        raise Unreadable(builder.problems)
    if builder.root is None:
        raise Unreadable([Problem("the file is empty; expected the sections of a rules file", file=file, line=1, column=1)])
    return builder.root


def _check_characters(text: str, file: str) -> None:
    if text.startswith("\ufeff"):
        raise Unreadable([Problem("the file begins with a byte order mark; save it as UTF-8 without one", "", file, 1, 1)])
    if len(text) > LARGEST:
        raise Unreadable([Problem(f"the file has {len(text)} characters; at most {LARGEST} are read", "", file, 1, 1)])
    if found := _UNFIT.search(text):
        name = "NUL" if found[0] == "\0" else f"U+{ord(found[0]):04X}"
        raise Unreadable([_at(text, found.start(), f"the character {name} cannot stand in the file; remove it", file)])
    odd = [_at(text, found.end() - 1, "a space that does not break cannot indent; type a plain one", file)
           for found in _ODD_INDENT.finditer(text)]  # fmt: skip
    if odd:
        raise Unreadable(odd[:MOST_PROBLEMS])


def _at(text: str, offset: int, message: str, file: str) -> Problem:
    return Problem(message, "", file, text.count("\n", 0, offset) + 1, offset - text.rfind("\n", 0, offset))


@dataclass
class _Open:
    """A list or mapping whose end has not come yet."""

    place: Place
    is_table: bool
    items: list[Node] = field(default_factory=list)
    entries: dict[str, Entry] = field(default_factory=dict)
    key: Scalar | None = None


class _Builder:
    """Makes the tree from the parser's events, without recursion, so that depth cannot hurt."""

    def __init__(self, file: str):
        self.file = file
        self.problems: list[Problem] = []
        self.root: Node | None = None
        self.quote_opened: int | None = None
        self._open: list[_Open] = []
        self._documents = 0
        self._nodes = 0

    def take(self, event: Event) -> None:
        """Add one event."""
        place = Place(event.start_mark.line + 1, event.start_mark.column + 1)
        match event:
            case DocumentStartEvent():
                self._documents += 1
                if self._documents > 1:
                    self._stop(place, "a second document begins here; the file must be one")
            case AliasEvent():
                self._stop(place, "anchors and aliases (& and *) are not taken; write the value out")
            case ScalarEvent():
                self._check(event, place)
                self._check_quotes(event, place)
                self.quote_opened = place.line if event.style in ("'", '"') else None
                self._add(Scalar(event.value, bool(event.style), place))
            case SequenceStartEvent() | MappingStartEvent():
                self._check(event, place)
                self._begin(_Open(place, isinstance(event, MappingStartEvent)))
            case SequenceEndEvent():
                done = self._open.pop()
                self._add(Items(tuple(done.items), done.place))
            case MappingEndEvent():
                done = self._open.pop()
                self._add(Table(done.entries, done.place))

    def _stop(self, place: Place, message: str) -> None:
        raise Unreadable([*self.problems, self._problem(place, message)])

    def _problem(self, place: Place, message: str) -> Problem:
        path = ".".join(self._path())
        return Problem(message, path, self.file, place.line, place.column)

    def _path(self) -> Iterator[str]:
        for each in self._open:
            if each.is_table:
                if each.key is not None:
                    yield each.key.text
            else:
                yield str(len(each.items))

    def _check(self, event: ScalarEvent | SequenceStartEvent | MappingStartEvent, place: Place) -> None:
        self._nodes += 1
        if self._nodes > MOST_NODES:
            self._stop(place, f"more than {MOST_NODES} values; that is no rules file")
        if event.anchor:
            self._stop(place, "anchors and aliases (& and *) are not taken; write the value out")
        if event.tag is not None:
            self._stop(place, f"the tag {str(event.tag)[:60]} is not taken; write plain values")

    def _check_quotes(self, event: ScalarEvent, place: Place) -> None:
        text = event.value
        if (
            not event.style
            and text[:1] in _TYPOGRAPHIC
            and text[-1:] in _TYPOGRAPHIC
            and len(self.problems) < MOST_PROBLEMS
            and text
        ):
            self.problems.append(
                self._problem(place, f"the quotes {text[0]} and {text[-1]} are part of the text here; type ' or \"")
            )

    def _begin(self, opened: _Open) -> None:
        if self._open and self._open[-1].is_table and self._open[-1].key is None:
            self._stop(opened.place, "a key must be a word, not a list or a mapping")
        if len(self._open) >= DEEPEST:
            self._stop(opened.place, f"nested more than {DEEPEST} deep")
        self._open.append(opened)

    def _add(self, node: Node) -> None:
        if not self._open:
            self.root = node
            return
        top = self._open[-1]
        if not top.is_table:
            top.items.append(node)
        elif top.key is None:
            assert isinstance(node, Scalar)  # _begin refused the others
            self._check_key(node)
            top.key = node
        else:
            self._put(top, top.key, node)
            top.key = None

    def _check_key(self, key: Scalar) -> None:
        if key.quoted or len(self.problems) >= MOST_PROBLEMS:
            return
        if key.text == "<<":
            self.problems.append(self._problem(key.place, "merge keys (<<) are not taken; write the values out"))
        elif _GLUED_KEY.match(key.text):
            self.problems.append(self._problem(key.place, "a ':' needs a space after it"))

    def _put(self, table: _Open, key: Scalar, node: Node) -> None:
        if isinstance(node, Scalar) and not node.text and not node.quoted:
            node = replace(node, place=key.place)  # the parser has it where the next word begins, some lines below
        before = table.entries.get(key.text)
        if before is None:
            table.entries[key.text] = Entry(node, key.place)
        elif len(self.problems) < MOST_PROBLEMS:
            message = f"the key is there twice; first on line {before.place.line}"
            self.problems.append(self._problem(key.place, message))
