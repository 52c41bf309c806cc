"""Reads the administrator's rules file: checked frozen values, or all of its problems at once with line and column."""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from functools import cached_property, partial
from typing import Any
from zoneinfo import ZoneInfo

from ..core.ai import Ai
from ..core.assigning import Assigning, AssigningRules
from ..core.calendars import ALWAYS, Calendar
from ..core.completeness import Completeness, chosen
from ..core.decision import Decision
from ..core.directory import Facility, Priority, Subspecialty, by_specificity, sender
from ..core.errors import InvalidConfiguration, Problem
from ..core.facts import Attributes, completed, facts_from
from ..core.findings import has_findings, only_raised, without_findings
from ..core.ladder import Ladder
from ..core.policies import PAUSE_REASONS as AGREED
from ..core.policies import TurnaroundPolicy, choose, pauses_clock
from ..core.readers import WARN_DAYS, Expiring, Reader, expiring
from ..core.rules import Rule, RuleSet
from ..core.study_facts import StudyFacts
from ..core.transport import Transport
from ..core.workload import Workload
from . import assignment_section, clock_checks, examples_section, people_checks, reachability
from .ai_section import AI
from .assignment_section import ASSIGNMENT
from .calendars_section import CALENDARS, check_open
from .clock_sections import LADDERS, PAUSE_REASONS, TURNAROUND
from .completeness_section import COMPLETENESS
from .directory_sections import FACILITIES, PRIORITIES, SUBSPECIALTIES_SECTION, check_senders
from .examples_section import EXAMPLES, Example
from .findings import Findings
from .public_holidays import weekend_of
from .readers_section import READERS, check_subspecialties
from .records import Field, Record
from .rules_section import Rules
from .shapes import Parsed
from .workload_section import WORKLOAD
from .yaml_tree import Items, Node, Table, Unreadable, read

VERSION = Parsed("the version of the format, which is 1", lambda text: 1 if text == "1" else None, is_schema={"const": 1})

FILE = Record(
    "a rules file",
    (
        Field("version", VERSION, "Version of the file's format: 1.", required=True),
        Field("priorities", PRIORITIES, "Degrees of urgency, the most urgent first.", required=True),
        Field("subspecialties", SUBSPECIALTIES_SECTION, "Fields of reading; when left out, those that readers name."),
        Field("facilities", FACILITIES, "Who sends studies."),
        Field("readers", READERS, "Who reads studies."),
        Field("calendars", CALENDARS, "When clocks run that do not run always."),
        Field("turnaround", TURNAROUND, "By when studies must be read: the first policy for a study's kind decides."),
        Field("ladders", LADDERS, "What happens as the time runs out."),
        Field(
            "pause_reasons", PAUSE_REASONS, "Why a hold stops the clock; missing-images and missing-information when left out."
        ),
        Field("assignment", ASSIGNMENT, "How studies find their readers."),
        Field("workload", WORKLOAD, "How much work a study is."),
        Field("completeness", COMPLETENESS, "When studies are complete; without it when no image comes for the quiet time."),
        Field("ai", AI, "Which inference services are listened to."),
        Field("rules", Rules(), "From the top: for each attribute the first rule that holds and sets it decides.", required=True),
        Field("examples", EXAMPLES, "Studies with the decision expected of them; the file is refused when one does not hold."),
    ),
)


