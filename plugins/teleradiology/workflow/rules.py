"""The rules as administrators handle them: check, put in force, explain, and try on the studies of the past."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from ..config import yaml_tree
from ..config.examples_section import Given
from ..config.findings import Findings
from ..config.in_force import Reloaded
from ..config.rules_file import RulesFile
from ..core.decision import Decision, value_to_json
from ..core.errors import InvalidConfiguration, InvalidInput, NotFound, Problem
from ..core.identity import Actor, require, service
from ..core.study_facts import StudyFacts
from ..store import audit, items, replay, rules_versions
from ..store.replay import Received
from .room import Room

BACKTEST_SPAN = timedelta(days=30)
MOST_LISTED = 500


def check(room: Room, actor: Actor, text: str | None = None) -> RulesFile:
    """The rules of the text, or of the file on the disk. Raises InvalidConfiguration with all problems; changes nothing."""
    require(actor, "rules")
    return _read(room, text)


def reload(room: Room, actor: Actor) -> Reloaded:
    """Put the file on the disk in force. Raises InvalidConfiguration with all problems, and the good rules stay."""
    require(actor, "rules")
    before, now = room.rules.current.digest, room.now()
    try:
        found = room.rules.reload(actor.username, now)
    except InvalidConfiguration as refusal:
        with room.store.writing() as c:
            audit.append(
                c, "rules-refused", actor, now, outcome=4, detail={"in_force": before, "problems": len(refusal.problems)}
            )
        raise
    with room.store.writing() as c:
        rules_versions.put_in_force(c, now, digest=found.after, text=room.rules.current.text, by=actor.username)
        audit.append(c, "rules-loaded", actor, now, detail=found.to_json())
    return found


def remember(room: Room) -> None:
    """Keep the text of the rules with which the service starts, so that every decision can be read beside its rules."""
    now, current = room.now(), room.rules.current
    with room.store.writing() as c:
        if rules_versions.get(c, current.digest) is None:
            audit.append(c, "rules-loaded", service(), now, detail={"after": current.digest})
        rules_versions.put_in_force(c, now, digest=current.digest, text=current.text, by="start")


def explain_facts(room: Room, actor: Actor, given: Mapping[str, Any], text: str | None = None) -> Decision:
    """What the rules say of facts as a rules file's examples give them."""
    rules = _for_explaining(room, actor, text)
    return rules.explain(rules.completed(_given(given)))


def explain_item(room: Room, actor: Actor, item_id: str, text: str | None = None) -> Decision:
    """What the rules say of a study that we have, by its item's id."""
    rules = _for_explaining(room, actor, text)
    with room.store.reading() as c:
        found = items.get(c, item_id)
    if found is None or actor.confined_to not in (None, found.facility):
        raise NotFound()
    return rules.explain(_facts(rules, found.facts))


def explain_study(room: Room, actor: Actor, study_uid: str, text: str | None = None) -> Decision:
    """What the rules say of a study that we have, by its UID."""
    with room.store.reading() as c:
        found = [item for item in items.by_study(c, study_uid) if actor.confined_to in (None, item.facility)]
    if not found:
        raise NotFound()
    return explain_item(room, actor, found[-1].id, text)


@dataclass(frozen=True)
class Moved:
    """A study about which the other rules say something else; ``rule`` decides the first changed attribute."""

    id: str
    study_instance_uid: str
    facility: str
    state: str
    received_at: datetime
    changes: Mapping[str, Mapping[str, Any]]
    rule: str


@dataclass(frozen=True)
class Backtest:
    """What other rules would have done, against those in force. ``items`` are the latest of the studies that move."""

    digest: str
    in_force: str
    since: datetime
    studies: int
    changed: int
    truncated: bool
    by_attribute: Mapping[str, int]
    by_facility: Mapping[str, int]
    by_priority: Mapping[str, Mapping[str, int]]
    items: tuple[Moved, ...]


