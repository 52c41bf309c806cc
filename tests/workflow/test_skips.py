"""Passing cases on is counted by reader and reason, for those who look after the list and its quality."""

from __future__ import annotations

from pathlib import Path

import pytest

from support.builders import an_item, coordinator, person, radiologist
from support.rooms import TriedRoom, room
from teleradiology.core.errors import InvalidInput, NotAllowed
from teleradiology.core.identity import Role
from teleradiology.workflow import reading
from teleradiology.workflow.skips import skipping

DR_BORG = radiologist("dr-borg")


@pytest.fixture
def there(tmp_path: Path) -> TriedRoom:
    return room(tmp_path)


def pass_on(there: TriedRoom, why: str) -> None:
    an_item(there)
    offered = reading.next_case(there, DR_BORG)
    assert offered is not None
    reading.skip(there, DR_BORG, offered.id, why)


def test_who_passes_much_on_stands_first_with_the_reasons(there: TriedRoom) -> None:
    for why in ("outside-field", "Outside field: a knee", "too many phone calls", "called-away"):
        pass_on(there, why)
    an_item(there, state="completed", reader="dr-borg", closed_at=there.now())
    an_item(there, state="completed", reader="dr-salem", closed_at=there.now())
    (row,) = skipping(there, coordinator()).rows
    assert (row.reader, row.read, row.passed_on, row.percent, row.lapsed) == ("dr-borg", 1, 4, 80.0, 0)
    assert row.reasons == (("outside-field", 2), ("called-away", 1), ("other", 1))


def test_a_claim_that_lapsed_is_counted_beside(there: TriedRoom) -> None:
    an_item(there)
    reading.next_case(there, DR_BORG)
    there.clock.pass_(600)
    reading.release_lapsed(there)
    (row,) = skipping(there, coordinator()).rows
    assert (row.passed_on, row.lapsed, row.percent) == (0, 1, 0.0)


def test_what_is_long_ago_does_not_count(there: TriedRoom) -> None:
    pass_on(there, "called-away")
    there.clock.pass_(31 * 86400)
    assert skipping(there, coordinator()).rows == ()
    assert len(skipping(there, coordinator(), 90).rows) == 1


@pytest.mark.parametrize("why", ["", " ", "other", "other: "])
def test_another_reason_needs_words(there: TriedRoom, why: str) -> None:
    with pytest.raises(InvalidInput):
        pass_on(there, why)


def test_readers_do_not_see_each_others(there: TriedRoom) -> None:
    with pytest.raises(NotAllowed):
        skipping(there, DR_BORG)
    assert skipping(there, person(Role.QUALITY)).rows == ()
