"""What the tests of the two commands share: the command itself, and a stand-in for Orthanc that starts in no time."""

from __future__ import annotations

import os
import signal
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from support.live_orthanc import free_port, until

HOME = Path(__file__).resolve().parents[2]
RULES = HOME / "tests" / "support" / "rules.yaml"
STAND_IN = """#!/usr/bin/env python3
import http.server, os, signal, subprocess, sys
{first}
class Status(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200); self.end_headers(); self.wfile.write(b'{{"status": "ok", "version": "0"}}')
    def log_message(self, *words):
        pass
server = http.server.ThreadingHTTPServer(("127.0.0.1", int(os.environ["TELERADIOLOGY_HTTP_PORT"])), Status)
signal.signal(signal.SIGTERM, lambda *_: os._exit(0))
server.serve_forever()
"""


class Serve:
    """One `./serve` on a data folder and ports of its own."""

    def __init__(self, folder: Path):
        self.data = folder / "data of the test"
        self.http_port, self.dicom_port = free_port(), free_port()
        self.programs = folder / "bin"
        self.programs.mkdir()
        self.variables: dict[str, str] = {}
        self.processes: list[subprocess.Popen[str]] = []

    def orthanc_does(self, first: str = "") -> None:
        """Puts a stand-in for Orthanc first in the PATH; ``first`` is what it does before it answers."""
        program = self.programs / "Orthanc"
        program.write_text(STAND_IN.format(first=first))
        program.chmod(0o755)

    def run(self, *more: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            self.command(*more), env=self.environment(), capture_output=True, text=True, timeout=120, check=False
        )

    def start(self, *more: str) -> subprocess.Popen[str]:
        """Runs until it is ready, which is when it has said how to stop it."""
        process = subprocess.Popen(
            self.command(*more), env=self.environment(), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, cwd="/"
        )
        self.processes.append(process)
        assert process.stdout
        for line in process.stdout:
            if line.startswith("Stop with"):
                return process
        raise AssertionError(f"./serve ended: {process.communicate()[1]}")

    def command(self, *more: str) -> list[str]:
        ports = ["--http-port", str(self.http_port), "--dicom-port", str(self.dicom_port)]
        return [str(HOME / "serve"), "--data", str(self.data), "--rules", str(RULES), *ports, *more]

    def environment(self) -> dict[str, str]:
        kept = {name: value for name, value in os.environ.items() if not name.startswith("TELERADIOLOGY_")}
        return {**kept, "PATH": f"{self.programs}:{os.environ['PATH']}", **self.variables}

    def end(self) -> None:
        for process in self.processes:
            if process.poll() is None:
                process.send_signal(signal.SIGTERM)
            process.communicate(timeout=60)


@pytest.fixture
def serve(tmp_path: Path) -> Iterator[Serve]:
    made = Serve(tmp_path)
    yield made
    made.end()


@pytest.fixture
def gone() -> Callable[[int], None]:
    """Waits until a process is no more."""
    return lambda number: until(lambda: not Path(f"/proc/{number}").exists(), f"process {number} has ended")
