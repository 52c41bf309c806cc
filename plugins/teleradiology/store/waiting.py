"""What choosing a reader or a next case looks at: open work, work done, cases given back; all of it from indexes."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from typing import Any, NamedTuple

import sqlalchemy as sa
from sqlalchemy import BigInteger, Connection, bindparam, func, select, text, type_coerce

from ..core.worklist import State
from .ids import new_id
from .schema import IS_CLOSED, IS_OPEN, Instant, items, passes

_QUARTER = 900_000_000  # microseconds of a quarter of an hour: shifts begin and end at these


class Waiting(NamedTuple):
    """An item that may be read next; instants in microseconds since 1970, for five thousand of them are looked at at once."""

    id: str
    reader: str
    facility: str
    subspecialty: str
    modality: str
    body_part: str
    language: str
    received: int
    restarted: int | None
    due: int | None
    broadened: int
    rank: int
    patient: str
    referrer: str


class Work(NamedTuple):
    """So many studies of a kind at a reader's; ``quarter`` is the quarter of an hour since 1970 in which they were done."""

    reader: str
    modality: str
    body_part: str
    studies: int
    quarter: int = 0


def _number(column: Any) -> Any:
    return type_coerce(column, BigInteger)


_c = items.c
_WAITING = select(
    _c.id, _c.reader, _c.facility, _c.subspecialty, _c.modality, _c.body_part, _c.language, _number(_c.received_at),
    _number(_c.restarted_at), _number(_c.due_at), _c.broadened, _c.rank, _c.patient_id, _c.referrer,
).where(text(IS_OPEN), _c.state.in_((State.UNASSIGNED, State.ASSIGNED)), _c.reader.in_(("", bindparam("mine"))))  # fmt: skip
_KIND = (_c.reader, _c.modality, _c.body_part)
_OPEN_WORK = (
    select(*_KIND, func.count()).where(text(IS_OPEN), _c.reader != "", _c.state != State.HELD).group_by(*_KIND)
)  # fmt: skip
_quarter = _number(_c.closed_at) // sa.literal_column(str(_QUARTER), BigInteger)
_SINCE = bindparam("since", type_=Instant)
_DONE_WORK = select(*_KIND, func.count(), _quarter).where(
    text(IS_CLOSED), _c.closed_at >= _SINCE, _c.state == State.COMPLETED, _c.reader != ""
).group_by(*_KIND, _quarter)  # fmt: skip


def for_reader(c: Connection, reader: str) -> Iterator[Waiting]:
    """Everything that nobody has, or this reader; some at a time, for thousands of rows at once wake the garbage collector."""
    for some in c.execute(_WAITING, {"mine": reader}).partitions(500):
        yield from map(Waiting._make, some)


def open_work(c: Connection) -> list[Work]:
    """What every reader has, assigned or being read. What is on hold is nobody's work at present."""
    return [Work(*row) for row in c.execute(_OPEN_WORK)]


def done_work(c: Connection, since: datetime) -> list[Work]:
    """What every reader has done since then."""
    return [Work(*row) for row in c.execute(_DONE_WORK, {"since": since})]


def quarter_of(at: datetime) -> int:
    """The quarter of an hour in which an instant lies."""
    return int(at.astimezone(UTC).timestamp() * 1_000_000) // _QUARTER


def begin_of(quarter: int) -> datetime:
    """When a quarter of an hour begins."""
    return datetime.fromtimestamp(quarter * _QUARTER / 1_000_000, UTC)


_before = bindparam("before", type_=Instant)
_PREVIOUS = (
    select(_c.reader)
    .where(_c.facility == bindparam("site"), _c.patient_id == bindparam("patient"), _c.id != bindparam("but"))
    .where(_c.reader != "", _c.state == State.COMPLETED)
    .where(sa.or_(_before.is_(None), _c.closed_at < _before))
    .order_by(_c.closed_at.desc(), _c.id.desc())
    .limit(1)
)


def previous_reader(c: Connection, facility: str, patient: str, but: str = "", before: datetime | None = None) -> str:
    """Who reported the patient's last study at the facility, before an instant if one is given; "" when nobody has."""
    if not facility or not patient:
        return ""
    return c.execute(_PREVIOUS, {"site": facility, "patient": patient, "but": but, "before": before}).scalar() or ""


def pass_on(c: Connection, now: datetime, **columns: Any) -> None:
    """Keep that a reader gave a case back: item, reader, kind, reason, until."""
    c.execute(sa.insert(passes).values(id=new_id(now), at=now, **columns))


_lately = passes.c.until > bindparam("now", type_=Instant)
_BY = select(passes.c.reader, passes.c.kind).where(passes.c.item == bindparam("of"), _lately)
_OF = select(passes.c.item).where(passes.c.reader == bindparam("by"), _lately, passes.c.kind == "skip")


def passed_on_by(c: Connection, item: str, now: datetime) -> dict[str, str]:
    """The readers who gave the item back a short while ago, and how."""
    return {row[0]: row[1] for row in c.execute(_BY, {"of": item, "now": now})}


def passed_on(c: Connection, of: Iterable[str], now: datetime) -> set[str]:
    """Those of the items that anybody gave back a short while ago."""
    return set(c.execute(select(passes.c.item).where(passes.c.item.in_(list(of)), passes.c.until > now)).scalars())


def skipped_by(c: Connection, reader: str, now: datetime) -> set[str]:
    """The items that the reader passed on a short while ago."""
    return set(c.execute(_OF, {"by": reader, "now": now}).scalars())


class Passes(NamedTuple):
    """So many times a reader gave a case back in this way for this reason."""

    reader: str
    kind: str
    reason: str
    times: int


def passes_since(c: Connection, since: datetime) -> list[Passes]:
    """What readers passed on or let lapse since then."""
    alike = (passes.c.reader, passes.c.kind, passes.c.reason)
    return [Passes(*row) for row in c.execute(select(*alike, func.count()).where(passes.c.at >= since).group_by(*alike))]


def read_since(c: Connection, since: datetime) -> dict[str, int]:
    """How many cases each reader has read since then."""
    query = select(_c.reader, func.count()).where(
        text(IS_CLOSED), _c.closed_at >= since, _c.state == State.COMPLETED, _c.reader != ""
    )
    return {row[0]: row[1] for row in c.execute(query.group_by(_c.reader))}
