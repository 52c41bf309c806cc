"""Rules, decisions and tables in words for a terminal; they read the same values that ``--format json`` prints."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import timedelta
from typing import Any

from ..core.comparison import shown
from ..core.findings import NEVER_LOWERED

YES, NO = "✓", "✗"


def table(rows: Sequence[Sequence[Any]], indent: str = "  ") -> Iterator[str]:
    """Rows in columns; numbers to the right."""
    if not rows:
        return
    texts = [[str(cell) for cell in row] for row in rows]
    widths = [max(len(row[column]) for row in texts) for column in range(len(texts[0]))]
    for row, cells in zip(rows, texts, strict=True):
        aligned = (
            cell.rjust(width) if isinstance(value, int | float) else cell.ljust(width)
            for value, cell, width in zip(row, cells, widths, strict=True)
        )
        yield (indent + "  ".join(aligned)).rstrip()


_APART = ("decided_by", "problems")  # told on lines of their own


def explanation(found: Mapping[str, Any]) -> Iterator[str]:
    """Every rule and condition, the decision, the readers, and what another file would change."""
    yield "study " + ", ".join(f"{name} {value}" for name, value in found["subject"].items() if value and name not in _APART)
    if odd := found["subject"].get("problems"):
        yield "odd about it: " + "; ".join(odd)
    for place, rule in enumerate(found["rules"], 1):
        yield f"{place:>3} {found['file']}:{rule['line']}  {rule['rule']}"
        yield from (f"      {_asked(found['file'], asked)}" for asked in rule["conditions"])
        yield f"      → {_outcome(rule)}"
    decided = (
        f"{name}={_of(name, each['value'])} ({each['rule']}, line {each['line']})" for name, each in found["attributes"].items()
    )
    yield "decided: " + "; ".join(decided)
    yield from _readers(found["readers"])
    yield f"rules {found['rules_digest'][:12]}" + (
        f"; decided by {found['subject']['decided_by'][:12]}" if found["subject"].get("decided_by") else ""
    )
    if found["would_change"]:
        yield f"would change with {found['other_digest'][:12]}: " + ", ".join(changes(found["would_change"]))
    elif found["other_digest"]:
        yield f"nothing would change with {found['other_digest'][:12]}"


def changes(found: Mapping[str, Mapping[str, Any]]) -> Iterator[str]:
    """``priority routine→urgent`` and the like."""
    return (f"{name} {_of(name, each['before'])}→{_of(name, each['after'])}" for name, each in found.items())


def _asked(file: str, asked: Mapping[str, Any]) -> str:
    mark = YES if asked["holds"] else NO
    return f"{mark} {_named(asked)}  (found {asked['found']})  {file}:{asked['line']}"


def _named(asked: Mapping[str, Any]) -> str:
    composed = asked["condition"] in ("any", "all", "not")
    return str(asked["expected"]) if composed else f"{asked['condition']} {asked['expected']}"


def _outcome(rule: Mapping[str, Any]) -> str:
    if not rule["holds"]:
        return "no match"
    decided = ", ".join(f"{name}={_of(name, rule['sets'][name])}" for name in rule["decided"])
    if rule["refused"]:
        refused = ", ".join(f"{name}={_of(name, rule['sets'][name])}" for name in rule["refused"])
        return f"match, but not {refused}: {NEVER_LOWERED}" + (f"; decides {decided}" if decided else "")
    return f"MATCH {decided}" if decided else "match, but everything that it sets was decided above"


def _readers(readers: Mapping[str, Any]) -> Iterator[str]:
    chosen = readers.get("chosen")
    yield f"readers at {readers['at']} ({readers.get('policy') or 'none'}): {chosen or 'nobody'}"
    for one in readers.get("considered", ()):
        why = f"load {one.get('load', 0)}" if one["eligible"] else "; ".join(map(reason, one["reasons"]))
        mark = YES if one["eligible"] else NO
        yield f"      {one['reader']} {mark} {why}" + (" → chosen" if one["reader"] == chosen else "")


def reason(found: Any) -> str:
    """A reason, as text or as its code with what belongs to it."""
    if not isinstance(found, Mapping):
        return str(found)
    return str(found.get("text") or found.get("code", ""))


def _of(name: str, value: Any) -> str:
    """An attribute's value as a rules file writes it."""
    if name == "turnaround" and isinstance(value, int | float):
        return shown(timedelta(seconds=value))
    return f"{value:.0%}" if name == "warn_after" and isinstance(value, float) else _value(value)


def _value(value: Any) -> str:
    if value is None:
        return "nothing"
    return ", ".join(map(str, value)) if isinstance(value, list | tuple) else str(value)


def backtest(found: Mapping[str, Any]) -> Iterator[str]:
    """The tables of a backtest."""
    yield f"{found['changed']} of {found['studies']} studies since {found['since']} would move" + (
        " (there were more studies than --limit)" if found["truncated"] else ""
    )
    if found["other_reader"]:
        yield f"{found['other_reader']} would have got another reader"
    yield f"rules in force {found['in_force'][:12]}, tried {found['digest'][:12]}"
    moved = [
        (facility, before, "→", after, count)
        for facility, rows in found["by_facility_priority"].items()
        for before, row in rows.items()
        for after, count in row.items()
    ]
    yield from _titled("priority per facility:", moved)
    yield from _titled("attributes that change:", list(found["by_attribute"].items()))
    yield from _titled("workload (studies, weight):", list(_work(found["workload"])))
    yield from _titled("later than promised, of the studies with a promise:", list(_late(found["lateness"])))
    yield from _titled("studies:", [
        (each["id"], each["facility"] or "unknown", each["state"], ", ".join(changes(each["changes"])), each["rule"])
        for each in found["items"]
    ])  # fmt: skip


def _titled(title: str, rows: Sequence[Sequence[Any]]) -> Iterator[str]:
    if rows:
        yield title
        yield from table(rows)


def _work(rows: Iterable[Mapping[str, Any]]) -> Iterator[tuple[Any, ...]]:
    for row in rows:
        before, after = row["before"], row["after"]
        yield (
            row["reader"] or "nobody", before["studies"], "→", after["studies"], f"{before['weight']:.1f}", "→",
            f"{after['weight']:.1f}", f"{after['weight'] - before['weight']:+.1f}",
        )  # fmt: skip


def _late(found: Mapping[str, Mapping[str, Mapping[str, int]]]) -> Iterator[tuple[Any, ...]]:
    none = {"studies": 0, "late": 0}
    for name in dict.fromkeys((*found["before"], *found["after"])):
        before, after = found["before"].get(name, none), found["after"].get(name, none)
        yield name, before["late"], "of", before["studies"], "→", after["late"], "of", after["studies"]


def coverage(found: Mapping[str, Any]) -> Iterator[str]:
    """The rules with how often each was reached."""
    seen = f"{found['examples']} examples and {found['studies']} studies"
    yield f"{found['percent']:g} % of {len(found['rules'])} rules reached by {seen}"
    rows = [
        (YES if each["reached"] else NO, f"line {each['line']}", each["rule"], each["examples"], each["studies"], _idle(each))
        for each in found["rules"]
    ]
    yield from table(rows)


def _idle(rule: Mapping[str, Any]) -> str:
    return "holds, but never decides anything" if rule["reached"] and not rule["decided"] else ""


def detail(found: Mapping[str, Any]) -> str:
    """One difference between two files."""
    part = f" {found['what']}" if found["what"] else ""
    values = f": {found['before'] or 'nothing'} → {found['after'] or 'nothing'}" if found["before"] or found["after"] else ""
    return f"{found['section']}: {found['name']} {found['kind']}{part}{values}"
