"""Repetitions of an iCalendar event (RRULE, RDATE, EXDATE of RFC 5545), as far as a roster looks ahead."""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from datetime import UTC, datetime, time, timedelta, tzinfo

from dateutil.rrule import rrulestr

from ..core.roster_entries import Wrong
from .calendar_lines import Component, Property
from .calendar_times import Zones, instant, is_day, wall, zone_of

AHEAD = timedelta(days=366)
_FREQUENCIES = ("DAILY", "WEEKLY", "MONTHLY", "YEARLY")
_PARTS = {"FREQ", "UNTIL", "COUNT", "INTERVAL", "BYDAY", "BYMONTH", "BYMONTHDAY", "BYYEARDAY", "BYWEEKNO", "BYSETPOS", "WKST"}
_OF_LONGER = {"BYMONTHDAY", "BYYEARDAY", "BYWEEKNO", "BYSETPOS"}  # with days and weeks they would seldom or never come true


def repeats(event: Component) -> bool:
    """Whether the event comes more than once."""
    return any(event.first(name) for name in ("RRULE", "RDATE", "EXRULE"))


def starts(event: Component, first: datetime, zone: tzinfo, zones: Zones) -> Iterator[datetime]:
    """The times on the wall at which the event begins, in their order, perhaps without end; those of EXDATE are left out.

    Raises Wrong.
    """
    if event.first("EXRULE"):
        raise Wrong("exrule", "EXRULE")
    if len(event.all("RRULE")) > 1:
        raise Wrong("rules-twice", "RRULE")
    given = event.first("RRULE")
    added = sorted({at for each in event.all("RDATE") for at in _walls(each, zone, zones)})
    ruled = _ruled(given, first, zone) if given else iter((first,))
    left_out, days_left_out = _left_out(event, zone, zones)
    for at in _merged(ruled, added):
        if at.date() not in days_left_out and instant(at, zone, "EXDATE") not in left_out:
            yield at


def _ruled(given: Property, first: datetime, zone: tzinfo) -> Iterator[datetime]:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            return iter(rrulestr(_checked(given.value, zone), dtstart=first))
    except (ValueError, KeyError, TypeError, AttributeError, OverflowError, DeprecationWarning):
        raise Wrong("rule", "RRULE", found=given.value[:60]) from None


def _checked(text: str, zone: tzinfo) -> str:
    """The rule with its end on the wall of the event's own zone."""
    parts = dict(part.upper().partition("=")[::2] for part in text.strip().strip(";").split(";"))
    unknown = sorted(set(parts) - _PARTS)
    if unknown:
        raise Wrong("rule-part", "RRULE", known=", ".join(sorted(_PARTS)), found=unknown[0][:40])
    if parts.get("FREQ") not in _FREQUENCIES:
        raise Wrong("frequency", "RRULE", known=", ".join(_FREQUENCIES), found=parts.get("FREQ", "")[:40])
    for name in ("COUNT", "INTERVAL"):
        if name in parts and not (parts[name].isdecimal() and 1 <= int(parts[name][:9]) <= 10_000):
            raise Wrong("rule-number", "RRULE", name=name, found=parts[name][:40])
    if "COUNT" in parts and "UNTIL" in parts:
        raise Wrong("count-and-until", "RRULE")
    _refuse_odd(parts)
    if "UNTIL" in parts:
        parts["UNTIL"] = f"{_until(parts['UNTIL'], zone):%Y%m%dT%H%M%S}"
    return ";".join(f"{name}={value}" for name, value in parts.items())


def _refuse_odd(parts: dict[str, str]) -> None:
    odd = _OF_LONGER & set(parts) if parts["FREQ"] in ("DAILY", "WEEKLY") else set()
    if odd:
        raise Wrong("rule-of-longer", "RRULE", name=min(odd), found=parts["FREQ"])
    if parts["FREQ"] == "DAILY" and "BYDAY" in parts and int(parts.get("INTERVAL", "1")) % 7 == 0:
        raise Wrong("rule-of-weeks", "RRULE")


def _until(text: str, zone: tzinfo) -> datetime:
    at = wall(text, "RRULE")
    if len(text) == 8:
        return datetime.combine(at.date(), time(23, 59, 59))
    return at.replace(tzinfo=UTC).astimezone(zone).replace(tzinfo=None) if text.endswith("Z") else at


def _walls(given: Property, zone: tzinfo, zones: Zones) -> Iterator[datetime]:
    """The values of RDATE on the wall of the event's own zone."""
    if given.parameters.get("VALUE", "").upper() == "PERIOD":
        raise Wrong("periods", "RDATE")
    theirs = zone_of(given, zones, zone)
    for text in given.value.split(","):
        at = wall(text, given.name)
        yield at if is_day(given) else instant(at, theirs, given.name).astimezone(zone).replace(tzinfo=None)


def _left_out(event: Component, zone: tzinfo, zones: Zones) -> tuple[set[datetime], set[object]]:
    """The instants and the days that EXDATE names."""
    instants: set[datetime] = set()
    days: set[object] = set()
    for given in event.all("EXDATE"):
        theirs = zone_of(given, zones, zone)
        for text in given.value.split(","):
            at = wall(text, "EXDATE")
            if len(text.strip()) == 8:
                days.add(at.date())
            else:
                instants.add(instant(at, theirs, "EXDATE"))
    return instants, days


def _merged(ruled: Iterator[datetime], added: list[datetime]) -> Iterator[datetime]:
    """Both in their order, without what is in both."""
    last: datetime | None = None
    rest = iter(added)
    extra = next(rest, None)
    for at in ruled:
        while extra is not None and extra <= at:
            if extra != last and extra != at:
                yield extra
            last, extra = extra, next(rest, None)
        yield at
        last = at
    while extra is not None:
        yield extra
        extra = next(rest, None)
