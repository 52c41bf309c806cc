"""`rules explain`, `test`, `coverage` and `backtest`: what rules do with studies, made up or stored."""

from __future__ import annotations

import argparse
import re
from dataclasses import asdict
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from ..config.examples_section import Expect
from ..config.rules_file import RulesFile
from ..config.values import parse_duration
from ..config.yaml_tree import Entry, Place, Scalar, Table
from ..core.decision import value_to_json
from ..core.errors import InvalidConfiguration, InvalidInput, NotFound, Problem
from ..core.study_facts import StudyFacts
from ..workflow import backtesting, covering, explaining
from . import examples, given, rules_text, source, telling
from .output import say, say_json, warn
from .parser import NotUnderstood, count, count_or_none, near, with_data, with_format

_HERE = Place(1, 1)
_WHICH = "default: the file that the service uses; - for standard input"


def add(acts: Any) -> None:
    explain = _act(acts, "explain", "why a study is where it is: every rule and condition, the readers, what would change")
    explain.add_argument("study", metavar="STUDY", nargs="?", help="item id, StudyInstanceUID, accession number or Orthanc's id")
    made_up = "a made-up study: DICOM keywords or facts, for example Modality=CT,StudyDescription=CT HEAD"
    explain.add_argument("--tags", metavar="NAME=VALUE,…", action="append", default=[], help=made_up)
    explain.add_argument("--json", metavar="FILE", help="a made-up study as a JSON object of the same; - for standard input")
    explain.add_argument(
        "--rules", metavar="FILE", type=Path, help="explain by this file (-: standard input); default: the rules in force"
    )
    met = "end with 1 unless these attributes are decided so, for example priority=stat"
    explain.add_argument("--expect", metavar="NAME=VALUE,…", action="append", default=[], help=met)
    when = "the readers at that time, by the facility's clock or with an offset: 2026-12-31T23:30, 2026-12-31T23:30+02:00"
    explain.add_argument("--at", metavar="TIME", default="", help=when)
    explain.set_defaults(run=_explain)
    test = with_format(with_data(acts.add_parser("test", help="whether the examples of a rules file hold")))
    test.add_argument("file", metavar="FILE", type=Path, nargs="?", help=_WHICH)
    test.add_argument("--examples", metavar="FILE", action="append", default=[], help="more examples, from a file beside it")
    test.set_defaults(run=examples.run)
    coverage = with_format(with_data(acts.add_parser("coverage", help="rules that no example and no stored study ever reached")))
    coverage.add_argument("file", metavar="FILE", type=Path, nargs="?", help=_WHICH)
    coverage.add_argument("--since", type=since, default="30d", help="stored studies since then (default: 30d)")
    coverage.add_argument("--examples-only", action="store_true", help="do not look at stored studies")
    coverage.add_argument("--fail-under", metavar="PERCENT", type=_percent, help="end with 1 when less is reached")
    coverage.set_defaults(run=_coverage)
    backtest = _act(acts, "backtest", "what a changed file would have done with the stored studies")
    backtest.add_argument(
        "--since", type=since, default="7d", help="studies received since then: 7d, 12h, 2026-10-01 (default: 7d)"
    )
    backtest.add_argument("--rules", metavar="FILE", type=Path, help=f"the changed file; {_WHICH}")
    backtest.add_argument("--facility", default="", help="studies of this facility alone")
    backtest.add_argument("--limit", type=count, default=5000, help="at most so many studies, the latest (default: 5000)")
    backtest.add_argument("--fail-over", metavar="N", type=count_or_none, help="end with 1 when more than N studies would move")
    backtest.set_defaults(run=_backtest)


def _act(acts: Any, name: str, text: str) -> argparse.ArgumentParser:
    return source.with_service(with_format(with_data(acts.add_parser(name, help=text))))


