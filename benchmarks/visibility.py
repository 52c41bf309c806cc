"""B3: how soon a study is on the worklist. From the first image to the arriving row, from completeness to the decided row.

Studies of 20 images come by C-STORE, one after the other, while the worklist is polled through REST. A study is complete
when no image has come for StableAge. Beside it, on an Orthanc of its own, what the Orthanc Book's OnStableStudy scripts do.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from statistics import median, quantiles

from ingest import Server, ask, ours, plain
from machine import conditions
from support import dicom_files, senders
from tables import table, verdict

STABLE_AGE = 20.0  # of both servers, see ingest.py
DEFAULT_STABLE_AGE = 60.0
ON_STABLE_STUDY = """
import json, time
import orthanc


def on_change(change, level, resource):
    if change == orthanc.ChangeType.STABLE_STUDY:
        uid = json.loads(orthanc.RestApiGet("/studies/" + resource))["MainDicomTags"]["StudyInstanceUID"]
        with open({file!r}, "a") as found:
            found.write(uid + " " + repr(time.monotonic()) + "\\n")


orthanc.RegisterOnChangeCallback(on_change)
"""
POLL = 0.01


class Sent:
    """When the first image of a study was sent and the last one was answered."""

    def __init__(self) -> None:
        self.first: dict[str, float] = {}
        self.last: dict[str, float] = {}

    def send(self, server: Server, images: int) -> None:
        study = dicom_files.study(images, StudyDescription="CT HEAD", PatientID=f"B-{len(self.first)}")
        uid = str(study[0].StudyInstanceUID)
        self.first[uid] = time.monotonic()
        answers = senders.c_store(server.dicom, study, "TEST_CT", "TELERADIOLOGY")
        self.last[uid] = time.monotonic()
        if set(answers) != {0}:
            raise SystemExit("an image was refused")


class Seen:
    """When each study was first seen on the worklist, and when first as decided."""

    def __init__(self) -> None:
        self.row: dict[str, float] = {}
        self.decided: dict[str, float] = {}

    def look(self, server: Server) -> None:
        page = ask(server, "/teleradiology/api/worklist?limit=200")
        now = time.monotonic()
        if not isinstance(page, dict):
            raise SystemExit("the worklist did not answer")
        for item in page["items"]:
            uid = item["study"]["study_instance_uid"]
            self.row.setdefault(uid, now)
            if item["state"] != "arriving":
                self.decided.setdefault(uid, now)

    @contextmanager
    def looking(self, server: Server) -> Iterator[None]:
        """Look every few milliseconds, on a thread of its own."""
        stopped = threading.Event()

        def look() -> None:
            while not stopped.wait(POLL):
                self.look(server)

        thread = threading.Thread(target=look)
        thread.start()
        yield
        stopped.set()
        thread.join()


def of_ours(folder: Path, studies: int, images: int) -> tuple[list[float], list[float]]:
    """Seconds from the first image to the row, and from completeness to the decided row."""
    server = ours(folder)
    sent, seen = Sent(), Seen()
    try:
        with seen.looking(server):
            for _ in range(1 + studies):
                sent.send(server, images)
            _wait(lambda: len(seen.decided) > studies)
    finally:
        server.stop()
    rows = [seen.row[uid] - at for uid, at in sent.first.items()]
    return rows[1:], [seen.decided[uid] - at - STABLE_AGE for uid, at in sent.last.items()][1:]


def of_a_script(folder: Path, studies: int, images: int) -> list[float]:
    """Seconds from completeness to the callback of an OnStableStudy script."""
    file = folder.with_suffix(".stable")
    server = plain("OnStableStudy script", folder, ON_STABLE_STUDY.format(file=str(file)))
    sent = Sent()
    try:
        for _ in range(1 + studies):
            sent.send(server, images)
        _wait(lambda: file.exists() and len(file.read_text().splitlines()) > studies)
    finally:
        server.stop()
    stable = dict(line.split() for line in file.read_text().splitlines())
    return [float(stable[uid]) - at - STABLE_AGE for uid, at in sent.last.items()][1:]


def _wait(true: object) -> None:
    end = time.monotonic() + STABLE_AGE + 60
    while not true():  # type: ignore[operator]
        if time.monotonic() > end:
            raise SystemExit("not every study was seen")
        time.sleep(0.05)


def _three(values: list[float]) -> list[str]:
    return [f"{value * 1e3:.0f} ms" for value in (median(values), p95(values), max(values))]


def p95(values: list[float]) -> float:
    return quantiles(values, n=20)[-1]


def main() -> int:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--studies", type=int, default=40)
    options.add_argument("--images", type=int, default=20)
    options.add_argument("--json", type=Path)
    given = options.parse_args()
    with tempfile.TemporaryDirectory(prefix="visibility-") as folder:
        rows, decided = of_ours(Path(folder) / "ours", given.studies, given.images)
        script = of_a_script(Path(folder) / "script", given.studies, given.images)
    default = DEFAULT_STABLE_AGE + median(script)
    goals = [p95(rows) <= 0.100, median(decided) <= 0.250]
    lines = [
        ["arriving row, from the first image", *_three(rows), "p95 at most 100 ms"],
        ["decided row, from completeness", *_three(decided), "median at most 250 ms"],
        ["OnStableStudy script, from completeness", *_three(script), ""],
    ]
    notes = [
        f"{given.studies} studies of {given.images} images, StableAge {STABLE_AGE:.0f} s,",
        f"seen through REST, polled every {POLL * 1e3:.0f} ms; one study before them, not counted.",
        f"With Orthanc's default StableAge of 60 s the script sees a study {default:.1f} s after its last image;",
        f"our row is there {default / median(rows):.0f} times sooner (counted from the first image).",
        f"Goals: arriving {verdict(goals[0])}, decided {verdict(goals[1])}.",
        *conditions(),
    ]
    print(table("B3 Visibility", ["", "median", "p95", "max", "goal"], lines, notes))
    if given.json:
        given.json.write_text(json.dumps({"arriving": rows, "decided": decided, "script": script}), encoding="utf-8")
    return 0 if all(goals) else 1


if __name__ == "__main__":
    sys.exit(main())
