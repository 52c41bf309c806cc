"""Once a day what is old and of no use is forgotten, a little with each beat, so that nobody waits for it."""

from __future__ import annotations

from datetime import timedelta

from ..store import forgetting
from .room import Room

EVERY = 86_400.0  # seconds
KEEP_PASSES = timedelta(days=366)  # as far back as it can be asked how often readers pass cases on
AT_ONCE = 500  # rows of a kind in one transaction


def purge(room: Room) -> None:
    """Forget cases given back a year ago and notices older than the setting says; never one of a study that is open."""
    if not room.memory.turn("purge", EVERY):
        return
    now = room.memory.steady(room.now())
    with room.store.writing() as c:
        passes = forgetting.forget_passes(c, now - KEEP_PASSES, now, AT_ONCE)
        notices = forgetting.forget_notices(c, now - timedelta(days=room.settings.keep_notices_days), AT_ONCE)
    if AT_ONCE in (passes, notices):
        room.memory.hurry("purge")
