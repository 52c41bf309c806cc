"""`rules diff`, `history` and `rollback`: what changed, who put it in force when, and the way back."""

from __future__ import annotations

import argparse
import sys
from dataclasses import asdict
from typing import Any

from ..config.difference_details import details
from ..store import rules_history
from ..workflow import rules as workflow
from . import source, telling
from .output import say, say_json
from .parser import NotUnderstood, count, with_data, with_format


def add(acts: Any) -> None:
    diff = source.with_service(
        with_format(with_data(acts.add_parser("diff", help="what differs between two rules files, in their meaning")))
    )
    for name in ("before", "after"):
        diff.add_argument(
            name, metavar=name.upper(), help="a file, - for standard input, a digest of the history, in-force or disk"
        )
    diff.add_argument("--exit-code", action="store_true", help="end with 1 when they differ")
    diff.set_defaults(run=_diff)
    history = source.with_service(with_format(with_data(acts.add_parser("history", help="who put which rules in force when"))))
    history.add_argument("--limit", metavar="N", type=count, default=20, help="at most so many changes, the latest (default: 20)")
    history.set_defaults(run=_history)
    rollback = source.with_service(
        with_format(with_data(acts.add_parser("rollback", help="put rules of the past in force again")))
    )
    rollback.add_argument("digest", metavar="DIGEST", help="of the history, or how it begins")
    rollback.add_argument("--yes", action="store_true", help="do not ask")
    rollback.set_defaults(run=_rollback)


def _diff(options: argparse.Namespace) -> int:
    if options.url:
        told = source.client(options).post("rules/diff", {"before": options.before, "after": options.after})["items"]
    else:
        there = source.of(options)
        told = [asdict(each) for each in details(there.named(options.before), there.named(options.after))]
    if options.format == "json":
        say_json({"ok": True, "differ": bool(told), "differences": told})
    else:
        for each in told:
            say(telling.detail(each))
        if not told:
            say("no difference that means anything")
    return 1 if told and options.exit_code else 0


def _history(options: argparse.Namespace) -> int:
    if options.url:
        told = source.client(options).get("rules/history")["items"][: options.limit]
    else:
        with source.of(options).reading() as c:
            told = [
                {**asdict(each), "at": each.at.isoformat(timespec="seconds")} for each in rules_history.newest(c, options.limit)
            ]
    if options.format == "json":
        say_json({"ok": True, "changes": told})
    else:
        rows = [
            (each["at"], each["digest"][:12], "after", each["before"][:12] or "nothing", each["cause"], "by", each["by"])
            for each in told
        ]
        for line in telling.table(rows, ""):
            say(line)
        if not told:
            say("no rules were put in force yet")
    return 0


def _rollback(options: argparse.Namespace) -> int:
    source.prefix_called(options.digest)
    if not options.yes:
        _confirm(options.digest)
    told = source.client(options).post("rules/rollback", {"digest": options.digest}) if options.url else _back_here(options)
    if options.format == "json":
        say_json({"ok": True, **told})
    else:
        say(f"rules {told['digest'][:12]} are in force in place of {told['before'][:12]}")
        if "file" in told:
            say(f"written to {told['file']}")
        say(f"the file before is kept as {told['backup'] or 'nothing'}")
    return 0


def _confirm(digest: str) -> None:
    if not sys.stdin.isatty():
        raise NotUnderstood("rules rollback changes what decides about studies, and nobody is there to be asked; add --yes")
    if input(f"Put the rules {digest[:12]} in force again? [y/N] ").strip().lower() not in ("y", "yes"):
        raise NotUnderstood("nothing was changed")


def _back_here(options: argparse.Namespace) -> dict[str, Any]:
    """The file is replaced; a running service sees that within a second and puts it in force."""
    there = source.of(options)
    found = there.once(options.digest)
    before = there.in_force.digest
    with there.writing() as c:
        backup = workflow.roll_back_file(c, source.actor(), there.file, found, source.now())
    return {
        "digest": found.digest,
        "before": before,
        "changed": before != found.digest,
        "backup": backup,
        "file": str(there.file),
    }
