"""The rules as administrators handle them: check, put in force, take back, explain, and try on the studies of the past."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from ..config import yaml_tree
from ..config.difference_details import Detail, details
from ..config.examples_section import Given
from ..config.file_text import content_of, decoded
from ..config.findings import Findings, closest
from ..config.in_force import Reloaded
from ..config.replacing import replace_file
from ..config.rules_file import RulesFile, load
from ..core.errors import InvalidConfiguration, InvalidInput, NotFound, Problem
from ..core.identity import Actor, require, service
from ..core.study_facts import StudyFacts
from ..store import audit, items, rules_history, rules_versions
from ..store.engine import Connection
from ..store.rules_history import Change
from . import backtesting, covering, explaining
from .backtesting import Backtest, Period
from .covering import Coverage
from .explaining import Explained, Moment
from .room import Room

BACKTEST_SPAN = timedelta(days=30)
SHORTEST_DIGEST = 6
MOST_COVERED = 5000


def check(room: Room, actor: Actor, text: str | None = None) -> RulesFile:
    """The rules of the text, or of the file on the disk. Raises InvalidConfiguration with all problems; changes nothing."""
    require(actor, "rules")
    return _read(room, text)


def reload(room: Room, actor: Actor, cause: str = "api") -> Reloaded:
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
    _note(room, actor, found, cause)
    return found


def _note(room: Room, actor: Actor, found: Reloaded, cause: str) -> None:
    with room.store.writing() as c:
        text = room.rules.current.text
        rules_history.put_in_force(c, found.at, digest=found.after, text=text, by=actor.username, cause=cause)
        audit.append(c, "rules-loaded", actor, found.at, detail=found.to_json() | {"cause": cause})


def remember(room: Room) -> None:
    """Keep the text of the rules with which the service starts, so that every decision can be read beside its rules."""
    now, current = room.now(), room.rules.current
    with room.store.writing() as c:
        if rules_versions.get(c, current.digest) is None:
            audit.append(c, "rules-loaded", service(), now, detail={"after": current.digest})
        rules_history.put_in_force(c, now, digest=current.digest, text=current.text, by="start", cause="start")


def history(room: Room, actor: Actor, limit: int = 100) -> list[Change]:
    """Who put which rules in force when, latest first."""
    require(actor, "rules")
    with room.store.reading() as c:
        return rules_history.newest(c, limit)


def version(room: Room, actor: Actor, digest: str) -> RulesFile:
    """Rules that were in force once, by the beginning of their digest. Raises NotFound, or InvalidInput when several begin so."""
    require(actor, "rules")
    with room.store.reading() as c:
        return once_in_force(rules_history.texts(c, prefix_of(digest)), digest)


def once_in_force(found: list[rules_versions.RulesVersion], digest: str) -> RulesFile:
    """The only one of the versions found, as it can be read today."""
    if not found:
        raise NotFound(f"No rules with the digest {digest[:64]} were ever in force; see the history.")
    if len(found) > 1:
        raise InvalidInput(problems=[Problem(f"{len(found)} versions begin with {digest[:64]}; give more of it", path="digest")])
    return load(found[0].text, f"rules {found[0].digest[:12]}")


def prefix_of(digest: str) -> str:
    """The beginning of a digest. Raises InvalidInput for what cannot be one."""
    if len(digest) < SHORTEST_DIGEST or set(digest.lower()) - set("0123456789abcdef"):
        message = f"expected a digest, or the first {SHORTEST_DIGEST} or more of its hexadecimal digits"
        raise InvalidInput(problems=[Problem(message, path="digest")])
    return digest


def difference(room: Room, actor: Actor, before: str, after: str) -> tuple[Detail, ...]:
    """What differs between two versions by their digests; "in-force" and "disk" are the rules in force and the file."""
    return details(_named(room, actor, before), _named(room, actor, after))


def _named(room: Room, actor: Actor, name: str) -> RulesFile:
    if name == "in-force":
        require(actor, "rules")
        return room.rules.current
    return check(room, actor) if name == "disk" else version(room, actor, name)


@dataclass(frozen=True)
class TakenBack:
    """Rules of the past that are in force again, and the copy of the file that they replaced."""

    reloaded: Reloaded
    backup: str


def rollback(room: Room, actor: Actor, digest: str) -> TakenBack:
    """Write rules that were in force once as the file on the disk, and put them in force."""
    found = version(room, actor, digest)
    reloaded, backup = room.rules.put_back(found.text, actor.username, room.now())
    with room.store.writing() as c:
        detail = {"before": reloaded.before, "after": reloaded.after, "backup": backup.name if backup else ""}
        audit.append(c, "rules-rolled-back", actor, reloaded.at, detail=detail)
    _note(room, actor, reloaded, "rollback")
    return TakenBack(reloaded, backup.name if backup else "")


def roll_back_file(c: Connection, actor: Actor, file: Path, found: RulesFile, now: datetime) -> str:
    """The same without the service, which notices the file by itself when it runs; the name of the copy, or ""."""
    backup = replace_file(file, found.text, now)
    name = backup.name if backup else ""
    change = rules_history.put_in_force(c, now, digest=found.digest, text=found.text, by=actor.username, cause="rollback")
    detail = {"before": change.before if change else found.digest, "after": found.digest, "backup": name}
    audit.append(c, "rules-rolled-back", actor, now, detail=detail)
    return name


def explain_facts(room: Room, actor: Actor, given: Mapping[str, Any], text: str | None = None, at: str = "") -> Explained:
    """What the rules say of facts as a rules file's examples give them."""
    return _explain_made_up(room, actor, given_facts(given), text, at)


