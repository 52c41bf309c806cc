"""What is wrong with the report templates of an installation, all of it, before one of them is needed."""

from __future__ import annotations

from pathlib import Path

from jinja2 import TemplateSyntaxError

from ..core.errors import Problem
from . import report_texts
from .html import environment


def problems(folder: Path) -> tuple[Problem, ...]:
    """The problems of the texts that drafts begin with and of the layouts that reports are printed by."""
    layouts = environment(folder)
    found = list(report_texts.load(folder / "texts").problems)
    for file in sorted(folder.rglob("*.j2")):
        try:
            layouts.compile(file.read_text(encoding="utf-8"), filename=file.name)
        except TemplateSyntaxError as error:
            found.append(Problem(error.message or "cannot be read", file=str(file.relative_to(folder)), line=error.lineno))
        except UnicodeDecodeError:
            found.append(Problem("expected UTF-8", file=str(file.relative_to(folder))))
    return tuple(found)
