"""A minute in which everything happens at once and Orthanc is killed again and again: nothing is lost, nothing is there twice."""

from __future__ import annotations

import random
import threading
from collections import Counter
from collections.abc import Callable

import pytest
import requests

from support.live_orthanc import LiveOrthanc, until
from support.traffic import Traffic

pytestmark = [pytest.mark.slow, pytest.mark.timeout(400)]
SECONDS, KILLS = 60.0, 5
SECTIONS = {"findings": "No bleed.", "impression": "Normal."}
WORKLIST = "/teleradiology/api/worklist"


class Reading:
    """A radiologist who reads what is next until the block ends; ``signed`` has the items whose signature was confirmed."""

    def __init__(self, orthanc: LiveOrthanc, reader: tuple[str, str]):
        self._orthanc, self._reader = orthanc, reader
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._read)
        self.signed: list[str] = []

    def _read(self) -> None:
        with requests.Session() as http:
            http.trust_env, http.auth = False, self._reader
            while not self._stopping.is_set():
                try:
                    self._read_one(http, self._orthanc.url)
                except requests.ConnectionError:  # killed; what was begun is offered again
                    self._stopping.wait(0.2)

    def _read_one(self, http: requests.Session, url: str) -> None:
        following = http.post(f"{url}{WORKLIST}/next", json={}, timeout=30)
        if following.status_code != 200:
            self._stopping.wait(0.2)
            return
        item = f"{url}{WORKLIST}/{following.json()['id']}"
        draft = http.get(f"{item}/report", timeout=30)
        version = {"If-Match": draft.headers["ETag"]} if "ETag" in draft.headers else {}
        assert http.put(f"{item}/report", json={"sections": SECTIONS}, headers=version, timeout=30).status_code == 200
        answer = http.post(f"{item}/report/sign", json={"status": "final", "password": self._reader[1]}, timeout=30)
        assert answer.status_code == 201, answer.text
        self.signed.append(item.rpartition("/")[2])

    def __enter__(self) -> Reading:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stopping.set()
        self._thread.join()


def test_nothing_is_lost_while_everything_happens_and_orthanc_is_killed(new_orthanc: Callable[..., LiveOrthanc]) -> None:
    orthanc, chance = new_orthanc().start(), random.Random(20261123)
    reader = orthanc.account("busy-reader", "radiologist", reader="dr-salem")
    with Traffic(orthanc, patient=True, pause=0.5) as traffic, Reading(orthanc, reader) as reading:
        for _ in range(KILLS):
            threading.Event().wait(chance.uniform(0.5, 1.5) * SECONDS / KILLS)
            orthanc.kill()
            orthanc.start()
        before = len(reading.signed)
        until(lambda: len(reading.signed) > before, "reading goes on", 30)
    assert traffic.arrived and len(set(reading.signed)) == len(reading.signed)
    for study in traffic.arrived:
        orthanc.item_of(study, seconds=30)
    for item in reading.signed:
        until(
            lambda item=item: _modalities(orthanc, item) == {"CT": 1, "SR": 1, "DOC": 1},
            "one SR and one PDF beside the images",
            60,
        )
    assert orthanc.api("audit/verify")["ok"] is True


def _modalities(orthanc: LiveOrthanc, item_id: str) -> Counter[str]:
    """Series by modality; a series of reports counts by its instances."""
    study = orthanc.api(f"worklist/{item_id}")["study"]["orthanc_id"]
    found = orthanc.get(f"/studies/{study}/series?expand").json()
    counted: Counter[str] = Counter()
    for series in found:
        modality = series["MainDicomTags"]["Modality"]
        counted[modality] += 1 if modality == "CT" else len(series["Instances"])
    return counted
