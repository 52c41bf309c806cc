"""Who may read a study, why not the others, and who of them gets it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time
from zoneinfo import ZoneInfo


@dataclass(frozen=True)
class Licence:
    """The right to practise in a jurisdiction; both days are included, None is open."""

    jurisdiction: str
    until: date | None = None
    since: date | None = None

    def is_valid_on(self, day: date) -> bool:
        """Whether the licence covers the day."""
        return (self.since is None or self.since <= day) and (self.until is None or day <= self.until)


@dataclass(frozen=True)
class Shift:
    """Weekly hours by the reader's own wall clock. ``days`` (0 is Monday) are those on which it begins.

    An ``end`` that is not after ``start`` lies on the next day; 00:00 to 00:00 is the whole day.
    """

    days: tuple[int, ...]
    start: time
    end: time
    timezone: str

    def covers(self, at: datetime) -> bool:
        """Whether the instant lies in the shift.

        Compares wall-clock times, not durations, so that a shift begins at eight also on the day the clocks change.
        """
        local = at.astimezone(ZoneInfo(self.timezone))
        today, yesterday, clock = local.weekday(), (local.weekday() - 1) % 7, local.time()
        if self.start < self.end:
            return today in self.days and self.start <= clock < self.end
        return (today in self.days and clock >= self.start) or (yesterday in self.days and clock < self.end)

    def __str__(self) -> str:
        days = " ".join(_DAYS[day] for day in self.days)
        return f"{days} {self.start:%H:%M}-{self.end:%H:%M} {self.timezone}"


_DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")


@dataclass(frozen=True)
class Reader:
    """A radiologist as the rules file describes one. Empty ``modalities`` means all, empty ``shifts`` always on duty."""

    id: str
    name: str
    title: str = ""
    registration: str = ""
    subspecialties: tuple[str, ...] = ()
    licences: tuple[Licence, ...] = ()
    shifts: tuple[Shift, ...] = ()
    modalities: tuple[str, ...] = ()
    languages: tuple[str, ...] = ()
    capacity: int | None = None
    may_finalize: bool = True
    active: bool = True

    def is_on_duty(self, at: datetime) -> bool:
        """Whether one of the shifts covers the instant."""
        return not self.shifts or any(shift.covers(at) for shift in self.shifts)


@dataclass(frozen=True)
class Need:
    """What a study asks of its reader at an instant. ``timezone`` is the facility's: its calendar day counts for licences."""

    facility: str
    jurisdiction: str
    subspecialty: str
    modality: str
    language: str
    at: datetime
    timezone: str = "UTC"

    @property
    def day(self) -> date:
        """The day at the facility."""
        return self.at.astimezone(ZoneInfo(self.timezone)).date()


@dataclass(frozen=True)
class Considered:
    """One reader as judged for one study."""

    reader: str
    eligible: bool
    reasons: tuple[str, ...]
    load: int
    passing: bool = False  # only duty or capacity stand against the reader: waiting may help


@dataclass(frozen=True)
class Assignment:
    """Whom a study goes to, or None, and how that came about."""

    reader: str | None
    considered: tuple[Considered, ...]
    policy: str

    @property
    def is_hopeless(self) -> bool:
        """Nobody may have it now, and waiting for a shift or for free hands will not change that."""
        return self.reader is None and not any(one.passing for one in self.considered)

    def to_json(self) -> dict[str, object]:
        """As the column ``decisions.readers`` keeps it."""
        considered = [
            {"reader": one.reader, "eligible": one.eligible, "reasons": list(one.reasons), "load": one.load}
            for one in self.considered
        ]
        return {"chosen": self.reader, "policy": self.policy, "considered": considered}


def reasons_against(reader: Reader, need: Need, open_load: int) -> tuple[str, ...]:
    """Why the reader may not have the study, for a person to read; empty when eligible."""
    return _lasting(reader, need) + _passing(reader, need, open_load)


def choose(readers: Iterable[Reader], need: Need, loads: Mapping[str, int], prefer: str | None = None) -> Assignment:
    """The eligible reader with the least open work; ties go to who reads the facility's language, then by id.

    ``prefer`` (a reader id that a rule names) wins when eligible. Being named never overrides a constraint.
    """
    everybody = {reader.id: reader for reader in readers}
    judged = [_judged(reader, need, loads.get(reader.id, 0)) for reader in everybody.values()]
    judged.sort(key=lambda one: (not one.eligible, one.load, not _speaks(everybody[one.reader], need), one.reader))
    eligible = [one.reader for one in judged if one.eligible]
    if prefer in eligible:
        return Assignment(prefer, tuple(judged), "named by the rules")
    policy = "least open work" if eligible else "nobody is eligible"
    if prefer:
        why = "is not eligible" if prefer in everybody else "does not exist"
        policy += f"; {prefer}, named by the rules, {why}"
    return Assignment(eligible[0] if eligible else None, tuple(judged), policy)


def _judged(reader: Reader, need: Need, load: int) -> Considered:
    lasting, passing = _lasting(reader, need), _passing(reader, need, load)
    return Considered(reader.id, not (lasting or passing), lasting + passing, load, bool(passing and not lasting))


def _lasting(reader: Reader, need: Need) -> tuple[str, ...]:
    found = (_inactive(reader), _subspecialty(reader, need), _licence(reader, need), _modality(reader, need))
    return tuple(reason for reason in found if reason)


def _passing(reader: Reader, need: Need, open_load: int) -> tuple[str, ...]:
    return tuple(reason for reason in (_duty(reader, need), _capacity(reader, open_load)) if reason)


def _speaks(reader: Reader, need: Need) -> bool:
    return not need.language or need.language in reader.languages


def _inactive(reader: Reader) -> str:
    return "" if reader.active else "is not active"


def _subspecialty(reader: Reader, need: Need) -> str:
    if not need.subspecialty or need.subspecialty in reader.subspecialties:
        return ""
    return f"reads {', '.join(reader.subspecialties) or 'no subspecialty'}; this study needs {need.subspecialty}"


def _licence(reader: Reader, need: Need) -> str:
    if not need.jurisdiction:
        return "no facility is known for this study, so no licence can be checked"
    held = [licence for licence in reader.licences if licence.jurisdiction == need.jurisdiction]
    if any(licence.is_valid_on(need.day) for licence in held):
        return ""
    return _invalid(held, need) if held else f"has no licence for {need.jurisdiction}"


def _invalid(held: list[Licence], need: Need) -> str:
    begins = [licence.since for licence in held if licence.since and licence.since > need.day]
    if begins:
        return f"licence for {need.jurisdiction} begins {min(begins)}"
    ended = max(licence.until for licence in held if licence.until)
    return f"licence for {need.jurisdiction} ended {ended}"


def _modality(reader: Reader, need: Need) -> str:
    if not reader.modalities or need.modality in reader.modalities:
        return ""
    return f"reads {', '.join(reader.modalities)}; this study is {need.modality or 'of unknown modality'}"


def _duty(reader: Reader, need: Need) -> str:
    if reader.is_on_duty(need.at):
        return ""
    zones = dict.fromkeys(shift.timezone for shift in reader.shifts)
    clocks = ", ".join(f"{need.at.astimezone(ZoneInfo(zone)):%a %H:%M} {zone}" for zone in zones)
    return f"is off duty at {clocks}; on duty {'; '.join(map(str, reader.shifts))}"


def _capacity(reader: Reader, open_load: int) -> str:
    if reader.capacity is None or open_load < reader.capacity:
        return ""
    return f"has {open_load} open studies; takes {reader.capacity} at most"
