"""The text of a rules file on the disk, or why it cannot be read: told as its other problems are, with the place."""

from __future__ import annotations

from difflib import get_close_matches
from pathlib import Path
from typing import BinaryIO

from ..core.errors import InvalidConfiguration, Problem
from .yaml_tree import LARGEST

_LARGEST_FILE = 4 * LARGEST  # bytes: the most that UTF-8 makes of the characters that are read


def text_of(file: Path) -> str:
    """The text, by the name that was given. Raises InvalidConfiguration."""
    return decoded(content_of(file, str(file)), str(file))


def content_of(file: Path, name: str) -> bytes:
    """The file's bytes; ``name`` is what problems call it. Raises InvalidConfiguration."""
    try:
        with file.open("rb") as stream:
            return read_from(stream, name)
    except FileNotFoundError:
        raise _refusal(Problem("there is no such file; a rules file was expected", "", name, suggestion=_beside(file))) from None
    except IsADirectoryError:
        raise _refusal(Problem("this is a folder; a rules file was expected", file=name)) from None
    except OSError as error:
        raise _refusal(Problem(f"cannot be read: {error.strerror or type(error).__name__}", file=name)) from None


def read_from(stream: BinaryIO, name: str) -> bytes:
    """The bytes of what is open already. Raises InvalidConfiguration."""
    content = stream.read(_LARGEST_FILE + 1)
    if len(content) > _LARGEST_FILE:
        raise _refusal(Problem(f"is larger than {_LARGEST_FILE} bytes; that is no rules file", "", name, 1, 1))
    return content


def decoded(content: bytes, name: str) -> str:
    """The bytes as text. Raises InvalidConfiguration."""
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise _refusal(Problem("is UTF-16; save it as UTF-8", "", name, 1, 1))
    try:
        return content.decode("utf-8")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        column = len(content[content.rfind(b"\n", 0, error.start) + 1 : error.start].decode("utf-8")) + 1
        byte = content[error.start]
        raise _refusal(Problem(f"the byte 0x{byte:02X} is not UTF-8; save the file as UTF-8", "", name, line, column)) from None


def _beside(file: Path) -> str:
    """The file of that folder that was probably meant, or ""."""
    try:
        names = [each.name for each in file.parent.iterdir() if each.is_file()]
    except OSError:
        return ""
    near = get_close_matches(file.name, names, n=1, cutoff=0.7)
    return str(file.with_name(near[0])) if near else ""


def _refusal(problem: Problem) -> InvalidConfiguration:
    return InvalidConfiguration(f"{problem.file} was not put in force: {problem}", problems=[problem])
