"""May this reader have this study now, and if not, why: hard constraints, each with its reason."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

from .reader import FINAL, GENERAL, PRELIMINARY, Licence, Reader
from .reasons import Reason, reason

STRICT, GENERAL_READERS, ON_CALL, PARTNERS = range(4)  # steps of asking more people; a licence is asked for in all of them
BY_SHIFTS = "?"  # of a Standing: no roster was asked, the weekly hours of the rules file count


@dataclass(frozen=True)
class Need:
    """What a study asks of its reader at an instant. ``timezone`` is the facility's: its calendar day counts for licences.

    ``broadened`` says how far the search goes: STRICT, GENERAL_READERS, ON_CALL, PARTNERS. ``report`` is the least that the
    reader must have the right to, ``groups`` whose readers count as those of the house. ``no_sooner`` would not come to it
    earlier than who has it.
    """

    facility: str
    jurisdiction: str
    subspecialty: str
    modality: str
    language: str
    at: datetime
    timezone: str = "UTC"
    priority: str = ""
    body_part: str = ""
    patient: str = ""
    referrer: str = ""
    previous: str = ""
    language_required: bool = False
    report: str = PRELIMINARY
    groups: tuple[str, ...] = ()
    broadened: int = STRICT
    passed_on_by: frozenset[str] = frozenset()
    no_sooner: frozenset[str] = frozenset()

    @property
    def day(self) -> date:
        """The day at the facility."""
        return self.at.astimezone(ZoneInfo(self.timezone)).date()


@dataclass(frozen=True)
class Standing:
    """How a reader stands at the instant: open studies and their weight, work done in this shift, and what the roster says.

    ``duty`` is "shift", "on-call" or None by the roster; BY_SHIFTS when there is none to ask.
    """

    count: int = 0
    load_weight: float = 0.0
    counted_today: float = 0.0
    duty: str | None = BY_SHIFTS
    available: bool = True


IDLE = Standing()


def judge(reader: Reader, need: Need, standing: Standing = IDLE) -> tuple[Reason, ...]:
    """Why the reader may not have the study; empty when eligible."""
    return lasting(reader, need) + passing(reader, need, standing)


def lasting(reader: Reader, need: Need) -> tuple[Reason, ...]:
    """What waiting does not change."""
    found = (
        None if reader.active else Reason("inactive"),
        _subspecialty(reader, need),
        _licence(reader, need),
        _modality(reader, need),
        _right(reader, need),
        _conflict(reader, need),
        _language(reader, need),
        _group(reader, need),
    )
    return tuple(each for each in found if each)


def passing(reader: Reader, need: Need, standing: Standing) -> tuple[Reason, ...]:
    """What may be otherwise in an hour."""
    passed_on = Reason("passed-on") if reader.id in need.passed_on_by else None
    no_sooner = Reason("no-sooner") if reader.id in need.no_sooner else None
    found = (_duty(reader, need, standing), *_capacity(reader, standing), passed_on, no_sooner)
    return tuple(each for each in found if each)


def step_of(reader: Reader, need: Need, standing: Standing) -> int:
    """The step of broadening by which an eligible reader came in."""
    if _is_partner(reader, need):
        return PARTNERS
    if not _is_on_shift(reader, need, standing):
        return ON_CALL
    return GENERAL_READERS if need.subspecialty and need.subspecialty not in reader.subspecialties else STRICT


def unlicensed(reader: Reader, need: Need) -> Reason | None:
    """Why the reader may not practise where the patient is on that day; None also where nobody knows where that is."""
    return _licence(reader, need) if need.jurisdiction else None


def _subspecialty(reader: Reader, need: Need) -> Reason | None:
    if not need.subspecialty or need.subspecialty in reader.subspecialties:
        return None
    if need.broadened >= GENERAL_READERS and GENERAL in reader.subspecialties:
        return None
    if not reader.subspecialties:
        return reason("no-subspecialty", needs=need.subspecialty)
    return reason("subspecialty", reads=", ".join(reader.subspecialties), needs=need.subspecialty)


def _licence(reader: Reader, need: Need) -> Reason | None:
    if not need.jurisdiction:
        return Reason("no-facility")
    held = [licence for licence in reader.licences if licence.jurisdiction == need.jurisdiction]
    if not held:
        return reason("no-licence", jurisdiction=need.jurisdiction)
    day = need.day
    return None if any(licence.is_valid_on(day) for licence in held) else _invalid(held, need.jurisdiction, day)


def _invalid(held: list[Licence], jurisdiction: str, day: date) -> Reason:
    begins = [licence.since for licence in held if licence.since and licence.since > day]
    if begins:
        return reason("licence-begins", jurisdiction=jurisdiction, day=min(begins))
    return reason("licence-ended", jurisdiction=jurisdiction, day=max(licence.until for licence in held if licence.until))


def _modality(reader: Reader, need: Need) -> Reason | None:
    if not reader.modalities or need.modality in reader.modalities:
        return None
    reads = ", ".join(reader.modalities)
    return reason("modality", reads=reads, modality=need.modality) if need.modality else reason("modality-unknown", reads=reads)


def _right(reader: Reader, need: Need) -> Reason | None:
    day = need.day if reader.rights else date.min
    if reader.may_report(need.report, need.modality, day):
        return None
    modality = need.modality or "?"
    if need.report == FINAL and reader.may_report(PRELIMINARY, need.modality, day):
        return reason("no-final-right", modality=modality)
    ended = [right.until for right in reader.rights if right.until and right.covers(need.modality, need.report)]
    return reason("right-ended", modality=modality, day=max(ended)) if ended else reason("no-right", modality=modality)


def _conflict(reader: Reader, need: Need) -> Reason | None:
    conflicts = reader.conflicts
    if need.facility and need.facility in conflicts.facilities:
        return Reason("conflict-facility")
    if conflicts.with_patient(need.facility, need.patient):
        return Reason("conflict-patient")
    return Reason("conflict-referrer") if conflicts.with_referrer(need.referrer) else None


def speaks(reader: Reader, need: Need) -> bool:
    """Whether the reader writes the language that is wanted, if one is."""
    return not need.language or need.language in reader.languages


def _language(reader: Reader, need: Need) -> Reason | None:
    if not need.language_required or speaks(reader, need):
        return None
    if not reader.languages:
        return reason("no-language", language=need.language)
    return reason("language", writes=", ".join(reader.languages), language=need.language)


def _is_partner(reader: Reader, need: Need) -> bool:
    return bool(reader.group) and reader.group not in need.groups


def _group(reader: Reader, need: Need) -> Reason | None:
    if not _is_partner(reader, need) or need.broadened >= PARTNERS:
        return None
    return reason("partner", group=reader.group)


def _is_on_shift(reader: Reader, need: Need, standing: Standing) -> bool:
    return reader.is_on_duty(need.at) if standing.duty == BY_SHIFTS else standing.duty == "shift"


def _is_on_call(reader: Reader, need: Need, standing: Standing) -> bool:
    return reader.is_on_call(need.at) if standing.duty == BY_SHIFTS else standing.duty == "on-call"


def _duty(reader: Reader, need: Need, standing: Standing) -> Reason | None:
    if not standing.available:
        return Reason("unavailable")
    if _is_on_shift(reader, need, standing):
        return None
    if _is_on_call(reader, need, standing):
        return None if need.broadened >= ON_CALL else Reason("on-call")
    hours = (*reader.shifts, *reader.on_call)
    if standing.duty != BY_SHIFTS and (not hours or any(shift.covers(need.at) for shift in reader.shifts)):
        return Reason("on-leave")
    zones = dict.fromkeys(shift.timezone for shift in hours)
    clocks = ", ".join(f"{need.at.astimezone(ZoneInfo(zone)):%a %H:%M} {zone}" for zone in zones)
    told = [*map(str, reader.shifts), *(f"{shift} (on call)" for shift in reader.on_call)]
    return reason("off-duty", clock=clocks, shifts="; ".join(told))


def _capacity(reader: Reader, standing: Standing) -> tuple[Reason | None, Reason | None]:
    count = work = None
    if reader.capacity is not None and standing.count >= reader.capacity:
        count = reason("capacity", open=standing.count, most=reader.capacity)
    if reader.most_work is not None and standing.load_weight >= reader.most_work:
        work = reason("most-work", work=f"{standing.load_weight:g}", most=f"{reader.most_work:g}")
    return count, work
