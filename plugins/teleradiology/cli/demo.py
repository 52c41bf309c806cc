"""`demo load` and `demo remove`: a worklist to look at."""

from __future__ import annotations

import argparse
import getpass
import os
import re
import sys
from collections.abc import Iterable
from contextlib import closing
from typing import Any

from ..core.errors import Unavailable
from ..demo import loading
from ..demo.client import Client
from ..demo.people import Person
from . import installation
from .installation import Installation
from .output import say, say_json
from .parser import HOME, Parser, with_account, with_data, with_format

PASSWORD = "TELERADIOLOGY_PASSWORD"
FIRST_PASSWORD = "TELERADIOLOGY_ADMIN_PASSWORD"


def add(verbs: Any) -> None:
    parser = verbs.add_parser("demo", help="fill the running service with demonstration data, or take it out")
    acts = parser.add_subparsers(dest="act", metavar="ACT", required=True, parser_class=Parser)
    for name, run, text in (
        ("load", _load, "send the studies and make the accounts"),
        ("remove", _remove, "delete the studies and disable the accounts"),
    ):
        with_account(with_format(with_data(acts.add_parser(name, help=text)))).set_defaults(run=run)


def _load(options: argparse.Namespace) -> int:
    there = installation.of(options.data)
    quiet = options.format == "json"
    with closing(there.sealed_store()) as store:
        known = loading.load(_service(there, options.user, store), (lambda _text: None) if quiet else say)
    if quiet:
        say_json({"ok": True, "accounts": [vars(person) for person in known.people]})
    else:
        say("\nDemonstration accounts:\n" + _table(known.people))
    return 0


def _remove(options: argparse.Namespace) -> int:
    there = installation.of(options.data)
    with closing(there.sealed_store()) as store:
        removed = loading.remove(_service(there, options.user, store))
    if options.format == "json":
        say_json({"ok": True, "studies": removed})
    else:
        say(f"Removed {removed} demonstration studies; the demonstration accounts are disabled.")
    return 0


def _service(there: Installation, user: str, store: Any) -> loading.Service:
    settings = there.settings
    return loading.Service(
        client=Client(there.address, user, _password(there, user)),
        dicom_port=settings.dicom_port,
        title=settings.dicom_aet,
        data_dir=there.data_dir,
        images=HOME / "build" / "demo",
        rules=there.rules(),
        store=store,
    )


def _password(there: Installation, user: str) -> str:
    """As told by the environment, else the one made up for the first administrator, else asked for."""
    told = os.environ.get(PASSWORD) or (os.environ.get(FIRST_PASSWORD) if user == "admin" else None)
    if told:
        return told
    first = there.data_dir / "first-administrator.txt"
    found = re.search(r"password:? (\S+?)\.?(\s|$)", first.read_text(encoding="utf-8")) if first.exists() else None
    if found and user == "admin":
        return found[1]
    if not sys.stdin.isatty():
        raise Unavailable(f"the password of {user} was expected in {PASSWORD}; found nothing there")
    return getpass.getpass(f"Password of {user}: ")


def _table(people: Iterable[Person]) -> str:
    rows = [(person.username, person.password, person.role, person.name) for person in people]
    widths = [max((len(row[column]) for row in rows), default=0) for column in range(3)]
    return "\n".join(
        "  " + "  ".join([*(cell.ljust(width) for cell, width in zip(row, widths, strict=False)), row[3]]) for row in rows
    )
