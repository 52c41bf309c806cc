"""Times of an iCalendar file: days, times with Z, by a zone or by nobody's clock, and how long something lasts."""

from __future__ import annotations

import io
import re
from datetime import UTC, datetime, timedelta, tzinfo

from babel.core import get_global
from dateutil.tz import tzical

from ..core.roster_entries import Wrong, utc
from ..core.wall_clock import zone_called
from .calendar_lines import Component, Property

_DURATION = re.compile(r"\+?P(?:(\d{1,4})W)?(?:(\d{1,5})D)?(T(?:(\d{1,5})H)?(?:(\d{1,6})M)?(?:(\d{1,7})S)?)?")
_FORMS = {8: "%Y%m%d", 15: "%Y%m%dT%H%M%S"}


class Zones:
    """The time zones that the file may name: those of IANA, of Windows, and those that it describes itself."""

    def __init__(self, calendar: Component):
        self._described = {each.text("TZID"): each for each in calendar.every("VTIMEZONE")}
        self._known: dict[str, tzinfo | None] = {}

    def named(self, name: str, path: str) -> tzinfo:
        """The zone. Raises Wrong."""
        if name not in self._known:
            self._known[name] = self._found(name)
        found = self._known[name]
        if found is None:
            raise Wrong("calendar-zone", path, found=name[:64])
        return found

    def _found(self, name: str) -> tzinfo | None:
        described = self._described.get(name)
        parts = name.strip("/").split("/")
        spelt = ["/".join(parts), "/".join(parts[-2:]), "/".join(parts[-3:]), get_global("windows_zone_mapping").get(name, "")]
        spelt += [described.text("X-LIC-LOCATION")] if described else []
        known = next((zone for each in spelt if (zone := zone_called(each))), None)
        return known or (_as_described(described) if described else None)


def _as_described(component: Component) -> tzinfo | None:
    if not all(_is_yearly(rule.value) for each in component.inner for rule in each.all("RRULE")):
        return None
    try:
        found = tzical(io.StringIO(component.source())).get()
        for month in range(1, 13):  # what is wrong with its rules and offsets shows only when it is asked
            datetime(2026, month, 1, tzinfo=found).utcoffset()
    except (ValueError, KeyError, AttributeError, TypeError, OverflowError):
        return None
    return found


def _is_yearly(rule: str) -> bool:
    """Clocks change on some days of a year. What comes more often would be counted up from 1601, perhaps by the second."""
    parts = dict(part.partition("=")[::2] for part in rule.strip().upper().strip(";").split(";"))
    return parts.get("FREQ") == "YEARLY" and not {"BYHOUR", "BYMINUTE", "BYSECOND"} & set(parts)


def is_day(given: Property) -> bool:
    """Whether it names a day rather than a time."""
    return given.parameters.get("VALUE", "").upper() == "DATE" or len(given.value.strip()) == 8


def zone_of(given: Property, zones: Zones, own: tzinfo) -> tzinfo:
    """The clock by which the property's times are: UTC with Z, TZID, or else ``own``."""
    if given.value.strip().upper().endswith("Z"):
        return UTC
    named = given.parameters.get("TZID")
    return zones.named(named, given.name) if named else own


def wall(text: str, path: str) -> datetime:
    """What the clock on the wall shows, without its zone; midnight for a day. Raises Wrong."""
    text = text.strip().upper().removesuffix("Z")
    try:
        at = datetime.strptime(text, _FORMS[len(text)])  # noqa: DTZ007 - the zone is added by instant()
    except (KeyError, ValueError):
        raise Wrong("calendar-time", path, found=text[:40]) from None
    if not 2000 <= at.year < 2200:
        raise Wrong("year", path, found=at.year)
    return at


def instant(at: datetime, zone: tzinfo, path: str) -> datetime:
    """A time on the wall in UTC: the first of two, and a skipped one by the clock before the jump, as RFC 5545 wants it."""
    return utc(at.replace(tzinfo=zone), path)


def duration(text: str, path: str) -> tuple[timedelta, timedelta]:
    """How long something lasts: days by the calendar, and exact time beside them. Raises Wrong."""
    found = _DURATION.fullmatch(text.strip().upper())
    if not found or not any(found.groups()) or found[3] == "T":
        raise Wrong("duration", path, found=text.strip()[:40])
    weeks, days, hours, minutes, seconds = (int(found[each] or 0) for each in (1, 2, 4, 5, 6))
    return timedelta(weeks=weeks, days=days), timedelta(hours=hours, minutes=minutes, seconds=seconds)