@dataclass(frozen=True)
class RulesFile:
    """A rules file that is fit to be put in force."""

    digest: str
    text: str
    ruleset: RuleSet
    priorities: Mapping[str, Priority]
    facilities: Mapping[str, Facility] = field(default_factory=dict)
    readers: Mapping[str, Reader] = field(default_factory=dict)
    subspecialties: Mapping[str, Subspecialty] = field(default_factory=dict)
    examples: tuple[Example, ...] = ()
    warnings: tuple[Problem, ...] = ()
    calendars: Mapping[str, Calendar] = field(default_factory=dict)
    policies: tuple[TurnaroundPolicy, ...] = ()
    ladders: Mapping[str, Ladder] = field(default_factory=dict)
    pause_reasons: tuple[str, ...] = AGREED
    assigning: AssigningRules = field(default_factory=AssigningRules)
    workload: Workload = field(default_factory=Workload)
    completeness: tuple[Completeness, ...] = ()
    ai: Ai = field(default_factory=Ai)

    @cached_property
    def _senders(self) -> tuple[Facility, ...]:
        return by_specificity(self.facilities)

    def facility_of(self, transport: Transport) -> str:
        """The id of the facility that the sender belongs to, or ""."""
        return sender(self._senders, transport)

    def assigning_of(self, facility: str) -> Assigning:
        """How the facility's studies find their readers."""
        return self.assigning.of(facility)

    def timezone_of(self, facility: str) -> str:
        """The facility's time zone; "" for an unknown one."""
        return self.facilities[facility].timezone if facility in self.facilities else ""

    def clock_of(self, facility: str) -> ZoneInfo:
        """The clock on the facility's wall; that of UTC for an unknown one."""
        return ZoneInfo(self.timezone_of(facility) or "UTC")

    def weekend_of(self, facility: str) -> frozenset[int]:
        """The free weekdays of the facility's country, 0 is Monday; none for an unknown one."""
        return weekend_of(self.facilities[facility].jurisdiction[:2]) if facility in self.facilities else frozenset()

    def expiring(self, now: datetime, within: int = WARN_DAYS) -> tuple[Expiring, ...]:
        """The licences and rights that end soon or ended lately; a day is over when it is so at all facilities concerned."""

        def today(jurisdiction: str) -> date:
            concerned = [each.timezone for each in self.facilities.values() if jurisdiction in ("", each.jurisdiction)]
            return min(now.astimezone(ZoneInfo(zone)).date() for zone in concerned or ["UTC"])

        return expiring(self.readers.values(), today, within)

    def facts(self, series: list[Attributes], transport: Transport) -> StudyFacts:
        """A study's facts, with its facility and its local time as this file knows them."""
        return facts_from(
            series, transport, facility_of=self.facility_of, timezone_of=self.timezone_of, weekend_of=self.weekend_of
        )

    def completed(self, facts: StudyFacts) -> StudyFacts:
        """Facts that somebody made up, with those filled in that follow from them."""
        return completed(facts, facility_of=self.facility_of, timezone_of=self.timezone_of, weekend_of=self.weekend_of)

    def explain(self, facts: StudyFacts) -> Decision:
        """What the rules say of the study, and why. What inference services found raises urgency and never lowers it."""
        if not has_findings(facts):
            return self.ruleset.explain(facts)
        blind = self.ruleset.explain(without_findings(facts))
        explain = partial(self.ruleset.explain, facts)
        return only_raised(explain, blind, self._rank, lambda decision: self._promise(decision, facts))

    def decide(self, facts: StudyFacts) -> Mapping[str, Any]:
        """The attributes alone, faster."""
        return self.explain(facts).values() if has_findings(facts) else self.ruleset.decide(facts)

    def _rank(self, decision: Decision) -> int:
        return self.priorities[name].rank if (name := decision.value("priority")) in self.priorities else 0

    def _promise(self, decision: Decision, facts: StudyFacts) -> timedelta:
        values = decision.values()
        values["priority"] = name if (name := values.get("priority")) in self.priorities else next(iter(self.priorities))
        return self.deadline(values, facts)[0] or timedelta.max

    def deadline(self, values: Mapping[str, Any], facts: StudyFacts | None = None) -> tuple[timedelta, float]:
        """Turnaround and the share of it after which to warn: as the rules decided, else the policy's, else the priority's."""
        known = facts or StudyFacts()
        priority = self.priorities[values["priority"]]
        policy = self.policy_for(known.facility, priority.name, known.modality)
        span, share = (policy.time, policy.warn_after) if policy else (None, None)
        turnaround = values.get("turnaround", priority.turnaround if span is None else span)
        return turnaround, values.get("warn_after", priority.warn_after if share is None else share)

    def completeness_for(self, facility: str, modalities: Sequence[str]) -> Completeness | None:
        """What such a study is expected to have; None when only the quiet time counts."""
        return chosen(self.completeness, facility, modalities)

    def policy_for(self, facility: str, priority: str, modality: str) -> TurnaroundPolicy | None:
        """The turnaround policy for such a study; None when only the priority promises something."""
        return choose(self.policies, facility, priority, modality)

    def policy_called(self, name: str) -> TurnaroundPolicy | None:
        """The policy of that name, as the file has it now."""
        return next((policy for policy in self.policies if policy.name == name), None) if name else None

    def calendar_of(self, policy: TurnaroundPolicy | None) -> Calendar:
        """When the policy's clock runs."""
        return self.calendars.get(policy.calendar, ALWAYS) if policy else ALWAYS

    def ladder_of(self, policy: TurnaroundPolicy | None) -> Ladder | None:
        """What happens as the policy's time runs out."""
        return self.ladders.get(policy.ladder) if policy else None

    def pauses(self, hold_reason: str) -> bool:
        """Whether a hold for this reason stops the clock."""
        return pauses_clock(hold_reason, self.pause_reasons)


def digest_of(text: str) -> str:
    """SHA-256 of a rules file's text: what a decision remembers the file by."""
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


