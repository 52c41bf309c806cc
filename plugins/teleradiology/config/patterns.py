"""Regular expressions of the rules file: RE2, so that no pattern and no text can make a search slow."""

from __future__ import annotations

import re

import re2

from ..core.conditions import Search
from ..core.names import arabic_folded, folded

LONGEST_PATTERN = 1000
_MEMORY = 1 << 20  # bytes for one compiled pattern; what needs more is refused
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")  # "\b" in double quotes is a backspace: nothing would ever match
_PLAIN_WORDS = re.compile(r"[^\\.^$*+?()\[\]{}]+")


def search_for(pattern: str) -> Search:
    """A search that ignores case and Arabic spelling variants. Raises ValueError with what is wrong with the pattern."""
    if len(pattern) > LONGEST_PATTERN:
        raise ValueError(f"longer than {LONGEST_PATTERN} characters")
    if found := _CONTROL.search(pattern):
        raise ValueError(f"it has the character U+{ord(found[0]):04X}, which a \\ in double quotes makes; use single quotes")
    if _PLAIN_WORDS.fullmatch(pattern):
        return _search_for_words(tuple(folded(word) for word in pattern.split("|")), pattern)
    options = re2.Options()
    options.case_sensitive = False
    options.log_errors = False
    options.never_capture = True
    options.max_mem = _MEMORY
    try:
        search: Search = re2.compile(arabic_folded(pattern), options).search
    except re2.error as error:
        raise ValueError(_reason(error)) from None
    return search


def _search_for_words(words: tuple[str, ...], pattern: str) -> Search:
    """A pattern without special characters is looked for without an engine, which is twenty times faster."""
    if any(not word for word in words):
        raise ValueError("an empty alternative matches everything")
    if any(word != word.strip() for word in pattern.split("|")):
        words = tuple(arabic_folded(word).casefold() for word in pattern.split("|"))  # spaces around a word are meant

    def search(text: str) -> bool:
        return any(word in text for word in words)

    return search


def _reason(error: re2.error) -> str:
    """RE2's words, with a hint for what people expect from other engines."""
    raw = error.args[0] if error.args else ""
    reason = raw.decode("utf-8", "replace") if isinstance(raw, bytes) else str(raw)
    if "perl operator" in reason or "escape" in reason:
        return f"{reason} (look-around and back-references are not available)"
    return reason
