"""What is wrong with a roster, in the language of the page."""

from __future__ import annotations

from typing import Any

from .words import N_, filled

TEXTS = {
    "no-reader": N_("expected a reader of the rules file"),
    "unknown-reader": N_("there is no reader '{found}' in the rules file; known: {known}"),
    "several-readers": N_("'{found}' may be {known}: give the id"),
    "kind": N_("expected one of {known}; found '{found}'"),
    "zone": N_("expected a time zone such as Africa/Tripoli; found '{found}'"),
    "time": N_("expected a time such as 2026-12-01 08:00; found '{found}'"),
    "no-such-time": N_("there is no such day or hour as '{found}'"),
    "skipped-hour": N_("{found} does not exist in {zone}: the clocks jump over it"),
    "hour-twice": N_("{found} comes twice in {zone}: add the offset that is meant, {offsets}"),
    "year": N_("expected a year from 2000 to 2199; found {found}"),
    "no-end": N_("expected an end; only 'unavailable' may last until further notice"),
    "end-first": N_("expected an end after the start"),
    "there-already": N_("this is on the roster already"),
    "same-reader": N_("expected another reader than the one who hands over"),
    "encoding": N_("this is not UTF-8; in a spreadsheet, save the file as 'CSV UTF-8'"),
    "too-many": N_("expected at most {most} entries: import it in parts"),
    "empty": N_("the file is empty; expected a first line of {known}"),
    "not-csv": N_("this is not a CSV table: {found}"),
    "too-many-values": N_("expected {most} values; found {found}"),
    "column-missing": N_("expected the column '{name}' in the first line"),
    "column-unknown": N_("unknown column '{found}'; known: {known}"),
    "column-twice": N_("this column is there twice"),
    "calendar-line": N_("expected NAME:value"),
    "end-without": N_("END:{found} without its BEGIN"),
    "cut-off": N_("BEGIN:{found} without its END: the file is cut off"),
    "no-events": N_("expected an iCalendar file with VEVENT components"),
    "calendar-zone": N_("expected a time zone such as Africa/Tripoli, or its VTIMEZONE; found '{found}'"),
    "calendar-time": N_("expected a time such as 20261201T080000Z; found '{found}'"),
    "no-start": N_("expected DTSTART"),
    "no-length": N_("expected DTEND or DURATION"),
    "duration": N_("expected a duration such as PT8H or P1D; found '{found}'"),
    "no-name": N_("expected X-READER, ATTENDEE or a summary such as 'Leave - Dr Name' with a reader of the rules file"),
    "exrule": N_("an EXRULE is not read: give the days that are left out as EXDATE"),
    "rules-twice": N_("expected one RRULE"),
    "rule": N_("expected a rule such as FREQ=WEEKLY;BYDAY=MO,TU;COUNT=10; found '{found}'"),
    "rule-part": N_("expected a rule of {known}; found '{found}'"),
    "frequency": N_("expected FREQ to be one of {known}; found '{found}'"),
    "rule-number": N_("expected {name} from 1 to 10000; found '{found}'"),
    "count-and-until": N_("expected COUNT or UNTIL, not both"),
    "rule-of-longer": N_("{name} goes with FREQ=MONTHLY or YEARLY; found FREQ={found}"),
    "rule-of-weeks": N_("expected FREQ=WEEKLY for what comes on the same days of the week"),
    "rule-never": N_("this rule never comes true"),
    "periods": N_("expected times or days in RDATE; periods are not read"),
    "range": N_("a change of this and all later ones is not read: end the rule and begin another"),
    "same-as": N_("says the same as line {of}"),
    "in-leave": N_("overlaps the leave of line {of}, which wins"),
}


def said(problem: Any) -> str:
    """A problem in words; one without a code of ours as it is."""
    told = getattr(problem, "told", None)
    if told is not None and told.code in TEXTS:
        return filled(TEXTS[told.code], told.params)
    return str(problem["message"] if isinstance(problem, dict) else problem.message)
