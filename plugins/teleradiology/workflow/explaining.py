"""Why a study is where it is, in full: every rule and condition, the readers considered, and what another file would say."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace
from datetime import datetime
from typing import Any

from ..config.condition_lines import condition_lines
from ..config.rules_file import RulesFile
from ..core.decision import Decision, value_to_json
from ..core.errors import InvalidInput, Problem
from ..core.names import arabic_folded
from ..core.roster_entries import Wrong, instant_of
from ..core.study_facts import StudyFacts
from ..core.trace import Traced, trace
from ..store import decisions, items
from ..store.engine import Connection
from ..store.item import Item
from . import imagining

# What follows from the file by which a study is judged, and is found out anew for another one.
OF_THE_FILE: Mapping[str, Any] = {
    "facility": "",
    "received_time": None,
    "received_hour": None,
    "received_day": "",
    "received_weekend": None,
}
_OFFSET = re.compile(r"(Z|[+-]\d\d:?\d\d)\s*$", re.IGNORECASE)


@dataclass(frozen=True)
class Explained:
    """The long answer about one study. ``subject`` names it without naming the patient."""

    subject: Mapping[str, Any]
    file: str
    digest: str
    decision: Decision
    rules: tuple[Traced, ...]
    readers: Mapping[str, Any]
    would_change: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    other: str = ""  # digest of the file that would change it

    def to_json(self) -> dict[str, Any]:
        """As the API and the command line answer; a superset of what ``Decision.to_json`` tells."""
        return {
            **self.decision.to_json(),
            "subject": dict(self.subject),
            "file": self.file,
            "rules": [asdict(each) for each in self.rules],
            "readers": dict(self.readers),
            "would_change": {name: dict(each) for name, each in self.would_change.items()},
            "other_digest": self.other,
        }


def facts_of(rules: RulesFile, kept: Mapping[str, Any]) -> StudyFacts:
    """Kept facts as these rules see them: they may know the sender under another facility, in another time zone."""
    return rules.completed(replace(StudyFacts.from_json(kept), **OF_THE_FILE))


@dataclass(frozen=True)
class Moment:
    """When readers are considered: ``text`` as somebody wrote it, by the facility's clock without an offset; "" is now."""

    now: datetime
    text: str = ""

    def instant(self, rules: RulesFile, facility: str) -> datetime:
        """As an instant. Raises InvalidInput for what is none, or not one."""
        if not self.text:
            return self.now
        try:
            at = instant_of(self.text, rules.clock_of(facility), "at")
        except Wrong as wrong:
            raise InvalidInput(problems=[wrong.at()]) from None
        if not rules.timezone_of(facility) and not _OFFSET.search(arabic_folded(self.text)):
            message = "the study's facility is not known, and so neither its clock; add the offset, such as +02:00 or Z"
            raise InvalidInput(problems=[Problem(message, path="at")])
        return at


def of_facts(rules: RulesFile, facts: StudyFacts, file: str, moment: Moment, c: Connection | None = None) -> Explained:
    """Of a study that somebody made up; at another moment it is as if it came then.

    Without a database every reader counts as having no open work.
    """
    at = moment.instant(rules, facts.facility)
    if moment.text and facts.received_at is None:
        facts = rules.completed(replace(facts, received_at=at))
    return _explained(rules, facts, file, at, c)


def _explained(rules: RulesFile, facts: StudyFacts, file: str, at: datetime, c: Connection | None, item: str = "") -> Explained:
    decision = rules.explain(facts)
    lines = condition_lines(rules.text)
    readers = imagining.readers_for(c, rules, facts, decision.values(), at, item=item).to_json()
    readers["at"] = at.astimezone(rules.clock_of(facts.facility)).isoformat(timespec="seconds")
    return Explained(_subject(facts), file, rules.digest, decision, trace(rules.ruleset, facts, decision, lines), readers)


def of_item(c: Connection, rules: RulesFile, item: Item, file: str, moment: Moment) -> Explained:
    """Of a study that we have, by the rules given; the readers by the work of now."""
    facts = facts_of(rules, item.facts)
    found = _explained(rules, facts, file, moment.instant(rules, facts.facility), c, item.id)
    made = decisions.get(c, item.decision) if item.decision else None
    decided = {"decided_at": made.at.isoformat(timespec="seconds"), "decided_by": made.rules_digest} if made else {}
    return replace(found, subject={**found.subject, **_of_item(item), **decided})


def with_changes(found: Explained, current: RulesFile, other: RulesFile, kept: StudyFacts | Mapping[str, Any]) -> Explained:
    """The same, with what ``other`` (the file on the disk, say) would change of it."""
    if other.digest == current.digest:
        return found
    return replace(found, would_change=compare(current, other, kept).changes, other=other.digest)


@dataclass(frozen=True)
class Compared:
    """What two files say of one study, and the study as each of them sees it."""

    changes: Mapping[str, Mapping[str, Any]]
    before: Mapping[str, Any]
    after: Mapping[str, Any]
    facts_before: StudyFacts
    facts_after: StudyFacts


def compare(current: RulesFile, other: RulesFile, kept: StudyFacts | Mapping[str, Any]) -> Compared:
    """The attributes on which two files differ about a study, and the time that they promise for the same priority."""
    facts_before, facts_after = _as_seen(current, kept), _as_seen(other, kept)
    before, after = current.decide(facts_before), other.decide(facts_after)
    changes = {
        name: {"before": value_to_json(before.get(name)), "after": value_to_json(after.get(name))}
        for name in dict.fromkeys((*before, *after))
        if before.get(name) != after.get(name)
    }
    spans = current.deadline(before, facts_before)[0], other.deadline(after, facts_after)[0]
    if spans[0] != spans[1] and ("turnaround" in changes or "priority" not in changes):  # a policy or the priority says it
        changes["turnaround"] = {"before": value_to_json(spans[0]), "after": value_to_json(spans[1])}
    return Compared(changes, before, after, facts_before, facts_after)


def _as_seen(rules: RulesFile, kept: StudyFacts | Mapping[str, Any]) -> StudyFacts:
    return rules.completed(kept) if isinstance(kept, StudyFacts) else facts_of(rules, kept)


def find_item(c: Connection, name: str, confined_to: str | None = None) -> Item | None:
    """The item that is meant: by its id, the StudyInstanceUID, Orthanc's id or the accession number; of several the latest."""
    exact = [found for found in (items.get(c, name.upper()), items.by_orthanc(c, name)) if found]
    several = exact or items.by_study(c, name) or items.by_accession(c, name)
    seen = [each for each in several if confined_to in (None, each.facility)]
    return max(seen, key=lambda each: (each.is_open, each.received_at), default=None)


def _subject(facts: StudyFacts) -> dict[str, Any]:
    return {
        "modality": facts.modality,
        "body_part": facts.body_part,
        "facility": facts.facility,
        "received_at": facts.received_at.isoformat() if facts.received_at else "",
        "problems": list(facts.problems),
    }


def _of_item(item: Item) -> dict[str, Any]:
    return {
        "item": item.id,
        "state": str(item.state),
        "facility": item.facility,
        "received_at": item.received_at.isoformat(timespec="seconds"),
        "priority": item.priority,
        "reader": item.reader,
    }
