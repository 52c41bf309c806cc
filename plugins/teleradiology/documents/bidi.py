"""Keeps numbers, dates and Latin words in their order inside Arabic text, by isolating them in the output (UAX #9)."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator

from markupsafe import Markup, escape

from ..core.names import clean
from .labels import direction_of

_LETTER = "[0-9A-Za-z\u00aa\u00b5\u00ba\u00c0-\u024f\u0370-\u03ff]"
_ATOM = rf"(?:[+\-−±~≈<>≤≥=#@]+ ?)?{_LETTER}(?:[._'’]?{_LETTER})*(?: ?[%‰°]|['\"′″²³])*"
_BETWEEN = r"(?:[ \u00a0\u202f]?[-‐‑–—−/:.,x×·⋅*+±=_@&<>≤≥~^][ \u00a0\u202f]?|[ \u00a0\u202f])"
_RUN = rf"{_ATOM}(?:{_BETWEEN}{_ATOM})*"
# A bracket belongs to what it encloses: left outside, it would be mirrored to the other end.
_ISLAND = re.compile(rf"\({_RUN}\)|\[{_RUN}\]|{_RUN}")


def ltr(value: object) -> Markup:
    """A number with its unit, range, date, time, id or telephone number as an island that is read from left to right."""
    return Markup('<bdi dir="ltr">{}</bdi>').format(clean(str(value)))


def isolated(value: str, language: str = "en") -> Markup:
    """A name or another whole value, kept apart from what stands beside it, in its own direction."""
    return Markup('<bdi dir="{}">{}</bdi>').format(direction_of_line(value, language), clean(value))


def islands(text: str, language: str = "en") -> Markup:
    """Free text of one line; whatever is read from left to right inside Arabic is isolated, run by run."""
    return Markup("").join(ltr(piece) if island else escape(piece) for piece, island in pieces(text, language))


def pieces(text: str, language: str) -> Iterator[tuple[str, bool]]:
    """A line cut into what flows with it and what is to be isolated from it (True)."""
    text, place = clean(text), 0
    mixed = direction_of_line(text, language) == "rtl" or _has(text, "rtl")
    for match in _ISLAND.finditer(text) if mixed else ():
        yield text[place : match.start()], False
        yield match.group(), True
        place = match.end()
    yield text[place:], False


def paragraphs(text: str, language: str = "en") -> Markup:
    """Free text of several lines as paragraphs, each with its own direction."""
    paragraph = Markup('<p dir="{}">{}</p>\n').format
    return Markup("").join(paragraph(direction_of_line(line, language), islands(line, language)) for line in text.split("\n"))


def direction_of_line(line: str, language: str) -> str:
    """The language's direction when the line has letters of that direction, else that of the letters it has.

    Not by the first letter alone: an Arabic sentence that begins with "CT" is still Arabic.
    """
    own = direction_of(language)
    other = "ltr" if own == "rtl" else "rtl"
    return other if _has(line, other) and not _has(line, own) else own


def _has(text: str, direction: str) -> bool:
    classes = ("R", "AL") if direction == "rtl" else ("L",)
    return any(unicodedata.bidirectional(letter) in classes for letter in text)
