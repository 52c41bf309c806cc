"""Renders reports in worker processes of our own, so that nothing a template or a report does can hold the PACS up."""

from __future__ import annotations

import json
import os
import queue
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, BinaryIO, cast

from ..core.errors import Busy, Unavailable
from ..core.reports import SignedReport
from .press import GOOD, LENGTH, read_frame

PLUGINS = Path(__file__).resolve().parents[2]
PRESS = "teleradiology.documents.press"
HTML_SECONDS, PDF_SECONDS = 5, 30
_PASSED_ON = ("PATH", "HOME", "LANG", "LC_ALL", "LD_LIBRARY_PATH", "FONTCONFIG_FILE", "FONTCONFIG_PATH", "XDG_CACHE_HOME")
JOBS_OF_A_WORKER = 200  # then a fresh one takes over: what leaks is bounded


class RenderingFailed(Unavailable):
    """The report could not be rendered."""

    code = "rendering-failed"


def _environ() -> dict[str, str]:
    """What a worker needs to know of the surroundings; no password that somebody gave us in a variable."""
    kept = {name: value for name, value in os.environ.items() if name in _PASSED_ON}
    # Our own environment first: Debian's packages stand before it in an embedded interpreter, with an older cffi.
    packages = sorted(
        (path for path in sys.path if path.endswith(("site-packages", "dist-packages"))), key=lambda path: "dist-packages" in path
    )
    return {**kept, "TZ": "UTC", "PYTHONPATH": os.pathsep.join([str(PLUGINS), *packages])}


class _Worker:
    """One process and the pipe to it."""

    def __init__(self, command: list[str], environ: Mapping[str, str]):
        self.jobs = 0
        self._process = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, env=dict(environ)
        )
        self._to = cast(BinaryIO, self._process.stdin)
        self._from = cast(BinaryIO, self._process.stdout)

    def ask(self, job: bytes, seconds: float) -> bytes:
        """The answer, or nothing when the process ended or was ended after so many seconds."""
        self.jobs += 1
        alarm = threading.Timer(seconds, self._process.kill)
        alarm.start()
        try:
            self._to.write(LENGTH.pack(len(job)) + job)
            self._to.flush()
            answer = read_frame(self._from)
        except (BrokenPipeError, ValueError):
            answer = b""
        finally:
            alarm.cancel()
        if not answer:
            self.end()
        return answer

    @property
    def is_alive(self) -> bool:
        """Whether the process is still there."""
        return self._process.poll() is None

    @property
    def pid(self) -> int:
        """Its process id."""
        return self._process.pid

    def end(self) -> None:
        """Kill it and wait until it is gone; it holds nothing that could be lost."""
        self._process.kill()
        self._process.wait()
        for pipe in (self._to, self._from):
            try:
                pipe.close()
            except BrokenPipeError:
                continue


_Turns = queue.LifoQueue[_Worker | None]


def _places(number: int) -> _Turns:
    """Room for so many workers, none of which has been started."""
    turns: _Turns = queue.LifoQueue()
    for _ in range(number):
        turns.put(None)
    return turns


class Renderer:
    """Renders HTML and PDF. Workers start with the first job, are killed when a job takes too long, and replaced.

    ``workers`` is how many render PDF. ``python`` is the interpreter to run them with: inside Orthanc, ``sys.executable`` is
    Orthanc.
    """

    def __init__(self, templates: Path, fonts: Path, *, python: str = sys.executable, workers: int = 1):
        self._command = [python, "-m", PRESS, str(templates), str(fonts)]
        # What is killed cannot tidy up: the libraries' temporary files go where we can.
        self._folder = tempfile.TemporaryDirectory(prefix="teleradiology-", ignore_cleanup_errors=True)
        self._environ = {**_environ(), "TMPDIR": self._folder.name}
        # HTML has a worker of its own: whoever signs or looks at a preview must not wait for somebody's long PDF.
        self._turns = {"html": _places(1), "pdf": _places(workers)}
        self._closed = threading.Event()
        self._all: set[_Worker] = set()

    def html(self, report: SignedReport, *, draft: bool = False) -> str:
        """The report as a complete HTML document; ``draft`` marks it as not signed."""
        return self._render({"kind": "html", "report": report.to_json(), "draft": draft}, HTML_SECONDS).decode()

    def pdf(self, html: str) -> bytes:
        """An HTML document as PDF."""
        return self._render({"kind": "pdf", "html": html}, PDF_SECONDS)

    def close(self) -> None:
        """End the workers; whoever still waits for one is refused."""
        self._closed.set()
        for worker in list(self._all):
            worker.end()
        self._folder.cleanup()

    def _render(self, job: Mapping[str, Any], seconds: int) -> bytes:
        text = json.dumps({**job, "seconds": seconds}).encode()
        with self._worker(self._turns[job["kind"]]) as worker:
            # Twice the processor's time by the clock: the machine may be busy, and the first job starts the process.
            answer = worker.ask(text, 2 * seconds)
        if not answer:
            raise RenderingFailed(f"Rendering a report as {job['kind']} took too much time or memory and was stopped.")
        if answer[:1] != GOOD:
            raise RenderingFailed(f"A report could not be rendered as {job['kind']}: {answer[1:].decode()}.")
        return answer[1:]

    @contextmanager
    def _worker(self, turns: _Turns) -> Iterator[_Worker]:
        try:
            worker = turns.get(timeout=2 * PDF_SECONDS)
        except queue.Empty:
            raise Busy("All workers are rendering.", retry_after=PDF_SECONDS) from None
        try:
            worker = worker if worker and worker.is_alive else self._start()
            yield worker
        finally:
            turns.put(self._kept(worker))

    def _start(self) -> _Worker:
        if self._closed.is_set():
            raise Unavailable("The service is stopping.")
        try:
            worker = _Worker(self._command, self._environ)
        except OSError as error:
            raise RenderingFailed(f"The worker that renders reports did not start: {error.strerror}.") from None
        self._all.add(worker)
        return worker

    def _kept(self, worker: _Worker | None) -> _Worker | None:
        if worker is None:
            return None
        if worker.is_alive and worker.jobs < JOBS_OF_A_WORKER:
            return worker
        self._all.discard(worker)
        worker.end()
        return None
