"""Who would get a study if it were decided so: for explanations and for trying other rules; nothing is written."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from ..config.rules_file import RulesFile
from ..core.readers import Assignment, choose
from ..core.study_facts import StudyFacts
from ..store.engine import Connection
from . import assignment, clock


def readers_for(
    c: Connection | None, rules: RulesFile, facts: StudyFacts, values: Mapping[str, Any], at: datetime, *, item: str = ""
) -> Assignment:
    """The readers as they would be considered at an instant: by the roster of then and the work of now.

    Without a database nobody has open work, and the weekly hours of the file count.
    """
    if values.get("skip"):
        return Assignment(None, (), ())
    asked = wanted(rules, facts, values, at, item)
    if c is not None:
        return assignment.find_reader(c, rules, asked, at)
    need, choice = assignment.need(rules, asked, at), rules.assigning_of(asked.facility).choice
    return choose(rules.readers.values(), need, {}, prefer=asked.named or None, choice=choice)


def wanted(rules: RulesFile, facts: StudyFacts, values: Mapping[str, Any], at: datetime, item: str = "") -> assignment.Wanted:
    """What the rules ask of the study's reader; one that nobody has received yet would come in at that instant."""
    since, priority = facts.received_at or at, values.get("priority") or ""
    return assignment.Wanted(
        facility=facts.facility,
        subspecialty=values.get("subspecialty") or "",
        modality=facts.modality,
        language=values.get("language") or "",
        named=values.get("assign_to") or "",
        item=item,
        priority=priority,
        rank=rules.priorities[priority].rank if priority in rules.priorities else 0,
        body_part=facts.body_part,
        patient=facts.patient_id,
        referrer=facts.referring_physician,
        since=since,
        due=due_at(rules, facts, values, clock.Course(since)),
    )


def due_at(rules: RulesFile, facts: StudyFacts, values: Mapping[str, Any], course: clock.Course) -> datetime | None:
    """By when it would have to be read, None without a promise."""
    if values.get("priority") not in rules.priorities:
        return None
    span, share = rules.deadline(values, facts)
    policy = rules.policy_for(facts.facility, values["priority"], facts.modality)
    return clock.due(clock.promise(rules, policy, span, course), share)[1]