def _explain(options: argparse.Namespace) -> int:
    made_up = bool(options.tags or options.json)
    if bool(options.study) is made_up:
        raise NotUnderstood("rules explain: give either a STUDY, or --tags or --json for a made-up one")
    expected = given.pairs(options.expect, "--expect")
    facts = (
        {**(given.from_json(options.json) if options.json else {}), **given.pairs(options.tags, "--tags")} if made_up else None
    )
    try:
        found, rules = _explained_there(options, facts) if options.url else _explained_here(options, facts)
    except InvalidInput as refusal:
        raise NotUnderstood("; ".join(map(_hinted, refusal.problems))) from None
    wrong = _unmet(expected, found, rules)
    if options.format == "json":
        say_json({**found, "ok": not wrong, "unmet": wrong})
    else:
        for line in telling.explanation(found):
            say(line)
        for line in wrong:
            say(f"NOT AS EXPECTED: {line}")
    return 1 if wrong else 0


def _explained_here(options: argparse.Namespace, facts: dict[str, Any] | None) -> tuple[dict[str, Any], RulesFile]:
    there, moment = source.of(options), explaining.Moment(source.now(), options.at)
    rules = there.there.read(options.rules) if options.rules else there.in_force
    file = rules_text.called(options.rules or there.file)
    if facts is not None:
        study = given.study(facts, rules)
        return _with_disk(there, options, _made_up(there, rules, study, file, moment), rules, study), rules
    with there.reading() as c:
        item = explaining.find_item(c, options.study)
        if item is None:
            raise NotFound(
                f"no study has '{options.study[:64]}' as item id, StudyInstanceUID, accession number or Orthanc's id"
                f" in {there.there.data_dir}"
            )
        found = explaining.of_item(c, rules, item, file, moment)
    return _with_disk(there, options, found, rules, item.facts), rules


def _made_up(
    there: source.Source, rules: RulesFile, study: StudyFacts, file: str, moment: explaining.Moment
) -> explaining.Explained:
    if not there.has_database:
        return explaining.of_facts(rules, study, file, moment)
    with there.reading() as c:
        return explaining.of_facts(rules, study, file, moment, c)


def _with_disk(
    there: source.Source, options: argparse.Namespace, found: explaining.Explained, rules: RulesFile, kept: Any
) -> dict[str, Any]:
    """With what the other file says: the one in force when another was given, else the one on the disk."""
    other = there.in_force if options.rules and there.has_database else None
    if other is not None:
        return explaining.with_changes(found, other, rules, kept).to_json()
    on_disk = _readable(there) if options.rules is None and there.file.exists() else None
    return (explaining.with_changes(found, rules, on_disk, kept) if on_disk else found).to_json()


def _readable(there: source.Source) -> RulesFile | None:
    """The file on the disk. One with problems is not in force and keeps nobody from asking what those in force decide."""
    try:
        return there.on_disk
    except InvalidConfiguration as refusal:
        many = f"{len(refusal.problems)} problem{'s' if len(refusal.problems) != 1 else ''}"
        warn(f"{there.file} has {many} and is not in force; see ./teleradiology rules check")
        return None


def _explained_there(options: argparse.Namespace, facts: dict[str, Any] | None) -> tuple[dict[str, Any], None]:
    text = source.rules_for_elsewhere(options.rules).text if options.rules else None
    body: dict[str, Any] = {"at": options.at} | ({"text": text} if text else {})
    if facts is None:
        body["study"] = options.study
    else:
        listed = source.rules_for_elsewhere(options.rules) if options.rules else source.of(options).on_disk
        body["facts"] = {name: value for name, value in given.study(facts, listed).to_json().items() if name != "problems"}
    return source.client(options).post("rules/explain", body), None


def _unmet(expected: dict[str, str], found: dict[str, Any], rules: RulesFile | None) -> list[str]:
    """The expectations that are not met, in words. Raises NotUnderstood for what cannot be expected."""
    if not expected:
        return []
    findings = given.names_of(rules)
    findings.names = findings.names or {}
    table = Table({name: Entry(_scalar(value), _HERE) for name, value in expected.items()}, _HERE)
    read = Expect().read(table, "--expect", findings)
    if findings.problems or read is None:
        raise NotUnderstood("; ".join(map(_hinted, findings.problems)))
    decided = {name: each["value"] for name, each in found["attributes"].items()}
    return [
        f"{name}: expected {value_to_json(value)}, found {decided.get(name)}"
        for name, value in read.values.items()
        if value_to_json(value) != decided.get(name)
    ]


