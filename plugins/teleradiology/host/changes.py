"""Orthanc's OnChange callback: compares a number and returns; what matters is handed to our own threads."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from .threads import Worker

PAUSE = 0.1  # seconds: that a study gets more images is told at most this often, and at most so late


@dataclass(frozen=True)
class Acts:
    """What is done about a study, by its Orthanc id: each is a function of workflow/intake.py with its room."""

    notice: Callable[[str], Any]
    stir: Callable[[str], Any]
    stable: Callable[[str], Any]
    vanish: Callable[[str], Any]


class Doorbell:
    """Events are lost when Orthanc is killed, so they only ring: the truth is in ``/changes`` and in the list of studies.

    One thread for each kind of work, so that the row of a study that just begins to arrive waits for nothing else.
    """

    def __init__(self, acts: Acts, pause: float = PAUSE):
        self._acts = acts
        self._pause = pause
        self._lock = threading.Lock()
        self._stirred: set[str] = set()
        self._stopping = threading.Event()
        self._arrivals = Worker("teleradiology-arrivals")
        self._images = Worker("teleradiology-images")
        self._decisions = Worker("teleradiology-decisions")
        self._workers = (self._arrivals, self._images, self._decisions)

    def start(self) -> None:
        """Begin to work on what rang."""
        for worker in self._workers:
            worker.start()

    def stop(self, timeout: float) -> None:
        """Finish, and wait."""
        self._stopping.set()
        deadline = time.monotonic() + timeout
        for worker in self._workers:
            worker.end()
        for worker in self._workers:
            worker.join(deadline - time.monotonic())

    def arrived(self, study: str) -> None:
        """A study has its first image."""
        self._arrivals.hand(self._acts.notice, study)

    def stirred(self, study: str) -> None:
        """A study has another image: called for each of them, so this is all that is done."""
        with self._lock:
            first = not self._stirred
            self._stirred.add(study)
        if first:
            self._images.hand(self._tell)

    def stable(self, study: str) -> None:
        """Orthanc has seen no further image for StableAge."""
        self._decisions.hand(self._acts.stable, study)

    def deleted(self, study: str) -> None:
        """A study was deleted."""
        self._decisions.hand(self._acts.vanish, study)

    def _tell(self) -> None:
        self._stopping.wait(self._pause)
        with self._lock:
            stirred, self._stirred = self._stirred, set()
        for study in stirred:
            self._images.hand(self._acts.stir, study)


class Changes:
    """The callback for ``RegisterOnChangeCallback``: on one thread of Orthanc's, four times for each image."""

    def __init__(self, orthanc: Any, bell: Doorbell, started: Callable[[], None], stopped: Callable[[], None]):
        kinds, self._study = orthanc.ChangeType, int(orthanc.ResourceType.STUDY)
        self._of_studies: dict[int, Callable[[str], None]] = {
            int(kinds.NEW_CHILD_INSTANCE): bell.stirred,
            int(kinds.NEW_STUDY): bell.arrived,
            int(kinds.STABLE_STUDY): bell.stable,
            int(kinds.DELETED): bell.deleted,
        }
        self._of_orthanc = {int(kinds.ORTHANC_STARTED): started, int(kinds.ORTHANC_STOPPED): stopped}

    def callback(self, change: int, level: int, resource: str) -> None:
        """Never raises for a study: nothing but dictionaries and queues is touched here."""
        if level == self._study:
            ring = self._of_studies.get(change)
            if ring is not None:
                ring(resource)
        elif change in self._of_orthanc:
            self._of_orthanc[change]()
