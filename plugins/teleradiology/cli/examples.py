"""`rules test`: the examples of a rules file, and those of files beside it, one by one."""

from __future__ import annotations

import argparse
from dataclasses import dataclass
from pathlib import Path

from ..config import examples_section, file_text, yaml_tree
from ..config.examples_section import EXAMPLES, Example
from ..config.rules_file import RulesFile, load
from ..core.errors import InvalidConfiguration, Problem
from . import rules_text, source
from .given import names_of
from .installation import Installation
from .output import complain, problems, say, say_json
from .telling import NO, YES

_FAILS = "the example does not hold"


@dataclass(frozen=True)
class Tried:
    """One example and what was wrong with it."""

    name: str
    file: str
    line: int
    problems: tuple[Problem, ...]


def run(options: argparse.Namespace) -> int:
    """0 when every example holds, 1 otherwise."""
    there = source.of(options).there
    file = options.file or there.settings.rules_file
    try:
        tried = _of_file(there, file) + [one for beside in options.examples for one in _of_beside(there, file, Path(beside))]
    except InvalidConfiguration as refusal:
        complain(refusal, options.format)
        return 1
    failed = [one for one in tried if one.problems]
    if options.format == "json":
        told = [{"name": one.name, "file": one.file, "line": one.line, "ok": not one.problems,
                 "problems": problems(one.problems)} for one in tried]  # fmt: skip
        say_json({"ok": not failed, "examples": len(tried), "failed": len(failed), "results": told})
        return 1 if failed else 0
    for one in tried:
        say(f"{NO if one.problems else YES} {one.name}  {one.file}:{one.line}")
        for problem in one.problems:
            say(f"    {problem}")
    say(
        f"{len(tried) - len(failed)} of {len(tried)} examples hold"
        if tried
        else f"{rules_text.called(file)} has no examples; nothing was tried"
    )
    return 1 if failed else 0


def _of_file(there: Installation, file: Path) -> list[Tried]:
    text = rules_text.text_of(file)
    try:
        load(text, rules_text.called(file), templates=there.templates)
        found: tuple[Problem, ...] = ()
    except InvalidConfiguration as refusal:
        found = refusal.problems
        if not all(_FAILS in problem.message for problem in found):
            raise
    return _sorted_by_example(text, rules_text.called(file), found)


def _sorted_by_example(text: str, file: str, found: tuple[Problem, ...]) -> list[Tried]:
    root = yaml_tree.read(text, file)
    section = root.entries.get("examples") if isinstance(root, yaml_tree.Table) else None
    nodes = section.value.items if section and isinstance(section.value, yaml_tree.Items) else ()
    return [
        Tried(_name(node, place), file, node.place.line, tuple(each for each in found if _belongs(each, place)))
        for place, node in enumerate(nodes)
    ]


def _belongs(problem: Problem, place: int) -> bool:
    return problem.path.startswith(f"examples.{place}.")


def _name(node: yaml_tree.Node, place: int) -> str:
    entry = node.entries.get("name") if isinstance(node, yaml_tree.Table) else None
    return str(getattr(entry.value, "text", "")) if entry else f"example {place + 1}"


def _of_beside(there: Installation, file: Path, beside: Path) -> list[Tried]:
    """Examples in a file of their own: a list, or a list under ``examples``."""
    rules = there.read(file)
    findings = names_of(rules)
    findings.file = str(beside)
    try:
        root = yaml_tree.read(file_text.text_of(beside), str(beside))
    except yaml_tree.Unreadable as unreadable:
        raise InvalidConfiguration(f"{beside} cannot be read.", problems=unreadable.problems) from None
    section = root.entries.get("examples") if isinstance(root, yaml_tree.Table) else None
    node = section.value if section else root
    read = EXAMPLES.read(node, "examples", findings)
    if findings.problems or read is None:
        raise InvalidConfiguration(f"{beside} has problems.", problems=findings.problems)
    nodes = node.items if isinstance(node, yaml_tree.Items) else ()
    return [
        Tried(_name(each, place), str(beside), each.place.line, _problems(rules, example, str(beside)))
        for place, (each, example) in enumerate(zip(nodes, read, strict=True))
    ]


def _problems(rules: RulesFile, example: Example, file: str) -> tuple[Problem, ...]:
    findings = names_of(rules)
    findings.file = file
    facts = rules.completed(example.given)
    decision = rules.explain(facts)
    turnaround, warn_after = rules.deadline(decision.values(), facts)
    examples_section.check(example, decision, {"turnaround": turnaround, "warn_after": warn_after}, findings)
    return tuple(findings.problems)
