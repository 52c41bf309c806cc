"""argparse that refuses in one line and says what was probably meant."""

from __future__ import annotations

import argparse
import difflib
import os
import re
from pathlib import Path
from typing import Any, NoReturn

from ..core.errors import Refusal

HOME = Path(__file__).resolve().parents[3]


class NotUnderstood(Refusal):
    """The command was not understood."""

    code = "not-understood"


class Parser(argparse.ArgumentParser):
    """Long options are not abbreviated: a script must not change its meaning when an option is added."""

    def __init__(self, **words: Any) -> None:
        super().__init__(**words, allow_abbrev=False)

    def error(self, message: str) -> NoReturn:
        self.exit(2, f"{self.prog}: {self._explained(message)} See {self.prog} --help\n")

    def _explained(self, message: str) -> str:
        choice = re.search(r"invalid choice: '(.*?)'", message)
        if choice:
            return f"There is no '{choice[1]}' here. {_near(choice[1], self.verbs())}"
        unknown = re.search(r"unrecognized arguments: (\S+)", message)
        if unknown:
            return f"Unknown argument {unknown[1]}. {_near(unknown[1], self.options())}"
        return f"{message[:1].upper()}{message[1:]}."

    def verbs(self) -> list[str]:
        return list(self._parts())

    def options(self) -> list[str]:
        """Also those of the verbs: argparse lets the outermost parser refuse."""
        own = [option for action in self._actions for option in action.option_strings if option.startswith("--")]
        return sorted({*own, *(option for part in self._parts().values() for option in part.options())})

    def _parts(self) -> dict[str, Parser]:
        return {
            str(name): part
            for action in self._actions
            if isinstance(action.choices, dict)
            for name, part in action.choices.items()
        }


def _near(word: str, known: list[str]) -> str:
    near = difflib.get_close_matches(word, known, n=1, cutoff=0.5)
    return f"Did you mean {near[0]}?" if near else f"Known are {', '.join(known)}."


def with_format(parser: argparse.ArgumentParser) -> argparse.ArgumentParser:
    parser.add_argument("--format", choices=("text", "json"), default="text", help="how the answer is written (default: text)")
    return parser


def with_data(parser: argparse.ArgumentParser) -> argparse.ArgumentParser:
    default = os.environ.get("TELERADIOLOGY_DATA", HOME / "data")
    parser.add_argument(
        "--data", metavar="DIR", type=Path, default=Path(default), help="the service's data folder (default: data)"
    )
    return parser


def with_account(parser: argparse.ArgumentParser) -> argparse.ArgumentParser:
    parser.add_argument("--user", default="admin", help="an administrator (default: admin); the password is asked for, or "
                        "read from TELERADIOLOGY_PASSWORD")  # fmt: skip
    return parser