def _hinted(problem: Problem) -> str:
    hint = f". Did you mean {problem.suggestion}?" if problem.suggestion else ""
    where = "--expect" if problem.path.startswith("--expect") else "--at" if problem.path == "at" else problem.path
    return f"{where}: {problem.message}{hint}"


def _scalar(value: str) -> Scalar:
    return Scalar("" if value == "nothing" else value, False, _HERE)


def _coverage(options: argparse.Namespace) -> int:
    there = source.of(options)
    rules = there.there.read(options.file or there.file)
    studies = []
    if not options.examples_only and there.has_database:
        with there.reading() as c:
            studies = covering.stored(c, rules, options.since, 50_000)
    found = covering.coverage(rules, studies)
    fails = options.fail_under is not None and found.percent < options.fail_under
    if options.format == "json":
        say_json({"ok": not fails, **found.to_json()})
    else:
        for line in telling.coverage(found.to_json()):
            say(line)
        if fails:
            say(f"less than {options.fail_under:g} % of the rules are reached")
    return 1 if fails else 0


def _backtest(options: argparse.Namespace) -> int:
    found = _tried_there(options) if options.url else _tried_here(options)
    fails = options.fail_over is not None and found["changed"] > options.fail_over
    if options.format == "json":
        say_json({"ok": not fails, **found})
    else:
        for line in telling.backtest(found):
            say(line)
    return 1 if fails else 0


def _tried_here(options: argparse.Namespace) -> dict[str, Any]:
    there = source.of(options)
    other = there.there.read(options.rules) if options.rules else there.on_disk
    known = list(dict.fromkeys((*there.in_force.facilities, *other.facilities)))
    if options.facility and options.facility not in known:
        raise NotUnderstood(f"--facility: there is no facility '{options.facility}'. {near(options.facility, known)}")
    period = backtesting.Period(options.since, options.limit, options.facility)
    with there.reading() as c:
        found = backtesting.backtest(c, there.in_force, other, period, source.now())
    told = asdict(found)
    return told | {
        "since": _instant(found.since),
        "items": [{**each, "received_at": _instant(each["received_at"])} for each in told["items"]],
    }


def _tried_there(options: argparse.Namespace) -> dict[str, Any]:
    body: dict[str, Any] = {"since": _instant(options.since), "limit": options.limit}
    if options.rules:
        body["text"] = source.rules_for_elsewhere(options.rules).text
    if options.facility:
        body["facility"] = options.facility
    found: dict[str, Any] = source.client(options).post("rules/backtest", body)
    return found


def _instant(at: datetime) -> str:
    return at.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")


def since(text: str) -> datetime:
    """A time ago (7d, 2w, 12h), a date or an instant."""
    weeks = re.fullmatch(r"(\d{1,3})\s*w", text.strip())
    ago = timedelta(weeks=int(weeks[1])) if weeks else parse_duration(text)
    if ago is not None:
        return source.now() - ago
    try:
        at = datetime.fromisoformat(text)
    except ValueError:
        raise argparse.ArgumentTypeError(
            f"expected a time ago such as 7d or 12h, or a date such as 2026-10-01, found '{text}'"
        ) from None
    at = at if at.tzinfo else at.replace(tzinfo=UTC)
    if at > source.now():
        raise argparse.ArgumentTypeError(f"expected a time in the past, found '{text}', which is still to come")
    return at


def _percent(text: str) -> float:
    try:
        value = float(text.removesuffix("%"))
    except ValueError:
        value = -1.0
    if not 0 <= value <= 100:
        raise argparse.ArgumentTypeError(f"expected a percentage such as 90, found '{text}'")
    return value
