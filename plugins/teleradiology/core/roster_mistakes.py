"""What can be wrong with a roster, or with an entry of it: a code with its parameters, so that pages say it in any language."""

from __future__ import annotations

from collections.abc import Mapping

from .errors import Problem, Told

MISTAKES: Mapping[str, str] = {
    # of an entry
    "no-reader": "expected a reader of the rules file",
    "unknown-reader": "there is no reader '{found}' in the rules file; known: {known}",
    "several-readers": "'{found}' may be {known}: give the id",
    "kind": "expected one of {known}; found '{found}'",
    "zone": "expected a time zone such as Africa/Tripoli; found '{found}'",
    "time": "expected a time such as 2026-12-01 08:00; found '{found}'",
    "no-such-time": "there is no such day or hour as '{found}'",
    "skipped-hour": "{found} does not exist in {zone}: the clocks jump over it",
    "hour-twice": "{found} comes twice in {zone}: add the offset that is meant, {offsets}",
    "year": "expected a year from 2000 to 2199; found {found}",
    "no-end": "expected an end; only 'unavailable' may last until further notice",
    "end-first": "expected an end after the start",
    "there-already": "this is on the roster already",
    "same-reader": "expected another reader than the one who hands over",
    # of any file
    "encoding": "this is not UTF-8; in a spreadsheet, save the file as 'CSV UTF-8'",
    "too-many": "expected at most {most} entries: import it in parts",
    # of a table
    "empty": "the file is empty; expected a first line of {known}",
    "not-csv": "this is not a CSV table: {found}",
    "too-many-values": "expected {most} values; found {found}",
    "column-missing": "expected the column '{name}' in the first line",
    "column-unknown": "unknown column '{found}'; known: {known}",
    "column-twice": "this column is there twice",
    # of a calendar
    "calendar-line": "expected NAME:value",
    "end-without": "END:{found} without its BEGIN",
    "cut-off": "BEGIN:{found} without its END: the file is cut off",
    "no-events": "expected an iCalendar file with VEVENT components",
    "calendar-zone": "expected a time zone such as Africa/Tripoli, or its VTIMEZONE; found '{found}'",
    "calendar-time": "expected a time such as 20261201T080000Z; found '{found}'",
    "no-start": "expected DTSTART",
    "no-length": "expected DTEND or DURATION",
    "duration": "expected a duration such as PT8H or P1D; found '{found}'",
    "no-name": "expected X-READER, ATTENDEE or a summary such as 'Leave - Dr Name' with a reader of the rules file",
    "exrule": "an EXRULE is not read: give the days that are left out as EXDATE",
    "rules-twice": "expected one RRULE",
    "rule": "expected a rule such as FREQ=WEEKLY;BYDAY=MO,TU;COUNT=10; found '{found}'",
    "rule-part": "expected a rule of {known}; found '{found}'",
    "frequency": "expected FREQ to be one of {known}; found '{found}'",
    "rule-number": "expected {name} from 1 to 10000; found '{found}'",
    "count-and-until": "expected COUNT or UNTIL, not both",
    "rule-of-longer": "{name} goes with FREQ=MONTHLY or YEARLY; found FREQ={found}",
    "rule-of-weeks": "expected FREQ=WEEKLY for what comes on the same days of the week",
    "rule-never": "this rule never comes true",
    "periods": "expected times or days in RDATE; periods are not read",
    "range": "a change of this and all later ones is not read: end the rule and begin another",
    # what is no mistake but perhaps not meant
    "same-as": "says the same as line {of}",
    "in-leave": "overlaps the leave of line {of}, which wins",
}


def mistake(code: str, path: str = "", *, line: int | None = None, suggestion: str = "", **params: object) -> Problem:
    """The problem, in English and as its code."""
    told = Told(code, {name: str(value) for name, value in params.items()})
    return Problem(MISTAKES[code].format(**told.params), path=path, line=line, suggestion=suggestion, told=told)
