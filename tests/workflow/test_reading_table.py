"""Every cell of the life cycle: what a state permits is done, audited and a new version; everything else is refused by name."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from support.builders import an_item, coordinator, radiologist
from support.rooms import TriedRoom, room
from teleradiology.core.errors import InvalidTransition
from teleradiology.core.identity import Actor
from teleradiology.core.worklist import TRANSITIONS, State
from teleradiology.store import audit, items
from teleradiology.store.item import Item
from teleradiology.workflow import reading

Act = Callable[[TriedRoom, Item], Item]


def by(actor: Actor, name: str, *arguments: str, **more: object) -> Act:
    return lambda there, item: getattr(reading, name)(there, actor, item.id, *arguments, **more)  # type: ignore[no-any-return]


ACTS: dict[str, Act] = {
    "claim": by(radiologist("dr-borg"), "claim"),
    "release": by(coordinator(), "release"),
    "assign": by(coordinator(), "assign", "dr-borg"),
    "prioritize": by(coordinator(), "prioritize", "stat"),
    "hold": by(coordinator(), "hold", reason="images-incomplete"),
    "resume": by(coordinator(), "resume"),
    "cancel": by(coordinator(), "cancel", reason="duplicate"),
    "reopen": by(coordinator(), "reopen", reason="read it after all"),
}
EVENTS = {
    "claim": "claimed",
    "release": "released",
    "assign": "assigned",
    "prioritize": "prioritized",
    "hold": "held",
    "resume": "resumed",
    "cancel": "cancelled",
    "reopen": "reopened",
}
CELLS = [(state, act) for state in State for act in ACTS]


@pytest.fixture
def there(tmp_path: Path) -> Iterator[TriedRoom]:
    made = room(tmp_path)
    yield made
    made.store.close()


def test_every_act_of_the_table_that_people_do_is_tried_here() -> None:
    of_others = {"admit", "skip", "complete"}  # intake and reporting
    assert {act for _, act in TRANSITIONS} - of_others == set(ACTS)


@pytest.mark.parametrize(("state", "act"), CELLS, ids=[f"{act} while {state}" for state, act in CELLS])
def test_a_cell_of_the_table(there: TriedRoom, state: State, act: str) -> None:
    item = an_item(there, state)
    follows = TRANSITIONS.get((state, act))
    if follows is None:
        with pytest.raises(InvalidTransition) as refusal:
            ACTS[act](there, item)
        assert refusal.value.detail.startswith(f"cannot {act} while {state}")
        assert refusal.value.allowed[-1] == "view"
        assert act not in refusal.value.allowed
        assert told(there, item) == (item, [])
        return
    there.clock.pass_(60)
    done = ACTS[act](there, item)
    now, events = told(there, item)
    assert done == now
    assert (now.state, now.version, now.changed_at) == (follows, item.version + 1, there.now())
    assert [event.event for event in events] == [EVENTS[act]]
    assert (events[0].detail["from"], events[0].detail["to"]) == (state, follows)
    assert (now.closed_at is None) == now.is_open
    assert bool(now.claimed_by) == bool(now.lease_until) == (now.state == State.READING)
    assert (now.held_at is not None) == (now.state == State.HELD)
    if now.state == State.UNASSIGNED:
        assert (now.reader, now.assigned_at) == ("", None)


def told(there: TriedRoom, item: Item) -> tuple[Item | None, list[audit.Record]]:
    """The item as it is, and what the audit trail has of it."""
    with there.store.reading() as c:
        return items.get(c, item.id), audit.of_item(c, item.id)
