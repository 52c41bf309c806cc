"""Why a reader passes a case on: a short list, so that it can be counted, and words of one's own beside it."""

from __future__ import annotations

from collections.abc import Mapping

OTHER = "other"
GROUNDS: Mapping[str, str] = {
    "outside-field": "outside the reader's field",
    "conflict": "knows the patient or the referring physician",
    "second-opinion": "a colleague should read it",
    "no-time": "no time for it before the shift ends",
    "called-away": "called away",
    "by-mistake": "opened by mistake",
    OTHER: "another reason",
}


def split(reason: str) -> tuple[str, str]:
    """A reason as a word of the list and free text: "called-away: theatre", "called-away", or just "theatre" (other)."""
    first, _colon, text = reason.partition(":")
    word = first.strip().lower().replace(" ", "-").replace("_", "-")
    return (word, text.strip()) if word in GROUNDS else (OTHER, reason.strip())


def joined(word: str, text: str) -> str:
    """The reverse, as it is kept: words of one's own stand alone."""
    if word in ("", OTHER):
        return text
    return f"{word}: {text}" if text else word
