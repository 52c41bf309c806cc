"""What people are refused, in the language of the page."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask import request

from ...core.errors import Refusal
from ...workflow.acting import Stands
from . import look, reasons, words
from .words import N_, filled

TEXTS = {
    "not-while": N_("This cannot be done now. The study: {standing}."),
    "not-anothers": N_("Only its reader or a coordinator can do this. The study: {standing}."),
    "lapsed": N_("Your claim has lapsed. The study: {standing}."),
    "claim-first": N_("Claim the study first. The study: {standing}."),
    "not-yours": N_("Only what is yours can be passed on. The study: {standing}."),
    "may-not-read": N_("{reader} may not read this study. {why}"),
    "may-not-sign": N_(
        "{reader} may not sign this report. {why} The draft is kept; release the study, so that somebody else reads it."
    ),
    "may-not-pick": N_(
        "This study is not yours, and the rules do not let you pick. Ask for the next case, or ask a coordinator."
    ),
    "no-reader": N_("Your account is linked to no reader of the rules file; an administrator can change that."),
    "unknown-reader": N_(
        "Your account is linked to “{reader}”, who is not in the rules in force; an administrator can change that."
    ),
    "inactive-reader": N_("The rules file says that {reader} does not read at present."),
    "assign-against": N_("{reader} may not have this study. {why} To assign it all the same, give a reason."),
    "not-imported": N_("Nothing was imported. {told} of {all} mistakes are told."),
    "unreadable": N_("The file cannot be read."),
}
_BY = N_("{state} by {reader}")
_TO = N_("{state} to {reader}")
_SINCE = N_("{what} since {since}")


def said(refusal: Refusal) -> str:
    """The detail of a refusal; programs that ask for no language get it in English, with what is allowed."""
    told = refusal.told
    asked = look.LANGUAGE_COOKIE in request.cookies or request.accept_languages
    if not asked or look.language() == "en":
        return refusal.detail
    if told is None or told.code not in TEXTS:
        return "" if refusal.detail == (type(refusal).__doc__ or "").strip() else refusal.detail  # the title says as much
    return filled(TEXTS[told.code], _params(told.params))


def standing(stands: Stands) -> str:
    """How a study stands: "Reading by Dr A since 10:41 EET"."""
    text = words.sign(words.STATES, stands.state).text
    if stands.reader:
        text = filled(_BY if stands.state == "reading" else _TO, {"state": text, "reader": stands.reader})
    return filled(_SINCE, {"what": text, "since": stands.since}) if stands.since else text


def _params(params: Mapping[str, Any]) -> dict[str, str]:
    found = {name: str(value) for name, value in params.items()}
    if "standing" in params:
        found["standing"] = standing(params["standing"])
    if "why" in params:
        found["why"] = " ".join(reasons.against(each.to_json()) for each in params["why"])
    return found
