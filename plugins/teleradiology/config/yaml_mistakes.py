"""Why a text is not YAML, in words that help to mend it: the parser's own tell of its insides."""

from __future__ import annotations

from typing import Any

from ruamel.yaml.error import MarkedYAMLError

from ..core.errors import Problem

_BLOCKS = {"while parsing a block mapping": "mapping", "while parsing a block collection": "list"}


def syntax_problem(error: Exception, text: str, file: str) -> Problem:
    """What the parser stumbled over, and where."""
    if not isinstance(error, MarkedYAMLError):
        return Problem("not YAML: the text breaks off or is garbled", file=file)
    mark = error.problem_mark or error.context_mark
    message = f"not YAML: {_words(error, mark, text)}"
    return Problem(message, "", file, mark.line + 1 if mark else None, mark.column + 1 if mark else None)


def _words(error: MarkedYAMLError, mark: Any, text: str) -> str:
    begun = error.context_mark
    if "'\\t'" in str(error.problem):
        return "a tab cannot stand here; indent with spaces"
    if error.problem == "mapping values are not allowed here":
        return _second_colon(mark, text)
    if begun and mark and error.context in _BLOCKS and str(error.problem).startswith("expected <block end>"):
        return _indented(_BLOCKS[error.context], begun, mark)
    if begun and error.context == "while scanning a quoted scalar":
        return f"the quote that opens on line {begun.line + 1} is never closed"
    message = ", ".join(part for part in (error.context, error.problem) if part)
    message = message.replace("'<stream end>'", "the end of the file").replace("end of stream", "end of the file")
    return message + (f" (begun on line {begun.line + 1})" if mark and begun and begun.line < mark.line else "")


def _second_colon(mark: Any, text: str) -> str:
    """Two in one line; or the first of a line that counts as the rest of the one before, because it begins further right."""
    line = text.split("\n")[mark.line]
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
