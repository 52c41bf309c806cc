"""The rules once more, as slowly and plainly as they are described: what the fast way is compared with."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import date, time
from typing import Any

from teleradiology.core.names import folded, plain
from teleradiology.core.study_facts import KINDS, Kind, StudyFacts


def decide(rules: Sequence[Mapping[str, Any]], facts: StudyFacts) -> dict[str, tuple[Any, str]]:
    """For each attribute the value and the rule's name: the first rule that holds and sets it."""
    found: dict[str, tuple[Any, str]] = {}
    for each in rules:
        if holds(each.get("when", {}), facts):
            for attribute, value in each["then"].items():
                found.setdefault(attribute, (value, each["name"]))
    return found


def holds(when: Mapping[str, Any], facts: StudyFacts) -> bool:
    """Whether all that stands under `when` is true."""
    return all(_holds(key, asked, facts) for key, asked in when.items())


def _holds(key: str, asked: Any, facts: StudyFacts) -> bool:
    if key == "any":
        return any(holds(each, facts) for each in asked)
    if key == "all":
        return all(holds(each, facts) for each in asked)
    if key == "not":
        return not holds(asked, facts)
    matchers = asked if isinstance(asked, Mapping) else {"equals": asked}
    return all(_matches(KINDS[key], name, value, getattr(facts, key)) for name, value in matchers.items())


def _matches(kind: Kind, matcher: str, asked: Any, value: Any) -> bool:
    absent = value is None or value in ("", ())
    if matcher == "missing":
        return absent is asked
    if absent:
        return False
    values = list(value) if kind.is_many else [value]
    asked = asked if isinstance(asked, list) else [asked]
    forms, wanted = [_form(kind, each) for each in values], [_form(kind, each) for each in asked]
    if matcher in ("equals", "any"):
        return any(each in wanted for each in forms)
    if matcher == "all":
        return all(each in forms for each in wanted)
    if matcher == "only":
        return all(each in wanted for each in forms)
    if matcher == "contains":
        return any(part in text for text in forms for part in wanted)
    if matcher == "matches":
        wordings = [wording for each in values for wording in (folded(each), plain(each))]
        return any(re.search(asked[0], wording, re.IGNORECASE) for wording in wordings)
    if matcher == "at_least":
        return forms[0] >= wanted[0]
    if matcher == "at_most":
        return forms[0] <= wanted[0]
    low, high = wanted
    if kind is Kind.TIME and low > high:
        return forms[0] >= low or forms[0] <= high
    return low <= forms[0] <= high


def _form(kind: Kind, value: Any) -> Any:
    if kind in (Kind.TEXT, Kind.TEXTS):
        return plain(value)
    if kind in (Kind.CODE, Kind.CODES):
        return folded(value)
    if kind is Kind.DATE and isinstance(value, str):
        return date.fromisoformat(value)
    if kind is Kind.TIME and isinstance(value, str):
        return time.fromisoformat(value)
    return value
