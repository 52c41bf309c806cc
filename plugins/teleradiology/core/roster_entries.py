"""What a roster file says of one duty or leave, read with patience and told of every mistake where it stands."""

from __future__ import annotations

import difflib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, TypeVar
from zoneinfo import ZoneInfo

from .errors import Problem
from .names import clean, folded
from .reader import Reader
from .roster import EXTRA, LEAVE, ON_CALL, UNAVAILABLE, Exception_

T = TypeVar("T")
LONGEST_NOTE = 256
WEEKLY = ("shift", "on-call-shift")  # exported for people; read back they are passed over, for the rules file has them
_WORDS = {
    LEAVE: ("leave", "off", "absent", "vacation", "annual leave", "holiday", "sick"),
    EXTRA: ("extra", "extra shift", "duty", "swap"),
    ON_CALL: ("on-call", "on call", "oncall"),
    UNAVAILABLE: ("unavailable", "not available"),
}
KIND_OF: Mapping[str, str] = {word: kind for kind, words in _WORDS.items() for word in words}
_FIRST, _LAST = datetime(2000, 1, 1, tzinfo=UTC), datetime(2200, 1, 1, tzinfo=UTC)


@dataclass(frozen=True)
class Entries:
    """What a file holds. ``passed_over`` counts weekly hours and cancelled events."""

    found: tuple[Exception_, ...] = ()
    problems: tuple[Problem, ...] = ()
    passed_over: int = 0


class Wrong(Exception):
    """A part of an entry that cannot be understood."""

    def __init__(self, message: str, path: str, suggestion: str = ""):
        super().__init__(message)
        self.message, self.path, self.suggestion = message, path, suggestion

    def at(self, line: int) -> Problem:
        """The problem with its place."""
        return Problem(self.message, path=self.path, line=line, suggestion=self.suggestion)


class Mistakes(list[Wrong]):
    """All that is wrong with an entry: each part is tried, so that everything is told at once."""

    def tried(self, what: Callable[..., T], *given: Any) -> T | None:
        """What the part says; None, and a mistake more, when it cannot be understood."""
        try:
            return what(*given)
        except Wrong as error:
            self.append(error)
            return None


def zone_of(reader: Reader, unknown: str = "UTC") -> str:
    """The time zone in which a reader lives, as far as the hours tell."""
    return next((shift.timezone for shift in (*reader.shifts, *reader.on_call)), unknown)


def reader_named(readers: Mapping[str, Reader], text: str, path: str = "reader") -> Reader:
    """The reader of that id, name or e-mail address."""
    word = folded(clean(text).strip())
    if not word:
        raise Wrong("expected a reader of the rules file", path)
    for reader in readers.values():
        if word in (folded(reader.id), folded(reader.name), folded(reader.email or reader.id)):
            return reader
    near = difflib.get_close_matches(word, [*readers, *(one.name for one in readers.values())], n=1, cutoff=0.6)
    known = ", ".join(list(readers)[:20])
    raise Wrong(f"there is no reader '{clean(text)[:64]}' in the rules file; known: {known}", path, near[0] if near else "")


def kind_named(text: str, path: str = "kind") -> str:
    """The kind that a word means."""
    word = " ".join(clean(text).lower().replace("_", " ").split())
    if word in KIND_OF:
        return KIND_OF[word]
    near = difflib.get_close_matches(word, list(KIND_OF), n=1, cutoff=0.6)
    kinds = ", ".join(_WORDS)
    raise Wrong(f"expected one of {kinds}; found '{clean(text)[:64]}'", path, KIND_OF[near[0]] if near else "")


def zone_named(name: str, path: str = "timezone") -> ZoneInfo:
    """The zone of that IANA name."""
    try:
        return ZoneInfo(name)
    except (KeyError, ValueError, OSError):
        raise Wrong(f"expected a time zone such as Africa/Tripoli; found '{clean(name)[:64]}'", path) from None


def instant_of(text: str, zone: ZoneInfo, path: str) -> datetime:
    """An instant written by ISO 8601; without an offset it is by the zone's clock."""
    try:
        at = datetime.fromisoformat(clean(text).strip())
    except ValueError:
        raise Wrong(f"expected a time such as 2026-12-01 08:00; found '{clean(text)[:40]}'", path) from None
    return utc(at if at.tzinfo else at.replace(tzinfo=zone), path)


def utc(at: datetime, path: str) -> datetime:
    """The instant in UTC, if it is of a time that anybody plans for."""
    if not 2000 <= at.year < 2200:
        raise Wrong(f"expected a year from 2000 to 2199; found {at.year}", path)
    return at.astimezone(UTC)


def checked(given: Exception_) -> Exception_:
    """The exception, if its span makes sense."""
    if not _FIRST <= given.start < _LAST or (given.end and given.end > _LAST):
        raise Wrong("expected a time from 2000 to 2199", "start")
    if given.end is None and given.kind != UNAVAILABLE:
        raise Wrong("expected an end; only 'unavailable' may last until further notice", "end")
    if given.end is not None and given.end <= given.start:
        raise Wrong("expected an end after the start", "end")
    return given


def note_of(text: str) -> str:
    """A note as it is kept."""
    return " ".join(clean(text).split())[:LONGEST_NOTE]
