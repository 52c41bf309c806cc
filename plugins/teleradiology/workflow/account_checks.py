"""What has to be right about an account before it is kept: roles, password, and what the rules file knows."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable

from ..core.errors import InvalidInput, Problem, Told
from ..core.identity import Role
from ..core.mail_address import EXPECTED, is_address
from ..store.accounts import Account
from .room import Room

SHORTEST_PASSWORD = 8
_USERNAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._@-]{0,63}")
MAIL = ("all", "urgent", "none")  # which notices somebody wants by mail
_GIVEN = tuple(role for role in Role if role is not Role.SYSTEM)


def refuse(problems: list[Problem]) -> None:
    """Raise InvalidInput with the problems, if there are any."""
    if problems:
        raise InvalidInput(problems=problems)


def username_problems(username: str) -> list[Problem]:
    """Whether a user name is one that fits in addresses, logs and HTTP Basic."""
    if _USERNAME.fullmatch(username):
        return []
    message = "expected 1 to 64 letters, digits, dots, dashes, underscores or @"
    return [Problem(message, path="username", told=Told("username"))]


def roles_of(words: Iterable[str]) -> tuple[frozenset[Role], list[Problem]]:
    """The roles that the words name, and a problem for each word that names none that can be given."""
    found, problems = set(), []
    for place, word in enumerate(words):
        try:
            role = Role(word)
        except ValueError:
            role = Role.SYSTEM
        if role is Role.SYSTEM:
            problems.append(_unknown("role", str(word), _GIVEN, f"roles.{place}"))
        else:
            found.add(role)
    if not found and not problems:
        known = ", ".join(_GIVEN)
        problems.append(Problem(f"expected at least one of {known}", path="roles", told=Told("at-least-one", {"known": known})))
    return frozenset(found), problems


def account_problems(room: Room, account: Account) -> list[Problem]:
    """What the rules file has to know of an account: the reader a radiologist is, the facility a facility user is confined to."""
    rules, problems = room.rules.current, []
    if account.reader and account.reader not in rules.readers:
        problems.append(_unknown("reader", account.reader, rules.readers, "reader"))
    if Role.RADIOLOGIST in account.roles and not account.reader:
        problems.append(_needed("a radiologist needs a reader", "reader", rules.readers))
    if account.facility and account.facility not in rules.facilities:
        problems.append(_unknown("facility", account.facility, rules.facilities, "facility"))
    if Role.FACILITY in account.roles and not account.facility:
        problems.append(_needed("a facility user needs a facility", "facility", rules.facilities))
    if account.language and account.language not in room.settings.languages:
        problems.append(_unknown("language", account.language, room.settings.languages, "language"))
    return problems + mail_problems(account.email, account.mail)


def mail_problems(email: str, mail: str) -> list[Problem]:
    """Whether there is an address to send to, and a word that says what is to be sent there."""
    problems = []
    if email and not is_address(email):
        told = Told("email", {"found": email[:60]})
        problems.append(Problem(f"expected {EXPECTED}, found '{email[:60]}'", path="email", told=told))
    if mail not in MAIL:
        told = Told("one-of", {"known": ", ".join(MAIL)})
        problems.append(Problem(f"expected one of {', '.join(MAIL)}, found '{mail[:60]}'", path="mail", told=told))
    return problems


def _unknown(what: str, word: str, known: Iterable[str], path: str) -> Problem:
    near = difflib.get_close_matches(word.lower(), list(known), n=1, cutoff=0.6)
    text, told = f"there is no {what} '{word[:64]}'; known: {_some(known)}", Told(f"unknown-{what}", _params(word, known))
    return Problem(text, path=path, suggestion=near[0] if near else "", told=told)


def _needed(text: str, what: str, known: Iterable[str]) -> Problem:
    return Problem(f"{text} of the rules file: {_some(known)}", path=what, told=Told(f"needs-{what}", {"known": _some(known)}))


def _params(word: str, known: Iterable[str]) -> dict[str, str]:
    return {"found": word[:64], "known": _some(known)}


def _some(known: Iterable[str]) -> str:
    names = list(known)
    return ", ".join(names[:10]) + (f" and {len(names) - 10} more" if len(names) > 10 else "") if names else "none yet"


def password_problems(username: str, password: str) -> list[Problem]:
    """Length alone, as NIST SP 800-63B has it, and no user name for a password."""
    if len(password) < SHORTEST_PASSWORD:
        told = Told("password-short", {"least": SHORTEST_PASSWORD, "found": len(password)})
        return [Problem(f"expected at least {SHORTEST_PASSWORD} characters, found {len(password)}", path="password", told=told)]
    if password.lower() == username.lower():
        return [Problem("expected a password that is not the user name", path="password", told=Told("password-name"))]
    return []
