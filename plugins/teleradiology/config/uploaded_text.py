"""The text of an uploaded file, or the line on which it is none."""

from __future__ import annotations

import codecs

from ..core.errors import InvalidInput, Told
from ..core.roster_mistakes import mistake

_UTF_16 = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)


def decoded(raw: bytes) -> str:
    """UTF-8, or UTF-16 with its mark, which is the "Unicode text" of spreadsheets; without what no database keeps.

    Raises InvalidInput with the line that cannot be read.
    """
    try:
        text = raw.decode("utf-16" if raw.startswith(_UTF_16) else "utf-8-sig")
    except UnicodeDecodeError as error:
        line = raw[: error.start].count(b"\n") + 1
        problem = mistake("encoding", "file", line=line)
        raise InvalidInput("The file cannot be read.", problems=[problem], told=Told("unreadable")) from None
    return text.replace("\x00", "")
