"""The administrator's command line: checks rules, looks after the audit trail and the service, fills a demonstration."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Sequence

from ..core.errors import Refusal
from . import audit, demo, doctor, rules, status
from .output import complain
from .parser import NotUnderstood, Parser

REFUSED, MISUSED = 1, 2
PARTS = (rules, status, doctor, audit, demo)


def main(arguments: Sequence[str]) -> int:
    """The exit code: 0 all is well, 1 something was found or refused, 2 the command was not understood."""
    options = _parser().parse_args(arguments)
    try:
        return int(options.run(options))
    except Refusal as refusal:
        complain(refusal, options.format)
        if isinstance(refusal, NotUnderstood):
            return MISUSED
    except BrokenPipeError:  # the reader of our output has seen enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    except (OSError, UnicodeDecodeError) as error:
        print(f"{getattr(error, 'filename', None) or options.verb}: {getattr(error, 'strerror', None) or error}", file=sys.stderr)
    except KeyboardInterrupt:
        print("Interrupted.", file=sys.stderr)
    return REFUSED


def _parser() -> argparse.ArgumentParser:
    parser = Parser(prog="./teleradiology", description=__doc__)
    verbs = parser.add_subparsers(dest="verb", metavar="VERB", required=True, parser_class=Parser)
    for part in PARTS:
        part.add(verbs)
    return parser
