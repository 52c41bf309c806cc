"""What a roster file says of one duty or leave, read with patience and told of every mistake where it stands."""

from __future__ import annotations

import difflib
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, TypeVar
from zoneinfo import ZoneInfo

from .errors import Problem
from .names import arabic_folded, clean, folded
from .reader import Reader
from .roster import EXTRA, LEAVE, ON_CALL, UNAVAILABLE, Exception_
from .roster_mistakes import mistake
from .wall_clock import comes_twice, is_skipped, zone_called

T = TypeVar("T")
LONGEST_NOTE = 256
WEEKLY = ("shift", "on-call-shift")  # exported for people; read back they are passed over, for the rules file has them
_WORDS = {
    LEAVE: ("leave", "off", "absent", "vacation", "annual leave", "holiday", "sick", "out of office", "إجازة"),
    EXTRA: ("extra", "extra shift", "duty", "swap", "مناوبة إضافية"),
    ON_CALL: ("on-call", "on call", "oncall", "تحت الطلب"),
    UNAVAILABLE: ("unavailable", "not available", "غير متاح"),
}
KIND_OF: Mapping[str, str] = {folded(word): kind for kind, words in _WORDS.items() for word in words}
_FIRST, _LAST = datetime(2000, 1, 1, tzinfo=UTC), datetime(2200, 1, 1, tzinfo=UTC)
_DAY = timedelta(days=1)
_A_DAY = re.compile(r"\d{4}-?\d\d-?\d\d")
_MIDNIGHT = re.compile(r"(\d{4}-?\d\d-?\d\d)[T ]24:?00(?::?00)?(?=$|[+Z-])", re.IGNORECASE)
_TIME = re.compile(r"\d{4}-\d\d-\d\d")


@dataclass(frozen=True)
class Entries:
    """What a file holds, with the line of each entry.

    ``passed_over`` counts weekly hours, cancelled events and repetitions that are over, ``repeating`` events that repeat;
    ``until`` is set when some go on beyond what was read.
    """

    found: tuple[Exception_, ...] = ()
    problems: tuple[Problem, ...] = ()
    passed_over: int = 0
    lines: tuple[int, ...] = ()
    repeating: int = 0
    until: datetime | None = None


class Wrong(Exception):
    """A part of an entry that cannot be understood: a code of core.roster_mistakes with its parameters."""

    def __init__(self, code: str, path: str, suggestion: str = "", **params: object):
        super().__init__(code)
        self.code, self.path, self.suggestion, self.params = code, path, suggestion, params

    def at(self, line: int | None = None) -> Problem:
        """The problem with its place."""
        return mistake(self.code, self.path, line=line, suggestion=self.suggestion, **self.params)


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
        raise Wrong("no-reader", path)
    for called in ("id", "email", "name"):
        found = [one for one in readers.values() if folded(getattr(one, called)) == word]
        if len(found) > 1:
            raise Wrong("several-readers", path, found=clean(text)[:64], known=", ".join(one.id for one in found))
        if found:
            return found[0]
    near = difflib.get_close_matches(word, [*readers, *(one.name for one in readers.values())], n=1, cutoff=0.6)
    known = ", ".join(list(readers)[:20])
    raise Wrong("unknown-reader", path, near[0] if near else "", found=clean(text)[:64], known=known)


def kind_in(text: str) -> str:
    """The kind that a word means, or ""."""
    return KIND_OF.get(_word(text), "")


def _word(text: str) -> str:
    return " ".join(folded(clean(text)).replace("_", " ").split())


def kind_named(text: str, path: str = "kind") -> str:
    """The kind that a word means. Raises Wrong."""
    if found := kind_in(text):
        return found
    near = difflib.get_close_matches(_word(text), list(KIND_OF), n=1, cutoff=0.6)
    suggestion = KIND_OF[near[0]] if near else ""
    raise Wrong("kind", path, suggestion, known=", ".join(_WORDS), found=clean(text)[:64])


def zone_named(name: str, path: str = "timezone") -> ZoneInfo:
    """The zone of that IANA name."""
    found = zone_called(name)
    if found is None:
        raise Wrong("zone", path, found=clean(name)[:64])
    return found


def instant_of(text: str, zone: ZoneInfo, path: str, *, last: bool = False, fold: int | None = None) -> datetime:
    """An instant written by ISO 8601, in any digits; without an offset it is by the zone's clock.

    A day alone is its first moment, or with ``last`` its end, as 24:00 is of its day. A time that the clocks jump over is
    refused; so is one that comes twice, unless ``fold`` says which is meant.
    """
    word = arabic_folded(clean(text)).strip()
    at_midnight = last and bool(_MIDNIGHT.match(word))
    if at_midnight:
        word = _MIDNIGHT.sub(r"\1T00:00", word)
    try:
        at = datetime.fromisoformat(word)
    except ValueError as error:
        exists = not _TIME.match(word) or "Invalid isoformat" in str(error)
        raise Wrong("time" if exists else "no-such-time", path, found=word[:40]) from None
    _check_year(at, path)
    if at_midnight or (last and _A_DAY.fullmatch(word)):
        at += _DAY
    if at.tzinfo:
        return utc(at, path)
    local = at.replace(tzinfo=zone, fold=fold or 0)
    if is_skipped(local):
        raise Wrong("skipped-hour", path, found=f"{at:%Y-%m-%d %H:%M}", zone=zone.key)
    if fold is None and comes_twice(local):
        offsets = " or ".join(local.replace(fold=each).isoformat()[-6:] for each in (0, 1))
        raise Wrong("hour-twice", path, found=f"{at:%Y-%m-%d %H:%M}", zone=zone.key, offsets=offsets)
    return utc(local, path)


def utc(at: datetime, path: str) -> datetime:
    """The instant in UTC, if it is of a time that anybody plans for."""
    _check_year(at, path)
    return at.astimezone(UTC)


def _check_year(at: datetime, path: str) -> None:
    if not 2000 <= at.year < 2200:
        raise Wrong("year", path, found=at.year)


def checked(given: Exception_) -> Exception_:
    """The exception, if its span makes sense."""
    if not _FIRST <= given.start < _LAST or (given.end and given.end > _LAST):
        raise Wrong("year", "start", found=given.start.year)
    if given.end is None and given.kind != UNAVAILABLE:
        raise Wrong("no-end", "end")
    if given.end is not None and given.end <= given.start:
        raise Wrong("end-first", "end")
    return given


def note_of(text: str) -> str:
    """A note as it is kept."""
    return " ".join(clean(text).split())[:LONGEST_NOTE]
