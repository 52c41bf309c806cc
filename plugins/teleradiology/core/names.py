"""Text as people and machines write it, made comparable: Arabic and Latin letter variants, control characters, separators."""

from __future__ import annotations

import re
import unicodedata

# Invisible characters that turn the writing direction; in a name they can disguise what is written.
_BIDI_CONTROLS = "\u200e\u200f\u061c\u202a-\u202e\u2066-\u2069"
_CONTROLS = re.compile(f"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f{_BIDI_CONTROLS}\u200b\ufeff\ufff9-\ufffb]")
_LINE_ENDS = re.compile("\r\n?|\u2028|\u2029")
_SURROGATES = re.compile("[\ud800-\udfff]")

_MARKS = re.compile("[\u0610-\u061a\u064b-\u065f\u0670\u06d6-\u06ed\u0640]")  # vowel marks and tatweel
_ARABIC = str.maketrans(
    {
        "أ": "ا",
        "إ": "ا",
        "آ": "ا",
        "ٱ": "ا",
        "ة": "ه",
        "ى": "ي",
        "ی": "ي",  # Farsi yeh
        "ک": "ك",  # keheh
        "ؤ": "و",
        "ئ": "ي",
    }
    | {chr(0x0660 + digit): str(digit) for digit in range(10)}
    | {chr(0x06F0 + digit): str(digit) for digit in range(10)}
)
_SEPARATORS = re.compile(r"[\s_^.,;:/\\+()\[\]-]+")
_EAST_ASIAN = re.compile("[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af\uff66-\uff9f]")  # kana, Han, Hangul
_SPACE = re.compile(r"\s+")


def clean(text: str) -> str:
    """The text without control and direction characters; line ends become ``\\n``. For everything that comes from outside."""
    return _SURROGATES.sub("\ufffd", _CONTROLS.sub("", _LINE_ENDS.sub("\n", text)))


def arabic_folded(text: str) -> str:
    """One spelling for Arabic letters that are written in several ways; no vowel marks, no tatweel, Western digits."""
    return _MARKS.sub("", text).translate(_ARABIC)


def folded(text: str) -> str:
    """The form in which two texts are compared and searched: NFKC, Arabic spelling variants and case levelled."""
    if text.isascii() and text.isprintable():  # the common case, ten times faster
        return _SPACE.sub(" ", text).strip().lower()
    text = arabic_folded(unicodedata.normalize("NFKC", clean(text)))
    return _SPACE.sub(" ", text).strip().casefold()


def plain(text: str) -> str:
    """The folded text with separators (``_ ^ - . / ( ) ...``) read as spaces: "CT_HEAD^w/o" and "ct head w o" are the same."""
    return _SEPARATORS.sub(" ", folded(text)).strip()


def name_groups(text: str) -> tuple[str, ...]:
    """The groups of a DICOM person name (PS3.5 6.2.1: alphabetic=ideographic=phonetic) that say something, cleaned."""
    groups = (clean(group).strip(" ^") for group in text.split("="))
    return tuple(group for group in groups if group)


def spoken(name: str) -> str:
    """A DICOM person name as people write it: "Prefix Given Middle Family, Suffix"; East Asian names begin with the family."""
    parts = [" ".join(part.split()) for part in clean(name).split("^")]
    family, given, middle, prefix, suffix = (*parts, "", "", "", "", "")[:5]
    in_order = (family, given, middle, prefix) if _EAST_ASIAN.search(family + given) else (prefix, given, middle, family)
    whole = " ".join(part for part in in_order if part)
    return f"{whole}, {suffix}" if suffix else whole
