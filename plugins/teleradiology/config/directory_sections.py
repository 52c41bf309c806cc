"""The sections `priorities`, `subspecialties` and `facilities` of the rules file."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from ..core.codes import SUBSPECIALTIES, Code
from ..core.directory import Facility, Priority, Subspecialty
from .findings import Findings, below, shortened
from .jurisdictions import JURISDICTION
from .records import Field, Record, TableOf
from .shapes import ListOf, Schema, Text
from .values import AET, DURATION, EMAIL, LANGUAGE, NETWORK, PERCENTAGE, TIMEZONE
from .yaml_tree import Node, Table

WARN_AFTER = 0.75


def _priority(name: str, rank: int, turnaround: timedelta, warn_after: float = WARN_AFTER) -> Priority:
    return Priority(name, rank, turnaround, warn_after)


PRIORITIES = TableOf(
    Record(
        "a priority",
        (
            Field(
                "turnaround", DURATION, "By when a study of this priority must be read, counted from its arrival.", required=True
            ),
            Field("warn_after", PERCENTAGE, "When to warn, as a share of the turnaround; 75% when left out."),
        ),
        _priority,
    ),
    with_rank=True,
)

CODE = Record(
    "a code",
    (
        Field("value", Text(64), "Code value.", required=True),
        Field("scheme", Text(16), "Coding scheme designator, for example DCM or SCT.", required=True),
        Field("meaning", Text(64), "Code meaning.", required=True),
    ),
    Code,
)


def _subspecialty(name: str, label: str = "", code: Code | None = None) -> Subspecialty:
    return Subspecialty(name, label, code or SUBSPECIALTIES.get(name))


SUBSPECIALTIES_SECTION = TableOf(
    Record(
        "a subspecialty",
        (
            Field("label", Text(64), "What people see instead of the name."),
            Field("code", CODE, "A code for messages to other systems; well-known names have one already."),
        ),
        _subspecialty,
    )
)


_LINES = ListOf(Text(120), "lines")


@dataclass(frozen=True)
class Letterhead:
    """Lines for every language, or a mapping from languages to lines."""

    words: str = "a list of lines, or such lists by language"

    def read(self, node: Node, path: str, findings: Findings) -> Mapping[str, tuple[str, ...]] | None:
        if not isinstance(node, Table):
            lines = _LINES.read(node, path, findings)
            return None if lines is None else {"": lines}
        for key, entry in node.entries.items():
            if LANGUAGE.parse(key) is None:
                findings.problem(entry.place, below(path, key), f"expected {LANGUAGE.words}, found {shortened(key)}")
        return {key: _LINES.read(entry.value, below(path, key), findings) or () for key, entry in node.entries.items()}

    def schema(self) -> Schema:
        lines = _LINES.schema()
        return {"anyOf": [*lines["anyOf"], {"type": "object", "additionalProperties": lines}]}


FACILITY = Record(
    "a facility",
    (
        Field("name", Text(), "What people see, for example on reports.", required=True),
        Field("calling_aets", ListOf(AET, "AE titles"), "AE titles that the facility's devices send with."),
        Field("called_aets", ListOf(AET, "AE titles"), "AE titles of ours that the facility's devices call."),
        Field("ips", ListOf(NETWORK, "IP addresses or ranges"), "Addresses that the facility's devices send from."),
        Field("users", ListOf(Text(64), "user names"), "Accounts whose uploads over HTTP are the facility's."),
        Field("jurisdiction", JURISDICTION, "Where the patients are: a reader needs a licence for it.", required=True),
        Field("timezone", TIMEZONE, "Time zone of its clocks (IANA name).", required=True),
        Field("languages", ListOf(LANGUAGE, "language codes"), "Languages its reports may be written in, the preferred first."),
        Field("letterhead", Letterhead(), "Lines at the top of its reports: a list, or lists by language."),
        Field("phone", Text(64), "Whom to call about a critical finding."),
        Field("email", EMAIL, "Where to write to."),
    ),
    Facility,
)
FACILITIES = TableOf(FACILITY)


def check_senders(facilities: Mapping[str, Facility], node: Table, findings: Findings) -> None:
    """Two facilities must not claim the same sender; one that claims none gets no studies over DICOM."""
    seen: list[Facility] = []
    for facility in facilities.values():
        entry = node.entries[facility.id]
        path = below("facilities", facility.id)
        if not facility.criteria and not facility.users:
            findings.warning(
                entry.place, path, "no sender is recognised as this facility; add 'calling_aets', 'called_aets', 'ips' or 'users'"
            )
        for other in seen:
            if shared := _shared(facility, other):
                line = node.entries[other.id].place.line
                findings.problem(entry.place, path, f"'{other.id}' (line {line}) claims the same senders: {shared}")
        seen.append(facility)


def _shared(one: Facility, other: Facility) -> str:
    """What both list, when nothing that both list tells their senders apart."""
    if users := sorted(set(one.users) & set(other.users)):
        return f"user {users[0]}"
    if not one.criteria or one.criteria != other.criteria:
        return ""
    common: list[str] = []
    for name in ("calling_aets", "called_aets"):
        if name in one.criteria:
            others = {each.casefold() for each in getattr(other, name)}
            common += [each for each in getattr(one, name) if each.casefold() in others][:1]
    if one.ips:
        overlaps = [each for each in one.ips if any(_overlap(each, network) for network in other.ips)]
        common += [str(each) for each in overlaps[:1]]
    return ", ".join(common) if len(common) == len(one.criteria) else ""


def _overlap(one: Any, other: Any) -> bool:
    return one.version == other.version and one.overlaps(other)
