"""Orthanc is killed at the worst moments: afterwards every acknowledged study has exactly one item, with all its images."""

from __future__ import annotations

import random
import threading
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import pytest
from pydicom import Dataset

from support import dicom_files, senders
from support.live_orthanc import LiveOrthanc, until

Make = Callable[..., LiveOrthanc]
QUIET = {"TELERADIOLOGY_STABLE_AGE": "2"}
ADMITTED = ("assigned", "unassigned")


def complete(running: LiveOrthanc, images: list[Dataset]) -> None:
    """The study's item is on the list, with so many images."""
    item = running.item_of(images[0].StudyInstanceUID, states=ADMITTED, seconds=30)
    assert item["study"]["instances"] == len(images)


@pytest.mark.parametrize("end", ["kill", "stop"])
def test_a_study_whose_orthanc_ends_before_it_is_complete_is_on_the_list_afterwards(new_orthanc: Make, end: str) -> None:
    running = new_orthanc(environ=QUIET).start()
    images = dicom_files.study(5)
    assert running.c_store(images) == [0] * 5
    getattr(running, end)()
    running.start()
    complete(running, images)  # no event ever tells of it: Orthanc forgets what it was waiting for


def test_a_study_that_came_while_our_database_was_away_is_on_the_list_afterwards(new_orthanc: Make) -> None:
    running = new_orthanc(environ=QUIET).start()
    images = dicom_files.study(3)
    assert running.c_store(images) == [0] * 3
    running.item_of(images[0].StudyInstanceUID, states=ADMITTED)
    running.stop()
    for name in ("teleradiology.db", "teleradiology.db-wal", "teleradiology.db-shm", "audit.head"):
        (running.data / name).unlink(missing_ok=True)
    running.start()
    complete(running, images)


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_whenever_orthanc_is_killed_while_studies_come_in_none_is_lost_and_none_is_twice(
    new_orthanc: Make, tmp_path: Path, seed: int
) -> None:
    file = tmp_path / "image.dcm"
    running = new_orthanc(environ=QUIET).start()
    studies = [dicom_files.study(8) for _ in range(10)]
    acknowledged: Counter[str] = Counter()

    def send() -> None:
        for images in studies:
            for image in images:
                file.write_bytes(senders.file_bytes(image))
                if running.storescu([file]) != 0:
                    return
                acknowledged[image.StudyInstanceUID] += 1

    sender = threading.Thread(target=send)
    sender.start()
    enough = random.Random(seed).randint(1, 60)
    until(lambda: acknowledged.total() >= enough, "some images are acknowledged", 30, pause=0.001)
    running.kill()
    sender.join(30)
    running.start()
    kept = {study["MainDicomTags"]["StudyInstanceUID"] for study in running.get("/studies?expand").json()}
    assert kept >= {uid for uid, count in acknowledged.items() if count}
    for uid in kept:
        item = running.item_of(uid, states=ADMITTED, seconds=30)
        assert item["study"]["instances"] >= acknowledged[uid]
    assert Counter(item["study"]["study_instance_uid"] for item in running.items()) == Counter(kept)
    assert running.api("audit/verify")["ok"] is True


def test_late_images_after_a_kill_are_taken_in(new_orthanc: Make) -> None:
    running = new_orthanc(environ=QUIET).start()
    images = dicom_files.study(6)
    running.c_store(images[:3])
    running.item_of(images[0].StudyInstanceUID, states=ADMITTED)
    running.c_store(images[3:])
    running.kill()
    running.start()
    until(lambda: running.item_of(images[0].StudyInstanceUID)["study"]["instances"] == 6, "the late images are counted", 30)
