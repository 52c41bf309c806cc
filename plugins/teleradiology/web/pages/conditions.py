"""What rules ask of a study and what was found, in the language of the page; names and values stay as the rules file has them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache, reduce
from typing import Any

from markupsafe import Markup, escape

from ... import locale
from ...config.rules_file import load
from ...core.comparison import said as value_said
from ...core.comparison import shown
from ...core.conditions import AllOf, AnyOf, Condition, Contains, Equals, HasAll, HasOnly, Matches, Missing, Not, Within
from ...core.errors import InvalidConfiguration
from ...core.findings import NEVER_LOWERED
from ...core.rules import ATTRIBUTES, RuleSet
from ...core.study_facts import KINDS
from ...store import rules_versions
from ...workflow.room import Room
from . import look, words
from .words import N_, _

_NAME = Markup('<bdi class="mono" dir="ltr">{}</bdi>')
_VALUE = Markup('<bdi class="mono">{}</bdi>')
_PATTERN = Markup('<bdi class="mono breaks" dir="ltr">{}</bdi>')  # long, and without a space to break at
_AS_KEPT = Markup('<bdi class="mono breaks" dir="ltr" lang="en">{}</bdi>')
_MUTED = Markup('<span class="muted">{}</span>')
_SUBJECTS = {"any": N_("one of"), "not": N_("not"), "ai": N_("AI findings")}
_OR, _AND, _LIST = N_("{one} or {other}"), N_("{one} and {other}"), N_("{one}, {other}")
_FOUND = {"missing": N_("missing"), "not shown": N_("not shown")}


@dataclass(frozen=True)
class Wording:
    """Conditions as decisions keep them, which is in two texts, put into the words of the page.

    ``known`` are the conditions of rules by these texts; what is not among them is shown as it was kept.
    """

    known: Mapping[tuple[str, str], Condition]

    @classmethod
    def of(cls, rules: RuleSet) -> Wording:
        """With the conditions of these rules."""
        return cls({(part.subject, part.phrase()): part for rule in rules.rules for part in rule.conjuncts})

    def expected(self, subject: str, text: str) -> Markup:
        """What was expected."""
        if text == NEVER_LOWERED:
            return escape(_(text))
        part = self.known.get((subject, text))
        return phrase(part) if part else _AS_KEPT.format(text)

    def whole(self, subject: str, text: str) -> Markup:
        """The whole condition."""
        part = self.known.get((subject, text))
        return described(part) if part else _AS_KEPT.format(f"{subject} {text}")

    def found(self, subject: str, text: str, found: str) -> Markup:
        """What the study said, of every fact that the condition asks about."""
        part = self.known.get((subject, text))
        if subject == "ai":
            return _attributes_found(found)
        return _found(part.facts(), found) if part else _value_found(found)


def wording_of(room: Room, digest: str, told: Iterable[tuple[str, str]]) -> Wording:
    """For a decision: by the rules in force or, where these do not know a condition any more, by the rules that made it."""
    now = Wording.of(room.rules.current.ruleset)
    if look.language() == locale.SOURCE or all(each in now.known for each in told):  # kept texts are in that language
        return now
    with room.store.reading() as c:
        version = rules_versions.get(c, digest)
    return Wording({**now.known, **_conditions_in(version.text)}) if version else now


@lru_cache(maxsize=8)
def _conditions_in(text: str) -> Mapping[tuple[str, str], Condition]:
    try:
        return Wording.of(load(text, "").ruleset).known
    except InvalidConfiguration:  # a file of old that is refused today
        return {}


def subject(name: str) -> Markup:
    """What a condition is about: a fact by its name, or how its parts are joined."""
    return escape(_(_SUBJECTS[name])) if name in _SUBJECTS else _NAME.format(name)


def _found(names: tuple[str, ...], text: str) -> Markup:
    told = _apart(names, "; ", ": ", text) if len(names) > 1 else [(names[0], text)]
    lines = [_value_found(value, is_flag=KINDS[name] == "flag") for name, value in told]
    if len(names) > 1:
        lines = [Markup("{}: {}").format(_NAME.format(name), line) for (name, _value), line in zip(told, lines, strict=True)]
    return Markup("<br>").join(lines)


def _attributes_found(text: str) -> Markup:
    told = _apart(tuple(ATTRIBUTES), ", ", " ", text)
    named = ((words.translated(words.ATTRIBUTES, name), words.translated(words.PRIORITIES, value)) for name, value in told)
    return Markup("<br>").join(Markup("{}: <bdi>{}</bdi>").format(*each) for each in named)


def _apart(names: Iterable[str], between: str, after: str, text: str) -> list[tuple[str, str]]:
    """Names with their values, out of the one text in which they are kept."""
    pieces = re.split(rf"(?:^|{between})({'|'.join(map(re.escape, names))}){after}", text)
    return list(zip(pieces[1::2], pieces[2::2], strict=True))


def _value_found(text: str, is_flag: bool = False) -> Markup:
    if text in _FOUND:
        return _MUTED.format(_(_FOUND[text]))
    return _yes_or_no(text) if is_flag else _VALUE.format(text or "–")


def described(part: Condition) -> Markup:
    """A condition, as ``Condition.describe`` tells it."""
    match part:
        case Not():
            return _filled(N_("not {condition}"), condition=phrase(part))
        case AllOf() | AnyOf():
            return phrase(part)
    return Markup("{} {}").format(_NAME.format(part.fact), phrase(part))


def phrase(part: Condition) -> Markup:
    """What it expects, as ``Condition.phrase`` tells it."""
    match part:
        case Equals():
            text = N_("has {values}") if KINDS[part.fact].is_many else N_("is {values}")
            return _filled(text, values=_values(_OR, part.values))
        case HasAll():
            return _filled(N_("has all of {values}"), values=_values(_LIST, part.values))
        case HasOnly():
            return _filled(N_("has only {values}"), values=_values(_LIST, part.values))
        case Contains():
            return _filled(N_("contains {values}"), values=_values(_OR, part.values))
        case Matches():
            return _filled(N_("matches '{pattern}'"), pattern=_PATTERN.format(part.pattern))
        case Within():
            return _bounds(part)
        case Missing():
            return escape(_("is missing") if part.absent else _("is present"))
        case Not():
            return Markup("({})").format(described(part.part))
        case AllOf() | AnyOf():
            parts = [Markup("({})").format(described(each)) for each in part.parts]
            return _joined(_AND if isinstance(part, AllOf) else _OR, parts)


def _bounds(part: Within) -> Markup:
    low, high = (_NAME.format(value_said(part.fact, bound)) for bound in (part.low, part.high))
    if part.high is None:
        return _filled(N_("is at least {low}"), low=low)
    if part.low is None:
        return _filled(N_("is at most {high}"), high=high)
    return _filled(N_("is between {low} and {high}"), low=low, high=high)


def _values(joint: str, values: Iterable[Any]) -> Markup:
    return _joined(joint, [_value(value) for value in values])


def _value(value: Any) -> Markup:
    return _yes_or_no(shown(value)) if isinstance(value, bool) else _VALUE.format(shown(value))


def _yes_or_no(text: str) -> Markup:
    return escape({"yes": _("yes"), "no": _("no")}.get(text, text))


def _joined(joint: str, parts: list[Markup]) -> Markup:
    return reduce(lambda one, other: _filled(joint, one=one, other=other), parts) if parts else Markup("")


def _filled(text: str, **places: Markup) -> Markup:
    return escape(_(text)).format(**places)
