"""The worklist's filters: checked against what exists, so that a misspelt one is refused instead of finding nothing."""

from __future__ import annotations

from collections.abc import Iterable

from ...config.rules_file import RulesFile
from ...core.errors import InvalidInput, Problem
from ...core.identity import Actor
from ...core.worklist import OPEN, State
from ...store import listing
from ...store.listing import Filters
from ...workflow.room import Room
from .models.worklist import WorklistQuery
from .reading import unknown_value

_WORDS = {"open": tuple(OPEN), "all": tuple(State)}
_STATES = (*State, *_WORDS)


def filters_of(room: Room, actor: Actor, query: WorklistQuery) -> Filters:
    """The query as the store wants it. Raises InvalidInput with what is allowed."""
    rules = room.rules.current
    states, priorities = _split(query.state), _split(query.priority)
    problems = [unknown_value("state", word, _STATES) for word in states if word not in _STATES]
    problems += [unknown_value("priority", word, rules.priorities) for word in priorities if word not in rules.priorities]
    problems += _unknown_names(room, actor, query, rules)
    if problems:
        raise InvalidInput("The query is not as expected.", problems=problems)
    return Filters(
        state=tuple(dict.fromkeys(state for word in states for state in _WORDS.get(word, (word,)))),
        priority=tuple(priorities),
        facility=query.facility or None,
        subspecialty=query.subspecialty or None,
        reader=query.reader or None,
        q=query.q,
        confined_to=actor.confined_to,
    )


def _unknown_names(room: Room, actor: Actor, query: WorklistQuery, rules: RulesFile) -> list[Problem]:
    """Names that neither the rules nor any item know. Whoever is confined to a facility is not told the names of others."""
    if actor.confined_to is not None:
        return []
    known: dict[str, Iterable[str]] = {
        "facility": rules.facilities,
        "subspecialty": rules.subspecialties,
        "reader": rules.readers,
    }
    named = [(name, getattr(query, name), names) for name, names in known.items()]
    return [
        unknown_value(name, value, names)
        for name, value, names in named
        if value and value not in names and not _occurs(room, name, value)
    ]


def _occurs(room: Room, name: str, value: str) -> bool:
    """Whether an item bears a name that has since left the rules file."""
    with room.store.reading() as c:
        found, _ = listing.page(c, Filters(**{"state": tuple(State), name: value}), None, 1)  # type: ignore[arg-type]
    return bool(found)


def _split(text: str) -> list[str]:
    return [word.strip() for word in text.split(",") if word.strip()]
