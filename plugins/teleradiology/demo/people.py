"""The demonstration's accounts: readers and facilities of the rules file in force, with passwords made up once."""

from __future__ import annotations

import secrets
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from ..config.rules_file import RulesFile
from .client import Client, Refused

READERS, FACILITIES = 3, 2
CONFLICT = (409, 422)


@dataclass(frozen=True)
class Person:
    """An account as it is made and as it is printed."""

    username: str
    name: str
    role: str
    password: str
    reader: str | None = None
    facility: str | None = None


def wanted(rules: RulesFile) -> list[Person]:
    """Radiologists, a user for each of the first facilities, a coordinator, quality and audit."""
    readers = [reader for reader in rules.readers.values() if reader.active][:READERS]
    facilities = list(rules.facilities.values())[:FACILITIES]
    return [
        *(Person(reader.id, reader.name, "radiologist", _password(), reader=reader.id) for reader in readers),
        *(Person(f"demo-{place.id}"[:64], place.name, "facility", _password(), facility=place.id) for place in facilities),
        *(Person(f"demo-{role}", f"Demo {role}", role, _password()) for role in ("coordinator", "quality", "auditor")),
    ]


def _password() -> str:
    return secrets.token_urlsafe(9)


def create(administrator: Client, people: Iterable[Person], known: Iterable[str]) -> list[Person]:
    """Those that were made. An account of that name that is not from an earlier demonstration belongs to somebody: it is left."""
    made, earlier = [], set(known)
    for person in people:
        try:
            administrator.post("accounts", _account(person))
        except Refused as refused:
            if refused.status not in CONFLICT:
                raise
            if person.username not in earlier:
                continue
            administrator.put(f"accounts/{person.username}", {"password": person.password, "disabled": False})
        made.append(person)
    return made


def disable(administrator: Client, people: Iterable[Person]) -> None:
    for person in people:
        administrator.put(f"accounts/{person.username}", {"disabled": True})


def _account(person: Person) -> dict[str, Any]:
    return {
        "username": person.username,
        "password": person.password,
        "roles": [person.role],
        "name": person.name,
        "reader": person.reader,
        "facility": person.facility,
    }
