"""Makes identifiers that sort by time of creation: ULIDs, strictly growing within one process."""

from __future__ import annotations

import secrets
import threading
from datetime import UTC, datetime, timedelta

ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"  # Crockford's base 32
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_RANDOM_BITS = 80
_lock = threading.Lock()
_last = 0


def new_id(now: datetime) -> str:
    """A new ULID. A clock that stands still or goes back continues the last one, so that order holds."""
    global _last
    milliseconds = (now - _EPOCH) // timedelta(milliseconds=1)
    # The top random bit stays clear: room to count up within the millisecond.
    fresh = (milliseconds << _RANDOM_BITS) | secrets.randbits(_RANDOM_BITS - 1)
    with _lock:
        _last = fresh if fresh >> _RANDOM_BITS > _last >> _RANDOM_BITS else _last + 1
        value = _last
    return "".join(ALPHABET[(value >> shift) & 31] for shift in range(125, -1, -5))
