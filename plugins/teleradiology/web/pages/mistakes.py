"""What is wrong with what somebody entered, in the language of the page."""

from __future__ import annotations

from typing import Any

from ... import locale
from . import look, roster_mistakes
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
_ALL = {**TEXTS, **roster_mistakes.TEXTS}


def said(problem: Any) -> str:
    """A problem in words; one without a code of ours, or that a refusal's document has put into words, as it is."""
    if isinstance(problem, dict):
        return str(problem["message"])
    told = problem.told
    if told is None or told.code not in _ALL or look.language() == locale.SOURCE:
        return str(problem.message)
    return filled(_ALL[told.code], told.params)
