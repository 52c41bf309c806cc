"""Turns a header's text into UTF-8, whatever character set it was written in and whatever it says it was written in."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from pydicom import Dataset
from pydicom.charset import decode_bytes, python_encoding
from pydicom.datadict import dictionary_VR
from pydicom.dataelem import RawDataElement
from pydicom.sequence import Sequence
from pydicom.tag import BaseTag
from pydicom.valuerep import TEXT_VR_DELIMS

CHARACTER_SET = BaseTag(0x00080005)
UTF_8 = "ISO_IR 192"

_TEXT_VRS = frozenset({"PN", "LO", "SH", "ST", "LT", "UT", "UC"})
_ESCAPE = b"\x1b"
_ASCII = frozenset({"", "iso8859"})  # "iso8859" is pydicom's word for the default repertoire
_SEVERAL_BYTES = frozenset({"gb18030", "GBK", "gbk", "shift_jis", "euc_kr", "euc-kr", "big5"})
_DELIMITERS = {*TEXT_VR_DELIMS, 0x5C, 0x5E, 0x3D}
_DEEPEST = 16

# How devices misspell the defined terms of PS3.3 C.12.1.1.2, or name what the standard does not have; letters and digits only.
_SPELLINGS = {
    "UTF8": "utf-8",
    "UNICODE": "utf-8",
    "GB2312": "gb18030",
    "CP936": "gb18030",
    "ISO88591": "latin_1",
    "LATIN1": "latin_1",
    "ISO88596": "iso8859_6",
    "ARABIC": "iso8859_6",
    "CP1256": "cp1256",
    "WINDOWS1256": "cp1256",
    "CP1252": "cp1252",
    "WINDOWS1252": "cp1252",
}
_TERMS = {re.sub("[^A-Z0-9]", "", term): term for term in python_encoding if term}
_CODECS = {bare: python_encoding[term] for bare, term in _TERMS.items()} | _SPELLINGS
_STAND_ALONE = frozenset({"ISO_IR 192", "GB18030", "GBK"})
_DECLARATION = re.compile(rb"\x08\x00\x05\x00(?:CS(..)|(..)\x00\x00)", re.DOTALL)  # explicit and implicit little endian
_LONGEST_DECLARATION = 256
_LONGEST_HEADER = 1 << 20  # further on there are pixels

_ARABIC_RUN = re.compile(b"[\x80-\xff]{3,}")
_COMMON_ARABIC = frozenset("اليمنوهرتبةعدسحكفق")


def tidied(dicom: bytes) -> bytes:
    """The file with Specific Character Set spelt so that pydicom does not warn of it, wherever it stands, in its old length."""
    for found in _DECLARATION.finditer(dicom, 0, _LONGEST_HEADER):
        start, length = found.end(), int.from_bytes(found[1] or found[2], "little")
        value = dicom[start : start + length]
        if len(value) == length <= _LONGEST_DECLARATION and value.isascii():
            respelt = _respelt(value.decode("ascii"), length).encode("ascii")
            if respelt != value:
                dicom = dicom[:start] + respelt + dicom[start + length :]
    return dicom


def _respelt(value: str, length: int) -> str:
    """Defined terms instead of misspellings where they fit; nothing instead of what nobody knows."""
    terms = [_TERMS.get(_bare(term), term.strip(" \0")) for term in value.split("\\")]
    if terms[0] in _STAND_ALONE:
        terms = terms[:1]
    if any(_codec(term) is None for term in terms):
        return " " * length
    joined = "\\".join(terms)
    return joined.ljust(length) if len(joined) <= length else value


def to_utf_8(dataset: Dataset) -> str:
    """Rewrite the texts of a data set that was just read, sequences included, as UTF-8.

    Returns what was wrong with the declared character set, or "". Works on the bytes as they were read, because pydicom
    decodes on first access, warns about what it cannot decode, and loses it.
    """
    problem = ""
    found = list(_foreign_texts(dataset, dataset, 0))
    for declaring in {id(each.declaring): each.declaring for each in found}.values():
        texts = [each for each in found if each.declaring is declaring]
        codecs, wrong = _chosen(_declared(declaring), [each.value for each in texts])
        problem = problem or wrong
        for each in texts:
            encoded = _decoded(each.value, codecs).encode("utf-8", "replace")
            each.holder[each.raw.tag] = each.raw._replace(value=encoded, length=len(encoded))
    _declare(dataset, 0)
    return problem


@dataclass(frozen=True)
class _Text:
    """An element's bytes, the data set it is in, and that whose Specific Character Set counts for it (PS3.3 C.12.1.1.2)."""

    raw: RawDataElement
    value: bytes
    holder: Dataset
    declaring: Dataset