def backtest(
    room: Room, actor: Actor, text: str | None, *, since: datetime | None = None, limit: int = 5000, facility: str = ""
) -> Backtest:
    """Replay the rules of the text, or of the file on the disk, over the studies received since then."""
    require(actor, "rules")
    other, current = _read(room, text), room.rules.current
    since = since or room.now() - BACKTEST_SPAN
    tally = _Tally()
    with room.store.reading() as c:
        for place, received in enumerate(replay.received_since(c, since, limit + 1, facility)):
            if place < limit:
                tally.add(received, _changes(current, other, received))
            else:
                tally.truncated = True
    return tally.result(other, current, since)


class _Tally:
    """Counts while the studies are replayed."""

    def __init__(self) -> None:
        self.studies = 0
        self.truncated = False
        self.items: list[Moved] = []
        self.changed = 0
        self.attributes: Counter[str] = Counter()
        self.facilities: Counter[str] = Counter()
        self.priorities: Counter[tuple[str, str]] = Counter()

    def add(self, received: Received, found: tuple[dict[str, dict[str, Any]], str]) -> None:
        changes, rule = found
        self.studies += 1
        if not changes:
            return
        self.changed += 1
        self.attributes.update(changes.keys())
        self.facilities[received.facility] += 1
        if "priority" in changes:
            self.priorities[str(changes["priority"]["before"]), str(changes["priority"]["after"])] += 1
        if len(self.items) < MOST_LISTED:
            self.items.append(
                Moved(
                    received.id,
                    received.study_instance_uid,
                    received.facility,
                    received.state,
                    received.received_at,
                    changes,
                    rule,
                )
            )

    def result(self, other: RulesFile, current: RulesFile, since: datetime) -> Backtest:
        priorities: dict[str, dict[str, int]] = {}
        for (before, after), count in self.priorities.items():
            priorities.setdefault(before, {})[after] = count
        return Backtest(
            digest=other.digest,
            in_force=current.digest,
            since=since,
            studies=self.studies,
            changed=self.changed,
            truncated=self.truncated,
            by_attribute=dict(self.attributes),
            by_facility=dict(self.facilities),
            by_priority=priorities,
            items=tuple(self.items),
        )


def _changes(current: RulesFile, other: RulesFile, received: Received) -> tuple[dict[str, dict[str, Any]], str]:
    """The attributes on which the two differ, and the rule that decides the first of them; the trace is made only then."""
    before = current.ruleset.decide(_facts(current, received.facts))
    facts = _facts(other, received.facts)
    after = other.ruleset.decide(facts)
    changes = {
        name: {"before": value_to_json(before.get(name)), "after": value_to_json(after.get(name))}
        for name in dict.fromkeys((*before, *after))
        if before.get(name) != after.get(name)
    }
    if not changes:
        return {}, ""
    decided = other.ruleset.explain(facts).attributes
    return changes, next((decided[name].rule for name in changes if name in decided), "")


def _facts(rules: RulesFile, kept: Mapping[str, Any]) -> StudyFacts:
    """The facts as these rules see them: they may know the sender under another facility, in another time zone."""
    return rules.completed(replace(StudyFacts.from_json(kept), facility="", received_time=None, received_day=""))


def _given(given: Mapping[str, Any]) -> StudyFacts:
    """Facts written as in a rules file's example; JSON is YAML, so the same code reads them."""
    findings = Findings("")
    try:
        facts = Given().read(yaml_tree.read(json.dumps(given, ensure_ascii=False), ""), "facts", findings)
    except yaml_tree.Unreadable as unreadable:
        raise InvalidInput(problems=unreadable.problems) from None
    if findings.problems or facts is None:
        raise InvalidInput(problems=findings.problems)
    return facts


def _for_explaining(room: Room, actor: Actor, text: str | None) -> RulesFile:
    require(actor, "explain")
    return room.rules.current if text is None else check(room, actor, text)


def _read(room: Room, text: str | None) -> RulesFile:
    if text is not None:
        return room.rules.check(text)
    path = room.rules.file
    try:
        return room.rules.check(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError) as error:
        problem = Problem(f"cannot be read: {type(error).__name__}", file=path.name)
        raise InvalidConfiguration(f"{path.name} cannot be read.", problems=[problem]) from None
