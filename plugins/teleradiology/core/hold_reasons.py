"""Why reading waits, or is given up: a short list with the codes of CID 9303, and room for what it does not foresee."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Ground:
    """A reason from the list: DICOM code (scheme DCM, CID 9303 or 9300; "" where there is none) and its words."""

    code: str
    words: str


OTHER = "other"
GROUNDS: dict[str, Ground] = {
    "images-incomplete": Ground("110523", "images are missing or still to come"),
    "image-quality": Ground("110531", "the images are not good enough to be read"),
    "specialist-needed": Ground("110532", "another specialist has to read it"),
    "clinical-information": Ground("", "the clinical question is unclear"),
    "priors-awaited": Ground("", "earlier images or reports are awaited"),
    "pre-empted": Ground("110526", "something more urgent came"),
    "duplicate": Ground("110510", "the order was made twice"),
    "wrong-procedure": Ground("110502", "another procedure was meant"),
    "order-cancelled": Ground("110500", "the doctor who asked has cancelled"),
    OTHER: Ground("110513", "another reason"),
}


_ALSO_CALLED = {"missing-images": "images-incomplete", "missing-information": "clinical-information"}


def word_of(text: str) -> str | None:
    """The word of the list that is meant, None for any other text."""
    word = text.strip().lower().replace(" ", "-").replace("_", "-")
    word = _ALSO_CALLED.get(word, word)
    return word if word in GROUNDS else None


def as_written(word: str) -> str:
    """What rules files call a word of the list."""
    return next((name for name, known in _ALSO_CALLED.items() if known == word), word)


def split(reason: str) -> tuple[str, str]:
    """A reason as a word of the list and free text: "image-quality: motion", "image-quality", or just "motion" (other)."""
    first, _colon, text = reason.partition(":")
    word = word_of(first)
    if word:
        return word, text.strip()
    return OTHER, reason.strip()


def joined(word: str, text: str) -> str:
    """The reverse, as it is kept: words of one's own stand alone."""
    if word == OTHER and text:
        return text
    return f"{word}: {text}" if text else word
