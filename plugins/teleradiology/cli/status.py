"""`status`: whether the service answers."""

from __future__ import annotations

import argparse
from typing import Any

from ..demo.client import Client
from . import installation
from .output import say, say_json
from .parser import with_data, with_format


def add(verbs: Any) -> None:
    parser = with_format(with_data(verbs.add_parser("status", help="whether the service answers")))
    parser.set_defaults(run=_status)


def _status(options: argparse.Namespace) -> int:
    address = installation.of(options.data).address
    found = Client(address, "", "").get("status")
    if options.format == "json":
        say_json({"address": address, **found})
    else:
        say(f"The service at {address}/teleradiology/ says {found.get('status')}, version {found.get('version')}")
    return 0 if found.get("status") == "ok" else 1
