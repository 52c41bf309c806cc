"""A radiologist as the rules file describes one: rights, licences, hours, and whom not to read for."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta

from .names import folded
from .wall_clock import furthest, instant

PRELIMINARY, FINAL = "preliminary", "final"
GENERAL = "general"


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
class Right:
    """What the house lets a reader do: preliminary or final reports, of these modalities (empty is all), until that day."""

    report: str = FINAL
    modalities: tuple[str, ...] = ()
    until: date | None = None

    def covers(self, modality: str, report: str) -> bool:
        """Whether the right is for this; who may report finally may do so preliminarily."""
        return (not self.modalities or modality in self.modalities) and report in (PRELIMINARY, self.report)

    def is_valid_on(self, day: date) -> bool:
        """Whether the right has not ended."""
        return self.until is None or day <= self.until


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

        Compares wall-clock times, not durations, so that a shift begins at eight also on the day the clocks change. An hour
        that is skipped begins and ends what lies in it; in one that comes twice, the first time counts.
        """
        return self._day_of(at) is not None

    def began(self, at: datetime) -> datetime | None:
        """When the shift that covers the instant began, in UTC."""
        day = self._day_of(at)
        return instant(day, self.start, self.timezone) if day else None

    def _day_of(self, at: datetime) -> date | None:
        """The day on which the shift that covers the instant began."""
        local = furthest(at, self.timezone)
        today, clock = local.weekday(), local.time()
        if today in self.days and self.start <= clock and (clock < self.end or self.end <= self.start):
            return local.date()
        if self.end <= self.start and clock < self.end and (today - 1) % 7 in self.days:
            return local.date() - timedelta(days=1)
        return None

    def __str__(self) -> str:
        days = " ".join(_DAYS[day] for day in self.days)
        return f"{days} {self.start:%H:%M}-{self.end:%H:%M} {self.timezone}"


_DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")


@dataclass(frozen=True)
class Conflicts:
    """Whom a reader must not read for. A patient is an id, or "facility/id" where ids of several sites may be alike."""

    facilities: tuple[str, ...] = ()
    patients: tuple[str, ...] = ()
    referrers: tuple[str, ...] = ()

    def with_patient(self, facility: str, patient: str) -> bool:
        """Whether the patient is one of them."""
        return bool(patient) and (patient in self.patients or f"{facility}/{patient}" in self.patients)

    def with_referrer(self, referrer: str) -> bool:
        """Whether the referring physician is one of them; how names are spelt and separated does not matter."""
        return bool(referrer and self.referrers) and _words(referrer) in {_words(each) for each in self.referrers}


def _words(name: str) -> frozenset[str]:
    return frozenset(folded(name).replace("^", " ").replace(",", " ").replace("=", " ").split())


@dataclass(frozen=True)
class Reader:
    """Empty ``modalities`` or ``rights`` means all, empty ``shifts`` always on duty.

    ``on_call`` hours count only when nobody on shift may have a study; the members of a ``group`` only when no reader of the
    house may.
    """

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
    email: str = ""
    rights: tuple[Right, ...] = ()
    conflicts: Conflicts = field(default_factory=Conflicts)
    on_call: tuple[Shift, ...] = ()
    group: str = ""
    most_work: float | None = None
    pick_freely: bool | None = None

    def is_on_duty(self, at: datetime) -> bool:
        """Whether one of the shifts covers the instant. Who has on-call hours alone is never on shift."""
        if not self.shifts:
            return not self.on_call
        return any(shift.covers(at) for shift in self.shifts)

    def is_on_call(self, at: datetime) -> bool:
        """Whether on-call hours cover the instant."""
        return any(shift.covers(at) for shift in self.on_call)

    def shift_began(self, at: datetime) -> datetime | None:
        """When the present shift began, on call or not; None for somebody without hours, or off duty."""
        return _earliest(shift.began(at) for shift in (*self.shifts, *self.on_call))

    def may_report(self, report: str, modality: str, day: date) -> bool:
        """Whether the reader has the right to such a report on that day."""
        if report == FINAL and not self.may_finalize:
            return False
        return not self.rights or any(right.covers(modality, report) and right.is_valid_on(day) for right in self.rights)


def _earliest(moments: Iterable[datetime | None]) -> datetime | None:
    return min((moment for moment in moments if moment), default=None)
