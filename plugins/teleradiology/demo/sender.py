"""Sends a study as its modality would: C-STORE by DCMTK, under the AE title of the facility."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Sequence
from pathlib import Path

from ..core.directory import Facility
from ..core.errors import Unavailable

JPEG = "--propose-jpeg8"


def title_of(facility: Facility, modality: str) -> str:
    """The facility's AE title for the modality: the one that names it, else the first."""
    titles = facility.calling_aets or (f"DEMO_{modality}",)
    return next((title for title in titles if modality in title.upper()), titles[0])


def send(files: Sequence[Path], *, calling: str, called: str, port: int, compressed: bool) -> None:
    """Raises Unavailable when the PACS does not take every file."""
    program = shutil.which("storescu")
    if program is None:
        raise Unavailable("storescu was expected; found none. Install it: apt-get install dcmtk")
    command = [
        program,
        "-aet",
        calling,
        "-aec",
        called,
        *([JPEG] if compressed else []),
        "127.0.0.1",
        str(port),
        *map(str, files),
    ]
    environment = {**os.environ, "TCP_NODELAY": "1"}  # or DCMTK stalls about 90 ms per small object
    done = subprocess.run(command, env=environment, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False)
    if done.returncode:
        last = (done.stderr or done.stdout).strip().splitlines()[-1:]
        raise Unavailable(f"C-STORE to port {port} as {calling} failed: {' '.join(last)}")
