"""A worklist's filters as they stand in the address: read tolerantly, written back in one order, turned into the store's."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, time
from urllib.parse import urlencode

from ...core.identity import Actor
from ...core.names import clean
from ...core.worklist import OPEN, State
from ...store.listing import Filters
from . import look

NAMES = ("state", "priority", "facility", "subspecialty", "modality", "reader", "q", "due", "draft", "attention", "closed")
_CHOICES = {"due": ("overdue",), "draft": ("mine",), "attention": ("yes",), "closed": ("today",)}
_LONGEST = 200


@dataclass(frozen=True)
class Query:
    """The filters that are set, by name; ``reader=me`` stands for whoever looks."""

    given: Mapping[str, str]

    @classmethod
    def of(cls, arguments: Mapping[str, str]) -> Query:
        """From an address. Unknown names and values are ignored: a bookmark of an older version still opens."""
        found = {name: clean(arguments.get(name, "")).strip()[:_LONGEST] for name in NAMES}
        return cls({name: value for name, value in found.items() if value and _is_known(name, value)})

    @property
    def text(self) -> str:
        """The canonical query text; empty for the plain worklist."""
        return urlencode([(name, self.given[name]) for name in NAMES if name in self.given], safe=",")

    def get(self, name: str) -> str:
        """The value of a filter, or ""."""
        return self.given.get(name, "")

    def filters(self, actor: Actor, now: datetime) -> Filters:
        """As the store wants them, within what the actor may see."""
        reader = self.get("reader")
        return Filters(
            state=self._states(),
            priority=tuple(self.get("priority").split(",")) if self.get("priority") else (),
            facility=self.get("facility") or None,
            subspecialty=self.get("subspecialty") or None,
            reader=(actor.reader or "-") if reader == "me" else reader or None,
            q=self.get("q"),
            attention=bool(self.get("attention")),
            modality=self.get("modality"),
            due_before=now if self.get("due") else None,
            closed_after=_midnight(now) if self.get("closed") else None,
            drafted_by=actor.username if self.get("draft") else "",
            confined_to=actor.confined_to,
        )

    def _states(self) -> tuple[str, ...]:
        words = [word for word in self.get("state").split(",") if word]
        if "all" in words or (not words and self.get("draft")):
            return tuple(State)
        if not words and self.get("closed"):
            return (State.COMPLETED,)
        return tuple(state for word in words for state in (OPEN if word == "open" else (word,)))


def _is_known(name: str, value: str) -> bool:
    if name == "state":
        return all(word in (*State, "open", "all") for word in value.split(","))
    return name not in _CHOICES or value in _CHOICES[name]


def _midnight(now: datetime) -> datetime:
    zone = look.zone()
    return datetime.combine(now.astimezone(zone).date(), time(), zone).astimezone(UTC)
