"""The single values of the rules file: durations, percentages, dates, times, zones, addresses, names and codes."""

from __future__ import annotations

import re
from datetime import date, datetime, time, timedelta
from functools import cache
from ipaddress import IPv4Network, IPv6Network, ip_network
from zoneinfo import available_timezones

from ..core.mail_address import EXPECTED, is_address
from .shapes import ID, Parsed

_PART = re.compile(r"(\d{1,6})\s*(d|h|min|m|s)", re.IGNORECASE)
_UNITS = {"d": 86400, "h": 3600, "min": 60, "m": 60, "s": 1}
_LONGEST_DURATION = timedelta(days=366)


def parse_duration(text: str) -> timedelta | None:
    """30m, 4h, 1h30m, 2d: whole numbers with units, longest first."""
    seconds, rest = 0, text.strip()
    last = 10**9
    while rest:
        found = _PART.match(rest)
        if not found:
            return None
        unit = _UNITS[found[2].lower()]
        if unit >= last:
            return None
        last = unit
        seconds += int(found[1]) * unit
        rest = rest[found.end() :].lstrip()
    duration = timedelta(seconds=seconds)
    return duration if timedelta(0) < duration <= _LONGEST_DURATION else None


def parse_percentage(text: str) -> float | None:
    """50% or 0.5, as a share above 0 and up to 1."""
    share = float(text[:-1]) / 100 if text.endswith("%") else float(text)
    return round(share, 6) if 0 < share <= 1 else None


def parse_time(text: str) -> time | None:
    """08:00 or 23:59:30; 24:00 is the end of the day, which is 00:00."""
    if text == "24:00":
        return time(0)
    return time.fromisoformat(text) if re.fullmatch(r"[0-2]\d:[0-5]\d(:[0-5]\d)?", text) else None


def parse_date(text: str) -> date | None:
    """2027-12-31."""
    return date.fromisoformat(text) if re.fullmatch(r"\d{4}-\d{2}-\d{2}", text) else None


def parse_instant(text: str) -> datetime | None:
    """2027-12-31T08:00:00Z: with a zone."""
    value = datetime.fromisoformat(text)
    return value if value.tzinfo else None


def parse_network(text: str) -> IPv4Network | IPv6Network:
    """192.0.2.7 or 192.0.2.0/24."""
    return ip_network(text, strict=False)


def parse_aet(text: str) -> str | None:
    """An AE title (PS3.5 6.2: 16 characters, no backslash, no control characters)."""
    return text if re.fullmatch(r"[ -\[\]-~]{1,16}", text) else None


def parse_id(text: str) -> str | None:
    """A short name that fits into an address and a table."""
    return text if ID.fullmatch(text) else None


@cache
def _timezones() -> frozenset[str]:
    return frozenset(available_timezones())


def parse_timezone(text: str) -> str | None:
    """A zone of the IANA database."""
    return text if text in _timezones() else None


DURATION = Parsed("a duration such as 30m, 4h, 1h30m or 2d", parse_duration, r"^\s*(\d+\s*(d|h|min|m|s)\s*)+$")
PERCENTAGE = Parsed("a percentage such as 50%", parse_percentage, r"^[\d.]+%?$", number=True)
TIME = Parsed("a time of day such as '08:00'", parse_time, r"^[0-2]\d:[0-5]\d(:[0-5]\d)?$")
DATE = Parsed("a date such as 2027-12-31", parse_date, r"^\d{4}-\d{2}-\d{2}$")
INSTANT = Parsed("a date and time with zone such as 2027-12-31T08:00:00Z", parse_instant)
NETWORK = Parsed("an IP address or range such as 192.0.2.0/24", parse_network)
AET = Parsed("an AE title of at most 16 characters", parse_aet, number=True)
EMAIL = Parsed(EXPECTED, lambda text: text if is_address(text) else None, r"^[^\s@]+@[^\s@]+$")
NAME = Parsed("a short name without spaces (letters, digits, . _ -)", parse_id, number=True)
TIMEZONE = Parsed("a time zone such as Africa/Tripoli", parse_timezone, known=_timezones)
LANGUAGE = Parsed(
    "a language code such as ar or en",
    lambda text: text if re.fullmatch(r"[a-z]{2,3}(-[A-Za-z0-9]{2,8})*", text) else None,
    r"^[a-z]{2,3}(-[A-Za-z0-9]{2,8})*$",
)
