"""What is wrong with a rules file, in the language of the page: its reader says it in English, in sentences known by their form.

A sentence whose form is not among these stays English and is set apart by the page.
"""

from __future__ import annotations

import re
from functools import cache

from .rules_phrases import PLACES
from .rules_sentences import SENTENCES
from .words import N_, filled

_LONGEST = 2000  # characters: a text full of words such as "found" makes the search for the places slow
_MORE = re.compile(r"(?P<known>.+) and (?P<n>\d+) more", re.DOTALL)
_PLACE = re.compile(r"\\\{(\w+)\\\}")


def said(message: str) -> str:
    """The sentence in words of the page, "" when its form is not known."""
    return (_in_words(SENTENCES, message) or "") if len(message) <= _LONGEST else ""


def _in_words(forms: tuple[str, ...], message: str) -> str | None:
    for form in forms:
        fitting = pattern(form).fullmatch(message)
        parts = {name: _part(name, value) for name, value in fitting.groupdict().items()} if fitting else {"": None}
        if None not in parts.values():
            return filled(form, parts)
    return None


def _part(name: str, value: str) -> str | None:
    if name in PLACES:
        return _in_words(PLACES[name], value)
    if name == "known" and (long := _MORE.fullmatch(value)):
        return filled(N_("{known} and others ({n})"), long.groupdict())
    if name == "example" and " or " in value:
        one, _joint, other = value.rpartition(" or ")
        return filled(N_("{one} or {other}"), {"one": one, "other": other})
    return value


@cache
def pattern(form: str) -> re.Pattern[str]:
    """What a sentence of that form looks like."""
    return re.compile(_PLACE.sub(r"(?P<\1>.+?)", re.escape(form)), re.DOTALL)
