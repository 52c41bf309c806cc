"""`audit verify`: whether the audit trail is as it was written."""

from __future__ import annotations

import argparse
from dataclasses import asdict
from typing import Any

from ..store import audit
from . import installation
from .output import say, say_json
from .parser import Parser, with_data, with_format


def add(verbs: Any) -> None:
    parser = verbs.add_parser("audit", help="verify the audit trail")
    acts = parser.add_subparsers(dest="act", metavar="ACT", required=True, parser_class=Parser)
    verify = with_format(with_data(acts.add_parser("verify", help="walk the chain from the first record to the last")))
    verify.set_defaults(run=_verify)


def _verify(options: argparse.Namespace) -> int:
    store = installation.of(options.data).sealed_store()
    try:
        with store.reading() as c:
            verdict = audit.verify(c)
    finally:
        store.close()
    if options.format == "json":
        say_json(asdict(verdict))
    elif verdict.ok:
        say(f"The audit trail holds: {verdict.count} records, head {verdict.head[:16]}")
    else:
        say(f"The audit trail is broken at record {verdict.first_bad_seq}: {verdict.reason}")
    return 0 if verdict.ok else 1
