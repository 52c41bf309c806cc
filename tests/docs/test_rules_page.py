"""docs/rules.md says of the rules file what the code says."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML

from support.rule_texts import rule, text_of
from teleradiology.config import reference
from teleradiology.config.rules_file import load

PAGE = (Path(__file__).parents[2] / "docs" / "rules.md").read_text(encoding="utf-8")


def test_the_tables_are_current() -> None:
    """To refresh them: PYTHONPATH=plugins .venv/bin/python -m teleradiology.config.reference docs"""
    assert reference.refreshed(PAGE) == PAGE


def test_every_table_is_on_the_page_once() -> None:
    assert sorted(reference.tables_in(PAGE)) == sorted(reference.tables())


def _snippet(key: str) -> Any:
    """What stands under the key in the page's example that begins with it."""
    (block,) = (each for each in re.findall(r"```yaml\n(.*?)```", PAGE, re.DOTALL) if each.startswith(f"{key}:"))
    return YAML(typ="safe", pure=True).load(block)[key]


def test_the_rules_and_examples_on_the_page_hold() -> None:
    *rules, last = _snippet("rules")
    assert len(load(text_of(*rules, last=last, examples=_snippet("examples"))).ruleset.rules) == 4


def test_the_conditions_on_the_page_are_conditions() -> None:
    (tried, _) = load(text_of(rule(_snippet("when"), "tried", priority="stat"))).ruleset.rules
    assert len(tried.conjuncts) == 8
