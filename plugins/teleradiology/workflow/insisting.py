"""What a coordinator knew who gave a study to somebody all the same: it is not held against that reader later."""

from __future__ import annotations

from collections.abc import Iterable

from ..core.reasons import Reason
from ..store import audit
from ..store.engine import Connection


def news(c: Connection, item_id: str, against: Iterable[Reason]) -> tuple[Reason, ...]:
    """The reasons without those that were known when the item was given to its reader."""
    found = tuple(against)
    given = [record for record in audit.of_item(c, item_id) if record.event == "assigned"] if found else []
    known = given[-1].detail.get("known", ()) if given else ()
    return tuple(each for each in found if each.code not in known)
