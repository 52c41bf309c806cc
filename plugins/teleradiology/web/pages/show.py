"""Values as pages show them: instants on the reader's clock, ids as left-to-right islands, names of people, ages."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from markupsafe import Markup, escape

from ...core.names import clean, name_groups, spoken
from ...core.worklist import State
from . import look, mistakes, reasons, words

_TIME = Markup('<time class="island" datetime="{}" title="{}">{}</time>')
_THERE = Markup('<span class="island muted small" title="{}">{}</span>')
_DATES = {True: "{day} %b %H:%M", False: "%Y-%m-%d %H:%M"}  # months by name in English alone: digits need no translation
_NUMBER = Markup('<bdi dir="ltr" class="nowrap">{}</bdi>')
_TELEPHONE = re.compile(r"(\+?\d[\d ()/.-]{4,}\d)")
_ISLAND = Markup('<bdi dir="ltr">{}</bdi>')


def ltr(value: object) -> Markup:
    """An id, number, date or code, kept in its order inside Arabic text; "–" for nothing."""
    text = clean(str(value)).strip() if value is not None else ""
    return _ISLAND.format(text or "–")


def instant(at: datetime | None, style: str = "short") -> Markup | str:
    """A moment on the reader's clock: the time alone for today, else with the date; "full" always with both."""
    if at is None:
        return "–"
    local = at.astimezone(look.zone())
    today = datetime.now(look.zone()).date()
    form = _DATES[look.language() == "en"] if local.date() != today else "%H:%M"
    form = form if style == "short" else "%Y-%m-%d %H:%M:%S"
    return _moment(at, form)


def _moment(at: datetime, form: str) -> Markup:
    local = at.astimezone(look.zone())
    shown = local.strftime(form.format(day=local.day))
    return _TIME.format(at.astimezone(UTC).isoformat(), f"{local:%Y-%m-%d %H:%M:%S} ({look.zone().key})", shown)


def instant_after(at: datetime | None, begin: datetime) -> Markup | str:
    """The end of a span that began then: the time alone when it ends on the same day."""
    if at is None or at.astimezone(look.zone()).date() != begin.astimezone(look.zone()).date():
        return instant(at)
    return _moment(at, "%H:%M")


def there(at: datetime | None, zone: ZoneInfo) -> Markup | str:
    """What the clock of another place shows at that moment; nothing where it shows the same as the reader's."""
    if at is None or at.astimezone(zone).utcoffset() == at.astimezone(look.zone()).utcoffset():
        return ""
    local, place = at.astimezone(zone), zone.key.rpartition("/")[2].replace("_", " ")
    return _THERE.format(f"{local:%Y-%m-%d %H:%M:%S} ({zone.key})", f"({local:%H:%M} {place})")


def epoch_ms(at: datetime | None) -> str:
    """Milliseconds since 1970 for the ticking clocks; empty without an instant."""
    return str(int(at.timestamp() * 1000)) if at else ""


def study_time(text: str) -> Markup:
    """When the modality took the study, as its own clock said it."""
    return ltr(text.replace("T", " ")[:16])


def with_numbers(text: str) -> Markup:
    """Words with telephone numbers in them, which neither break at the end of a line nor turn round beside Arabic."""
    parts = _TELEPHONE.split(text)
    return Markup().join(_NUMBER.format(part) if place % 2 else escape(part) for place, part in enumerate(parts))


def person(name: str) -> str:
    """A DICOM person name as people write it; several groups side by side."""
    return " · ".join(spoken(group) for group in name_groups(name))


def age(birth_date: str, on: date) -> Markup | str:
    """Age in years, below three in months, below two months in days; empty when unknown."""
    try:
        born = date.fromisoformat(birth_date)
    except ValueError:
        return ""
    days = (on - born).days
    if days < 0:
        return ""
    months = (on.year - born.year) * 12 + on.month - born.month - (on.day < born.day)
    form = words._("{n} y") if months >= 36 else words._("{n} mo") if days >= 61 else words._("{n} d")
    number = months // 12 if months >= 36 else months if days >= 61 else days
    return Markup("{}").format(Markup(form.replace("{n}", str(ltr(number)))))


def duration(seconds: float | int) -> str:
    """A turnaround as people say it: 30 min, 4 h, 2 d."""
    minutes = int(seconds) // 60
    if minutes % 1440 == 0 and minutes:
        return words._("{n} d").replace("{n}", str(minutes // 1440))
    if minutes % 60 == 0 and minutes:
        return words._("{n} h").replace("{n}", str(minutes // 60))
    return words._("{n} min").replace("{n}", str(minutes))


def attribute_value(value: Any, name: str) -> str:
    """The value of an attribute that rules set, in words; "–" for nothing."""
    if value is None:
        return "–"
    match name:
        case "turnaround":
            return duration(value.total_seconds() if isinstance(value, timedelta) else value)
        case "due_at":
            return instant(datetime.fromisoformat(value))
        case "warn_after":
            return f"{round(float(value) * 100)} %"
        case "priority":
            return words.translated(words.PRIORITIES, value)
        case "subspecialty":
            return words.translated(words.SUBSPECIALTIES, value)
    return ", ".join(map(str, value)) if isinstance(value, list | tuple) else str(value)


def digest(value: str) -> Markup:
    """The first digits of a hash: enough to compare by eye."""
    return ltr(value[:12])


FILTERS: dict[str, Callable[..., Any]] = {
    "ltr": ltr,
    "instant": instant,
    "instant_after": instant_after,
    "with_numbers": with_numbers,
    "epoch_ms": epoch_ms,
    "there": there,
    "study_time": study_time,
    "person": person,
    "age": age,
    "duration": duration,
    "digest": digest,
    "state_word": lambda item: words.sign(words.STATES, State(item.state)).text,
    "state_icon": lambda item: words.STATES[State(item.state)].icon,
    "priority_word": lambda name: words.translated(words.PRIORITIES, name),
    "problem_text": mistakes.shown,
    "skip_word": lambda word: words.translated(reasons.PASSED_ON, word),
    "sex_word": lambda name: words.translated(words.SEXES, name),
    "role_word": lambda name: words.translated(words.ROLES, name),
    "section_word": lambda name: words.translated(words.SECTIONS, name),
    "attribute_value": attribute_value,
    "attribute_word": lambda name: words.translated(words.ATTRIBUTES, name),
    "report_sign": lambda status: words.sign(words.REPORT_STATUSES, status),
    "refusal_word": lambda code: words.refusal(code)[0],
    "refusal_advice": lambda code: words.refusal(code)[1],
}
