"""Places in streams: the last change of Orthanc that was seen, the head of the audit chain."""

from __future__ import annotations

from sqlalchemy import Connection, bindparam, insert, select, update

from .schema import bookmarks

WEBHOOK_OFF = "webhook-off"  # whose text is the address that wants nothing any more

_get = select(bookmarks.c.number, bookmarks.c.text).where(bookmarks.c.name == bindparam("bookmark"))
_hold = _get.with_for_update()
_move = update(bookmarks).where(bookmarks.c.name == bindparam("bookmark"))


def get(c: Connection, name: str) -> tuple[int, str]:
    """The number and the text that were put last; (0, "") before that."""
    row = c.execute(_get, {"bookmark": name}).one_or_none()
    return (row[0], row[1]) if row else (0, "")


def held(c: Connection, name: str) -> tuple[int, str]:
    """As ``get``, and nobody else moves it until this transaction ends."""
    row = c.execute(_hold, {"bookmark": name}).one_or_none()
    return (row[0], row[1]) if row else (0, "")


def put(c: Connection, name: str, number: int, text: str = "") -> None:
    """Move the bookmark, or lay it."""
    moved = c.execute(_move, {"bookmark": name, "number": number, "text": text})
    if not moved.rowcount:
        c.execute(insert(bookmarks).values(name=name, number=number, text=text))
