"""On which line each condition of each rule stands: for explanations, which name the place and not only the rule."""

from __future__ import annotations

from collections.abc import Iterator

from .yaml_tree import Entry, Items, Node, Table, Unreadable, read


def condition_lines(text: str) -> tuple[tuple[int, ...], ...]:
    """For each rule of a file that was loaded, the lines of its conditions in the order of ``Rule.conjuncts``."""
    try:
        root = read(text, "")
    except Unreadable:
        return ()
    rules = root.entries["rules"].value if isinstance(root, Table) and "rules" in root.entries else None
    return tuple(tuple(_of_rule(each)) for each in rules.items) if isinstance(rules, Items) else ()


def _of_rule(rule: Node) -> Iterator[int]:
    if isinstance(rule, Table) and "when" in rule.entries:
        yield from _of_when(rule.entries["when"].value)


def _of_when(when: Node) -> Iterator[int]:
    """As ``config.when`` reads it: what is under ``all`` counts one by one, what is under ``any`` or ``not`` as one."""
    for key, entry in when.entries.items() if isinstance(when, Table) else ():
        if key == "all":
            parts = entry.value.items if isinstance(entry.value, Items) else (entry.value,)
            for part in parts:
                yield from _of_when(part)
        elif key in ("any", "not"):
            yield entry.place.line
        else:
            yield from _of_fact(entry)


def _of_fact(entry: Entry) -> Iterator[int]:
    if isinstance(entry.value, Table):
        yield from (matcher.place.line for matcher in entry.value.entries.values())
    else:
        yield entry.place.line
