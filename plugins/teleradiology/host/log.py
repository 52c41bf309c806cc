"""Our lines in Orthanc's log: never the text of an exception, for a database error quotes the values of its query."""

from __future__ import annotations

import logging
import secrets
import traceback
from typing import Any

LEVELS = ((logging.ERROR, "LogError"), (logging.WARNING, "LogWarning"), (logging.NOTSET, "LogInfo"))


def places(error: BaseException, most: int = 6) -> str:
    """The type of an exception and where it was raised: all that may be logged of it."""
    frames = traceback.extract_tb(error.__traceback__)[-most:]
    path = " < ".join(f"{frame.filename.rpartition('/')[2]}:{frame.lineno} {frame.name}" for frame in reversed(frames))
    return f"{type(error).__name__} at {path}" if path else type(error).__name__


def incident(log: logging.Logger, what: str, error: BaseException) -> str:
    """Log an unexpected exception under an id that can be shown to the person it happened to."""
    number = secrets.token_hex(4)
    log.error("incident %s: %s: %s", number, what, places(error))
    return number


class OrthancLog(logging.Handler):
    """Hands log records to Orthanc."""

    def __init__(self, orthanc: Any):
        super().__init__()
        self._orthanc = orthanc
        self.setFormatter(_WithoutValues("%(name)s: %(message)s"))

    def emit(self, record: logging.LogRecord) -> None:
        """One line, whatever the message contains."""
        name = next(name for level, name in LEVELS if record.levelno >= level)
        getattr(self._orthanc, name)(self.format(record).replace("\r", " ").replace("\n", " ").replace("\x1b", " "))


class _WithoutValues(logging.Formatter):
    def formatException(self, ei: Any) -> str:
        return places(ei[1])


def log_to(orthanc: Any) -> None:
    """Send everything that is logged in this process to Orthanc's log."""
    root = logging.getLogger()
    root.handlers[:] = [OrthancLog(orthanc)]
    root.setLevel(logging.INFO)
    for noisy in ("fontTools", "weasyprint", "pydicom", "PIL", "alembic"):
        logging.getLogger(noisy).setLevel(logging.ERROR)
