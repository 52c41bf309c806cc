"""What makes the audit chain hard to forge: a key outside of the database, and a file with the heads it has had."""

from __future__ import annotations

import logging
import os
import secrets
from dataclasses import dataclass, field
from pathlib import Path

KEY_BYTES = 32
_LARGEST = 1_000_000  # bytes of the anchor file before it is thinned
_KEPT_EVERY = 1000
_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Seal:
    """The chain's key, and the anchor file; without a file a cut tail shows only in the head's own mark."""

    key: bytes = field(repr=False)
    anchor: Path | None = None

    def remember(self, seq: int, head: str) -> None:
        """Append a head to the anchor file, after the commit.

        Best effort: a head that is missing there proves nothing, one that the database lacks proves a cut or an old copy.
        """
        if self.anchor is None:
            return
        try:
            if _appended(self.anchor, f"{seq} {head}\n".encode("ascii")) > _LARGEST:
                self._thin(self.anchor)
        except OSError as problem:  # the act is done; it must not look undone
            _log.warning("the audit anchor %s was not written: %s", self.anchor, problem.strerror)

    def heads(self) -> dict[int, set[str]]:
        """The heads in the anchor file by number."""
        found: dict[int, set[str]] = {}
        for seq, head in _lines(self.anchor) if self.anchor else []:
            found.setdefault(seq, set()).add(head)
        return found

    def _thin(self, anchor: Path) -> None:
        lines = _lines(anchor)
        following = [seq for seq, _ in lines[1:]]
        kept = [
            f"{seq} {head}\n"
            # Where the numbers go back, an older database was put in place: that is evidence and stays.
            for (seq, head), after in zip(lines, [*following, 0], strict=True)
            if seq % _KEPT_EVERY == 0 or after <= seq
        ]
        beside = anchor.with_name(f"{anchor.name}.part")
        beside.write_text("".join(kept), encoding="ascii")
        beside.replace(anchor)


def _appended(anchor: Path, line: bytes) -> int:
    """Write the line at the end, in one piece, and tell the size of the file."""
    descriptor = os.open(anchor, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
    try:
        os.write(descriptor, line)
        return os.fstat(descriptor).st_size
    finally:
        os.close(descriptor)


def _lines(anchor: Path) -> list[tuple[int, str]]:
    """Numbers and heads in order; a line that a crash left unfinished is passed over."""
    if not anchor.exists():
        return []
    found = []
    for line in anchor.read_text(encoding="ascii", errors="replace").splitlines():
        seq, _, head = line.partition(" ")
        if seq.isdecimal() and len(head) == 64:
            found.append((int(seq), head))
    return found


def seal_of(data_dir: Path) -> Seal:
    """The seal of an installation; its key is made at the first start and readable by the service alone."""
    data_dir.mkdir(parents=True, exist_ok=True)
    path = data_dir / "audit.key"
    if not path.exists():
        _make(path)
    key = path.read_bytes()
    if len(key) != KEY_BYTES:
        raise ValueError(f"{path}: expected a key of {KEY_BYTES} bytes, found {len(key)}; restore it from the backup")
    return Seal(key, data_dir / "audit.head")


def _make(path: Path) -> None:
    # Written beside and linked into place: two first starts at once end with one and the same key.
    beside = path.with_name(f"{path.name}.{secrets.token_hex(4)}")
    descriptor = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(secrets.token_bytes(KEY_BYTES))
        file.flush()
        os.fsync(file.fileno())
    try:
        os.link(beside, path)
    except FileExistsError:
        pass
    finally:
        beside.unlink()
