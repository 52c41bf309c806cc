"""The rules in force: the last good file, whatever has been done to the file since. Readers never wait."""

from __future__ import annotations

import threading
from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from ..core.errors import InvalidConfiguration, Problem
from .differences import Difference, between
from .file_text import content_of, decoded
from .replacing import replace_file, write_whole
from .rules_file import RulesFile, load

_ATTEMPTS = 3  # at a file that changes while it is read

Signature = tuple[int, int, int] | None


@dataclass(frozen=True)
class Reloaded:
    """A file put in force: by whom, when, and what is different from before."""

    before: str
    after: str
    by: str
    at: datetime
    differences: tuple[Difference, ...]
    warnings: tuple[Problem, ...]

    @property
    def changed(self) -> bool:
        """Whether the text is another than before."""
        return self.before != self.after

    def to_json(self) -> dict[str, Any]:
        """As JSON values, for an answer and for the audit trail."""
        return {
            "before": self.before,
            "after": self.after,
            "changed": self.changed,
            "differences": [each.to_json() for each in self.differences],
            "warnings": [str(each) for each in self.warnings],
        }


class RulesInForce:
    """Holds the rules that decide. ``templates`` tells the names of the report templates there are."""

    def __init__(self, file: Path, last_good: Path, templates: Callable[[], Collection[str]] | None = None):
        """Take the file, or the last good one when the file is bad. Raises InvalidConfiguration when there is neither."""
        self.file = file
        self.file_problem: tuple[Problem, ...] = ()
        self._last_good = last_good
        self._templates = templates
        self._one_reload = threading.Lock()
        self._read_as: Signature = None
        self._seen: Signature = None
        try:
            self._current = self._loaded()
        except InvalidConfiguration as refusal:
            self._current = self._from_last_good(refusal)
        else:
            self._keep(self._current.text)

    @property
    def current(self) -> RulesFile:
        """The rules in force: one consistent value, to be asked for once per act."""
        return self._current

    def reload(self, by: str, now: datetime) -> Reloaded:
        """Read the file again and put it in force. Raises InvalidConfiguration, and changes nothing, when it is bad."""
        with self._one_reload:
            before = self._current
            try:
                after = self._loaded()
            except InvalidConfiguration as refusal:
                self.file_problem = refusal.problems
                raise
            self._keep(after.text)
            self._current = after
            self.file_problem = ()
        return Reloaded(before.digest, after.digest, by, now, between(before, after), after.warnings)

    def check(self, text: str) -> RulesFile:
        """What a text would be as rules file; puts nothing in force. Raises InvalidConfiguration."""
        return load(text, self.file.name, templates=self._templates() if self._templates else None)

    def put_back(self, text: str, by: str, now: datetime) -> tuple[Reloaded, Path | None]:
        """Make a text the file on the disk and put it in force, so that the two agree; also the copy of the file before.

        Raises InvalidConfiguration or Unavailable, and then nothing has changed.
        """
        self.check(text)
        backup = replace_file(self.file, text, now)
        return self.reload(by, now), backup

    def stale(self) -> bool:
        """Whether the file on disk has changed since it was read, and rests: cheap, for every heartbeat.

        A change is reported when it is seen a second time, so that a file being written is not taken.
        """
        now = _signature(self.file)
        settled, self._seen = now == self._seen, now
        return settled and now != self._read_as

    def differs(self) -> bool:
        """Whether the file on the disk is not the one in force: changed and not yet read, or refused."""
        return bool(self.file_problem) or _signature(self.file) != self._read_as

    def _loaded(self) -> RulesFile:
        self._read_as = self._seen = _signature(self.file)  # so that what cannot be read is not tried at every heartbeat
        self._read_as, text = _read(self.file)
        self._seen = self._read_as
        return self.check(text)

    def _from_last_good(self, refusal: InvalidConfiguration) -> RulesFile:
        """The last good file instead; without one the refusal stands."""
        try:
            _, text = _read(self._last_good)
            loaded = load(text, self._last_good.name)  # templates may have gone meanwhile; that must not stop the start
        except InvalidConfiguration:
            raise refusal from None
        self.file_problem = refusal.problems
        return loaded

    def _keep(self, text: str) -> None:
        """Write the last good file."""
        self._last_good.parent.mkdir(parents=True, exist_ok=True)
        write_whole(self._last_good, text)


def _signature(file: Path) -> Signature:
    try:
        found = file.stat()
    except OSError:
        return None
    return found.st_mtime_ns, found.st_size, found.st_ino


def _read(file: Path) -> tuple[Signature, str]:
    """The file's text as it was at one moment. Raises InvalidConfiguration."""
    signature = _signature(file)
    for _ in range(_ATTEMPTS):
        content = content_of(file, file.name)
        after = _signature(file)
        if after == signature:
            break
        signature = after
    return signature, decoded(content, file.name)
