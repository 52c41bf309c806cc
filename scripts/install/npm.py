"""One tarball of the npm registry, checked against our lock file; read without unpacking it to disk."""

import base64
import hashlib
import json
import tarfile
from collections.abc import Callable
from pathlib import Path, PurePosixPath

from install import commands
from install.trouble import Trouble

# One second try, at once: whoever waits for ./serve wants to hear soon that there is no network.
QUICKLY = ("--fetch-retries=1", "--fetch-retry-mintimeout=1000", "--fetch-retry-maxtimeout=2000")


def lock(file: Path) -> dict[str, str]:
    return dict(json.loads(file.read_text(encoding="utf-8")))


def tarball(locked: dict[str, str], folder: Path) -> Path:
    """Fetched into the folder; Trouble unless it is byte for byte the locked one."""
    name = f"{locked['package']}@{locked['version']}"
    commands.run(
        ["npm", "pack", name, "--ignore-scripts", *QUICKLY, "--pack-destination", folder],
        f"{name} could not be fetched from the npm registry. {commands.CHECK_NETWORK}",
        cwd=folder,
    )
    found = list(folder.glob("*.tgz"))
    if len(found) != 1:
        raise Trouble(f"npm pack {name} was expected to leave one tarball; found {len(found)}. Run this again.")
    _check(found[0], locked)
    return found[0]


def _check(file: Path, locked: dict[str, str]) -> None:
    found = "sha512-" + base64.b64encode(hashlib.sha512(file.read_bytes()).digest()).decode()
    if found != locked["integrity"]:
        raise Trouble(
            f"{locked['package']} {locked['version']} was expected to have the integrity {locked['integrity']}; found "
            f"{found}. Do not use it; ask where the registry got it from."
        )


def members(file: Path, is_wanted: Callable[[PurePosixPath], bool]) -> dict[str, bytes]:
    kept = {}
    with tarfile.open(file) as archive:
        for member in archive:
            path = PurePosixPath(member.name)
            if member.isfile() and ".." not in path.parts and is_wanted(path):
                kept[member.name] = archive.extractfile(member).read()  # type: ignore[union-attr]  # it is a file
    return kept
