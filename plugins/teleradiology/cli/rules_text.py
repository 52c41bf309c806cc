"""The text of a rules file that was named on the command line; ``-`` is standard input."""

from __future__ import annotations

import sys
from functools import lru_cache
from pathlib import Path
from typing import TextIO

from ..config import file_text

STANDARD_INPUT = Path("-")


def called(file: Path) -> str:
    """What messages call it."""
    return "<stdin>" if file == STANDARD_INPUT else str(file)


def text_of(file: Path) -> str:
    """The text. Raises InvalidConfiguration."""
    return file_text.decoded(_piped(sys.stdin), called(file)) if file == STANDARD_INPUT else file_text.text_of(file)


@lru_cache(maxsize=1)  # it can be read once, and some commands look twice
def _piped(stream: TextIO) -> bytes:
    return file_text.read_from(stream.buffer, called(STANDARD_INPUT))
