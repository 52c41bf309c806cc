"""Dates, times, ages and zones as DICOM writes them and as devices get them wrong; None when they say nothing."""

from __future__ import annotations

import re
from datetime import date, time, timedelta, timezone

# What devices and registration desks enter when they do not know.
_PLACE_HOLDERS = frozenset({date(1900, 1, 1), date(1800, 1, 1), date(1901, 1, 1), date(1899, 12, 30), date(1111, 11, 11)})
_OLDEST = 130  # years
_DAYS_PER_YEAR = 365.2425
_DAYS = {"D": 1.0, "W": 7.0, "M": _DAYS_PER_YEAR / 12, "Y": _DAYS_PER_YEAR}

_DATE = re.compile(r"(\d{4})[-./]?(\d{2})[-./]?(\d{2})")  # with points: ACR-NEMA (PS3.5 6.2, note on DA)
_TIME = re.compile(r"(\d{2}):?(\d{2})?:?(\d{2})?(?:\.(\d{1,6}))?")
_AGE = re.compile(r"(\d{1,3})\s*([DWMY])", re.IGNORECASE)
_ZONE = re.compile(r"([+-])(\d{2})(\d{2})")


def date_of(text: str) -> date | None:
    """A date (DA)."""
    found = _DATE.match(text.strip())
    try:
        return date(*(int(part) for part in found.groups())) if found else None
    except ValueError:
        return None


def time_of(text: str) -> time | None:
    """A time of day (TM), without zone; a leap second counts as the second before."""
    found = _TIME.fullmatch(text.strip())
    if not found:
        return None
    hour, minute, second, fraction = found.groups(default="0")
    try:
        return time(int(hour), int(minute), min(int(second), 59), int(fraction.ljust(6, "0")))
    except ValueError:
        return None


def zone_of(text: str) -> timezone | None:
    """An offset from UTC (0008,0201)."""
    found = _ZONE.fullmatch(text.strip())
    if not found:
        return None
    sign, hours, minutes = found.groups()
    offset = timedelta(hours=int(hours), minutes=int(minutes))
    return timezone(offset if sign == "+" else -offset) if offset < timedelta(hours=24) else None


def age_of(text: str) -> float | None:
    """An age (AS) in years: "045Y", "18M", "28d"; "000Y" says nothing."""
    found = _AGE.fullmatch(text.strip())
    if not found:
        return None
    number, unit = int(found[1]), found[2].upper()
    years = number * _DAYS[unit] / _DAYS_PER_YEAR
    return None if (number == 0 and unit == "Y") or years > _OLDEST else round(years, 3)


def birth_date_of(text: str) -> date | None:
    """A birth date that somebody meant: place holders say nothing."""
    born = date_of(text)
    return None if born is None or born in _PLACE_HOLDERS or born.year < 1850 else born


def years_between(born: date, at: date) -> float | None:
    """The age at a day in years, exact on birthdays; None when it cannot be somebody's."""
    whole = at.year - born.year - ((at.month, at.day) < (born.month, born.day))
    last = date(born.year + whole, born.month, min(born.day, 28)) if born.year + whole > 0 else born
    years = whole + max(0, min((at - last).days, 364)) / _DAYS_PER_YEAR
    return round(years, 3) if at >= born and years <= _OLDEST else None
