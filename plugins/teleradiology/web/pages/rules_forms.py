"""What the forms of the rules pages bring: the text of a rules file, typed or as a file, and the days to look back."""

from __future__ import annotations

from datetime import datetime, timedelta

from flask import request

from ...core.errors import InvalidInput, Problem
from .carried import file_given
from .words import _

SPANS = (1, 7, 30, 90, 365)


def text_given() -> str:
    """The file that was chosen, else what was typed."""
    chosen = file_given()
    if not chosen:
        return request.form.get("text", "").replace("\r\n", "\n")
    try:
        return chosen.decode("utf-8").replace("\r\n", "\n")
    except UnicodeDecodeError:
        raise InvalidInput(problems=[Problem(_("The file is not UTF-8 text."), path="file")]) from None


def days_given() -> int:
    """For how many days to look back."""
    try:
        days = int(request.values.get("days", "7"))
    except ValueError:
        days = 7
    return days if days in SPANS else 7


def since(now: datetime) -> datetime:
    """The beginning of that span."""
    return now - timedelta(days=days_given())
