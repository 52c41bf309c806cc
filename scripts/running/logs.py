"""Orthanc's log files: one per start, the older ones kept for a while, and the lines that explain a failed start."""

import re
from datetime import UTC, datetime
from pathlib import Path

KEPT = 10
SHOWN = 15
ERROR = re.compile(r"^E\d{4} ")
NOTICE = re.compile(r"^[IWT]\d{4} ")
OURS = re.compile(r"^    E\d{4} .*?\] Teleradiology: ")  # says all by itself: a mistake in the settings or the rules file


def fresh(folder: Path) -> Path:
    """The name of this start's log; the oldest beyond KEPT are removed."""
    folder.mkdir(parents=True, exist_ok=True)
    for old in sorted(folder.glob("orthanc-*.log"))[: -(KEPT - 1)]:
        old.unlink()
    return folder / f"orthanc-{datetime.now(UTC):%Y%m%dT%H%M%S.%f}.log"


def explanation(log: Path) -> str:
    """What the extension says is wrong; else error lines and what follows them (tracebacks, lists of problems), the last ones."""
    kept, inside = [], False
    for line in log.read_text(encoding="utf-8", errors="replace").splitlines():
        if ERROR.match(line):
            inside = True
        elif NOTICE.match(line):
            inside = False
        if inside and line.strip():
            kept.append(f"    {line}")
    ours = [OURS.sub("    ", line) for line in kept if OURS.match(line)]
    return "\n".join(ours or kept[-SHOWN:])
