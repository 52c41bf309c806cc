"""Who would get a study if it were decided so: for explanations and for trying other rules; nothing is written."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from ..config.rules_file import RulesFile
from ..core.readers import Assignment, choose
from ..core.study_facts import StudyFacts
from ..store import items
from ..store.engine import Connection
from . import assignment


def readers_for(c: Connection | None, rules: RulesFile, facts: StudyFacts, values: Mapping[str, Any], at: datetime) -> Assignment:
    """The readers as they would be considered at an instant; without a database nobody has open work."""
    if values.get("skip"):
        return Assignment(None, (), ())
    loads = items.open_loads(c) if c is not None else {}
    need = assignment.need(rules, wanted(facts, values), at)
    return choose(rules.readers.values(), need, loads, prefer=values.get("assign_to") or None)


def wanted(facts: StudyFacts, values: Mapping[str, Any]) -> assignment.Wanted:
    """What the rules ask of the study's reader."""
    return assignment.Wanted(
        facility=facts.facility,
        subspecialty=values.get("subspecialty") or "",
        modality=facts.modality,
        language=values.get("language") or "",
        named=values.get("assign_to") or "",
    )
