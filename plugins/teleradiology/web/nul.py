"""What no request may hold: a NUL in path, query or form, which PostgreSQL cannot be asked for and no person types."""

from __future__ import annotations

from collections.abc import Iterator

from flask import Flask, request

from ..core.errors import NotFound
from .problems import Malformed

_FORMS = ("application/x-www-form-urlencoded", "multipart/form-data")


def register(app: Flask) -> None:
    """Look at every request before its handler."""
    app.before_request(_refuse_nul)


def _refuse_nul() -> None:
    if "\x00" in request.path:
        raise NotFound()
    if any("\x00" in text for text in _texts()):
        raise Malformed("The request contains a NUL character.")


def _texts() -> Iterator[str]:
    for key, value in request.args.items(multi=True):
        yield from (key, value)
    if request.mimetype in _FORMS:
        request.get_data(cache=True)  # or whoever asks for the body after us would find none
        for key, value in request.form.items(multi=True):
            yield from (key, value)
