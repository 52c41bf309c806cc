"""The roster as iCalendar (RFC 5545), for people's calendars."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime

from .reader import Reader
from .roster import Exception_

_OCTETS = 75
_TITLES = {"leave": "Leave", "extra": "Extra shift", "on-call": "On call", "unavailable": "Not available"}
_TITLES |= {"shift": "On duty", "on-call-shift": "On call"}


def written(entries: Iterable[Exception_], readers: Mapping[str, Reader], now: datetime) -> str:
    """A calendar with an event for each entry, in UTC. The same entry always has the same UID."""
    lines = ["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//Orthanc Teleradiology//Roster//EN", "CALSCALE:GREGORIAN"]
    for each in entries:
        name = readers[each.reader].name if each.reader in readers else each.reader
        lines += ["BEGIN:VEVENT", f"UID:{_uid(each)}", f"DTSTAMP:{_utc(now)}", f"DTSTART:{_utc(each.start)}"]
        lines += [f"DTEND:{_utc(each.end)}"] if each.end else []
        lines += [f"SUMMARY:{_escaped(f'{_TITLES.get(each.kind, each.kind)} - {name}')}"]
        lines += [f"DESCRIPTION:{_escaped(each.note)}"] if each.note else []
        lines += [f"X-READER:{_escaped(each.reader)}", f"X-KIND:{each.kind}", "END:VEVENT"]
    return "".join(f"{_folded(line)}\r\n" for line in [*lines, "END:VCALENDAR"])


def _uid(entry: Exception_) -> str:
    known = entry.id or hashlib.sha256(f"{entry.reader}|{entry.kind}|{_utc(entry.start)}".encode()).hexdigest()[:26]
    return f"{known}@orthanc-teleradiology"


def _utc(at: datetime) -> str:
    return f"{at.astimezone(UTC):%Y%m%dT%H%M%SZ}"


def _escaped(text: str) -> str:
    return re.sub(r"([\\;,])", r"\\\1", text).replace("\n", "\\n")


def _folded(line: str) -> str:
    """Lines of at most 75 octets; no character is cut in two."""
    parts, size = [""], 0
    for character in line:
        length = len(character.encode())
        if size + length > _OCTETS:
            parts.append("")
            size = 1  # the space with which the next line begins
        parts[-1] += character
        size += length
    return "\r\n ".join(parts)
