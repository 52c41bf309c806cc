"""Studies that somebody makes up on the command line: facts, DICOM attributes by keyword, or a JSON file with either."""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from pydicom.datadict import dictionary_has_tag, keyword_dict, keyword_for_tag

from ..config.findings import Findings, closest
from ..config.rules_file import RulesFile
from ..core.study_facts import ALSO_WRITTEN, KINDS, StudyFacts, is_absent
from ..core.transport import Transport
from ..workflow.rules import given_facts
from .parser import NotUnderstood

_SEPARATOR = re.compile(r",(?=\s*[\w.]+\s*=)")
_LAST = re.compile(r",\s*([\w.]+)\s*$")


def pairs(texts: list[str], option: str) -> dict[str, str]:
    """``A=b,C=d``, given once or more often; a comma that no name follows belongs to the value."""
    found: dict[str, str] = {}
    for part in (part for text in texts for part in _SEPARATOR.split(text)):
        name, separator, value = part.partition("=")
        if not separator or not name.strip():
            raise NotUnderstood(f"{option}: expected NAME=VALUE, found '{part.strip()[:60]}'")
        if (bare := _LAST.search(value)) and _is_name(bare[1]):
            raise NotUnderstood(f"{option}: expected NAME=VALUE, found '{bare[1]}' without a value")
        if name.strip() in found:
            raise NotUnderstood(f"{option}: '{name.strip()[:60]}' is given twice")
        found[name.strip()] = value.strip()
    return found


def _is_name(word: str) -> bool:
    """Whether that can only be meant as a name; ``contrast`` may well end a description."""
    return (word in KINDS and "_" in word) or word in ALSO_WRITTEN or (word in keyword_dict and not word.isupper())


def from_json(path: str) -> dict[str, Any]:
    """An object of facts or attributes; DICOM JSON (PS3.18 F) too. ``-`` is standard input."""
    text = sys.stdin.read() if path == "-" else Path(path).read_text(encoding="utf-8")
    try:
        value = json.loads(text)
    except ValueError as error:
        raise NotUnderstood(f"{path} is not JSON: {error}") from None
    value = value[0] if isinstance(value, list) and value else value
    if not isinstance(value, dict):
        raise NotUnderstood(f"{path}: expected an object of facts or DICOM attributes")
    return {_keyword(key): _plain(each) for key, each in value.items()}


def study(given: Mapping[str, Any], rules: RulesFile) -> StudyFacts:
    """The facts of such a study, completed as those of a real one. Raises NotUnderstood for names that are neither."""
    named = {ALSO_WRITTEN.get(name, name): value for name, value in given.items()}
    facts = {name: _listed(name, value) for name, value in named.items() if name in KINDS}
    attributes = {name: value for name, value in named.items() if name not in KINDS}
    for name in attributes:
        if name not in keyword_dict:
            near = closest(name, (*KINDS, *_COMMON)) or closest(name, keyword_dict)
            hint = f" Did you mean {near}?" if near else ""
            raise NotUnderstood(f"'{name[:60]}' is neither a fact nor a DICOM keyword.{hint}")
    told = rules.facts([attributes], Transport()) if attributes else StudyFacts()
    made_up = given_facts(facts)
    known = {name: value for name in facts if not is_absent(value := getattr(made_up, name))}
    return rules.completed(replace(told, **_uncounted(attributes), **known))


def names_of(rules: RulesFile | None) -> Findings:
    """Findings that know the names of a rules file, for reading values that refer to them."""
    if rules is None:
        return Findings("")
    sections = ("priorities", "facilities", "readers", "subspecialties")
    names = {section: tuple(getattr(rules, section)) for section in sections}
    names["rules"] = tuple(each.name for each in rules.ruleset.rules)
    return Findings("", names)


_COMMON = ("Modality", "StudyDescription", "BodyPartExamined", "PatientAge", "PatientSex", "AccessionNumber", "SeriesDescription")


def _uncounted(attributes: Mapping[str, Any]) -> dict[str, Any]:
    """One line of attributes says nothing of how many objects there are."""
    return dict.fromkeys(("series_count", "instance_count", "image_count")) if attributes else {}


def _listed(name: str, value: Any) -> Any:
    return [part.strip() for part in value.split("|")] if KINDS[name].is_many and isinstance(value, str) else value


def _keyword(key: str) -> str:
    if re.fullmatch(r"[0-9A-Fa-f]{8}", key) and dictionary_has_tag(int(key, 16)):
        return keyword_for_tag(int(key, 16))
    return key


def _plain(value: Any) -> Any:
    """What DICOM JSON says under Value, or the value itself."""
    if not isinstance(value, dict) or "vr" not in value:
        return value
    values = [each.get("Alphabetic", "") if isinstance(each, dict) else each for each in value.get("Value", ())]
    return values[0] if len(values) == 1 else values
