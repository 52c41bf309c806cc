"""What a rule may ask of a study: typed matchers and their composition, each compiled once to a closure that cannot fail.

A condition on an absent fact is false, except ``Missing``. Only what ``Known`` has made comparable is compared.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import time
from typing import Any, ClassVar

from .comparison import Known, comparable, said, shown
from .study_facts import KINDS

Test = Callable[[Known], bool]
Search = Callable[[str], Any]


@dataclass(frozen=True)
class _OfOneFact(ABC):
    """A condition on a single fact."""

    fact: str

    @abstractmethod
    def phrase(self) -> str:
        """What is expected, in words that follow the fact's name."""

    @property
    def subject(self) -> str:
        """What an explanation names when the condition fails."""
        return self.fact

    def describe(self) -> str:
        """The condition in words."""
        return f"{self.fact} {self.phrase()}"

    def facts(self) -> tuple[str, ...]:
        """The facts it asks about."""
        return (self.fact,)


@dataclass(frozen=True)
class _OfValues(_OfOneFact):
    """A condition that compares a fact with values; they are given as written and compared in comparable form."""

    values: tuple[Any, ...]

    @property
    def wanted(self) -> frozenset[Any]:
        """The values in comparable form."""
        return frozenset(comparable(KINDS[self.fact], value) for value in self.values)

    def _listed(self, joint: str) -> str:
        return joint.join(shown(value) for value in self.values)


@dataclass(frozen=True)
class Equals(_OfValues):
    """The fact is one of the values; a fact with many values has at least one of them."""

    def phrase(self) -> str:
        return f"{'has' if KINDS[self.fact].is_many else 'is'} {self._listed(' or ')}"

    def test(self) -> Test:
        fact, wanted = self.fact, self.wanted
        if KINDS[fact].is_many:
            return lambda known: (found := known[fact]) is not None and not wanted.isdisjoint(found)
        if len(wanted) == 1:
            (only,) = wanted
            return lambda known: known[fact] == only
        return lambda known: known[fact] in wanted


@dataclass(frozen=True)
class HasAll(_OfValues):
    """A fact with many values has every one of these."""

    def phrase(self) -> str:
        return f"has all of {self._listed(', ')}"

    def test(self) -> Test:
        fact, wanted = self.fact, self.wanted
        return lambda known: (found := known[fact]) is not None and wanted <= found


@dataclass(frozen=True)
class HasOnly(_OfValues):
    """A fact with many values has at least one, and none but these."""

    def phrase(self) -> str:
        return f"has only {self._listed(', ')}"

    def test(self) -> Test:
        fact, wanted = self.fact, self.wanted
        return lambda known: (found := known[fact]) is not None and found <= wanted


@dataclass(frozen=True)
class Contains(_OfValues):
    """The fact, or one of its values, contains one of the texts."""

    def phrase(self) -> str:
        return f"contains {self._listed(' or ')}"

    def test(self) -> Test:
        fact, wanted = self.fact, self.wanted
        if KINDS[fact].is_many:
            return lambda known: any(part in text for text in known[fact] or () for part in wanted)
        if len(wanted) == 1:
            (only,) = wanted
            return lambda known: only in (known[fact] or "")
        return lambda known: (text := known[fact]) is not None and any(part in text for part in wanted)


@dataclass(frozen=True)
class Matches(_OfOneFact):
    """A pattern is found in the fact or one of its values. ``search`` must take time linear in the text and never raise."""

    pattern: str
    search: Search = field(compare=False, repr=False)

    def phrase(self) -> str:
        return f"matches '{self.pattern}'"

    def test(self) -> Test:
        fact, search = self.fact, self.search

        def found(known: Known) -> bool:
            return any(search(wording) for wording in known.wordings[fact])

        return found


@dataclass(frozen=True)
class Within(_OfOneFact):
    """A number, date or time lies between two bounds, both included; None is open. Times of day may pass midnight."""

    low: Any = None
    high: Any = None

    def phrase(self) -> str:
        if self.high is None:
            return f"is at least {said(self.fact, self.low)}"
        if self.low is None:
            return f"is at most {said(self.fact, self.high)}"
        return f"is between {said(self.fact, self.low)} and {said(self.fact, self.high)}"

    def test(self) -> Test:
        fact, low, high = self.fact, self.low, self.high
        if high is None:
            return lambda known: (found := known[fact]) is not None and found >= low
        if low is None:
            return lambda known: (found := known[fact]) is not None and found <= high
        if isinstance(low, time) and low > high:
            return lambda known: (found := known[fact]) is not None and (found >= low or found <= high)
        return lambda known: (found := known[fact]) is not None and low <= found <= high


@dataclass(frozen=True)
class Missing(_OfOneFact):
    """The fact is absent (or, with ``absent=False``, present)."""

    absent: bool = True

    def phrase(self) -> str:
        return "is missing" if self.absent else "is present"

    def test(self) -> Test:
        fact, absent = self.fact, self.absent
        return lambda known: (known[fact] is None) is absent


@dataclass(frozen=True)
class _Several(ABC):
    """A composition of conditions."""

    parts: tuple[Condition, ...]

    def phrase(self) -> str:
        """What is expected, in words."""
        return self.describe()

    @abstractmethod
    def describe(self) -> str:
        """The condition in words."""

    def facts(self) -> tuple[str, ...]:
        """The facts they ask about, each once."""
        return tuple(dict.fromkeys(fact for part in self.parts for fact in part.facts()))

    def _listed(self, joint: str) -> str:
        return joint.join(f"({part.describe()})" for part in self.parts)


@dataclass(frozen=True)
class AllOf(_Several):
    """Every part is true; true when there are none."""

    subject: ClassVar[str] = "all"

    def describe(self) -> str:
        return self._listed(" and ")

    def test(self) -> Test:
        tests = tuple(part.test() for part in self.parts)
        if len(tests) == 1:
            return tests[0]
        return lambda known: all(test(known) for test in tests)


@dataclass(frozen=True)
class AnyOf(_Several):
    """At least one part is true."""

    subject: ClassVar[str] = "any"

    def describe(self) -> str:
        return self._listed(" or ")

    def test(self) -> Test:
        tests = tuple(part.test() for part in self.parts)
        return lambda known: any(test(known) for test in tests)


@dataclass(frozen=True)
class Not:
    """The part is not true, for example because the fact is absent."""

    part: Condition
    subject: ClassVar[str] = "not"

    def facts(self) -> tuple[str, ...]:
        return self.part.facts()

    def describe(self) -> str:
        return f"{self.subject} {self.phrase()}"

    def phrase(self) -> str:
        return f"({self.part.describe()})"

    def test(self) -> Test:
        test = self.part.test()
        return lambda known: not test(known)


Condition = Equals | HasAll | HasOnly | Contains | Matches | Within | Missing | AllOf | AnyOf | Not