def _foreign_texts(dataset: Dataset, declaring: Dataset, depth: int) -> Iterator[_Text]:
    """The elements not yet decoded whose bytes say more than ASCII."""
    declaring = dataset if CHARACTER_SET in dataset else declaring
    for tag in list(dataset.keys()):
        element = dataset.get_item(tag)
        if isinstance(element, RawDataElement):
            vr = element.VR or _dictionary_vr(element.tag)
            if vr in _TEXT_VRS and isinstance(element.value, bytes) and _is_foreign(element.value):
                yield _Text(element, element.value, dataset, declaring)
            if vr != "SQ" and not (vr == "UN" and _dictionary_vr(element.tag) == "SQ"):
                continue
        if depth < _DEEPEST and isinstance(value := _value(dataset, tag), Sequence):
            for item in value:
                yield from _foreign_texts(item, declaring, depth + 1)


def _value(dataset: Dataset, tag: BaseTag) -> object:
    """A sequence's items; None when it cannot be understood."""
    try:
        return dataset[tag].value
    except Exception:  # noqa: BLE001 - a broken value makes pydicom raise nearly anything
        return None


def _is_foreign(value: bytes) -> bool:
    return not value.isascii() or _ESCAPE in value


def _dictionary_vr(tag: BaseTag) -> str:
    try:
        return dictionary_VR(tag)
    except KeyError:
        return ""


def _declared(dataset: Dataset) -> tuple[str, ...]:
    """The defined terms in Specific Character Set, as they stand."""
    element = dataset.get_item(CHARACTER_SET)
    value = element.value if element is not None else None
    if isinstance(value, bytes):
        value = value.decode("latin_1")
    if value is None:
        return ()
    terms = value.split("\\") if isinstance(value, str) else [str(each) for each in value]
    terms = [term.strip(" \0") for term in terms]
    return tuple(terms) if any(terms) else ()


def _codec(term: str) -> str | None:
    """Python's name for a defined term; None for one that nobody knows."""
    return _CODECS.get(_bare(term)) if term else "iso8859"


def _bare(term: str) -> str:
    return re.sub("[^A-Z0-9]", "", term.upper())


def _chosen(declared: tuple[str, ...], texts: list[bytes]) -> tuple[list[str], str]:
    """The codecs to read with, and what was wrong with those declared."""
    codecs = [codec for term in declared if (codec := _codec(term))]
    if not texts:
        return codecs or ["utf-8"], ""
    if any(_ESCAPE in text for text in texts) and codecs:
        return codecs, ""
    plain = codecs[0] if codecs else ""
    if plain in _SEVERAL_BYTES and _fits(plain, texts):
        return codecs, ""
    if _fits("utf-8", texts):
        return ["utf-8"], "" if plain in ("utf-8", "UTF8", "utf8") else _problem(declared, "UTF-8")
    guess = _arabic(texts)
    if plain not in {*_ASCII, "latin_1"} and _fits(plain, texts):
        return codecs, ""
    if guess:
        return [guess], _problem(declared, guess)
    return ["latin_1"], "" if plain == "latin_1" else _problem(declared, "Latin-1")


def _problem(declared: tuple[str, ...], used: str) -> str:
    what = "the declared character set does not fit" if declared else "no character set is declared"
    return f"{what}; the text was read as {used}"


def _fits(codec: str, texts: list[bytes]) -> bool:
    try:
        for text in texts:
            text.decode(codec)
    except (UnicodeDecodeError, LookupError):
        return False
    return True


def _arabic(texts: list[bytes]) -> str:
    """The Arabic code page that the bytes make sense in, or "".

    Western text has no three accented letters in a row; Windows' and ISO's Arabic differ in which letters are frequent.
    """
    runs = [run for text in texts for run in _ARABIC_RUN.findall(text)]
    scores = {codec: _arabic_score(b"".join(runs), codec) for codec in ("cp1256", "iso8859_6")} if runs else {}
    best = max(scores, key=lambda codec: scores[codec], default="")
    return best if best and scores[best] > 0.5 else ""


def _arabic_score(run: bytes, codec: str) -> float:
    text = run.decode(codec, "replace")
    frequent = sum(character in _COMMON_ARABIC for character in text)
    foreign = sum(not "\u0621" <= character <= "\u0652" for character in text)
    return (frequent - 2 * foreign) / len(text)


def _decoded(value: bytes, codecs: list[str]) -> str:
    if _ESCAPE in value:
        try:
            return decode_bytes(value, codecs, _DELIMITERS).replace("\x1b", "")
        except (UnicodeError, LookupError, UserWarning):  # a warning where warnings are errors
            return value.decode("latin_1").replace("\x1b", "")
    try:
        return value.decode(codecs[0])
    except (UnicodeDecodeError, LookupError):
        return value.decode("utf-8", "replace")


def _declare(dataset: Dataset, depth: int) -> None:
    """Say UTF-8 everywhere, so that pydicom decodes what was rewritten as such."""
    implicit, little_endian = dataset.original_encoding
    dataset.set_original_encoding(implicit, little_endian, ["utf-8"])
    if depth == 0 or CHARACTER_SET in dataset:
        dataset.SpecificCharacterSet = UTF_8
    for tag in list(dataset.keys()):
        element = dataset.get_item(tag)
        if depth < _DEEPEST and not isinstance(element, RawDataElement) and isinstance(element.value, Sequence):
            for item in element.value:
                _declare(item, depth + 1)
