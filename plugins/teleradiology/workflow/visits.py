"""Who has looked at what lately: a page asks again every few seconds, the audit trail names a visit once."""

from __future__ import annotations

import threading
from collections import OrderedDict
from dataclasses import dataclass, field
from datetime import datetime, timedelta

ONE_VISIT = timedelta(minutes=30)
_MOST = 20_000


@dataclass
class Visits:
    """In memory: after a restart a visit is named once more."""

    _last: OrderedDict[tuple[str, str, str], datetime] = field(default_factory=OrderedDict, repr=False)
    _lock: threading.Lock = field(default_factory=threading.Lock, repr=False)

    def is_new(self, username: str, what: str, thing: str, now: datetime) -> bool:
        """Whether this is the beginning of a visit; if so, it is noted."""
        key = (username, what, thing)
        with self._lock:
            if key in self._last and now - self._last[key] < ONE_VISIT:
                return False
            self._last[key] = now
            self._last.move_to_end(key)
            while len(self._last) > _MOST:
                self._last.popitem(last=False)
        return True
