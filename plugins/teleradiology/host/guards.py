"""What is refused at the C-STORE door: objects that would take the PACS down when somebody opens them."""

from __future__ import annotations

import logging
from collections.abc import Callable
from heapq import heappop, heappush
from typing import Any

ITEM = b"\xfe\xff\x00\xe0"  # (FFFE,E000), little endian
MOST_ITEMS = 1_000_000
CANNOT_UNDERSTAND = 0xA900  # PS3.4 B.2.3: data set does not match SOP class; senders do not repeat it
ACCEPTED = 0

# Deflated, big endian and JPIP deflate hide the item tags from the scan. Orthanc is told not to offer them either.
OPAQUE = frozenset(
    {"1.2.840.10008.1.2.1.99", "1.2.840.10008.1.2.2", "1.2.840.10008.1.2.4.95", "1.2.840.10008.1.2.4.205"},
)

log = logging.getLogger("teleradiology.guards")


def too_deep(data: bytes, limit: int, most_items: int = MOST_ITEMS) -> bool:
    """Whether sequences are nested deeper than the limit: how many items are open at any place of a little-endian data set.

    Orthanc hands over objects received by C-STORE with definite lengths, so every nested item is seen; bytes in pixel data that
    look like an item can only make it seem deeper.
    """
    ends: list[int] = []  # ends of the items that are open here, the nearest first
    at = data.find(ITEM)
    for _ in range(most_items):
        if at < 0:
            return False
        while ends and ends[0] <= at:
            heappop(ends)
        heappush(ends, at + 8 + int.from_bytes(data[at + 4 : at + 8], "little"))
        if len(ends) > limit:
            return True
        at = data.find(ITEM, at + 4)
    return True


class StoreGuard:
    """Orthanc below 1.13.0 dies of objects with some 50 nested sequences, not on receipt but whenever they are read."""

    def __init__(self, deepest: int, refused: Callable[[str, str], None]):
        self._deepest = deepest
        self._refused = refused  # told the reason and the calling AE title

    def callback(self, instance: Any) -> int:
        """For ``RegisterIncomingCStoreInstanceFilter``: the DIMSE status, 0 to accept. Runs for every image."""
        try:
            reason = self._reason(instance)
        except Exception as error:  # noqa: BLE001 -- an object that cannot be judged is not let in
            reason = f"could not be examined ({type(error).__name__})"
        if not reason:
            return ACCEPTED
        sender = _sender(instance)
        log.warning("refused an instance by C-STORE from %s: %s", sender or "an unknown sender", reason)
        self._refused(reason, sender)
        return CANNOT_UNDERSTAND

    def _reason(self, instance: Any) -> str:
        if instance.GetInstanceTransferSyntaxUid() in OPAQUE:
            return "its transfer syntax hides the structure"
        if too_deep(instance.GetInstanceData(), self._deepest):
            return f"sequences nested more than {self._deepest} levels deep"
        return ""


def _sender(instance: Any) -> str:
    try:
        return str(instance.GetInstanceRemoteAet())[:16]
    except Exception:  # noqa: BLE001 -- only a help for the log
        return ""
