"""What every result is printed with: the machine, its load, the versions; and the CPU time of a server process."""

from __future__ import annotations

import os
import platform
import subprocess
import time
from pathlib import Path

BUSY = 1.5  # load average above which a figure is marked as doubtful on this number of cores


def conditions() -> list[str]:
    """Lines for the head of a table."""
    names = (line.split(":", 1)[1].strip() for line in _lines("/proc/cpuinfo") if line.startswith("model name"))
    model = next(names, platform.machine())
    load = os.getloadavg()[0]
    doubtful = " (busy: read the ratios, and those with care)" if load > BUSY else ""
    return [
        f"{time.strftime('%Y-%m-%d %H:%M')} UTC, {os.cpu_count()} x {model}, load {load:.2f}{doubtful}",
        f"Python {platform.python_version()}, {_orthanc()}",
    ]


def _lines(path: str) -> list[str]:
    try:
        return Path(path).read_text(encoding="utf-8").splitlines()
    except OSError:
        return []


def _orthanc() -> str:
    try:
        said = subprocess.run(["/usr/sbin/Orthanc", "--version"], capture_output=True, text=True, check=False).stdout
    except OSError:
        return "no Orthanc"
    return said.splitlines()[0] if said else "Orthanc"


def cpu_seconds(pid: int) -> float:
    """User and system time of all threads of a process so far."""
    fields = Path(f"/proc/{pid}/stat").read_text(encoding="ascii").rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def cpu_when_idle(pid: int, patience: float = 60) -> float:
    """The CPU time once the process has nothing left to do: work goes on after the last image was answered."""
    calm, last, end = 0, cpu_seconds(pid), time.monotonic() + patience
    while calm < 3 and time.monotonic() < end:
        time.sleep(0.3)
        now = cpu_seconds(pid)
        calm = calm + 1 if now - last < 0.03 else 0
        last = now
    return last
