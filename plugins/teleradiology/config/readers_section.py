"""The section `readers` of the rules file: who may read what, where and when."""

from __future__ import annotations

from datetime import date, time
from typing import Any

from ..core.codes import IMAGES
from ..core.reader import FINAL, PRELIMINARY, Conflicts, Licence, Reader, Right, Shift
from .findings import Findings, below, closest, shortened
from .jurisdictions import JURISDICTION
from .records import Field, Record, TableOf
from .shapes import Flag, ListOf, Number, Parsed, Reference, Text, Word
from .values import DATE, EMAIL, LANGUAGE, NAME, TIME, TIMEZONE
from .yaml_tree import Table

DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
LONG_DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")


def _licence(jurisdiction: str, until: date | None = None, since: date | None = None) -> Licence:
    return Licence(jurisdiction, until, since)


def _ends_early(licence: Licence) -> str:
    if licence.since is None or licence.until is None or licence.since <= licence.until:
        return ""
    return f"ends on {licence.until}, before it begins on {licence.since}"


LICENCE = Record(
    "a licence",
    (
        Field("jurisdiction", JURISDICTION, "Where it permits to practise.", required=True),
        Field("until", DATE, "Its last day; open when left out."),
        Field("since", DATE, "Its first day."),
    ),
    _licence,
    _ends_early,
)


def _shift(days: tuple[str, ...], timezone: str, **hours: time) -> Shift:
    numbers = sorted({(DAYS if len(day) == 3 else LONG_DAYS).index(day) for day in days})
    return Shift(tuple(numbers), hours["from"], hours["to"], timezone)


SHIFT = Record(
    "a shift",
    (
        Field("days", ListOf(Word((*DAYS, *LONG_DAYS), "a day such as mon"), "days"), "Days on which it begins.", required=True),
        Field("from", TIME, "When it begins, by the clock of `timezone`.", required=True),
        Field("to", TIME, "When it ends; a time not after `from` is on the next day.", required=True),
        Field("timezone", TIMEZONE, "Time zone of the reader's clock (IANA name).", required=True),
    ),
    _shift,
)


def _reader(name_in_file: str, **values: Any) -> Reader:
    return Reader(name_in_file, **values)


def _modality(text: str) -> str | None:
    return text.upper() if text.upper() in IMAGES else None


MODALITY = Parsed("an image modality such as CT", _modality, known=lambda: IMAGES)

RIGHT = Record(
    "a right",
    (
        Field("report", Word((PRELIMINARY, FINAL)), "The report that the reader may sign; final reports when left out."),
        Field("modalities", ListOf(MODALITY, "modalities"), "For these modalities; for all when left out."),
        Field("until", DATE, "The last day of the right; open when left out."),
    ),
    Right,
)

CONFLICTS = Record(
    "conflicts of interest",
    (
        Field("facilities", ListOf(Reference("facilities", "facility"), "facilities"), "Facilities not to read for."),
        Field("patients", ListOf(Text(130), "patient ids"), "Patients not to read, as an id or as `facility/id`."),
        Field("referrers", ListOf(Text(120), "names"), "Referring physicians not to read for, as their studies name them."),
    ),
    Conflicts,
)

READER = Record(
    "a reader",
    (
        Field("name", Text(), "What people see, for example under a report.", required=True),
        Field("title", Text(120), "Credentials printed under a report, for example `MD, FRCR`."),
        Field("registration", Text(64), "Registration number with the medical council."),
        Field(
            "subspecialties", ListOf(NAME, "subspecialties"), "What the reader reads; rules route studies by it.", required=True
        ),
        Field("licences", ListOf(LICENCE, "licences"), "Where the reader may practise."),
        Field("shifts", ListOf(SHIFT, "shifts"), "When the reader is on duty; always when left out."),
        Field("modalities", ListOf(MODALITY, "modalities"), "Image modalities the reader reads; all when left out."),
        Field("rights", ListOf(RIGHT, "rights"), "What the house lets the reader report; everything when left out."),
        Field("languages", ListOf(LANGUAGE, "language codes"), "Languages the reader writes reports in."),
        Field("capacity", Number(1, 10_000, whole=True), "Most open studies at once; no limit when left out."),
        Field("most_work", Number(0.1, 100_000), "Most open work at once, in relative values; no limit when left out."),
        Field("on_call", ListOf(SHIFT, "shifts"), "Hours in which the reader is asked when nobody on shift can read a study."),
        Field("group", NAME, "The partner group that the reader is of, which is asked last; left out for readers of the house."),
        Field("conflicts", CONFLICTS, "Whom the reader must not read for."),
        Field("pick_freely", Flag(), "Whether the reader may take what they were not given; as `assignment` says when left out."),
        Field("may_finalize", Flag(), "Whether the reader may sign final reports; true when left out."),
        Field("email", EMAIL, "Where notices are sent that a ladder sends by e-mail."),
        Field("active", Flag(), "false while the reader is away for long; true when left out."),
    ),
    _reader,
)
READERS = TableOf(READER)


def check_subspecialties(node: Table, findings: Findings) -> None:
    """A reader's subspecialties must be among those of the section `subspecialties`, for a file that has one."""
    known = findings.names.get("subspecialties", ())
    for id_, entry in node.entries.items():
        listed_ = entry.value.entries.get("subspecialties") if isinstance(entry.value, Table) else None
        if listed_ is None:
            continue
        nodes = getattr(listed_.value, "items", (listed_.value,))
        for place, each in enumerate(nodes):
            name = getattr(each, "text", "")
            if name and name not in known:
                path = below(below(below("readers", id_), "subspecialties"), place)
                message = f"{shortened(name)} is not in the section 'subspecialties'"
                findings.problem(each.place, path, message, closest(name, known))
