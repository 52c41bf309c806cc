"""Keeps one Orthanc: hands it Ctrl-C and the other ways of being told to stop, and reports how it ended."""

import signal
import sys
import time
from pathlib import Path
from types import FrameType

from install.trouble import Trouble

from running import logs
from running.orthanc import Orthanc, Wanted

STOPPED_WITHIN = 60.0
SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


class Keeper:
    def __init__(self, wanted: Wanted, lock: int) -> None:
        self._told_at: float | None = None
        self._orthanc = Orthanc(wanted, lock)
        for number in SIGNALS:
            signal.signal(number, self._told)

    @property
    def log(self) -> Path:
        return self._orthanc.log

    def await_ready(self) -> bool:
        """False when it was told to stop meanwhile."""
        try:
            return self._orthanc.await_ready(lambda: self._told_at is not None)
        except BaseException:
            self._orthanc.end_group()
            raise

    def wait(self) -> int:
        while not self._orthanc.has_ended(within=0.2):
            if self._told_at is not None and time.monotonic() > self._told_at + STOPPED_WITHIN:
                print(f"Orthanc did not stop within {STOPPED_WITHIN:.0f} s; it was ended.", file=sys.stderr)
                break
        self._orthanc.end_group()
        if self._told_at is None:
            raise Trouble(
                f"Orthanc ended by itself ({self._orthanc.how_it_ended()}). Its log is {self.log}\n{logs.explanation(self.log)}"
            )
        print("Stopped.", flush=True)
        return 0

    def _told(self, _number: int, _frame: FrameType | None) -> None:
        """The first time asks; the second time ends."""
        if self._told_at is None:
            self._told_at = time.monotonic()
            print("\nStopping ...", flush=True)
            self._orthanc.ask_to_stop()
        else:
            self._orthanc.end_group()
