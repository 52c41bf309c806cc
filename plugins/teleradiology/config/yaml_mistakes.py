"""Why a text is not YAML, in words that help to mend it: the parser's own tell of its insides."""

from __future__ import annotations

import re
from typing import Any

from ruamel.yaml.error import MarkedYAMLError

from ..core.errors import Problem

_BLOCKS = {"while parsing a block mapping": "mapping", "while parsing a block collection": "list"}
_BRACKETS = {"while parsing a flow mapping": "{", "while parsing a flow sequence": "["}
_WORDS = {"'<stream end>'": "the end of the file", "end of stream": "the end of the file", "'<scalar>'": "a text"}
_NO_COLON = "could not find expected ':'"
_SIGNS = "@`%*&?|>"
_LINE_ENDS = re.compile(r"\r\n|[\n\r\x85\u2028\u2029]")  # as the parser counts lines
_BLOCK_TEXT = "after | and > a text begins on the next line; put one that begins with such a sign in quotes"
_GLUED = {"-": re.compile(r"^\s*(- +)*-[^\s-]"), ":": re.compile(r"^\s*(- +)*[\w.-]+:[^\s:/]")}


def syntax_problem(error: Exception, text: str, file: str, quote_opened: int | None = None) -> Problem:
    """What the parser stumbled over, and where; ``quote_opened`` is the line on which the last text in quotes began."""
    if not isinstance(error, MarkedYAMLError):
        return Problem("not YAML: the text breaks off or is garbled", file=file)
    mark = error.problem_mark or error.context_mark
    if mark and (glued := _glued(error, mark, text)):
        sign, line, column = glued
        return Problem(f"not YAML: a '{sign}' needs a space after it", "", file, line, column)
    if error.context_mark and error.problem == _NO_COLON:
        mark = error.context_mark
    message = f"not YAML: {_words(error, mark, text, quote_opened)}"
    return Problem(message, "", file, mark.line + 1 if mark else None, mark.column + 1 if mark else None)


def _words(error: MarkedYAMLError, mark: Any, text: str, quote_opened: int | None) -> str:
    begun = error.context_mark
    if "'\\t'" in str(error.problem):
        return "a tab cannot stand here; indent with spaces"
    if error.problem == "mapping values are not allowed here":
        return _second_colon(mark, text)
    if mark and (sign := _sign_of_yaml(error, begun, mark, text)):
        return f"a text that begins with {sign} must stand in quotes"
    if error.context == "while scanning a double-quoted scalar" and "escape" in str(error.problem):
        return "a \\ in double quotes begins an escape; write the text in single quotes"
    if error.context == "while scanning a block scalar":
        return _BLOCK_TEXT
    if mark and "<scalar>" in str(error.problem) and (quotes := _after_quotes(mark, text, quote_opened)):
        return quotes
    if begun and mark and error.context in _BLOCKS and str(error.problem).startswith("expected <block end>"):
        return _after_quotes(mark, text, quote_opened) or _indented(_BLOCKS[error.context], begun, mark)
    if begun and error.problem == _NO_COLON:
        return "this is no key with a ': ' after it and no item with a '- ' before it"
    if begun and error.context == "while scanning a quoted scalar":
        return f"the quote that opens on line {begun.line + 1} is never closed"
    return _of_the_parser(error, begun, mark)


def _of_the_parser(error: MarkedYAMLError, begun: Any, mark: Any) -> str:
    context = error.context
    if begun and context in _BRACKETS:
        context = f"within the '{_BRACKETS[context]}' of line {begun.line + 1}"
    message = ", ".join(part for part in (context, error.problem) if part)
    for word, plain in _WORDS.items():
        message = message.replace(word, plain)
    told = not mark or not begun or begun.line >= mark.line or context != error.context
    return message if told else f"{message} (begun on line {begun.line + 1})"


def _glued(error: MarkedYAMLError, mark: Any, text: str) -> tuple[str, int, int] | None:
    """A ``-`` or ``:`` without the space that makes it one, with its place: what follows is then misread, here or below."""
    if error.problem not in ("mapping values are not allowed here", _NO_COLON):
        return None
    lines = _LINE_ENDS.split(text)
    before = [number for number in range(mark.line) if lines[number].strip() and not lines[number].lstrip().startswith("#")]
    for number in (*([error.context_mark.line] if error.context_mark else []), *before[-1:]):
        for sign, glued in _GLUED.items():
            if found := glued.match(lines[number]):
                return sign, number + 1, found.end() - 1
    return None


def _line(text: str, mark: Any) -> str:
    return _LINE_ENDS.split(text)[mark.line]


def _sign_of_yaml(error: MarkedYAMLError, begun: Any, mark: Any, text: str) -> str:
    """The sign that means something to YAML where somebody meant a text."""
    at = begun if begun and error.context in ("while scanning an alias", "while scanning an anchor") else mark
    begins_nothing = "cannot start any token" in str(error.problem) or error.problem == "mapping keys are not allowed here"
    sign = _line(text, at)[at.column :][:1] if at is not mark or begins_nothing else ""
    return sign if sign and sign in _SIGNS else ""


def _after_quotes(mark: Any, text: str, opened: int | None) -> str:
    if _line(text, mark)[: mark.column].rstrip()[-1:] not in ("'", '"'):
        return ""
    where = f" that open on line {opened}" if opened and opened != mark.line + 1 else ""
    return f"a text goes on after its quotes{where} end; close them at its end; write a quote within as '' or in the other kind"


def _second_colon(mark: Any, text: str) -> str:
    """Two in one line; or the first of a line that counts as the rest of the one before, because it begins further right."""
    line = _line(text, mark)
    if ":" in line[: mark.column]:
        return "a second ': ' in one line; put a text that has one in quotes, or begin a new line"
    begins = len(line) - len(line.lstrip()) + 1
    return (
        f"this line begins further right, in column {begins}, than the one before; keys of one mapping begin in the same column"
    )


def _indented(what: str, begun: Any, mark: Any) -> str:
    began = f"the {what} that begins on line {begun.line + 1}"
    if mark.column != begun.column:
        return f"this begins in column {mark.column + 1}, {began} in column {begun.column + 1}; indent them alike"
    return f"expected a further '- ' of {began}, or a line that is indented otherwise"
