"""Hypothesis strategies for studies and for rules about them, from few words, so that they meet."""

from __future__ import annotations

from datetime import date, time
from typing import Any

from hypothesis import strategies as st

from teleradiology.core.study_facts import StudyFacts

MODALITIES = ["CT", "MR", "CR", "SR", "KO"]
PARTS = ["HEAD", "CHEST", "KNEE"]
TEXTS = ["CT_HEAD^STROKE", "ct head stroke", "Code-Neuro", "CHEST p.a.", "سَكتة", "سكته دماغية", "head", "ＣＴ ｈｅａｄ"]
PATTERNS = ["stroke|code neuro", "^ct", "h.*d$", r"\bhead\b", "سكته", "c(t|hest)", "zzz", "[a-z]{6} neuro"]
AETS = ["ZLITEN_CT", "zliten_ct", "OTHER", "ZLITEN-CT"]
AGES = [0.01, 5.0, 17.0, 40.0]
DATES = [date(2026, 1, 1), date(2026, 6, 1)]
TIMES = [time(2, 30), time(6), time(12), time(22), time(23, 59)]

studies = st.builds(
    StudyFacts,
    modality=st.sampled_from(["", *MODALITIES]),
    modalities=st.lists(st.sampled_from(MODALITIES), max_size=3, unique=True).map(tuple),
    body_parts=st.lists(st.sampled_from(PARTS), max_size=3, unique=True).map(tuple),
    study_description=st.sampled_from(["", *TEXTS]),
    series_descriptions=st.lists(st.sampled_from(TEXTS), max_size=2).map(tuple),
    calling_aet=st.sampled_from(["", *AETS]),
    patient_age=st.sampled_from([None, *AGES]),
    contrast=st.sampled_from([None, True, False]),
    study_date=st.sampled_from([None, *DATES]),
    received_time=st.sampled_from([None, *TIMES]),
)


def _some(values: list[Any]) -> st.SearchStrategy[Any]:
    return st.sampled_from(values) | st.lists(st.sampled_from(values), min_size=1, max_size=3, unique=True)


def _asked(values: list[Any], *matchers: str) -> st.SearchStrategy[Any]:
    """A value, a list, or up to two matchers."""
    one = st.sampled_from(values)
    shapes = {
        "equals": _some(values),
        "any": _some(values),
        "all": _some(values),
        "only": _some(values),
        "contains": _some(["head", "STROKE", "c", "سكته", "ZLITEN"]),
        "matches": st.sampled_from(PATTERNS),
        "at_least": one,
        "at_most": one,
        "between": st.tuples(one, one).map(sorted),
        "missing": st.booleans(),
    }
    chosen = st.lists(st.sampled_from([*matchers, "missing"]), min_size=1, max_size=2, unique=True)
    several = chosen.flatmap(lambda names: st.fixed_dictionaries({name: shapes[name] for name in names})).filter(_leaves_room)
    return _some(values) | several


def _leaves_room(asked: dict[str, Any]) -> bool:
    """Bounds that no value meets are refused, so no rule has them."""
    return not {"at_least", "at_most"} <= asked.keys() or bool(asked["at_least"] <= asked["at_most"])


_MANY = ("equals", "any", "all", "only", "contains", "matches")
_TEXT = ("equals", "contains", "matches")
_ORDERED = ("equals", "at_least", "at_most", "between")
_TIMES = [each.isoformat() for each in TIMES]
_FACTS: dict[str, st.SearchStrategy[Any]] = {
    "modality": _asked(MODALITIES, *_TEXT),
    "modalities": _asked(MODALITIES, *_MANY),
    "body_parts": _asked(PARTS, "any", "all", "only"),
    "study_description": _asked(TEXTS, *_TEXT),
    "series_descriptions": _asked(TEXTS, *_MANY),
    "calling_aet": _asked(AETS, *_TEXT),
    "patient_age": _asked(AGES, *_ORDERED),
    "contrast": st.booleans(),
    "study_date": _asked([each.isoformat() for each in DATES], *_ORDERED),
    "received_time": _asked(_TIMES, *_ORDERED)
    | st.lists(st.sampled_from(_TIMES), min_size=2, max_size=2).map(lambda each: {"between": each}),
}
_leaves = st.sampled_from(sorted(_FACTS)).flatmap(lambda fact: st.fixed_dictionaries({fact: _FACTS[fact]}))


def _composed(inner: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    several = st.lists(inner, min_size=1, max_size=3)
    return (
        st.fixed_dictionaries({"any": several})
        | st.fixed_dictionaries({"all": several})
        | st.fixed_dictionaries({"not": inner})
        | st.tuples(inner, inner).map(lambda two: two[0] | two[1])
    )


conditions = st.recursive(_leaves, _composed, max_leaves=6)
_thens = st.fixed_dictionaries(
    {},
    optional={
        "priority": st.sampled_from(["stat", "urgent", "routine"]),
        "subspecialty": st.sampled_from(["neuro", "general", "chest"]),
        "skip": st.sampled_from(["a", "b"]),
        "template": st.sampled_from(["t1", "t2"]),
    },
).filter(bool)


@st.composite
def rule_lists(draw: st.DrawFn) -> list[dict[str, Any]]:
    """Up to six rules; a last one that always holds is to be added."""
    count = draw(st.integers(1, 6))
    return [{"name": f"rule {number}", "when": draw(conditions), "then": draw(_thens)} for number in range(count)]
