"""What this process remembers between events: timers that no change of the wall clock moves. Losing it loses no study."""

from __future__ import annotations

import logging
import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

log = logging.getLogger(__name__)
A_STEP = timedelta(seconds=30)  # a wall clock that moves so much more or less than time itself has been set
DOUBT = 60.0  # seconds for which a set clock is not believed: a slip of the hand is put right by then
PAUSE = 1.0  # seconds without an image after which a study is counted of which a number is expected
LONGEST_LAG = 60.0  # seconds that telling us of an image may have taken
RECENT_CHANGES = 2000  # sequences of /changes remembered, so that reading the last ones again costs nothing


@dataclass
class Memory:
    """Quiet timers, the turns of periodic work, and the changes seen lately. ``monotonic`` never steps."""

    monotonic: Callable[[], float] = time.monotonic
    one_at_a_time: threading.RLock = field(default_factory=threading.RLock)  # held while a study is settled
    caught_up: bool = False  # whether this process has read what happened before it
    to_examine: OrderedDict[str, None] = field(default_factory=OrderedDict)  # studies that reconciliation wants looked at
    comparing_took: float = 0.0  # seconds that the last comparison with Orthanc's list took
    rules_seen: str = ""  # digest of the rules by which assigned items were last looked at
    holds: tuple[datetime, datetime] | None = None  # from when to when the clock changes nothing in who may read what
    gap_at: int = -1  # the cursor at which a hole in /changes was last found
    _lock: threading.Lock = field(default_factory=threading.Lock)
    _last_image: dict[str, float] = field(default_factory=dict)  # Orthanc id -> when its last image came
    _spans: dict[str, float] = field(default_factory=dict)  # Orthanc id -> quiet seconds of its own
    _counting: dict[str, float | None] = field(default_factory=dict)  # of which a number is expected -> counted as of that image
    _written: dict[str, float] = field(default_factory=dict)  # Orthanc id -> when that was last put into the database
    _turns: dict[str, float] = field(default_factory=dict)  # periodic work -> when it was last done
    _changes: OrderedDict[int, None] = field(default_factory=OrderedDict)
    _wall: tuple[datetime, float] | None = None  # the wall clock when it was last believed, and the monotonic one
    _doubted: float | None = None  # since when it is not

    def stir(self, orthanc_id: str, write_every: float, lag: float = 0.0) -> bool:
        """An image came, ``lag`` seconds ago. True when the database has not been told for ``write_every`` seconds."""
        now = self.monotonic()
        with self._lock:
            came = now - min(max(lag, 0.0), LONGEST_LAG)
            self._last_image[orthanc_id] = max(came, self._last_image.get(orthanc_id, came))
            if now - self._written.get(orthanc_id, -write_every) < write_every:
                return False
            self._written[orthanc_id] = now
            return True

    def watch(self, orthanc_id: str, rested: float = 0.0) -> None:
        """Count the quiet time, of which so many seconds have passed, unless it is being counted."""
        with self._lock:
            self._last_image.setdefault(orthanc_id, self.monotonic() - max(rested, 0.0))

    def span(self, orthanc_id: str, seconds: float) -> None:
        """This study is quiet after so many seconds, whatever holds for the others."""
        with self._lock:
            self._spans[orthanc_id] = seconds

    def count(self, orthanc_id: str) -> None:
        """A number of images is expected of this study: it is to be counted whenever its images pause."""
        with self._lock:
            self._counting.setdefault(orthanc_id, None)

    def to_count(self) -> list[str]:
        """The studies whose images pause and that were not counted in this pause; they are from now on."""
        now = self.monotonic()
        with self._lock:
            found = [one for one, at in self._uncounted() if now - at >= PAUSE]
            self._counting.update({one: self._last_image[one] for one in found})
        return found

    def _uncounted(self) -> list[tuple[str, float]]:
        counting = ((one, self._last_image.get(one), counted) for one, counted in self._counting.items())
        return [(one, at) for one, at, counted in counting if at is not None and at != counted]

    def last_image(self, orthanc_id: str) -> float | None:
        """When this process last saw an image of a study that is not settled yet."""
        with self._lock:
            return self._last_image.get(orthanc_id)

    def settled(self, orthanc_id: str, as_of: float | None) -> bool:
        """Stop the quiet timer, unless an image came after ``as_of`` (what ``last_image`` said): then False."""
        with self._lock:
            if self._last_image.get(orthanc_id) != as_of:
                return False
            self._last_image.pop(orthanc_id, None)
            self._spans.pop(orthanc_id, None)
            self._counting.pop(orthanc_id, None)
            self._written.pop(orthanc_id, None)
            return True

    def quiet(self, seconds: float) -> list[str]:
        """The studies without a new image for so long, longest first."""
        now = self.monotonic()
        with self._lock:
            spans = self._spans
            found = [(at, one) for one, at in self._last_image.items() if now - at >= spans.get(one, seconds)]
        return [orthanc_id for _, orthanc_id in sorted(found)]

    def next_quiet(self, seconds: float) -> float | None:
        """Seconds until the next study is quiet or to be counted, 0 when one is already; None when none is awaited."""
        with self._lock:
            ends = [at + self._spans.get(one, seconds) for one, at in self._last_image.items()]
            first = min((*ends, *(at + PAUSE for _, at in self._uncounted())), default=None)
        return None if first is None else max(0.0, first - self.monotonic())

    def turn(self, work: str, every: float) -> bool:
        """Whether periodic work is due; if so, its time counts from now."""
        now = self.monotonic()
        with self._lock:
            if now - self._turns.get(work, -every) < every:
                return False
            self._turns[work] = now
            return True

    def hurry(self, work: str) -> None:
        """Let periodic work be due at once."""
        with self._lock:
            self._turns.pop(work, None)

    def steady(self, wall: datetime) -> datetime:
        """The time for what must not be hurried: after a step of the wall clock it runs on evenly until the step has lasted."""
        now = self.monotonic()
        if self._wall is None:
            self._wall = (wall, now)
        expected = self._wall[0] + timedelta(seconds=now - self._wall[1])
        if abs(wall - expected) <= A_STEP:
            self._wall, self._doubted = (wall, now), None
            return wall
        if self._doubted is None:
            self._doubted = now
            step = (wall - expected).total_seconds()
            log.warning(
                "the clock was set by %+.0f s; due times, ladders and hand-overs follow it in %.0f s if it stays so", step, DOUBT
            )
        if now - self._doubted < DOUBT:
            return expected
        self._wall, self._doubted = (wall, now), None
        return wall

    def has_seen(self, sequence: int) -> bool:
        """Whether a change was among those remembered."""
        return sequence in self._changes

    def remember(self, sequences: Iterable[int]) -> None:
        """Changes that are dealt with."""
        for sequence in sequences:
            self._changes[sequence] = None
        while len(self._changes) > RECENT_CHANGES:
            self._changes.popitem(last=False)

    def forget_changes(self) -> None:
        """Orthanc counts from the start again."""
        self._changes.clear()
