"""The administrator's command line: checks rules, looks after the audit trail and the service, fills a demonstration."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Sequence

from .. import __version__
from ..core.errors import Refusal, Unavailable
from ..store.engine import StorageError
from . import audit, demo, doctor, installation, rules, status
from .output import complain
from .parser import NotUnderstood, Parser

REFUSED, MISUSED = 1, 2
PARTS = (rules, status, doctor, audit, demo)


def main(arguments: Sequence[str]) -> int:
    """The exit code: 0 all is well, 1 something was found or refused, 2 the command was not understood."""
    form = _form(arguments)
    try:
        options = _parser().parse_args(arguments)
        return int(options.run(options))
    except NotUnderstood as refusal:
        complain(refusal, form)
        return MISUSED
    except Refusal as refusal:
        complain(refusal, form)
    except BrokenPipeError:  # the reader of our output has seen enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    except PermissionError as error:
        complain(Unavailable(f"{error.filename or 'the system'}: {error.strerror or error}. {installation.NOT_PERMITTED}"), form)
    except OSError as error:
        complain(Unavailable(f"{error.filename or 'the system'}: {error.strerror or error}"), form)
    except StorageError as error:
        complain(installation.unreadable(error), form)
    except KeyboardInterrupt:
        print("Interrupted.", file=sys.stderr)
    return REFUSED


def _form(arguments: Sequence[str]) -> str:
    """How the answer is wanted, also of a command that is not understood."""
    asked = " ".join(arguments).replace("--format=", "--format ")
    return "json" if "--format json" in asked else "text"


def _parser() -> argparse.ArgumentParser:
    parser = Parser(prog="./teleradiology", description=__doc__)
    parser.add_argument("--version", action="version", version=f"Orthanc Teleradiology {__version__}")
    verbs = parser.add_subparsers(dest="verb", metavar="VERB", required=True, parser_class=Parser)
    for part in PARTS:
        part.add(verbs)
    return parser
