"""What is wrong with what somebody entered, in the language of the page."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from markupsafe import Markup

from ... import locale
from ...core.errors import Problem
from . import look, roster_mistakes, rules_mistakes
from .words import N_, filled

TEXTS = {
    "reason": N_("expected a reason, in a few words"),
    "correction-reason": N_("expected the reason for the correction, in a few words"),
    "no-draft-saved": N_("no draft is saved"),
    "text-missing": N_("expected a text; found nothing here, nor in the other"),
    "unfilled": N_("unfilled field {field}"),
    "one-of": N_("expected one of {known}"),
    "at-least-one": N_("expected at least one of {known}"),
    "unknown-role": N_("there is no role '{found}'; known: {known}"),
    "unknown-facility": N_("there is no facility '{found}'; known: {known}"),
    "unknown-language": N_("there is no language '{found}'; known: {known}"),
    "unknown-priority": N_("there is no priority '{found}' in the rules file; known: {known}"),
    "needs-reader": N_("a radiologist needs a reader of the rules file: {known}"),
    "needs-facility": N_("a facility user needs a facility of the rules file: {known}"),
    "account-exists": N_("there is an account '{found}' already"),
    "username": N_("expected 1 to 64 letters, digits, dots, dashes, underscores or @"),
    "email": N_("expected an e-mail address such as name@example.org, found '{found}'"),
    "password-short": N_("expected a longer password; least number of characters: {least}, found: {found}"),
    "password-name": N_("expected a password that is not the user name"),
}
_WORDS = Markup('<span dir="{}">{}</span>')
_FOREIGN = Markup('<span class="foreign" dir="ltr" lang="en">{}</span>')
_ALL = {**TEXTS, **roster_mistakes.TEXTS}


def said(problem: Problem) -> str:
    """A problem in words; one that has neither a code of ours nor a form that we know as it is."""
    return problem.message if look.language() == locale.SOURCE else _in_words(problem) or problem.message


def shown(problem: Problem | Mapping[str, Any]) -> Markup | str:
    """The same on a page, where a sentence about a file that is known in English alone is set apart; a document has its words."""
    if not isinstance(problem, Problem):
        return str(problem["message"])
    language = look.language()
    if language == locale.SOURCE:
        return problem.message
    if text := _in_words(problem):  # which may begin with a name in other letters
        return _WORDS.format(locale.DIRECTIONS[language], text)
    return _FOREIGN.format(problem.message) if problem.line else problem.message


def _in_words(problem: Problem) -> str:
    told = problem.told
    if told is not None and told.code in _ALL:
        return filled(_ALL[told.code], told.params)
    return rules_mistakes.said(problem.message)
