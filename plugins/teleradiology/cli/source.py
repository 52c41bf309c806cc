"""Where the rules commands get their answers: the data folder's database, or a running service anywhere."""

from __future__ import annotations

import argparse
import getpass
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cached_property
from pathlib import Path

from ..config import rules_file
from ..config.rules_file import RulesFile
from ..core.errors import InvalidInput, Unavailable
from ..core.identity import Actor, Role
from ..demo.client import Client
from ..store import migrate, rules_history
from ..store.engine import Connection, Store
from ..workflow.rules import SHORTEST_DIGEST, once_in_force, prefix_of
from . import installation, passwords, rules_text
from .installation import Installation
from .parser import NotUnderstood

IN_FORCE, DISK = "in-force", "disk"


@dataclass(frozen=True)
class Source:
    """The installation of a data folder; its database may be read while the service runs."""

    there: Installation

    @property
    def file(self) -> Path:
        """The rules file that the service uses."""
        return self.there.settings.rules_file

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """The database. Raises Unavailable when there is none, or one of another version."""
        store = self._checked(self.there.store())
        try:
            with store.reading() as c:
                yield c
        finally:
            store.close()

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        """The same, for what goes on the audit trail."""
        store = self._checked(self.there.sealed_store())
        try:
            with store.writing() as c:
                yield c
        finally:
            store.close()

    @property
    def has_database(self) -> bool:
        """Whether there is something to look up."""
        try:
            with self.reading():
                return True
        except Unavailable:
            return False

    @cached_property
    def in_force(self) -> RulesFile:
        """The rules put in force last; before the first start the file."""
        try:
            with self.reading() as c:
                last = rules_history.latest(c)
                return once_in_force(rules_history.texts(c, last.digest), last.digest) if last else self.on_disk
        except Unavailable:
            return self.on_disk

    @cached_property
    def on_disk(self) -> RulesFile:
        """The file as it is now."""
        return self.there.read(self.file)

    def named(self, name: str) -> RulesFile:
        """A file, ``-`` for standard input, rules that were in force once by their digest, "in-force", or "disk"."""
        if name == IN_FORCE:
            return self.in_force
        if name == DISK:
            return self.on_disk
        path = Path(name)
        if path == rules_text.STANDARD_INPUT or path.exists() or "/" in name or path.suffix:
            return self.there.read(path)
        return self.once(prefix_called(name, f"a rules file, {IN_FORCE}, {DISK}, or "))

    def once(self, prefix: str) -> RulesFile:
        """Rules that were in force once, by how their digest begins."""
        with self.reading() as c:
            return once_in_force(rules_history.texts(c, prefix), prefix)

    @staticmethod
    def _checked(store: Store) -> Store:
        with store.reading() as c:
            found, newest = migrate.revision(c), migrate.newest()
        if found != newest:
            store.close()
            raise Unavailable(
                f"a database of revision {newest} was expected; found {found or 'none'}. Start the service once: ./serve"
            )
        return store


def prefix_called(name: str, also: str = "") -> str:
    """How a digest begins. Raises NotUnderstood with what else may stand there."""
    try:
        return prefix_of(name)
    except InvalidInput:
        known = f"{also}the first {SHORTEST_DIGEST} or more digits of a digest of the history"
        raise NotUnderstood(f"'{name[:64]}': expected {known}") from None


def of(options: argparse.Namespace) -> Source:
    return Source(installation.of(options.data))


def rules_for_elsewhere(path: Path) -> RulesFile:
    """A rules file for a service elsewhere, whose templates nobody knows here. Raises InvalidConfiguration with all problems."""
    return rules_file.load(rules_text.text_of(path), rules_text.called(path))


def client(options: argparse.Namespace) -> Client:
    """The service at ``--url``."""
    address = options.url.rstrip("/").removesuffix("/teleradiology")
    if not address.startswith(("http://", "https://")):
        raise NotUnderstood(f"--url: expected an address such as http://pacs.example:8042, found '{options.url}'")
    return Client(address, options.user, passwords.of(options.user, installation.of(options.data).data_dir))


def actor() -> Actor:
    """Who types the command: an administrator by having the data folder."""
    return Actor(f"{getpass.getuser()}"[:48], frozenset({Role.ADMINISTRATOR}), origin="command line")


def now() -> datetime:
    """The time."""
    return datetime.now(UTC)


def with_service(parser: argparse.ArgumentParser) -> argparse.ArgumentParser:
    """The options by which a command asks a running service instead of the data folder."""
    parser.add_argument(
        "--url", default=os.environ.get("TELERADIOLOGY_URL", ""), help="ask the service there, not the data folder's database"
    )
    parser.add_argument("--user", default="admin", help="with --url: an administrator (default: admin); the password is asked "
                        "for, or read from TELERADIOLOGY_PASSWORD")  # fmt: skip
    return parser
