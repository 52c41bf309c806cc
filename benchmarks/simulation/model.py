"""A reading room in SimPy: studies arrive, the service's own dispatcher pairs them with free readers, readings take their time.

The ordering code is ``teleradiology.core.dispatch``, the one that runs in production; nothing here decides what is read next.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

import simpy

from teleradiology.core.dispatch import Fit, Policy, Waiting, best_pair


@dataclass(frozen=True, slots=True)
class Case:
    """A study of the simulation: what the dispatcher sees of it, and how long it really takes a reader of its subspecialty."""

    study: Waiting
    reading: float
    kind: Any = None  # subspecialty, or whatever ``fit`` looks at


@dataclass(frozen=True, slots=True)
class Read:
    """What became of a case: who read it, and when it began (last, if interrupted) and ended."""

    case: Case
    reader: str
    began: float
    ended: float

    @property
    def turnaround(self) -> float:
        """Completion - arrival."""
        return self.ended - self.case.study.since

    @property
    def late(self) -> bool:
        """Whether the promise was missed."""
        return self.turnaround > self.case.study.limit


FitOf = Callable[[Case, str], Fit | None]


@dataclass
class ReadingRoom:
    """``longest_free_only`` makes it blind to skill: only the reader who has been free longest is considered.

    ``heads`` may thin the waiting cases before the dispatcher looks at them, where the policy cannot prefer a younger case of
    the same kind.
    """

    readers: Sequence[str]
    policy: Policy
    fit: FitOf
    longest_free_only: bool = False
    preemptive: bool = False
    heads: Callable[[Iterable[Case]], Iterable[Case]] = lambda cases: cases
    env: simpy.Environment = field(default_factory=simpy.Environment)
    waiting: dict[str, Case] = field(default_factory=dict)
    reads: list[Read] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._free: dict[str, float] = dict.fromkeys(self.readers, 0.0)
        self._busy: dict[str, tuple[Case, simpy.Process]] = {}
        self._left: dict[str, float] = {}  # of interrupted readings
        self._leaving: set[str] = set()

    def run(self, cases: Iterable[Case]) -> list[Read]:
        """Let all cases arrive and be read; the reads in order of completion."""
        self.env.process(self._arrivals(cases))
        self.env.run()
        return self.reads

    def come_on(self, reader: str) -> None:
        """A reader comes on duty."""
        self._leaving.discard(reader)
        if reader not in self._busy:
            self._free[reader] = self.env.now
            self.dispatch()

    def go_off(self, reader: str) -> None:
        """A reader goes off duty: ends the reading at hand, takes no other."""
        self._free.pop(reader, None)
        if reader in self._busy:
            self._leaving.add(reader)

    def _arrivals(self, cases: Iterable[Case]):  # type: ignore[no-untyped-def]
        for case in cases:
            yield self.env.timeout(case.study.since - self.env.now)
            self.waiting[case.study.key] = case
            self.dispatch()

    def dispatch(self) -> None:
        """Start readings until no free reader may read what waits."""
        while self.waiting and self._free:
            free = sorted(self._free, key=self._free.__getitem__)
            pair = best_pair(
                self.policy,
                [case.study for case in self.heads(self.waiting.values())],
                free[:1] if self.longest_free_only else free,
                lambda study, reader: self.fit(self.waiting[study.key], reader),
                self.env.now,
            )
            if pair is None:
                return
            self._begin(self.waiting.pop(pair[0].key), pair[1])
        if self.preemptive and self.waiting:
            self._interrupt_the_least()

    def _begin(self, case: Case, reader: str) -> None:
        del self._free[reader]
        self._busy[reader] = case, self.env.process(self._reading(case, reader))

    def _reading(self, case: Case, reader: str):  # type: ignore[no-untyped-def]
        suits = self.fit(case, reader)
        assert suits is not None
        began, left = self.env.now, self._left.pop(case.study.key, case.reading * suits.slowdown)
        try:
            yield self.env.timeout(left)
        except simpy.Interrupt:
            self._left[case.study.key] = began + left - self.env.now
            return
        del self._busy[reader]
        self.reads.append(Read(case, reader, began, self.env.now))
        if reader in self._leaving:
            self._leaving.discard(reader)
        else:
            self._free[reader] = self.env.now
        self.dispatch()

    def _interrupt_the_least(self) -> None:
        """Preemptive-resume, as the queueing tables have it; no radiologist is ever interrupted by the service."""
        newest = max(self.waiting.values(), key=lambda case: (-case.study.rank, -case.study.since))
        reader, (least, process) = max(self._busy.items(), key=lambda busy: (busy[1][0].study.rank, busy[1][0].study.since))
        if newest.study.rank >= least.study.rank:
            return
        process.interrupt()
        del self._busy[reader]
        self._free[reader] = self.env.now
        del self.waiting[newest.study.key]
        self.waiting[least.study.key] = least
        self._begin(newest, reader)
