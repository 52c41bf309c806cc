"""What ./serve and ./test share as commands: options with suggestions, and exit codes."""

import argparse
import difflib
import re
import sys
from collections.abc import Callable
from typing import NoReturn

from install.trouble import Trouble

INTERRUPTED = 130


class Parser(argparse.ArgumentParser):
    """argparse, that refuses in one line and knows what was probably meant."""

    def __init__(self, **words: str) -> None:
        super().__init__(**words, allow_abbrev=False)  # type: ignore[arg-type]

    def error(self, message: str) -> NoReturn:
        known = [option for action in self._actions for option in action.option_strings]
        for word in re.findall(r"--[\w-]+", message.partition("unrecognized arguments:")[2]):
            near = difflib.get_close_matches(word, known, n=1, cutoff=0.5)
            message = f"unknown option {word}" + (f", did you mean {near[0]}" if near else "")
        self.exit(2, f"{self.prog}: {message.rstrip('?.')}. All options: {self.prog} --help\n")


def port(text: str) -> int:
    if not text.isascii() or not text.isdigit() or not 0 < int(text) < 65536:
        raise argparse.ArgumentTypeError(f"expected a port from 1 to 65535, found '{text}'")
    return int(text)


def outcome(command: Callable[[], int]) -> int:
    """The exit code; every foreseeable failure is one line on standard error."""
    try:
        return command()
    except Trouble as trouble:
        print(trouble, file=sys.stderr)
        return 1
    except OSError as error:
        print(f"{error.strerror or error}: {error.filename or ''}".rstrip(": "), file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("\nInterrupted; what was not finished is done again next time.", file=sys.stderr)
        return INTERRUPTED
