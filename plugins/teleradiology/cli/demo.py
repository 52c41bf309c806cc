"""`demo load` and `demo remove`: a worklist to look at."""

from __future__ import annotations

import argparse
from collections.abc import Iterable
from contextlib import closing
from typing import Any

from ..demo import loading
from ..demo.client import Client
from ..demo.people import Person
from . import installation, passwords
from .installation import Installation
from .output import say, say_json
from .parser import HOME, Parser, with_account, with_data, with_format


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
        client=Client(there.address, user, passwords.of(user, there.data_dir)),
        dicom_port=settings.dicom_port,
        title=settings.dicom_aet,
        data_dir=there.data_dir,
        images=HOME / "build" / "demo",
        rules=there.rules(),
        store=store,
    )


def _table(people: Iterable[Person]) -> str:
    rows = [(person.username, person.password, person.role, person.name) for person in people]
    widths = [max((len(row[column]) for row in rows), default=0) for column in range(3)]
    return "\n".join(
        "  " + "  ".join([*(cell.ljust(width) for cell, width in zip(row, widths, strict=False)), row[3]]) for row in rows
    )