def explain_text(room: Room, actor: Actor, given: str, at: str = "") -> Explained:
    """The same of facts as somebody types them into a rules file."""
    return _explain_made_up(room, actor, facts_in(given), None, at)


def _explain_made_up(room: Room, actor: Actor, facts: StudyFacts, text: str | None, at: str) -> Explained:
    rules, moment = _for_explaining(room, actor, text), Moment(room.now(), at)
    with room.store.reading() as c:
        found = explaining.of_facts(rules, rules.completed(facts), room.rules.file.name, moment, c)
    return _with_disk(room, found, rules, facts, text)


def explain_item(room: Room, actor: Actor, item_id: str, text: str | None = None, at: str = "") -> Explained:
    """What the rules say of a study that we have, by its item's id; the readers at an instant if one is given."""
    rules, moment = _for_explaining(room, actor, text), Moment(room.now(), at)
    with room.store.reading() as c:
        item = items.get(c, item_id)
        if item is None or actor.confined_to not in (None, item.facility):
            raise NotFound()
        found = explaining.of_item(c, rules, item, room.rules.file.name, moment)
    return _with_disk(room, found, rules, item.facts, text)


def explain_study(room: Room, actor: Actor, study: str, text: str | None = None, at: str = "") -> Explained:
    """What the rules say of a study that we have, by its UID, its accession number or Orthanc's id."""
    with room.store.reading() as c:
        found = explaining.find_item(c, study, actor.confined_to)
    if found is None:
        raise NotFound("No study is known by this StudyInstanceUID, accession number or id of Orthanc's or an item.")
    return explain_item(room, actor, found.id, text, at)


def _with_disk(
    room: Room, found: Explained, rules: RulesFile, kept: StudyFacts | Mapping[str, Any], text: str | None
) -> Explained:
    """With what the text would change, or else the file on the disk when it is not the one in force."""
    if text is not None:
        return explaining.with_changes(found, room.rules.current, rules, kept)
    if not room.rules.differs():
        return found
    try:
        return explaining.with_changes(found, rules, _read(room, None), kept)
    except InvalidConfiguration:
        return found  # a file with problems would change nothing: it is not put in force


def backtest(
    room: Room, actor: Actor, text: str | None, *, since: datetime | None = None, limit: int = 5000, facility: str = ""
) -> Backtest:
    """Replay the rules of the text, or of the file on the disk, over the studies received since then."""
    require(actor, "rules")
    other, now = _read(room, text), room.now()
    known = (*room.rules.current.facilities, *other.facilities)
    if facility and facility not in known:
        message = f"expected a facility of the rules, found '{facility[:64]}'"
        raise InvalidInput(problems=[Problem(message, path="facility", suggestion=closest(facility, known))])
    period = Period(since or now - BACKTEST_SPAN, limit, facility)
    with room.store.reading() as c:
        return backtesting.backtest(c, room.rules.current, other, period, now)


def coverage(room: Room, actor: Actor, text: str | None = None, since: datetime | None = None) -> Coverage:
    """What the examples and the stored studies reach of the rules in force, or of a text."""
    require(actor, "rules")
    rules = room.rules.current if text is None else _read(room, text)
    with room.store.reading() as c:
        found = covering.stored(c, rules, since or room.now() - BACKTEST_SPAN, MOST_COVERED)
    return covering.coverage(rules, found)


def given_facts(given: Mapping[str, Any]) -> StudyFacts:
    """Facts written as in a rules file's example; JSON is YAML, so the same code reads them."""
    return facts_in(json.dumps(given, ensure_ascii=False))


def facts_in(text: str) -> StudyFacts:
    """Facts as an example of a rules file has them under ``given``. Raises InvalidInput."""
    findings = Findings("")
    try:
        facts = Given().read(yaml_tree.read(text, ""), "facts", findings)
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
    return room.rules.check(decoded(content_of(path, path.name), path.name))
