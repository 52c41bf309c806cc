"""Puts a text in the place of the rules file: there whole or not at all, and what was there before is kept beside it."""

from __future__ import annotations

import os
import shutil
import tempfile
from datetime import UTC, datetime
from pathlib import Path

from ..core.errors import Unavailable


def replace_file(file: Path, text: str, now: datetime) -> Path | None:
    """Write the text; the name of the copy of what was there. Raises Unavailable when the folder cannot be written to."""
    file = file.resolve()  # a symbolic link stays one
    try:
        backup = _copy(file, now)
        write_whole(file, text)
    except OSError as error:
        raise Unavailable(
            f"{file} could not be replaced ({error.strerror}); nothing was changed. The service's user needs the right to write"
            f" into {file.parent}."
        ) from None
    return backup


def write_whole(file: Path, text: str) -> None:
    """Write a file so that it is there whole or not at all, even when the power fails; its rights stay as they are."""
    handle, name = tempfile.mkstemp(dir=file.parent, prefix=f".{file.name}-")
    try:
        with os.fdopen(handle, "w", encoding="utf-8", newline="") as stream:
            stream.write(text)
            stream.flush()
            os.fsync(stream.fileno())
        if file.exists():
            shutil.copymode(file, name)
        Path(name).replace(file)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise


def _copy(file: Path, now: datetime) -> Path | None:
    if not file.exists():
        return None
    stamp = now.astimezone(UTC).strftime("%Y%m%dT%H%M%SZ")
    backup = file.with_name(f"{file.name}.before-{stamp}")
    number = 1
    while backup.exists():
        number += 1
        backup = file.with_name(f"{file.name}.before-{stamp}-{number}")
    shutil.copy2(file, backup)
    return backup
