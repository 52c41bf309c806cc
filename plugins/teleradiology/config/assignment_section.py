"""The section `assignment` of the rules file: how studies find their readers, for all facilities and for single ones."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from typing import Any

from ..core.assigning import MIXED, PULL, PUSH, Assigning, AssigningRules
from ..core.dispatch import POLICIES
from ..core.reader import FINAL, PRELIMINARY
from ..core.readers import FAIR_SHIFT, LEAST_OPEN, LEAST_WORK
from .findings import Findings, below, closest, shortened
from .records import Field, Record, TableOf
from .shapes import Flag, ListOf, Number, Parsed, Reference, Schema, Word
from .values import NAME, PERCENTAGE
from .yaml_tree import Node, Table

_NEVER = -1.0


def _continuity(text: str) -> float | None:
    if text == "never":
        return _NEVER
    more = float(text)
    return more if 0 <= more <= 10_000 else None


CONTINUITY = Parsed("a number from 0 to 10000, or never", _continuity, r"^(never|[\d.]+)$", number=True)

FIELDS = (
    Field(
        "mode",
        Word((PUSH, PULL, MIXED)),
        "`push` gives every study to a reader at once; with `pull` readers ask for the next case; `mixed` pushes the "
        "priorities in `pushed` and leaves the others to be asked for. `push` when left out.",
    ),
    Field(
        "pushed", ListOf(Reference("priorities", "priority"), "priorities"), "What `mixed` pushes; the most urgent when left out."
    ),
    Field(
        "policy",
        Word((FAIR_SHIFT, LEAST_WORK, LEAST_OPEN)),
        "Who of the eligible: with the least weighted work open and done in this shift (`fair-shift`, when left out), the least "
        "weighted open work (`least-work`), or the fewest open studies (`least-open`).",
    ),
    Field("fairness", Number(0, 10), "What work done in the shift counts beside open work with `fair-shift`; 0.5 when left out."),
    Field(
        "continuity",
        CONTINUITY,
        "The patient's previous reader is preferred with at most so much more work than the least loaded; 6 when left out.",
    ),
    Field(
        "broaden_at",
        ListOf(PERCENTAGE, "percentages", at_least_one=False),
        "While nobody is eligible, at these shares of the turnaround general readers, readers on call, and partner groups are "
        "asked as well; never without a licence. 50%, 75% and 100% when left out; an empty list leaves it to the ladder.",
    ),
    Field(
        "pick_freely",
        Flag(),
        "Whether readers may take what was not given to them; true with `push`, else false, when left out.",
    ),
    Field("language", Word(("preferred", "required")), "Whether the report's language is a wish or a condition; `preferred`."),
    Field(
        "report",
        Word((PRELIMINARY, FINAL)),
        "The least that a reader must have the right to; `preliminary` when left out, so that trainees are given studies too.",
    ),
    Field("groups", ListOf(NAME, "groups", at_least_one=False), "Groups whose readers count as those of the house."),
    Field("order", Word(tuple(POLICIES)), "The order in which the next case is chosen; `promise-keeping` when left out."),
    Field("reading_minutes", Number(0.1, 600), "How long a study of relative value 1 takes, for the order; 2.5 when left out."),
)


@dataclass(frozen=True)
class ByFacility:
    """A mapping from facilities of the file to their own settings."""

    of: TableOf
    words: str = "a mapping from facilities to their settings"

    def read(self, node: Node, path: str, findings: Findings) -> Any:
        known = findings.names.get("facilities", ())
        for key, entry in node.entries.items() if isinstance(node, Table) else ():
            if key not in known:
                message = f"{shortened(key)} is not in the section 'facilities'"
                findings.problem(entry.place, below(path, key), message, closest(key, known))
        return self.of.read(node, path, findings)

    def schema(self) -> Schema:
        return self.of.schema()


def _of_facility(_facility: str, **values: Any) -> dict[str, Any]:
    return values


FACILITY_ASSIGNMENT = Record("a facility's assignment", FIELDS, _of_facility)


def _rules(facilities: Mapping[str, Mapping[str, Any]] | None = None, **values: Any) -> AssigningRules:
    """What a facility does not say is as for all."""
    general = _over(Assigning(), values)
    return AssigningRules(general, {name: _over(general, own) for name, own in (facilities or {}).items()})


def _over(base: Assigning, values: Mapping[str, Any]) -> Assigning:
    choice = base.choice
    if "policy" in values:
        choice = replace(choice, by=values["policy"])
    if "fairness" in values:
        choice = replace(choice, fairness=values["fairness"])
    if "continuity" in values:
        choice = replace(choice, continuity=None if values["continuity"] == _NEVER else values["continuity"])
    plain = ("mode", "pushed", "pick_freely", "report", "groups", "order", "reading_minutes")
    changed: dict[str, Any] = {name: values[name] for name in plain if name in values}
    if "language" in values:
        changed["language_required"] = values["language"] == "required"
    if "broaden_at" in values:
        changed["broaden_at"] = tuple(sorted(values["broaden_at"]))
    return replace(base, choice=choice, **changed)


ASSIGNMENT = Record(
    "the assignment of studies",
    (*FIELDS, Field("facilities", ByFacility(TableOf(FACILITY_ASSIGNMENT)), "What is different for single facilities.")),
    _rules,
)


def warn(assigning: AssigningRules, groups: Collection[str], node: Node, findings: Findings) -> None:
    """Groups that no reader is of."""
    entry = node.entries.get("assignment") if isinstance(node, Table) else None
    named = {name for each in (assigning.general, *assigning.facilities.values()) for name in each.groups}
    for name in sorted(named - set(groups)):
        if entry is not None:
            findings.warning(entry.place, "assignment", f"no reader is of the group {shortened(name)}")
