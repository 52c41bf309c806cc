"""What can only be seen with all promises and ladders in view: names twice, quiet without end, what is never reached or told."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from ..core.calendars import WHOLE_DAY, Calendar
from ..core.directory import Priority
from ..core.ladder import Action, Ladder, Step
from ..core.mail_address import is_address
from ..core.policies import TurnaroundPolicy
from .findings import Findings, below
from .yaml_tree import Items, Node, Place, Table

_A_YEAR = timedelta(days=366)
_A_WEEK = timedelta(days=7)


def check(root: Table, values: Mapping[str, Any], findings: Findings) -> None:
    """Add the problems and warnings."""
    policies: tuple[TurnaroundPolicy, ...] = values.get("turnaround") or ()
    node = root.entries["turnaround"].value if "turnaround" in root.entries else None
    if isinstance(node, Items):
        _check_distinct(node, policies, "turnaround", findings)
        _check_reached(node, policies, findings)
        _check_lengths(node, policies, values, findings)
    ladders = root.entries["ladders"].value if "ladders" in root.entries else None
    if isinstance(ladders, Table):
        for name, ladder in (values.get("ladders") or {}).items():
            _check_ladder(ladders, name, ladder, findings)
            if node is None or (policies and not any(policy.ladder == name for policy in policies)):
                place = ladders.entries[name].place
                findings.warning(place, below("ladders", name), "no policy of the section 'turnaround' names this ladder")


def _check_distinct(node: Items, found: tuple[Any, ...], path: str, findings: Findings) -> None:
    if len(found) != len(node.items):
        return  # some could not be read, which is said already
    seen: set[str] = set()
    for place, (each, value) in enumerate(zip(node.items, found, strict=True)):
        if value.name in seen:
            findings.problem(
                each.place, below(path, place), f"'{value.name}' is there already; give this one a 'name' of its own"
            )
        seen.add(value.name)


def _check_reached(node: Items, policies: tuple[TurnaroundPolicy, ...], findings: Findings) -> None:
    if len(policies) != len(node.items):
        return
    for number, policy in enumerate(policies):
        earlier = next((place for place in range(number) if _covers(policies[place], policy)), None)
        if earlier is not None:
            told = f"'{policy.name}' is never used: '{policies[earlier].name}' (line {node.items[earlier].place.line})"
            findings.warning(node.items[number].place, below("turnaround", number), f"{told} is for all its studies")


def _covers(earlier: TurnaroundPolicy, later: TurnaroundPolicy) -> bool:
    pairs = ((getattr(earlier, name), getattr(later, name)) for name in ("facilities", "priorities", "modalities"))
    return all(not wide or (narrow and set(narrow) <= set(wide)) for wide, narrow in pairs)


def _check_lengths(node: Items, policies: tuple[TurnaroundPolicy, ...], values: Mapping[str, Any], findings: Findings) -> None:
    """A promise of so many working hours may take longer than anybody thinks."""
    priorities: Mapping[str, Priority] = values.get("priorities") or {}
    calendars: Mapping[str, Calendar] = values.get("calendars") or {}
    for number, policy in enumerate(policies if len(policies) == len(node.items) else ()):
        open_a_week = _open_a_week(calendars[policy.calendar]) if policy.calendar in calendars else timedelta(0)
        meant = [each.turnaround for name, each in priorities.items() if name in (policy.priorities or priorities)]
        longest = policy.time or max(meant, default=timedelta(0))
        if open_a_week and longest / open_a_week * _A_WEEK > _A_YEAR:
            told = f"{_words(longest)} by the calendar '{policy.calendar}' take more than a year"
            told += f": it is open for {_words(open_a_week)} a week"
            findings.warning(node.items[number].place, below("turnaround", number), told)


def _words(span: timedelta) -> str:
    minutes = span.total_seconds() / 60
    return f"{minutes / 60:g} h" if minutes >= 60 else f"{minutes:g} min"


def _open_a_week(calendar: Calendar) -> timedelta:
    spans = (hours for day in (calendar.week or {}).values() for hours in day)
    return sum((_length(each.start, each.end) for each in spans), timedelta(0))


def _length(start: Any, end: Any) -> timedelta:
    begins, ends = (timedelta(hours=each.hour, minutes=each.minute, seconds=each.second) for each in (start, end))
    return (ends or timedelta(days=1)) - begins


def _check_ladder(ladders: Table, name: str, ladder: Ladder, findings: Findings) -> None:
    node = ladders.entries[name].value
    assert isinstance(node, Table)
    path = below("ladders", name)
    if ladder.quiet and _never_ends(ladder.quiet):
        place = node.entries["quiet"].place
        findings.problem(place, below(path, "quiet"), "the quiet hours never end; people would not be told at all")
    steps = node.entries["steps"].value
    if isinstance(steps, Items) and len(steps.items) == len(ladder.steps):
        _check_distinct(steps, ladder.steps, below(path, "steps"), findings)
        for number, (each, step) in enumerate(zip(steps.items, ladder.steps, strict=True)):
            _check_step(each, below(below(path, "steps"), number), step, findings)


def _never_ends(quiet: Calendar) -> bool:
    return quiet.week is not None and all(WHOLE_DAY in quiet.week.get(day, ()) for day in range(7))


def _check_step(node: Node, path: str, step: Step, findings: Findings) -> None:
    """Somebody whom a step means to tell, and does not."""
    place: Place = node.place
    if step.action is Action.CALL:
        if not step.to:
            findings.warning(place, path, "nobody is named under 'to': the coordinators are not told whom to call")
        return
    unfit = [each for each in step.to if not is_address(each)]
    if unfit:
        findings.warning(place, below(path, "to"), f"expected e-mail addresses, found '{unfit[0]}', to whom nothing is sent")
    elif step.to and "email" not in step.by:
        findings.warning(place, below(path, "to"), "nothing is sent to these addresses: 'by' does not name email")
