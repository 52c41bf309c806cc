"""What is wrong with a rules file, in the language of the page: its reader says it in English, in sentences known by their form.

A sentence whose form is not among these stays English and is set apart by the page.
"""

from __future__ import annotations

import re
from functools import lru_cache

from .words import N_, filled

# Of forms that fit the same sentence the first counts.
SENTENCES = (
    N_("expected a list of two values, found {found}"),
    N_("expected {expected} with at least one, found an empty list"),
    N_("expected at most {most} characters, found {found}"),
    N_("expected {expected}, found {kind}"),
    N_("{found} is not a key of {what}; expected {known}"),
    N_("{what} lacks '{name}': {expected}"),
    N_("{found} is not a fact"),
    N_("{found} is not a fact; see docs/rules.md for all facts"),
    N_("{found} is not a fact; write it under a fact, such as {example}"),
    N_("{found} is not an attribute"),
    N_("{found} is not a matcher; expected {known}"),
    N_("{found} cannot be asked of {fact}, whose kind is {sort}; expected {known}"),
    N_("{found} is not in the section '{name}'"),
    N_("no rule is called {found}"),
    N_("the key is there twice; first on line {line}"),
    N_("another rule is called {found}, on line {line}; names must differ"),
    N_("the last rule must set {known}"),
    N_("the last rule must have no 'when', so that every study gets an answer; add one such as 'everything else' after it"),
    N_("lacks 'when'; only the last rule may hold for every study, because the rules after it could set nothing more"),
    N_("sets nothing; expected one of {known}"),
    N_("the rule '{rule}' routes to '{subspecialty}', which no active reader reads"),
    N_("the rule '{rule}' can never decide anything: {known} always comes first"),
    N_("the rule '{rule}' can never decide anything: {known} always come first"),
    N_("the rule '{rule}' assigns to {reader}, who is not active"),
    N_("the rule '{rule}' assigns to {reader}, who does not read '{subspecialty}'"),
    N_("no active reader has a licence for {jurisdiction}: nobody may read its studies"),
    N_("a licence for {known}, where no facility of this file is"),
    N_("overlaps with number {n} of this list; hours count once"),
    N_("lasts 24 hours, from {begin} to {end} of the next day"),
    N_("ends on {end}, before it begins on {begin}"),
    N_("{found} (line {line}) claims the same senders: {known}"),
    N_("no sender is recognised as this facility; add 'calling_aets', 'called_aets', 'ips' or 'users'"),
    N_("the first value is greater than the second, so this can never hold"),
    N_("at_least is greater than at_most, so this can never hold"),
    N_("at_least is greater than at_most, so this can never hold; write {example}"),
    N_("not a regular expression that can be used: {error}"),
    N_("{found} counts as {known} here; write {example}"),
    N_("{found} has only separators, which are not compared"),
    N_("{found} is there already; give this one a 'name' of its own"),
    N_("the calendar is never open; give a day hours"),
    N_("the example does not hold: expected {value}, found {found}, set by {setter}"),
    N_("the example does not hold: {name} was set by {setter}"),
    N_("the example does not hold: {name} was set by {setter}; in '{rule}' (line {line}) {condition}, found {found}"),
    N_("the file is empty; expected the sections of a rules file"),
    N_("anchors and aliases (& and *) are not taken; write the value out"),
    N_("there are more than {most}; the others are told when these are gone"),
    N_("a ':' needs a space after it"),
    N_("not YAML: a '{sign}' needs a space after it"),
    N_("not YAML: a tab cannot stand here; indent with spaces"),
    N_("not YAML: a second ': ' in one line; put a text that has one in quotes, or begin a new line"),
    N_("not YAML: the quote that opens on line {line} is never closed"),
    N_(
        "not YAML: this line begins further right, in column {column}, than the one before; "
        "keys of one mapping begin in the same column"
    ),
    N_("not YAML: this begins in column {column}, the mapping that begins on line {line} in column {other}; indent them alike"),
    N_("not YAML: this begins in column {column}, the list that begins on line {line} in column {other}; indent them alike"),
    N_("not YAML: a text that begins with {sign} must stand in quotes"),
    N_("not YAML: within the '{sign}' of line {line}, expected {one} or {other}, but got {kind}"),
    N_("not YAML: {error}"),
)
_EXPECTED = (
    N_("one of {known}"),
    N_("the name of a {section} ({known})"),
    N_("the name of a {section}"),
    N_("{thing} (a mapping with {known})"),
    N_("a text"),
    N_("a text that says why"),
    N_("true or false"),
    N_("a whole number from {low} to {high}"),
    N_("a whole number, {low} or more"),
    N_("a number from {low} to {high}"),
    N_("a number, {low} or more"),
    N_("a duration such as {example}"),
    N_("a percentage such as {example}"),
    N_("a time of day such as {example}"),
    N_("a date such as {example}"),
    N_("a date and time with zone such as {example}"),
    N_("a time zone such as {example}"),
    N_("hours such as {example}"),
    N_("a day such as {example}"),
    N_("a day: {known}"),
    N_("a moment such as {example}"),
    N_("a region such as {example}"),
    N_("a body part such as {example}"),
    N_("a modality such as {example}"),
    N_("an image modality such as {example}"),
    N_("an age in years, or such as {example}"),
    N_("a language code such as {example}"),
    N_("an IP address or range such as {example}"),
    N_("an address such as {example}"),
    N_("an e-mail address such as {example}"),
    N_("an AE title of at most 16 characters"),
    N_("a short name without spaces (letters, digits, . _ -)"),
    N_("a country or region code (ISO 3166) such as {example}"),
    N_("a country whose holidays are known, by its code such as {example}"),
    N_("a reason to hold such as {example}"),
    N_("a regular expression such as {example}"),
    N_("a value, a list or matchers ({known})"),
    N_("the version of the format, which is 1"),
    N_("a mapping from facts to what is asked of them"),
    N_("a mapping from facts to values"),
    N_("a mapping from attributes to values"),
    N_("a mapping from names to {thing}"),
    N_("a list of {things}"),
)
_KINDS = (
    N_("'{found}'"),
    N_("''"),
    N_("a text"),
    N_("the end of the file"),
    N_("nothing"),
    N_("a list"),
    N_("an empty list"),
    N_("a mapping"),
    N_("an empty mapping"),
)
_SETTERS = (
    N_("no rule"),
    N_("the rule '{rule}' (line {line})"),
)
_THINGS = (
    N_("a rules file"),
    N_("a rule"),
    N_("'then'"),
    N_("a priority"),
    N_("a facility"),
    N_("a reader"),
    N_("a licence"),
    N_("a shift"),
    N_("a right"),
    N_("a subspecialty"),
    N_("a calendar"),
    N_("a ladder"),
    N_("a step"),
    N_("a turnaround policy"),
    N_("quiet hours"),
    N_("an example"),
    N_("conflicts of interest"),
    N_("the assignment of studies"),
    N_("what makes a study complete"),
    N_("relative values of studies"),
    N_("a relative value"),
)
_SECTIONS = (
    N_("priority"),
    N_("facility"),
    N_("reader"),
    N_("subspecialty"),
    N_("calendar"),
    N_("ladder"),
    N_("report template"),
)
_MANY = (
    N_("values"),
    N_("conditions"),
    N_("rules"),
    N_("labels"),
    N_("subspecialties"),
    N_("licences"),
    N_("shifts"),
    N_("modalities"),
    N_("language codes"),
    N_("AE titles"),
    N_("IP addresses or ranges"),
    N_("days"),
    N_("dates"),
    N_("hours"),
    N_("steps"),
    N_("examples"),
    N_("turnaround policies"),
    N_("rights"),
    N_("destinations"),
    N_("groups"),
    N_("facilities"),
    N_("priorities"),
    N_("texts"),
)
# What stands in a place that is said in words itself; in any other stands a name, number or value of the file.
_PLACES = {
    "expected": _EXPECTED,
    "kind": _KINDS,
    "setter": _SETTERS,
    "what": _THINGS,
    "thing": _THINGS,
    "section": _SECTIONS,
    "things": _MANY,
}
_MORE = re.compile(r"(?P<known>.+) and (?P<n>\d+) more", re.DOTALL)
_PLACE = re.compile(r"\\\{(\w+)\\\}")


def said(message: str) -> str:
    """The sentence in words of the page, "" when its form is not known."""
    return _in_words(SENTENCES, message) or ""


def _in_words(forms: tuple[str, ...], message: str) -> str | None:
    for form in forms:
        fitting = _pattern(form).fullmatch(message)
        parts = {name: _part(name, value) for name, value in fitting.groupdict().items()} if fitting else {"": None}
        if None not in parts.values():
            return filled(form, parts)
    return None


def _part(name: str, value: str) -> str | None:
    if name in _PLACES:
        return _in_words(_PLACES[name], value)
    if name == "known" and (long := _MORE.fullmatch(value)):
        return filled(N_("{known} and others ({n})"), long.groupdict())
    if name == "example" and " or " in value:
        one, _joint, other = value.rpartition(" or ")
        return filled(N_("{one} or {other}"), {"one": one, "other": other})
    return value


@lru_cache(maxsize=256)
def _pattern(form: str) -> re.Pattern[str]:
    return re.compile(_PLACE.sub(r"(?P<\1>.+?)", re.escape(form)), re.DOTALL)
