"""The worker process that renders: takes jobs on its standard input, with a bound on memory and on time per job.

Runs as ``python -m teleradiology.documents.press TEMPLATES FONTS``. A frame is a length (4 bytes, big endian) and so many bytes;
a job is JSON, an answer one byte (``+`` or ``-``) and the document or the reason.
"""

from __future__ import annotations

import json
import os
import queue
import resource
import struct
import sys
import threading
from functools import lru_cache
from pathlib import Path
from typing import Any, BinaryIO

from ..core.reports import SignedReport

MEMORY_BYTES = 768 * 1024 * 1024  # of address space; a report of twenty pages needs half of it
LENGTH = struct.Struct(">I")
GOOD, BAD = b"+", b"-"


def main(templates: Path, fonts: Path) -> None:
    """Serve until the parent closes the pipe or dies."""
    answers = _take_over_stdout()
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY_BYTES, MEMORY_BYTES))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))  # a core file would hold patient data
    jobs: queue.SimpleQueue[bytes] = queue.SimpleQueue()
    threading.Thread(target=_listen, args=(sys.stdin.buffer, jobs), daemon=True).start()
    while True:
        job = json.loads(jobs.get())
        _allow_cpu(job["seconds"])
        answer = _answer(job, templates, fonts)
        answers.write(LENGTH.pack(len(answer)) + answer)
        answers.flush()


def _take_over_stdout() -> BinaryIO:
    """Our answers' own channel: whatever a library prints must not get between them."""
    channel = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)
    return channel


def _listen(pipe: BinaryIO, jobs: queue.SimpleQueue[bytes]) -> None:
    while frame := read_frame(pipe):
        jobs.put(frame)
    # The parent is gone, also when it was killed and whatever we are doing. PR_SET_PDEATHSIG would not do: it fires when
    # the parent's *thread* that started us ends.
    os._exit(0)


def read_frame(pipe: BinaryIO) -> bytes:
    """The next frame, or nothing at the end of the pipe."""
    head = pipe.read(LENGTH.size)
    if len(head) < LENGTH.size:
        return b""
    body = pipe.read(size := LENGTH.unpack(head)[0])
    return body if len(body) == size else b""


def _allow_cpu(seconds: int) -> None:
    used = resource.getrusage(resource.RUSAGE_SELF)
    resource.setrlimit(resource.RLIMIT_CPU, (int(used.ru_utime + used.ru_stime) + seconds + 1, resource.RLIM_INFINITY))


def _answer(job: dict[str, Any], templates: Path, fonts: Path) -> bytes:
    try:
        return GOOD + _render(job, templates, fonts)
    except Exception as error:  # noqa: BLE001 - whatever a template or a library raises is an answer, not our end
        return BAD + _described(error).encode()


def _render(job: dict[str, Any], templates: Path, fonts: Path) -> bytes:
    if job["kind"] == "html":
        from .html import render  # each kind loads only what it needs

        return render(SignedReport.from_json(job["report"]), templates, job["draft"]).encode()
    return _printer(fonts).pdf(job["html"])


@lru_cache(maxsize=1)
def _printer(fonts: Path) -> Any:
    from .weasy import Printer

    return Printer(fonts)


def _described(error: Exception) -> str:
    """The kind of error and its place in a template; never its text, which may quote the report."""
    place = f" in {name}, line {getattr(error, 'lineno', 0)}" if (name := getattr(error, "name", None)) else ""
    return type(error).__name__ + place


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
