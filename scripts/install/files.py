"""Files for the browser as they lie on disk: pre-compressed, with a manifest of their sizes and digests."""

import gzip
import hashlib
import json
from pathlib import Path, PurePosixPath
from typing import Any

from install import commands

GZIPPED = {".js", ".css", ".html", ".json", ".svg", ".wasm", ".xml", ".jsonc"}
BROTLI = "import brotli, sys; sys.stdout.buffer.write(brotli.compress(sys.stdin.buffer.read(), quality=10))"
MANIFEST = "VENDOR.json"


def store(folder: Path, name: str, data: bytes, *, plain_too: bool = False) -> dict[str, Any]:
    """Writes one file (its gzip form when that pays) and returns its line of the manifest."""
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    entry: dict[str, Any] = {"size": len(data), "stored": len(data), "sha256": hashlib.sha256(data).hexdigest()}
    if PurePosixPath(name).suffix not in GZIPPED:
        path.write_bytes(data)
        return entry
    packed = gzip.compress(data, 9, mtime=0)
    path.with_name(path.name + ".gz").write_bytes(packed)
    if plain_too:
        path.write_bytes(data)
    return entry | {"stored": len(packed)}


def store_brotli(folder: Path, name: str, data: bytes, python: Path) -> None:
    """Writes the Brotli form beside the gzip one: a fifth smaller, for the browsers that ask for it (over HTTPS, and locally)."""
    if PurePosixPath(name).suffix in GZIPPED:
        packed = commands.run([python, "-c", BROTLI], f"Brotli could not pack {name}.", stdin=data)
        (folder / f"{name}.br").write_bytes(packed)


def write_manifest(folder: Path, about: dict[str, Any], entries: dict[str, dict[str, Any]]) -> None:
    text = json.dumps({**about, "files": dict(sorted(entries.items()))}, indent=1, sort_keys=False)
    (folder / MANIFEST).write_text(text + "\n", encoding="utf-8")
