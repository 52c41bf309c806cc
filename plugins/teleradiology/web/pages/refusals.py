"""What people are refused, in the language of the page."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask import request

from ...core.errors import Busy, Problem, Refusal, Unavailable
from ...workflow.acting import Stands
from . import look, mistakes, reasons, words
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
    "no-right": N_("Who may do this: {roles}."),
    "preliminary-only": N_("The rules file lets {reader} sign preliminary reports only."),
    "preliminary-only-of": N_("The rules file lets {reader} sign preliminary reports of {modality} only."),
    "no-right-to": N_("{reader} has no right to report {modality}; see “rights” in the rules file."),
    "no-right-to-this": N_("{reader} has no right to report this study; see “rights” in the rules file."),
    "not-after": N_("This cannot be signed after what was signed before. To be signed: {status}; signed before: {before}."),
    "not-first": N_("A preliminary or final report is signed first. To be signed: {status}."),
    "no-draft": N_("There is no draft to sign: save one first."),
    "no-draft-of": N_("{author} has no draft for this study."),
    "draft-changed": N_("The draft is of version {version} now, not {wanted}: read it before you sign it."),
    "draft-elsewhere": N_("The draft is of version {version} now, not {wanted}: it was saved in another window."),
    "draft-own": N_("Your own draft is of version {version} now, not {wanted}."),
    "report-incomplete": N_("The report is not complete and was not signed."),
    "unchanged": N_("Nothing has changed since version {version} was signed."),
    "password-wrong": N_("The password is not that of your account."),
    "sign-in-wrong": N_("The user name or the password is wrong."),
    "session-ended": N_("The session has ended; sign in again."),
    "too-many-failures": N_("Too many failed attempts to sign in. Try again in {n} s."),
    "crowded": N_("Too many people are signing in at this moment."),
    "urgency-late": N_("Urgency is declared before reading begins. The study: {state}."),
    "urgency-declared": N_("The urgency was declared as “{priority}”; a coordinator can lower it."),
    "urgency-lowers": N_("This would lower the priority from “{priority}” to “{after}”; a coordinator can do that."),
    "last-administrator": N_("This is the last administrator; make another one first."),
    "not-in-orthanc": N_("The study is no longer in Orthanc."),
    "intake-sound": N_("The intake of this study has not failed: there is nothing to try again."),
    "no-item": N_("There is no such study on the worklist."),
    "no-notice": N_("There is no such notice."),
    "no-delivery": N_("There is no such delivery."),
    "no-roster-entry": N_("There is no such entry on the roster."),
    "not-your-roster": N_("Only the reader, a coordinator or an administrator may do this."),
    "no-report": N_("There is no such report."),
    "altered": N_("Version {version} of the report is stored otherwise than it was signed; it is not given out."),
    "other-site": N_("This came from a page of another site and was not done."),
    "other-session": N_("This page is of another session. Open it again, then repeat."),
}
_BY = N_("{state} by {reader}")
_TO = N_("{state} to {reader}")
_SINCE = N_("{what} since {since}")


def said(refusal: Refusal) -> str:
    """The detail of a refusal; programs that ask for no language get it in English, with what is allowed."""
    told = refusal.told
    if not _asked() or look.language() == "en":
        return refusal.detail
    if told is None or told.code not in TEXTS:
        # Which part is busy helps nobody before the page; what says no more than its class is said in the words of the code.
        is_general = type(refusal) in (Busy, Unavailable) or refusal.detail == (type(refusal).__doc__ or "").strip()
        return words.refusal(refusal.code)[1] if is_general and refusal.code in words.REFUSALS else refusal.detail
    return filled(TEXTS[told.code], _params(told.params))


def problem_said(problem: Problem) -> str:
    """One thing that is wrong with an input, by the same rule."""
    return mistakes.said(problem) if _asked() else problem.message


def _asked() -> bool:
    return look.LANGUAGE_COOKIE in request.cookies or bool(request.accept_languages)


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
    if "roles" in params:
        found["roles"] = "، ".join(words.translated(words.ROLES, role) for role in params["roles"])
    if "state" in params:
        found["state"] = words.sign(words.STATES, params["state"]).text
    for name in params.keys() & {"status", "before"}:
        found[name] = words.sign(words.REPORT_STATUSES, params[name]).text
    for name in params.keys() & {"priority", "after"}:
        found[name] = words.translated(words.PRIORITIES, params[name])
    return found
