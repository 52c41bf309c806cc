"""`doctor`: looks at what an administrator would look at first when something is wrong."""

from __future__ import annotations

import argparse
import os
import shutil
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from ..core.errors import Refusal
from ..demo.client import Client
from ..store import audit, migrate
from ..store.engine import StorageError
from . import installation
from .installation import Installation
from .output import say, say_json
from .parser import with_data, with_format

LEAST_FREE = 2 * 10**9
PLUGINS = Path("/usr/share/orthanc/plugins")
GDCM = "libOrthancGdcm.so"


@dataclass(frozen=True)
class Finding:
    """One look: ``is_well`` None is a warning."""

    what: str
    is_well: bool | None
    says: str


def add(verbs: Any) -> None:
    parser = with_format(with_data(verbs.add_parser("doctor", help="look for what commonly is wrong")))
    parser.set_defaults(run=_doctor)


def _doctor(options: argparse.Namespace) -> int:
    findings = [_look(what, look, installation.of(options.data)) for what, look in LOOKS.items()]
    is_well = all(finding.is_well is not False for finding in findings)
    if options.format == "json":
        say_json({"ok": is_well, "findings": [asdict(finding) for finding in findings]})
    else:
        marks = {True: "ok", False: "BAD", None: "note"}
        for finding in findings:
            say(f"{marks[finding.is_well]:<5}{finding.what:<14}{finding.says}")
    return 0 if is_well else 1


def _look(what: str, look: Callable[[Installation], tuple[bool | None, str]], there: Installation) -> Finding:
    try:
        return Finding(what, *look(there))
    except Refusal as refusal:
        return Finding(what, False, refusal.detail)
    except StorageError as error:
        return Finding(what, False, installation.unreadable(error).detail)
    except OSError as error:
        return Finding(what, False, f"{error.filename}: {error.strerror}")


def _service(there: Installation) -> tuple[bool | None, str]:
    found = Client(there.address, "", "").get("status")
    return found.get("status") == "ok", f"answers at {there.address}/teleradiology/"


def _rules(there: Installation) -> tuple[bool | None, str]:
    found = there.rules()
    return (None if found.warnings else True), f"{there.settings.rules_file}: {len(found.warnings)} warnings"


def _data(there: Installation) -> tuple[bool | None, str]:
    if not there.data_dir.is_dir() or not os.access(there.data_dir, os.W_OK):
        return False, f"{there.data_dir} was expected to be a folder that can be written to"
    free = shutil.disk_usage(there.data_dir).free
    return free >= LEAST_FREE, f"{there.data_dir}: {free / 1e9:.1f} GB free"


def _database(there: Installation) -> tuple[bool | None, str]:
    store = there.store()
    try:
        with store.reading() as c:
            found = migrate.revision(c)
    finally:
        store.close()
    return found == migrate.newest(), f"revision {found}, this version works with {migrate.newest()}"


def _trail(there: Installation) -> tuple[bool | None, str]:
    store = there.sealed_store()
    try:
        with store.reading() as c:
            verdict = audit.verify(c)
    finally:
        store.close()
    return verdict.ok, f"{verdict.count} records" if verdict.ok else verdict.reason


def _transcoding(there: Installation) -> tuple[bool | None, str]:
    listed = [str(path) for path in there.configuration.get("Plugins", ())]
    folders = [Path(path) for path in listed if Path(path).is_dir()]
    if any(GDCM in path for path in listed) or any((folder / GDCM).exists() for folder in folders):
        return False, "orthanc-gdcm is loaded: on Debian 12 its transcoding ends Orthanc; take it out of Plugins in orthanc.json"
    return True, "orthanc-gdcm is not loaded"


LOOKS: dict[str, Callable[[Installation], tuple[bool | None, str]]] = {
    "service": _service,
    "rules": _rules,
    "data folder": _data,
    "database": _database,
    "audit trail": _trail,
    "transcoding": _transcoding,
}
