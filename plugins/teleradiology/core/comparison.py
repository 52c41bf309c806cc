"""The form in which a fact's value and a rule's value meet: what makes "CT_HEAD" and "ct head" the same."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, time, timedelta
from typing import Any

from .names import folded, plain

LONGEST_TOLD = 200
DAYS_OF_YEAR = 365.25
PRIVATE = frozenset({"patient_id", "patient_name", "patient_names", "patient_birth_date"})  # explanations do not repeat them


def comparable(kind: str, value: Any) -> Any:
    """A single value of that kind as it is compared; None when it is absent."""
    if value is None or value == "":
        return None
    match kind:
        case "text" | "texts":
            return plain(value) or None
        case "code" | "codes":
            return folded(value) or None
        case "number":
            return float(value)
    return value


def shown(value: Any) -> str:
    """A fact's value as an explanation prints it."""
    match value:
        case bool():
            return "yes" if value else "no"
        case float():
            return f"{value:g}"
        case datetime():
            return value.isoformat(timespec="seconds")
        case date() | time():
            return value.isoformat()
        case timedelta():
            return _duration(value)
        case tuple() | frozenset():
            return ", ".join(shown(each) for each in value)
    return str(value)


def said(fact: str, value: Any) -> str:
    """A value of a fact as an explanation prints it: an age below one year in days, as it may be written."""
    if fact == "patient_age" and isinstance(value, float) and value < 1:
        return f"{value * DAYS_OF_YEAR:.0f}d"
    return shown(value)


def _duration(value: timedelta) -> str:
    """As a rules file writes it: 1h30m."""
    hours, rest = divmod(int(value.total_seconds()), 3600)
    parts = ((hours, "h"), (rest // 60, "m"), (rest % 60, "s"))
    return "".join(f"{number}{unit}" for number, unit in parts if number) or "0s"


class Known(dict[str, Any]):
    """A study's facts by name in comparable form, prepared when first asked for: None when absent, a frozenset for many."""

    def __init__(self, facts: Any, kinds: Mapping[str, str]):
        super().__init__()
        self.facts = facts
        self.kinds = kinds
        self.wordings = _Wordings(self)
        self.told = _Told(self)

    def __missing__(self, name: str) -> Any:
        kind, value = self.kinds[name], getattr(self.facts, name)
        if isinstance(value, tuple):
            result: Any = frozenset(comparable(kind, each) for each in value) - {None} or None
        else:
            result = comparable(kind, value)
        self[name] = result
        return result


class _Wordings(dict[str, tuple[str, ...]]):
    """Each fact as the texts that a pattern is searched in: as folded, and with separators read as spaces."""

    def __init__(self, known: Known):
        super().__init__()
        self.known = known

    def __missing__(self, name: str) -> tuple[str, ...]:
        value = getattr(self.known.facts, name)
        texts = value if isinstance(value, tuple) else (value,) if value else ()
        result = tuple(dict.fromkeys(form for text in texts for form in (folded(text), plain(text)) if form))
        self[name] = result
        return result


class _Told(dict[tuple[str, ...], str]):
    """What the study says of facts, for an explanation; cut, because it is kept with every decision."""

    def __init__(self, known: Known):
        super().__init__()
        self.known = known

    def __missing__(self, facts: tuple[str, ...]) -> str:
        each = [self._value(fact) for fact in facts]
        text = each[0] if len(facts) == 1 else "; ".join(f"{fact}: {value}" for fact, value in zip(facts, each, strict=True))
        self[facts] = result = text[:LONGEST_TOLD]
        return result

    def _value(self, fact: str) -> str:
        if fact in PRIVATE and self.known[fact] is not None:
            return "not shown"
        return "missing" if self.known[fact] is None else said(fact, getattr(self.known.facts, fact))[:LONGEST_TOLD]
