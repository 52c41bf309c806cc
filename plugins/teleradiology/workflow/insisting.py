"""Whom a person chose to have a study, and what was known then: it stays theirs, and is not held against them later."""

from __future__ import annotations

from collections.abc import Iterable

from ..core.identity import service
from ..core.reasons import Reason
from ..store import audit
from ..store.audit import Record
from ..store.engine import Connection

_GIVEN = ("assigned", "handed-over")


def given(c: Connection, item_id: str) -> list[Record]:
    """The times at which the item was given to somebody, oldest first."""
    return [record for record in audit.of_item(c, item_id) if record.event in _GIVEN]


def is_persons_choice(record: Record) -> bool:
    """Whether a person said to whom, rather than the policy, which a hand-over may ask as well."""
    return record.actor != service().username and "policy" not in record.detail


def news(c: Connection, item_id: str, reader: str, against: Iterable[Reason]) -> tuple[Reason, ...]:
    """The reasons against a reader without those that were known when the item was given to that one, and to nobody since."""
    found = tuple(against)
    last = given(c, item_id)[-1:] if found else []
    known = {code for record in last if record.detail.get("reader") == reader for code in record.detail.get("known", ())}
    return tuple(each for each in found if each.code not in known)
