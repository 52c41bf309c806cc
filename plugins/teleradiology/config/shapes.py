"""What may stand in a place of the rules file: each shape reads a node into a checked value and describes itself as JSON schema."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import cache
from ipaddress import IPv4Network, IPv6Network, ip_network
from typing import Any, Protocol
from zoneinfo import available_timezones

from ..core.names import clean, folded
from .findings import Findings, below, closest, listed, shortened
from .yaml_tree import Items, Node, Scalar, Table

Schema = dict[str, Any]

ID = re.compile(r"[^\W_][\w.-]{0,63}")  # letters and digits of any script; a reader may be called د-سالم


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
        case Items():
            return "a list"
        case Table():
            return "a mapping"
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

    def read(self, node: Node, path: str, findings: Findings) -> Any:
        text = _text(node)
        value = _tried(self.parse, text) if text else None
        if value is None:
            suggestion = closest(text, self.known()) if text else ""
            findings.problem(node.place, path, f"expected {self.words}, found {kind_of(node)}", suggestion)
        return value

    def schema(self) -> Schema:
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
        return f"a {'whole ' if self.whole else ''}number from {self.low:g} to {self.high:g}"

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
        if not text or (known is not None and text not in known):
            suggestion = closest(text, known or ())
            message = f"expected {self.words} ({listed(known or ())}), found {kind_of(node)}"
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


_PART = re.compile(r"(\d{1,6})\s*(d|h|min|m|s)", re.IGNORECASE)
_UNITS = {"d": 86400, "h": 3600, "min": 60, "m": 60, "s": 1}
_LONGEST_DURATION = timedelta(days=366)


def parse_duration(text: str) -> timedelta | None:
    """30m, 4h, 1h30m, 2d: whole numbers with units, longest first."""
    seconds, rest = 0, text.strip()
    last = 10**9
    while rest:
        found = _PART.match(rest)
        if not found:
            return None
        unit = _UNITS[found[2].lower()]
        if unit >= last:
            return None
        last = unit
        seconds += int(found[1]) * unit
        rest = rest[found.end() :].lstrip()
    duration = timedelta(seconds=seconds)
    return duration if timedelta(0) < duration <= _LONGEST_DURATION else None


def parse_percentage(text: str) -> float | None:
    """50% or 0.5, as a share above 0 and up to 1."""
    share = float(text[:-1]) / 100 if text.endswith("%") else float(text)
    return round(share, 6) if 0 < share <= 1 else None


def parse_time(text: str) -> time | None:
    """08:00 or 23:59:30; 24:00 is the end of the day, which is 00:00."""
    if text == "24:00":
        return time(0)
    return time.fromisoformat(text) if re.fullmatch(r"[0-2]\d:[0-5]\d(:[0-5]\d)?", text) else None


def parse_date(text: str) -> date | None:
    """2027-12-31."""
    return date.fromisoformat(text) if re.fullmatch(r"\d{4}-\d{2}-\d{2}", text) else None


def parse_instant(text: str) -> datetime | None:
    """2027-12-31T08:00:00Z: with a zone."""
    value = datetime.fromisoformat(text)
    return value if value.tzinfo else None


def parse_network(text: str) -> IPv4Network | IPv6Network:
    """192.0.2.7 or 192.0.2.0/24."""
    return ip_network(text, strict=False)


def parse_aet(text: str) -> str | None:
    """An AE title (PS3.5 6.2: 16 characters, no backslash, no control characters)."""
    return text if re.fullmatch(r"[ -\[\]-~]{1,16}", text) else None


def parse_id(text: str) -> str | None:
    """A short name that fits into an address and a table."""
    return text if ID.fullmatch(text) else None


@cache
def _timezones() -> frozenset[str]:
    return frozenset(available_timezones())


def parse_timezone(text: str) -> str | None:
    """A zone of the IANA database."""
    return text if text in _timezones() else None


DURATION = Parsed("a duration such as 30m, 4h, 1h30m or 2d", parse_duration, r"^\s*(\d+\s*(d|h|min|m|s)\s*)+$")
PERCENTAGE = Parsed("a percentage such as 50%", parse_percentage, r"^[\d.]+%?$", number=True)
TIME = Parsed("a time of day such as '08:00'", parse_time, r"^[0-2]\d:[0-5]\d(:[0-5]\d)?$")
DATE = Parsed("a date such as 2027-12-31", parse_date, r"^\d{4}-\d{2}-\d{2}$")
INSTANT = Parsed("a date and time with zone such as 2027-12-31T08:00:00Z", parse_instant)
NETWORK = Parsed("an IP address or range such as 192.0.2.0/24", parse_network)
AET = Parsed("an AE title of at most 16 characters", parse_aet, number=True)
NAME = Parsed("a short name without spaces (letters, digits, . _ -)", parse_id, number=True)
TIMEZONE = Parsed("a time zone such as Africa/Tripoli", parse_timezone, known=_timezones)
LANGUAGE = Parsed(
    "a language code such as ar or en",
    lambda text: text if re.fullmatch(r"[a-z]{2,3}(-[A-Za-z0-9]{2,8})*", text) else None,
    r"^[a-z]{2,3}(-[A-Za-z0-9]{2,8})*$",
)
JURISDICTION = Parsed(
    "a country or region code (ISO 3166) such as LY or US-NY",
    lambda text: text if re.fullmatch(r"[A-Z]{2}(-[A-Z0-9]{1,3})?", text) else None,
    r"^[A-Z]{2}(-[A-Z0-9]{1,3})?$",
)
