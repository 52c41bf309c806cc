"""`rules …`: check a file, try it, explain a study, see what was in force when, and go back to it."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

from ..config import schema
from ..core.errors import InvalidConfiguration
from ..core.readers import WARN_DAYS
from . import rules_history, rules_text, rules_trying, source
from .output import complain, problems, say, say_json
from .parser import Parser, with_data, with_format

EVER = 1_000_000  # days


def add(verbs: Any) -> None:
    parser = verbs.add_parser("rules", help="check, test, explain, try and take back rules")
    acts = parser.add_subparsers(dest="act", metavar="ACT", required=True, parser_class=Parser)
    check = with_format(with_data(acts.add_parser("check", help="all problems of a rules file, with line and column")))
    check.add_argument(
        "file", metavar="FILE", type=Path, nargs="?", help="default: the file that the service uses; - for standard input"
    )
    check.set_defaults(run=_check)
    shown = with_format(acts.add_parser("schema", help="the JSON schema, for editors"))
    shown.set_defaults(run=_schema)
    rules_trying.add(acts)
    rules_history.add(acts)


def _check(options: argparse.Namespace) -> int:
    there = source.of(options).there
    path = options.file or there.settings.rules_file
    file = rules_text.called(path)
    try:
        found = there.read(path)
    except InvalidConfiguration as refusal:
        complain(refusal, options.format)
        return 1
    count = {"rules": len(found.ruleset.rules), "facilities": len(found.facilities), "readers": len(found.readers),
             "examples": len(found.examples)}  # fmt: skip
    ending = [each for each in found.expiring(source.now(), EVER) if each.days <= WARN_DAYS]
    if options.format == "json":
        told = [{**vars(each), "until": str(each.until)} for each in ending]
        say_json({"ok": True, "file": file, "digest": found.digest, **count, "warnings": problems(found.warnings),
                  "ending": told})  # fmt: skip
        return 0
    for warning in found.warnings:
        say(f"warning: {warning}")
    for each in ending:
        ends = "ended" if each.days < 0 else "ends"
        say(f"warning: {file}: readers.{each.reader}: the {each.kind} for {each.what} {ends} on {each.until}")
    say(f"{file} is fit for use: {', '.join(f'{number} {name}' for name, number in count.items())} (digest {found.digest[:12]})")
    return 0


def _schema(_options: argparse.Namespace) -> int:
    say(schema.as_text().rstrip("\n"))
    return 0
