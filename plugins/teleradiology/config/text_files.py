"""The text of an uploaded file, or the line on which it is none."""

from __future__ import annotations

import codecs

from ..core.errors import InvalidInput, Problem

_UTF_16 = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)


def decoded(raw: bytes) -> str:
    """UTF-8, or UTF-16 with its mark, which is the "Unicode text" of spreadsheets; without what no database keeps.

    Raises InvalidInput with the line that cannot be read.
    """
    try:
        text = raw.decode("utf-16" if raw.startswith(_UTF_16) else "utf-8-sig")
    except UnicodeDecodeError as error:
        line = raw[: error.start].count(b"\n") + 1
        told = "this is not UTF-8; in a spreadsheet, save the file as 'CSV UTF-8'"
        raise InvalidInput("The file cannot be read.", problems=[Problem(told, path="file", line=line)]) from None
    return text.replace("\x00", "")
