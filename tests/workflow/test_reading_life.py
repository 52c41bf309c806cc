"""Whatever people do in whatever order: one holder at most, no lost act, a clock that is never set back, a trail that holds."""

from __future__ import annotations

import tempfile
from datetime import timedelta
from pathlib import Path
from typing import Any

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from support.builders import an_item, coordinator, radiologist
from support.rooms import room
from teleradiology.core.errors import InvalidInput, InvalidTransition, NotAllowed, Refusal, StaleVersion
from teleradiology.core.worklist import TRANSITIONS, State
from teleradiology.store import audit, items
from teleradiology.store.item import Item
from teleradiology.workflow import reading

PEOPLE = {name: radiologist(name) for name in ("dr-salem", "dr-borg", "dr-night")} | {"coordinator": coordinator()}
people = st.sampled_from(sorted(PEOPLE))
readers = st.sampled_from(["dr-salem", "dr-borg", "dr-night", "dr-nobody"])
priorities = st.sampled_from(["stat", "urgent", "routine", "whenever"])
reasons = st.sampled_from(["image-quality", "", "a reason of one's own"])
EVENT_OF = {
    "claimed": "claim",
    "released": "release",
    "lease-lapsed": "release",
    "assigned": "assign",
    "prioritized": "prioritize",
    "held": "hold",
    "resumed": "resume",
    "cancelled": "cancel",
    "reopened": "reopen",
}


class OneItem(RuleBasedStateMachine):
    """A study on the list, and people who do all they can with it."""

    def __init__(self) -> None:
        super().__init__()
        self.folder = tempfile.TemporaryDirectory(prefix="teleradiology-life-")
        self.room = room(Path(self.folder.name))
        self.item_id = an_item(self.room).id
        self.holder = ""  # whom the last successful claim belongs to
        self.acts = 0

    def teardown(self) -> None:
        self.room.store.close()
        self.folder.cleanup()

    @property
    def item(self) -> Item:
        with self.room.store.reading() as c:
            found = items.get(c, self.item_id)
        assert found is not None
        return found

    def _try(self, who: str, name: str, *arguments: Any, **more: Any) -> Item | None:
        """Do it; a refusal must leave everything as it was."""
        before = self.item
        try:
            done: Item = getattr(reading, name)(self.room, PEOPLE[who], self.item_id, *arguments, **more)
        except (InvalidTransition, NotAllowed, InvalidInput, StaleVersion) as refusal:
            assert self.item == before
            assert isinstance(refusal, Refusal)
            return None
        return done

    @rule(who=people)
    def claim(self, who: str) -> None:
        before = self.item
        done = self._try(who, "claim")
        if done is None:
            assert before.state not in (State.UNASSIGNED, State.ASSIGNED) or who == "coordinator"
            return
        assert before.state in (State.UNASSIGNED, State.ASSIGNED) or self.holder == who
        self.holder = who

    @rule(who=people)
    def heartbeat(self, who: str) -> None:
        done = self._try(who, "heartbeat")
        assert (done is not None) == (self.item.state == State.READING and self.holder == who)

    @rule(who=people)
    def release(self, who: str) -> None:
        self._try(who, "release")

    @rule(who=people, reader=readers, force=st.booleans(), reason=reasons)
    def assign(self, who: str, reader: str, force: bool, reason: str) -> None:
        done = self._try(who, "assign", reader, None, reason, force=force)
        assert done is None or (who == "coordinator" and done.reader == reader)

    @rule(who=people, priority=priorities)
    def prioritize(self, who: str, priority: str) -> None:
        self._try(who, "prioritize", priority)

    @rule(who=people, reason=reasons)
    def hold(self, who: str, reason: str) -> None:
        self._try(who, "hold", None, reason)

    @rule(who=people)
    def resume(self, who: str) -> None:
        self._try(who, "resume")

    @rule(who=people, reason=reasons)
    def cancel(self, who: str, reason: str) -> None:
        self._try(who, "cancel", None, reason)

    @rule(who=people, reason=reasons)
    def reopen(self, who: str, reason: str) -> None:
        self._try(who, "reopen", None, reason)

    @rule(who=people, name=st.sampled_from(["claim", "release", "resume"]))
    def act_on_an_old_version(self, who: str, name: str) -> None:
        before = self.item
        done = self._try(who, name, 0)
        assert done is None or (name == "claim" and before.claimed_by == who)

    @rule(who=people)
    def next_case(self, who: str) -> None:
        if who == "coordinator":
            return
        if reading.next_case(self.room, PEOPLE[who]) is not None:
            self.holder = who

    @rule(seconds=st.integers(1, 400))
    def time_passes(self, seconds: int) -> None:
        self.room.clock.pass_(seconds)
        due = self.item.state == State.READING and self.item.lease_until <= self.room.now()  # type: ignore[operator]
        assert bool(reading.release_lapsed(self.room)) == due

    @invariant()
    def one_holder_at_most(self) -> None:
        item = self.item
        reads = item.state == State.READING
        assert bool(item.claimed_by) == (item.lease_until is not None) == (item.claimed_at is not None) == reads
        assert not reads or item.claimed_by == self.holder
        assert bool(item.reader) or item.state not in (State.READING, State.ASSIGNED)

    @invariant()
    def the_clock_is_that_of_the_priority_and_the_pauses(self) -> None:
        item = self.item
        assert item.turnaround_seconds is not None and item.due_at is not None and item.warn_at is not None
        assert item.due_at == item.received_at + timedelta(seconds=item.turnaround_seconds + item.paused_seconds)
        assert item.received_at <= item.warn_at <= item.due_at
        assert (item.held_at is not None) == (item.state == State.HELD)

    @invariant()
    def the_trail_tells_every_act(self) -> None:
        with self.room.store.reading() as c:
            assert audit.verify(c).ok
            told = [record for record in audit.of_item(c, self.item_id) if record.event in EVENT_OF]
        state = State.UNASSIGNED
        for record in told:
            assert record.detail["from"] == state
            state = TRANSITIONS[state, EVENT_OF[record.event]]
            assert record.detail["to"] == state
        assert self.item.state == state
        assert self.item.version == 1 + len(told)


TestOneItem = OneItem.TestCase
TestOneItem.settings = settings(
    max_examples=25,
    stateful_step_count=30,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)
