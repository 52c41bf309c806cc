"""The audit trail: one record per act, written in the act's transaction, each chained to the one before it."""

from __future__ import annotations

import operator
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from json import loads
from typing import Any

from sqlalchemy import BigInteger, Connection, insert, select, type_coerce

from ..core.audit import EVENTS, canonical, linker, record_text
from ..core.identity import Actor
from . import bookmarks
from .engine import HEAD, SEAL
from .schema import audit
from .seal import Seal

Linker = Callable[[str], str]
BOOKMARK = "audit"
GENESIS = "0" * 64
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_LONGEST = 64  # of actor and origin, as the columns have it


@dataclass(frozen=True)
class Record:
    """One act on the trail; ``outcome`` is 0 for success, 4, 8 or 12 for a failure (PS3.15 A.5.3)."""

    seq: int
    at: datetime
    event: str
    actor: str
    origin: str
    outcome: int
    item: str | None
    study_instance_uid: str
    detail: Mapping[str, Any]
    hash: str


_insert = insert(audit)


def append(
    c: Connection,
    event: str,
    actor: Actor,
    now: datetime,
    *,
    item: str | None = None,
    study: str = "",
    outcome: int = 0,
    detail: Mapping[str, Any] | None = None,
) -> int:
    """Put an act on the trail, in the transaction of the act, and return its number. ``detail`` holds no patient data."""
    if event not in EVENTS:
        raise ValueError(f"'{event}' is not an event of core.audit.EVENTS")
    seal = seal_of(c)
    link = linker(seal.key)
    last, mark = bookmarks.held(c, BOOKMARK)
    previous = mark[:64] or GENESIS
    seq, at = last + 1, (now - _EPOCH) // timedelta(microseconds=1)
    text = canonical(detail or {})
    who, origin = actor.username[:_LONGEST], actor.origin[:_LONGEST]
    new = link(record_text(seq, at, event, who, origin, outcome, item, study, text, previous))
    c.execute(
        _insert,
        {
            "seq": seq,
            "at": now,
            "event": event,
            "actor": who,
            "origin": origin,
            "outcome": outcome,
            "item": item,
            "study_instance_uid": study,
            "detail": text,
            "hash": new,
        },
    )
    bookmarks.put(c, BOOKMARK, seq, new + head_mark(link, seq, new))
    c.info[HEAD] = (seq, new)
    return seq


def seal_of(c: Connection) -> Seal:
    """The seal that the store was opened with. Raises ValueError when it was opened without one."""
    seal = c.get_execution_options().get(SEAL)
    if not isinstance(seal, Seal):
        raise ValueError("the store was opened without a seal, so nothing can be put on the audit trail: connect(url, seal)")
    return seal


def head_mark(link: Linker, seq: int, head: str) -> str:
    """The head's own mark: who cuts the tail cannot make it for the record that is then the last."""
    return link(f"head {seq} {head}")


def of_item(c: Connection, item_id: str) -> list[Record]:
    """What happened to an item, in order."""
    return [_record(row) for row in c.execute(select(audit).where(audit.c.item == item_id).order_by(audit.c.seq))]


def page(
    c: Connection,
    *,
    after: int | None = None,
    limit: int = 100,
    event: str = "",
    actor: str = "",
    item: str = "",
    study: str = "",
    since: datetime | None = None,
    until: datetime | None = None,
) -> tuple[list[Record], int | None]:
    """Records, newest first, and the number to continue after; None at the end."""
    query = select(audit).order_by(audit.c.seq.desc()).limit(limit + 1)
    for compare, column, value in (
        (operator.lt, audit.c.seq, after),
        (operator.eq, audit.c.event, event),
        (operator.eq, audit.c.actor, actor),
        (operator.eq, audit.c.item, item),
        (operator.eq, audit.c.study_instance_uid, study),
        (operator.ge, audit.c.at, since),
        (operator.lt, audit.c.at, until),
    ):
        if value:
            query = query.where(compare(column, value))
    found = [_record(row) for row in c.execute(query)]
    return found[:limit], found[limit - 1].seq if len(found) > limit else None


def _record(row: Any) -> Record:
    seq, at, event, actor, origin, outcome, item, study, detail, stored = row
    return Record(seq, at, event, actor, origin, outcome, item, study, loads(detail), stored)


@dataclass(frozen=True)
class Verdict:
    """Whether the chain holds. ``first_bad_seq`` and ``reason`` say where and how it does not."""

    ok: bool
    count: int
    head: str
    first_bad_seq: int | None = None
    reason: str = ""


_all = select(
    audit.c.seq,
    type_coerce(audit.c.at, BigInteger),
    audit.c.event,
    audit.c.actor,
    audit.c.origin,
    audit.c.outcome,
    audit.c.item,
    audit.c.study_instance_uid,
    audit.c.detail,
    audit.c.hash,
).order_by(audit.c.seq)


def verify(c: Connection) -> Verdict:
    """Walk the whole chain: finds edited, missing, inserted and reordered records, a cut tail, and a copy put back in place."""
    seal = seal_of(c)
    link, heads = linker(seal.key), seal.heads()
    with c.execute(_all.execution_options(yield_per=1000)) as rows:
        count, head, reason = _walk(rows, link, heads)
    reason = reason or _head_problem(bookmarks.get(c, BOOKMARK), link, count, head) or _anchor_problem(heads, count)
    return Verdict(not reason, count, head, count + 1 if reason else None, reason)


def _walk(rows: Iterable[Any], link: Linker, heads: Mapping[int, set[str]]) -> tuple[int, str, str]:
    """The last good record, its hash, and what is wrong with the one after it."""
    count, head = 0, GENESIS
    for seq, at, event, actor, origin, outcome, item, study, detail, stored in rows:
        if seq != count + 1:
            return count, head, f"record {count + 1} is missing; the next one is {seq}"
        if link(record_text(seq, at, event, actor, origin, outcome, item, study, detail, head)) != stored:
            return count, head, f"record {seq} is not what was written after record {count}"
        if seq in heads and heads[seq] != {stored}:
            return count, head, f"the anchor file remembers another record {seq}: a fork after an older copy was put back"
        count, head = seq, stored
    return count, head, ""


def _head_problem(bookmark: tuple[int, str], link: Linker, count: int, head: str) -> str:
    number, mark = bookmark
    if number > count:
        return f"records {count + 1} to {number} are missing: the tail was cut"
    if number < count:
        return f"the head is marked at record {number}, but there are {count}"
    if count and mark != head + head_mark(link, count, head):
        return f"the mark of the head, record {count}, was not made by the service: the tail was cut or exchanged"
    return ""


def _anchor_problem(heads: Mapping[int, set[str]], count: int) -> str:
    last = max(heads, default=0)
    if last <= count:
        return ""
    return f"the anchor file remembers record {last}: the tail was cut, or an older copy of the database was put back"
