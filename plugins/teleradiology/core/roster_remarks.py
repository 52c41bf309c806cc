"""What is no mistake in a roster file but perhaps not meant: the same twice, and duties that lie in somebody's own leave."""

from __future__ import annotations

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterator
from datetime import UTC, datetime

from .errors import Problem
from .roster import EXTRA, LEAVE, ON_CALL, UNAVAILABLE, Exception_
from .roster_entries import Entries
from .roster_mistakes import mistake

_NEVER = datetime.max.replace(tzinfo=UTC)


def noticed(entries: Entries) -> tuple[Problem, ...]:
    """The remarks, by their lines."""
    return tuple(sorted((*_repeated(entries), *_hidden(entries)), key=lambda each: each.line or 0))


def _repeated(entries: Entries) -> Iterator[Problem]:
    seen: dict[tuple[object, ...], int] = {}
    for each, line in zip(entries.found, entries.lines, strict=True):
        first = seen.setdefault((each.reader, each.kind, each.start, each.end), line)
        if first != line:
            yield mistake("same-as", line=line, of=first)


class _Away:
    """One reader's leave: of those that have begun by a time, the one that lasts longest."""

    def __init__(self, leave: list[tuple[datetime, datetime, int]]):
        leave.sort()
        self.starts = [each[0] for each in leave]
        self.longest: list[tuple[datetime, int]] = []
        for _, end, line in leave:
            self.longest.append(max([(end, line), *self.longest[-1:]]))

    def hides(self, duty: Exception_) -> int | None:
        """The line of leave that overlaps the duty."""
        number = bisect_left(self.starts, duty.end or _NEVER)
        end, line = self.longest[number - 1] if number else (duty.start, 0)
        return line if end > duty.start else None


def _hidden(entries: Entries) -> Iterator[Problem]:
    leave: dict[str, list[tuple[datetime, datetime, int]]] = defaultdict(list)
    pairs = list(zip(entries.found, entries.lines, strict=True))
    for each, line in pairs:
        if each.kind in (LEAVE, UNAVAILABLE):
            leave[each.reader].append((each.start, each.end or _NEVER, line))
    away = {reader: _Away(spans) for reader, spans in leave.items()}
    for each, line in pairs:
        if each.kind in (EXTRA, ON_CALL) and each.reader in away and (hiding := away[each.reader].hides(each)):
            yield mistake("in-leave", line=line, of=hiding)