def load(text: str, file: str = "worklist_rules.yaml", *, templates: Collection[str] | None = None) -> RulesFile:
    """The file's content. ``templates`` are the names of report templates, checked when given.

    Raises InvalidConfiguration with all problems.
    """
    findings = Findings(file)
    try:
        root = read(text, file)
    except Unreadable as unreadable:
        raise _refusal(file, unreadable.problems) from None
    findings.names = _names(root, templates)
    values = FILE.values(root, "", findings)
    if isinstance(root, Table):
        _check_across(root, values or {}, findings)
    if findings.problems or values is None:
        raise _refusal(file, findings.problems)
    loaded = _built(text, values, root, findings)
    if findings.problems:
        raise _refusal(file, findings.problems)
    return loaded


def _refusal(file: str, problems: list[Problem]) -> InvalidConfiguration:
    ordered = sorted(problems, key=lambda problem: (problem.line or 0, problem.column or 0))
    count = "1 problem" if len(ordered) == 1 else f"{len(ordered)} problems"
    return InvalidConfiguration(f"{file} has {count} and was not put in force: {ordered[0]}", problems=ordered)


def _names(root: Node, templates: Collection[str] | None) -> dict[str, tuple[str, ...]]:
    """The names that each section defines, found before anything is checked, so that references may point forward."""
    names = {section: _keys(root, section) for section in ("facilities", "readers", "calendars", "ladders")}
    required = {
        "priorities": _keys(root, "priorities"),
        "subspecialties": _keys(root, "subspecialties") or _subspecialties_of_readers(root),
    }
    names |= {section: known for section, known in required.items() if known}  # that none are there is said already
    names["rules"] = tuple(
        name.text for rule in _items(root, "rules") if (name := _value(rule, "name")) and hasattr(name, "text")
    )
    if templates is not None:
        names["templates"] = tuple(sorted(templates))
    return names


def _value(node: Node | None, key: str) -> Any:
    entry = node.entries.get(key) if isinstance(node, Table) else None
    return entry.value if entry else None


def _keys(root: Node, section: str) -> tuple[str, ...]:
    table = _value(root, section)
    return tuple(table.entries) if isinstance(table, Table) else ()


def _items(node: Node | None, key: str) -> tuple[Node, ...]:
    value = _value(node, key)
    return value.items if isinstance(value, Items) else (value,) if value is not None else ()


def _subspecialties_of_readers(root: Node) -> tuple[str, ...]:
    readers = _value(root, "readers")
    found = (
        getattr(each, "text", "")
        for entry in (readers.entries.values() if isinstance(readers, Table) else ())
        for each in _items(entry.value, "subspecialties")
    )
    return tuple(dict.fromkeys(name for name in found if name))


def _check_across(root: Table, values: Mapping[str, Any], findings: Findings) -> None:
    """What can only be seen with several parts in view."""
    facilities, readers, calendars = (_value(root, name) for name in ("facilities", "readers", "calendars"))
    if isinstance(calendars, Table):
        check_open(values.get("calendars") or {}, calendars, findings)
    clock_checks.check(root, values, findings)
    if isinstance(facilities, Table):
        check_senders(values.get("facilities") or {}, facilities, findings)
    if isinstance(readers, Table):
        people_checks.check(readers, values.get("readers") or {}, findings)
        if _keys(root, "subspecialties"):
            check_subspecialties(readers, findings)


def _built(text: str, values: Mapping[str, Any], root: Node, findings: Findings) -> RulesFile:
    digest = digest_of(text)
    rules: tuple[Rule, ...] = values["rules"]
    readers: Mapping[str, Reader] = values.get("readers", {})
    subspecialties = values.get("subspecialties") or {
        name: Subspecialty(name) for name in dict.fromkeys(each for reader in readers.values() for each in reader.subspecialties)
    }
    examples: tuple[Example, ...] = values.get("examples", ())
    loaded = RulesFile(
        digest,
        text,
        RuleSet(digest, rules),
        values["priorities"],
        values.get("facilities", {}),
        readers,
        subspecialties,
        examples,
        calendars=values.get("calendars", {}),
        policies=values.get("turnaround", ()),
        ladders=values.get("ladders", {}),
        pause_reasons=values.get("pause_reasons", AGREED),
        assigning=values.get("assignment") or AssigningRules(),
        workload=values.get("workload") or Workload(),
        completeness=values.get("completeness") or (),
        ai=values.get("ai") or Ai(),
    )
    for example in examples:
        facts = loaded.completed(example.given)
        decision = loaded.explain(facts)
        turnaround, warn_after = loaded.deadline(decision.values(), facts)
        by_priority = {"turnaround": turnaround, "warn_after": warn_after}
        examples_section.check(example, decision, by_priority, findings)
    assignment_section.warn(loaded.assigning, {reader.group for reader in readers.values()}, root, findings)
    reachability.warn(loaded.ruleset.rules, readers, findings)
    if isinstance(root, Table):
        people_checks.warn(root, rules, readers, findings)
    return replace(loaded, warnings=tuple(findings.warnings))
