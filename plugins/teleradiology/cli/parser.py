"""argparse that refuses in one line and says what was probably meant."""

from __future__ import annotations

import argparse
import difflib
import os
import re
from pathlib import Path
from typing import Any, NoReturn

from ..core.errors import Refusal

MOST = 1_000_000
_MISTYPED = 0.7  # how alike two words are of which one is the other, mistyped
HOME = Path(__file__).resolve().parents[3]


class NotUnderstood(Refusal):
    """The command was not understood."""

    code = "not-understood"


class Parser(argparse.ArgumentParser):
    """Long options are not abbreviated: a script must not change its meaning when an option is added."""

    def __init__(self, **words: Any) -> None:
        super().__init__(**words, allow_abbrev=False)

    def parse_known_args(self, args: Any = None, namespace: Any = None) -> Any:
        """Each verb refuses what it does not know by itself, because it knows best what was meant."""
        verbs = self._verbs()
        if verbs and args and args[0].startswith("--") and args[0].partition("=")[0] not in self._options():
            word = args[0].partition("=")[0]
            if difflib.get_close_matches(word, self._options(), n=1, cutoff=_MISTYPED):
                raise self._refusal(_unknown(word, self._options()))
            raise self._refusal(f"{word} stands in front of {' or '.join(verbs[:2])}…; options stand at the end.")
        options, rest = super().parse_known_args(args, namespace)
        if rest:
            raise self._refusal(_unknown(rest[0].partition("=")[0], self._options()))
        return options, rest

    def error(self, message: str) -> NoReturn:
        raise self._refusal(self._explained(message))

    def _refusal(self, explained: str) -> NotUnderstood:
        return NotUnderstood(f"{self.prog}: {explained} See {self.prog} --help")

    def _explained(self, message: str) -> str:
        choice = re.search(r"(?:argument (\S+): )?invalid choice: '(.*?)'", message)
        if choice and (choice[1] or "").startswith("-"):
            return f"{choice[1]} cannot be '{choice[2]}'. {near(choice[2], self._choices(choice[1]))}"
        if choice:
            return f"There is no '{choice[2]}' here. {near(choice[2], self._verbs())}"
        return f"{message[:1].upper()}{message[1:]}."

    def _verbs(self) -> list[str]:
        return [str(name) for action in self._actions if isinstance(action.choices, dict) for name in action.choices]

    def _options(self) -> list[str]:
        return [option for action in self._actions for option in action.option_strings if option.startswith("--")]

    def _choices(self, option: str) -> list[str]:
        return [str(each) for action in self._actions if option in action.option_strings for each in action.choices or ()]


def _unknown(word: str, options: list[str]) -> str:
    if not word.startswith("-"):
        return f"'{word}' is too much: nothing more is expected."
    return f"Unknown argument {word}. {near(word, options)}"


def near(word: str, known: list[str]) -> str:
    """What was probably meant, else what there is."""
    found = difflib.get_close_matches(word, known, n=1, cutoff=0.5)
    return f"Did you mean {found[0]}?" if found else f"Known are {', '.join(known)}."


def count(text: str, least: int = 1) -> int:
    """A number of things, for argparse."""
    if not re.fullmatch("[0-9]{1,7}", text) or not least <= int(text) <= MOST:
        raise argparse.ArgumentTypeError(f"expected a number from {least} to {MOST}, found '{text}'")
    return int(text)


def count_or_none(text: str) -> int:
    """A number of things that may be none."""
    return count(text, 0)


def _folder(text: str) -> Path:
    path = Path(text).expanduser()
    if not path.is_dir():
        found = "a file" if path.exists() else "nothing"
        raise argparse.ArgumentTypeError(f"expected the service's data folder, found {found} at {text}")
    return path


def with_format(parser: argparse.ArgumentParser) -> argparse.ArgumentParser:
    parser.add_argument("--format", choices=("text", "json"), default="text", help="how the answer is written (default: text)")
    return parser


def with_data(parser: argparse.ArgumentParser) -> argparse.ArgumentParser:
    default = os.environ.get("TELERADIOLOGY_DATA", HOME / "data")
    parser.add_argument(
        "--data", metavar="DIR", type=_folder, default=Path(default), help="the service's data folder (default: data)"
    )
    return parser


def with_account(parser: argparse.ArgumentParser) -> argparse.ArgumentParser:
    parser.add_argument("--user", default="admin", help="an administrator (default: admin); the password is asked for, or "
                        "read from TELERADIOLOGY_PASSWORD")  # fmt: skip
    return parser
