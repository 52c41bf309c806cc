"""Reasons for and against readers in the language of the page."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from . import words
from .words import N_, _

AGAINST = {
    "inactive": N_("Is not active."),
    "subspecialty": N_("Reads {reads}; this study needs {needs}."),
    "no-subspecialty": N_("Reads no subspecialty; this study needs {needs}."),
    "no-facility": N_("No facility is known for this study, so no licence can be checked."),
    "no-licence": N_("Has no licence for {jurisdiction}."),
    "licence-begins": N_("The licence for {jurisdiction} begins on {day}."),
    "licence-ended": N_("The licence for {jurisdiction} ended on {day}."),
    "modality": N_("Reads {reads}; this study is {modality}."),
    "modality-unknown": N_("Reads {reads}; the modality of this study is unknown."),
    "no-right": N_("Has no right to read {modality}."),
    "no-final-right": N_("May report {modality} preliminarily only; this study needs a final report."),
    "right-ended": N_("The right to read {modality} ended on {day}."),
    "conflict-facility": N_("Has declared a conflict of interest with this site."),
    "conflict-patient": N_("Has declared a conflict of interest with this patient."),
    "conflict-referrer": N_("Has declared a conflict of interest with the referring physician."),
    "language": N_("Writes {writes}; this report must be in {language}."),
    "no-language": N_("No language is known; this report must be in {language}."),
    "partner": N_("Is of the partner group {group}, which is asked only when nobody else can."),
    "off-duty": N_("Is off duty at {clock}; on duty {shifts}."),
    "on-call": N_("Is on call, and is asked only when nobody on shift can."),
    "on-leave": N_("Is not on duty by the roster."),
    "unavailable": N_("Is not available at present."),
    "capacity": N_("Has {open} open studies and takes {most} at most."),
    "most-work": N_("Has open work of {work} and takes {most} at most."),
    "passed-on": N_("Passed this study on a short while ago."),
    "no-sooner": N_("Has as many studies to read before it."),
    "gone": N_("Is not in the rules in force."),
}
POLICIES = {
    "least-open": N_("The eligible reader with the fewest open studies."),
    "least-work": N_("The eligible reader with the least open work."),
    "fair-shift": N_("The eligible reader with the least work, open and done in this shift."),
    "continuity": N_("Has read this patient before."),
    "named": N_("Named by the rules."),
    "stays": N_("It stays with its reader."),
    "pull": N_("It waits for a reader who asks for the next case."),
    "nobody": N_("Nobody is eligible."),
    "named-not-eligible": N_("{reader}, whom the rules name, is not eligible."),
    "named-unknown": N_("{reader}, whom the rules name, does not exist."),
    "broadened-1": N_("General readers were asked as well."),
    "broadened-2": N_("General readers and those on call were asked as well."),
    "broadened-3": N_("General readers, those on call and partner groups were asked as well."),
}
PASSED_ON = {
    "outside-field": N_("Outside my field"),
    "conflict": N_("I know the patient or the referring physician"),
    "second-opinion": N_("A colleague should read it"),
    "no-time": N_("No time for it before the shift ends"),
    "called-away": N_("Called away"),
    "by-mistake": N_("Opened by mistake"),
    "other": N_("Another reason"),
}
LACKING = {
    "series-wanted": N_("The series {series} is missing."),
    "series-count": N_("{found} of {expected} series have come."),
    "image-count": N_("{found} of {expected} images have come."),
    "declaration": N_("The site has not said yet that everything was sent."),
}
STEPS = ("", N_("general reader"), N_("on call"), N_("partner group"))
DAYS = {
    "Mon": N_("Mon"),
    "Tue": N_("Tue"),
    "Wed": N_("Wed"),
    "Thu": N_("Thu"),
    "Fri": N_("Fri"),
    "Sat": N_("Sat"),
    "Sun": N_("Sun"),
}
_DAY = re.compile(r"\b(?:" + "|".join(DAYS) + r")\b")
_HOURS = re.compile(r"\d\d:\d\d-\d\d:\d\d")


def against(reason: Mapping[str, Any]) -> str:
    """What stands against a reader."""
    return _said(AGAINST, reason)


def policy(stated: Mapping[str, Any]) -> str:
    """A part of how a reader was chosen."""
    return _said(POLICIES, stated)


def lacking(found: Mapping[str, Any]) -> str:
    """What a study lacks."""
    return _said(LACKING, found)


def step(number: int) -> str:
    """By which step of a wider search a reader came in; "" for none."""
    return _(STEPS[number]) if 0 < number < len(STEPS) else ""


def _said(texts: Mapping[str, str], reason: Mapping[str, Any]) -> str:
    text = texts.get(reason["code"])
    if text is None:
        return str(reason["code"])
    return words.filled(text, {name: _param(name, str(value)) for name, value in reason["params"].items()})


def _param(name: str, value: str) -> str:
    if name in ("reads", "needs"):
        return ", ".join(words.translated(words.SUBSPECIALTIES, each) for each in value.split(", "))
    if name == "series":  # words of two scripts side by side keep their order
        return words.apart(value)
    if name in ("clock", "shifts"):
        hours_apart = _HOURS.sub(lambda hours: words.apart(hours[0]), value)  # behind Arabic days they would turn round
        return _DAY.sub(lambda day: _(DAYS[day[0]]), hours_apart).replace("(on call)", f"({_('on call')})")
    return value


HOLDERS = {
    "assigned": N_("{reader} has it now: assigned by {by}."),
    "handed-over": N_("{reader} has it now: handed over by {by}."),
    "claimed": N_("{reader} has it now: claimed by {by}."),
}


def holder(found: Mapping[str, Any]) -> str:
    """Who has a study by a person's doing."""
    return words.filled(HOLDERS[found["how"]], {"reader": found["name"], "by": found["by"]})


def skip_grounds() -> list[tuple[str, str]]:
    """The reasons for passing a case on, to choose from."""
    return [(word, _(text)) for word, text in PASSED_ON.items()]


def next_case(why: Mapping[str, Any]) -> str:
    """Why the next case is this one."""
    parts = [_("The best of {n} that you may read now.").format(n=why["of"])]
    left = why.get("minutes_left")
    if left is not None:
        late = _("Overdue by {n} min.").format(n=-left) if left < 0 else _("Due in {n} min.").format(n=left)
        parts.append(late)
    parts.append(_("Assigned to you.") if why["assigned"] == "you" else _("Assigned to nobody."))
    if why["field"] != "own":
        parts.append(_("Outside your first subspecialty."))
    return " ".join(parts)


def moved(cause: str, names: Mapping[str, str]) -> str:
    """A cause of a decision such as "reassigned: off-duty 2026-03-02 dr-salem", with the reader's name; "" for others."""
    found = re.fullmatch(r"reassigned: ([\w-]+) (\S+) (.+)", cause)
    if not found:
        return ""
    why = _(MOVED.get(found[1], MOVED[""]))
    return words.filled(N_("taken from {reader}: {why}"), {"reader": names.get(found[3], found[3]), "why": why})


MOVED = {
    "": N_("may not read it any more"),
    "off-duty": N_("went off duty"),
    "on-call": N_("went off duty"),
    "on-leave": N_("went off duty"),
    "unavailable": N_("is not available"),
    "licence-ended": N_("the licence has expired"),
    "right-ended": N_("the right to read it has expired"),
    "inactive": N_("is not active any more"),
    "gone": N_("is not in the rules any more"),
    "subspecialty": N_("the study needs another subspecialty"),
}
