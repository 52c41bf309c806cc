"""The doorbell: nothing is done on Orthanc's thread, and images of a study are told together."""

from __future__ import annotations

import queue
import threading
import time
from collections.abc import Iterator

import pytest

from support.fake_orthanc import FakeOrthanc
from teleradiology.host.changes import Acts, Changes, Doorbell

KINDS, LEVELS = FakeOrthanc.ChangeType, FakeOrthanc.ResourceType


class House:
    """A doorbell whose acts are put into a queue."""

    def __init__(self, pause: float = 0.02):
        self.done: queue.Queue[tuple[str, str]] = queue.Queue()
        self.life: list[str] = []
        acts = Acts(*(self._act(name) for name in ("notice", "stir", "stable", "vanish")))
        self.bell = Doorbell(acts, pause)
        self.changes = Changes(FakeOrthanc(), self.bell, lambda: self.life.append("up"), lambda: self.life.append("down"))

    def _act(self, name: str):  # type: ignore[no-untyped-def]
        def act(study: str) -> None:
            if study == "bad":
                raise ValueError("CANARY")
            self.done.put((name, study))

        return act

    def next(self) -> tuple[str, str]:
        return self.done.get(timeout=5)


@pytest.fixture
def house() -> Iterator[House]:
    made = House()
    made.bell.start()
    yield made
    made.bell.stop(2)


@pytest.mark.parametrize(("change", "act"), [("NEW_STUDY", "notice"), ("STABLE_STUDY", "stable"), ("DELETED", "vanish")])
def test_a_change_of_a_study_rings(house: House, change: str, act: str) -> None:
    house.changes.callback(getattr(KINDS, change), LEVELS.STUDY, "one")
    assert house.next() == (act, "one")


def test_a_hundred_images_of_a_study_are_told_a_few_times(house: House) -> None:
    for _ in range(100):
        house.changes.callback(KINDS.NEW_CHILD_INSTANCE, LEVELS.STUDY, "one")
        house.changes.callback(KINDS.NEW_CHILD_INSTANCE, LEVELS.STUDY, "other")
    assert {house.next(), house.next()} == {("stir", "one"), ("stir", "other")}
    assert house.done.qsize() < 10


def test_an_image_that_comes_while_another_is_told_is_told_too(house: House) -> None:
    for _ in range(20):
        house.changes.callback(KINDS.NEW_CHILD_INSTANCE, LEVELS.STUDY, "one")
        assert house.next() == ("stir", "one")


@pytest.mark.parametrize(
    ("change", "level"),
    [
        (KINDS.NEW_CHILD_INSTANCE, LEVELS.SERIES),
        (KINDS.NEW_INSTANCE, LEVELS.INSTANCE),
        (KINDS.DELETED, LEVELS.SERIES),
        (4095, 1),
        (99, 99),
    ],
)
def test_everything_else_is_passed_over(house: House, change: int, level: int) -> None:
    house.changes.callback(change, level, "one")
    house.changes.callback(KINDS.NEW_STUDY, LEVELS.STUDY, "last")
    assert house.next() == ("notice", "last")


def test_start_and_stop_are_told(house: House) -> None:
    house.changes.callback(KINDS.ORTHANC_STARTED, LEVELS.NONE, "")
    house.changes.callback(KINDS.ORTHANC_STOPPED, LEVELS.NONE, "")
    assert house.life == ["up", "down"]


def test_an_act_that_fails_is_logged_by_id_and_the_next_is_done(house: House, caplog: pytest.LogCaptureFixture) -> None:
    house.changes.callback(KINDS.NEW_STUDY, LEVELS.STUDY, "bad")
    house.changes.callback(KINDS.NEW_STUDY, LEVELS.STUDY, "good")
    assert house.next() == ("notice", "good")
    assert "act bad: ValueError" in caplog.text
    assert "CANARY" not in caplog.text


def test_what_rang_before_the_start_is_done_after_it() -> None:
    house = House()
    house.changes.callback(KINDS.NEW_STUDY, LEVELS.STUDY, "early")
    house.bell.start()
    assert house.next() == ("notice", "early")
    house.bell.stop(2)


def test_an_arriving_study_does_not_wait_for_a_slow_decision() -> None:
    release, noticed = threading.Event(), threading.Event()
    acts = Acts(lambda study: noticed.set(), lambda study: None, lambda study: release.wait(5), lambda study: None)
    bell = Doorbell(acts)
    bell.start()
    bell.stable("slow")
    bell.arrived("quick")
    assert noticed.wait(2)
    release.set()
    bell.stop(2)


def test_the_callback_takes_microseconds() -> None:
    house = House(pause=10.0)
    begun = time.perf_counter()
    for _ in range(10_000):
        for level in (LEVELS.SERIES, LEVELS.STUDY, LEVELS.PATIENT):
            house.changes.callback(KINDS.NEW_CHILD_INSTANCE, level, "one")
        house.changes.callback(KINDS.NEW_INSTANCE, LEVELS.INSTANCE, "image")
    assert time.perf_counter() - begun < 0.5  # 50 microseconds per image would be a tenth of this machine's slowest
