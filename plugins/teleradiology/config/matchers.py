"""What a rule may ask of one fact: a value, a list, or the matchers that the fact's kind has."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from ..core import conditions as c
from ..core.body_parts import REGIONS, WEIGHTS, regions_in
from ..core.calendar_facts import AGE_GROUPS
from ..core.codes import IMAGES, NOT_IMAGES
from ..core.comparison import comparable
from ..core.dicom_values import age_of
from ..core.facts import DAYS
from ..core.study_facts import ABOUT, KINDS, Kind
from ..core.usual_subspecialties import USUAL
from .findings import Findings, below, closest, listed, shortened
from .patterns import search_for
from .shapes import ENDLESS, Flag, ListOf, Number, Parsed, Reference, Schema, Shape, Text, Word, kind_of
from .values import DATE, INSTANT, TIME
from .yaml_tree import Entry, Node, Scalar, Table

MATCHERS: Mapping[str, str] = {
    "equals": "The fact is this value, or one of a list. The same as writing the value or the list without `equals`.",
    "contains": "The text contains this text, or one of a list.",
    "matches": "The regular expression (RE2 syntax) is found in the text.",
    "at_least": "The number, date or time is this or more (later).",
    "at_most": "The number, date or time is this or less (earlier).",
    "between": "The number, date or time lies between two values, both included; times of day may pass midnight.",
    "missing": "true: the study does not tell the fact; false: it does.",
    "any": "At least one of the study's values is in the list. The same as writing the list without `any`.",
    "all": "Every value in the list is among the study's values.",
    "only": "The study has values, and none that is not in the list.",
}

_BOUNDARY = re.compile(r"\\b[^\x00-\x7f]|[^\x00-\x7f]\\b")  # RE2's \b beside a letter that is not ASCII
_TEXTUAL = ("equals", "contains", "matches", "missing")
_ORDERED = ("equals", "at_least", "at_most", "between", "missing")
MATCHERS_OF: Mapping[Kind, tuple[str, ...]] = {
    Kind.CODE: _TEXTUAL,
    Kind.TEXT: _TEXTUAL,
    Kind.CODES: ("any", "all", "only", *_TEXTUAL),
    Kind.TEXTS: ("any", "all", "only", *_TEXTUAL),
    Kind.NUMBER: _ORDERED,
    Kind.DATE: _ORDERED,
    Kind.TIME: _ORDERED,
    Kind.INSTANT: _ORDERED,
    Kind.FLAG: ("equals", "missing"),
}


def _age(text: str) -> float | None:
    years = age_of(text)
    return years if years is not None else _years(text)


def _years(text: str) -> float | None:
    years = float(text)
    return years if 0 <= years <= 150 else None


_REGION = Word(tuple(REGIONS), "a region such as HEAD, CHEST or ABDOMEN")
_SHAPES: Mapping[str, Shape] = {
    "patient_age": Parsed("an age in years, or such as 28d, 6w, 18m", _age, number=True),
    "patient_sex": Word(("M", "F", "O")),
    "laterality": Word(("L", "R", "B")),
    "received_day": Word(DAYS, "a day:"),
    "received_hour": Number(0, 23, whole=True),
    "ai_score": Number(0, 1),
    "age_group": Word(tuple(AGE_GROUPS), "an age group:"),
    "urgency": Reference("priorities", "priority"),
    "body_part_source": Word(tuple(WEIGHTS)),
    "body_part": _REGION,
    "body_parts": _REGION,
    "facility": Reference("facilities", "facility"),
    "usual_subspecialty": Word(USUAL),
}
_SHAPE_OF_KIND: Mapping[Kind, Shape] = {
    Kind.CODE: Text(),
    Kind.CODES: Text(),
    Kind.TEXT: Text(),
    Kind.TEXTS: Text(),
    Kind.NUMBER: Number(0, ENDLESS),
    Kind.FLAG: Flag(),
    Kind.DATE: DATE,
    Kind.TIME: TIME,
    Kind.INSTANT: INSTANT,
}


def shape_of(fact: str) -> Shape:
    """What a single value of the fact looks like in the file."""
    return _SHAPES.get(fact) or _SHAPE_OF_KIND[KINDS[fact]]


def conditions_on(fact: str, node: Node, path: str, findings: Findings) -> list[c.Condition]:
    """What is asked of one fact: a value, a list, or a mapping of matchers that must all hold."""
    if not isinstance(node, Table):
        return _READERS["equals"](fact, node, path, findings)
    if not node.entries:
        expected = f"a value, a list or matchers ({listed(MATCHERS_OF[KINDS[fact]])})"
        findings.problem(node.place, path, f"expected {expected}, found {kind_of(node)}")
    found = [each for key, entry in node.entries.items() for each in _matcher(fact, key, entry, below(path, key), findings)]
    _check_bounds(fact, found, node, path, findings)
    return found


def _check_bounds(fact: str, found: list[c.Condition], node: Table, path: str, findings: Findings) -> None:
    """Bounds that leave nothing between them; a time of day is said to pass midnight by ``between``."""
    bounds = [each for each in found if isinstance(each, c.Within) and not (each.low is not None and each.high is not None)]
    low, high = ([value for each in bounds if (value := getattr(each, side)) is not None] for side in ("low", "high"))
    if low and high and low[0] > high[0]:
        between = f"; write between: ['{low[0]:%H:%M}', '{high[0]:%H:%M}']" if KINDS[fact] is Kind.TIME else ""
        findings.problem(node.place, path, f"at_least is greater than at_most, so this can never hold{between}")


def _matcher(fact: str, key: str, entry: Entry, path: str, findings: Findings) -> list[c.Condition]:
    usable = MATCHERS_OF[KINDS[fact]]
    if key in usable:
        return _READERS[key](fact, entry.value, path, findings)
    if key in MATCHERS:
        message = f"'{key}' cannot be asked of {fact}, whose kind is {KINDS[fact]}; expected {listed(usable)}"
        findings.problem(entry.place, path, message)
    else:
        findings.problem(entry.place, path, f"{shortened(key)} is not a matcher; expected {listed(usable)}", closest(key, usable))
    return []


def _values(fact: str, node: Node, path: str, findings: Findings) -> tuple[Any, ...]:
    values = ListOf(_Noticing(shape_of(fact), fact), "values").read(node, path, findings) or ()
    return tuple(dict.fromkeys(values))


@dataclass(frozen=True)
class _Noticing:
    """A value of a fact; warns when no study can have it."""

    shape: Shape
    fact: str

    @property
    def words(self) -> str:
        return self.shape.words

    def read(self, node: Node, path: str, findings: Findings) -> Any:
        if (
            self.shape is _REGION
            and isinstance(node, Scalar)
            and (regions := regions_in(node.text))
            and node.text.upper() not in REGIONS
        ):
            findings.problem(
                node.place, path, f"{shortened(node.text)} counts as {listed(regions)} here; write {listed(regions)}"
            )
            return None
        value = self.shape.read(node, path, findings)
        known = IMAGES | NOT_IMAGES if self.fact == "modalities" else IMAGES
        if value and self.fact in ("modality", "modalities") and value.upper() not in known:
            note = "is never the main modality" if value.upper() in NOT_IMAGES else "is not a modality of the standard"
            findings.warning(node.place, path, f"{shortened(value)} {note}", closest(value, known))
        if isinstance(value, str) and comparable(KINDS[self.fact], value) is None:
            findings.problem(node.place, path, f"{shortened(value)} has only separators, which are not compared")
            return None
        return value

    def schema(self) -> Schema:
        return self.shape.schema()


def _equals(fact: str, node: Node, path: str, findings: Findings) -> list[c.Condition]:
    values = _values(fact, node, path, findings)
    return [c.Equals(fact, values)] if values else []


def _contains(fact: str, node: Node, path: str, findings: Findings) -> list[c.Condition]:
    values = ListOf(Text(), "texts").read(node, path, findings) or ()
    blank = [value for value in values if comparable(KINDS[fact], value) is None]
    if blank:
        findings.problem(node.place, path, f"{shortened(blank[0])} has only separators, which are not compared")
    return [c.Contains(fact, values)] if values and not blank else []


def _matches(fact: str, node: Node, path: str, findings: Findings) -> list[c.Condition]:
    # Not a Text: spaces within a pattern count.
    pattern = node.text if isinstance(node, Scalar) and not node.is_null else ""
    if not pattern:
        findings.problem(node.place, path, f"expected a regular expression such as 'stroke|code neuro', found {kind_of(node)}")
        return []
    if _BOUNDARY.search(pattern):
        note = r"'\b' knows Latin letters and digits only, so it never holds beside others; write '(^| )' and '( |$)'"
        findings.warning(node.place, path, note)
    try:
        return [c.Matches(fact, pattern, search_for(pattern))]
    except ValueError as error:
        findings.problem(node.place, path, f"not a regular expression that can be used: {error}")
        return []


def _bound(low: bool) -> Callable[[str, Node, str, Findings], list[c.Condition]]:
    def read(fact: str, node: Node, path: str, findings: Findings) -> list[c.Condition]:
        value = shape_of(fact).read(node, path, findings)
        if value is None:
            return []
        return [c.Within(fact, low=value) if low else c.Within(fact, high=value)]

    return read


def _between(fact: str, node: Node, path: str, findings: Findings) -> list[c.Condition]:
    before = findings.wrong
    values = ListOf(shape_of(fact), "two values", only_list=True).read(node, path, findings) or ()
    if findings.wrong > before:
        return []
    if len(values) != 2:
        findings.problem(node.place, path, f"expected a list of two values, found {len(values)}")
        return []
    low, high = values
    if low > high and KINDS[fact] is not Kind.TIME:
        findings.problem(node.place, path, "the first value is greater than the second, so this can never hold")
        return []
    return [c.Within(fact, low, high)]


def _missing(fact: str, node: Node, path: str, findings: Findings) -> list[c.Condition]:
    absent = Flag().read(node, path, findings)
    return [] if absent is None else [c.Missing(fact, absent)]


def _set_matcher(make: Callable[[str, tuple[Any, ...]], c.Condition]) -> Callable[[str, Node, str, Findings], list[c.Condition]]:
    def read(fact: str, node: Node, path: str, findings: Findings) -> list[c.Condition]:
        values = _values(fact, node, path, findings)
        return [make(fact, values)] if values else []

    return read


_READERS: Mapping[str, Callable[[str, Node, str, Findings], list[c.Condition]]] = {
    "equals": _equals,
    "contains": _contains,
    "matches": _matches,
    "at_least": _bound(low=True),
    "at_most": _bound(low=False),
    "between": _between,
    "missing": _missing,
    "any": _equals,
    "all": _set_matcher(c.HasAll),
    "only": _set_matcher(c.HasOnly),
}


def schema_on(fact: str) -> Schema:
    """The schema of what may be asked of the fact; it refers to ``definitions``."""
    # In draft 7 what stands beside $ref is not read.
    return {"description": ABOUT[fact], "allOf": [{"$ref": f"#/definitions/{_definition_name(fact)}"}]}


def definitions() -> dict[str, Schema]:
    """One schema for each sort of fact."""
    return {_definition_name(fact): _definition(fact) for fact in KINDS}


def _definition_name(fact: str) -> str:
    return f"asked_of_{fact}" if fact in _SHAPES else f"asked_of_a_{KINDS[fact]}"


def _definition(fact: str) -> Schema:
    value = shape_of(fact).schema()
    list_of: Schema = {"type": "array", "minItems": 1, "items": value}
    several: Schema = {"anyOf": [value, list_of]}
    text: Schema = {"type": "string"}
    shapes: dict[str, Schema] = {
        "contains": {"anyOf": [text, {"type": "array", "minItems": 1, "items": text}]},
        "matches": text,
        "at_least": value,
        "at_most": value,
        "between": list_of | {"minItems": 2, "maxItems": 2},
        "missing": {"type": "boolean"},
    }
    properties = {name: {"description": MATCHERS[name]} | shapes.get(name, several) for name in MATCHERS_OF[KINDS[fact]]}
    matchers: Schema = {"type": "object", "additionalProperties": False, "minProperties": 1, "properties": properties}
    return {"anyOf": [value, list_of, matchers]}
