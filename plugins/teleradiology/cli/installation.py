"""The installation that a command is about: its settings, rules and database, found from the data folder."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from ..config import rules_file
from ..config.rules_file import RulesFile
from ..config.settings import Settings
from ..core.errors import InvalidConfiguration, Unavailable
from ..documents import report_texts
from ..store.engine import StorageError, Store, connect
from ..store.seal import Seal, seal_of
from . import rules_text
from .parser import HOME

NOT_PERMITTED = "Give this account the right to, or run the command as the account of the service"
CONFIGURATION = HOME / "orthanc.json"
# What ./serve notes in the data folder, and the variables of orthanc.json that it sets from them.
NOTED = {"http_port": "TELERADIOLOGY_HTTP_PORT", "dicom_port": "TELERADIOLOGY_DICOM_PORT", "rules": "TELERADIOLOGY_RULES"}


@dataclass(frozen=True)
class Installation:
    """``data_dir`` is absolute."""

    data_dir: Path

    @cached_property
    def configuration(self) -> Mapping[str, Any]:
        return orthanc_json(CONFIGURATION.read_text(encoding="utf-8"), self._environment())

    @cached_property
    def settings(self) -> Settings:
        return Settings.from_orthanc(self.configuration, os.environ)

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.configuration.get('HttpPort', 8042)}"

    def rules(self) -> RulesFile:
        return self.read(self.settings.rules_file)

    def read(self, file: Path) -> RulesFile:
        """A rules file or what is piped in, checked as the service checks it. Raises InvalidConfiguration with all problems."""
        return rules_file.load(rules_text.text_of(file), rules_text.called(file), templates=self.templates)

    @property
    def templates(self) -> Collection[str]:
        """The names of the report templates there are."""
        return report_texts.load(self.settings.templates_dir / "report" / "texts").by_id

    def store(self, seal: Seal | None = None) -> Store:
        settings = self.settings
        missing = settings.database_url.startswith("sqlite") and not (self.data_dir / "teleradiology.db").exists()
        if missing and settings.database_url.endswith("teleradiology.db"):
            raise Unavailable(f"a database was expected in {self.data_dir}; found none. Name the data folder: --data DIR")
        return connect(settings.database_url, seal)

    def sealed_store(self) -> Store:
        if not (self.data_dir / "audit.key").exists():
            raise Unavailable(f"the audit key was expected in {self.data_dir}; found none. Name the data folder: --data DIR")
        try:
            return self.store(seal_of(self.data_dir))
        except ValueError as error:
            raise Unavailable(str(error)) from None

    def _environment(self) -> dict[str, str]:
        note = self.data_dir / "serving.json"
        try:
            noted = dict(json.loads(note.read_text(encoding="utf-8"))) if note.exists() else {}
        except (ValueError, TypeError):
            raise Unavailable(f"what ./serve noted was expected in {note}; it is garbled. Delete it and run ./serve") from None
        known = {NOTED[key]: str(value) for key, value in noted.items() if key in NOTED}
        return {**known, **os.environ, "TELERADIOLOGY_DATA": str(self.data_dir)}


def of(data_dir: Path) -> Installation:
    return Installation(data_dir.expanduser().absolute())


def unreadable(error: StorageError) -> Unavailable:
    """What a failure of the database means to an administrator."""
    said = str(getattr(error, "orig", None) or error).splitlines()[0]
    if "readonly database" in said or "unable to open" in said:
        return Unavailable(f"the database cannot be used by this account: {said}. {NOT_PERMITTED}")
    return Unavailable(f"the database cannot be read: {said}. See ./teleradiology doctor, or restore it from the backup")


_COMMENTS = re.compile(r'("(?:\\.|[^"\\])*")|//[^\n]*|/\*.*?\*/', re.DOTALL)
_VARIABLE = re.compile(r"\$\{(\w+)(?::-([^}]*))?\}")


def orthanc_json(text: str, environment: Mapping[str, str]) -> Mapping[str, Any]:
    """A configuration as Orthanc reads it: comments, and ``${NAME:-default}`` from the environment."""
    filled = _VARIABLE.sub(lambda found: environment.get(found[1], found[2] or ""), text)
    try:
        return dict(json.loads(_COMMENTS.sub(lambda found: found[1] or " ", filled)))
    except ValueError as error:
        raise InvalidConfiguration(f"orthanc.json cannot be read: {error}") from None
