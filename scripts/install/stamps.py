"""Knowing whether a part is already installed as the checkout wants it, and replacing it whole or not at all."""

import hashlib
import shutil
from collections.abc import Callable, Iterable
from pathlib import Path


def digest(files: Iterable[Path], *words: str) -> str:
    """One digest for all inputs that an installed part depends on."""
    seal = hashlib.sha256()
    for word in words:
        seal.update(word.encode() + b"\0")
    for file in files:
        seal.update(file.name.encode() + b"\0" + hashlib.sha256(file.read_bytes()).digest())
    return seal.hexdigest()


def is_current(stamp: Path, wanted: str) -> bool:
    try:
        return stamp.read_text(encoding="ascii").strip() == wanted
    except FileNotFoundError:
        return False


def put(stamp: Path, wanted: str) -> None:
    """Written last and moved into place, so that a stamp never stands beside a half-finished part."""
    stamp.parent.mkdir(parents=True, exist_ok=True)
    fresh = stamp.with_name(stamp.name + ".new")
    fresh.write_text(wanted + "\n", encoding="ascii")
    fresh.replace(stamp)


def rebuild(folder: Path, wanted: str, make: Callable[[Path], None]) -> None:
    """Makes the folder anew beside the old one and swaps them; an interrupted run leaves the old one as it was."""
    fresh = folder.with_name(f".{folder.name}.new")
    old = folder.with_name(f".{folder.name}.old")
    for leftover in (fresh, old):
        shutil.rmtree(leftover, ignore_errors=True)
    fresh.mkdir(parents=True)
    make(fresh)
    put(fresh / ".stamp", wanted)
    if folder.exists():
        folder.rename(old)
    fresh.rename(folder)
    shutil.rmtree(old, ignore_errors=True)
