"""The scan for nested sequences never misses a level and takes no time that a modality would feel."""

from __future__ import annotations

import random
import time

import pytest

from support.dicom_files import nested_sequence
from teleradiology.host.guards import ITEM, StoreGuard, too_deep


@pytest.mark.parametrize(("levels", "deep"), [(0, False), (1, False), (32, False), (33, True), (60, True), (300, True)])
def test_levels_are_counted(levels: int, deep: bool) -> None:
    assert too_deep(nested_sequence(levels), 32) is deep


def test_siblings_are_no_levels() -> None:
    assert not too_deep(nested_sequence(10, siblings=50), 32)
    assert too_deep(nested_sequence(33, siblings=50), 32)


def test_no_depth_is_missed_whatever_stands_between() -> None:
    chance = random.Random(1)
    for _ in range(200):
        levels = chance.randint(28, 38)
        data = nested_sequence(levels, chance.randint(0, 3))
        assert too_deep(data, 32) is (levels > 32)


def test_item_marks_in_pixel_data_can_only_add() -> None:
    body = nested_sequence(33) + ITEM + b"\xff\xff\xff\xff" + b"\0" * 100
    assert too_deep(body, 32)


def test_more_items_than_anybody_sends_are_refused() -> None:
    assert too_deep((ITEM + b"\0\0\0\0") * 1000, 32, most_items=999)


def test_a_large_image_is_scanned_in_milliseconds() -> None:
    data = random.Random(2).randbytes(20_000_000)
    begun = time.perf_counter()
    assert not too_deep(data, 32)
    assert time.perf_counter() - begun < 0.5


class Instance:
    """What Orthanc hands to the filter."""

    def __init__(self, data: bytes = b"", syntax: str = "1.2.840.10008.1.2.1", broken: bool = False):
        self.data, self.syntax, self.broken = data, syntax, broken

    def GetInstanceTransferSyntaxUid(self) -> str:
        if self.broken:
            raise ValueError("CANARY")
        return self.syntax

    def GetInstanceData(self) -> bytes:
        return self.data

    def GetInstanceRemoteAet(self) -> str:
        return "SENDER"


@pytest.mark.parametrize(
    ("instance", "reason"),
    [
        (Instance(nested_sequence(33)), "sequences nested more than 32 levels deep"),
        (Instance(syntax="1.2.840.10008.1.2.1.99"), "its transfer syntax hides the structure"),
        (Instance(broken=True), "could not be examined (ValueError)"),
    ],
)
def test_what_cannot_be_let_in_is_refused_and_noted(instance: Instance, reason: str, caplog: pytest.LogCaptureFixture) -> None:
    noted: list[tuple[str, str]] = []
    assert StoreGuard(32, lambda why, sender: noted.append((why, sender))).callback(instance) == 0xA900
    assert noted == [(reason, "SENDER")]
    assert "CANARY" not in caplog.text


def test_an_ordinary_instance_is_let_in_without_a_word() -> None:
    noted: list[tuple[str, str]] = []
    assert StoreGuard(32, lambda *note: noted.append(note)).callback(Instance(nested_sequence(5))) == 0
    assert noted == []
