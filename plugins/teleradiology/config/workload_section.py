"""The section `workload` of the rules file: how much work a study is, by modality and body part."""

from __future__ import annotations

from typing import Any

from ..core.body_parts import REGIONS
from ..core.workload import RelativeValue, Workload
from .readers_section import MODALITY
from .records import Field, Record
from .shapes import ListOf, Number, Parsed

_REGIONS = {each.upper(): each.upper() for each in REGIONS}
REGION = Parsed("a body part such as HEAD", lambda text: _REGIONS.get(text.upper()), known=lambda: sorted(_REGIONS))


def _value(weight: float, modality: str = "", body_part: str = "") -> RelativeValue:
    return RelativeValue(weight, modality, body_part)


VALUE = Record(
    "a relative value",
    (
        Field("weight", Number(0.01, 1000), "How much work such a study is; a chest radiograph is 1.", required=True),
        Field("modality", MODALITY, "Of this modality; of any when left out."),
        Field("body_part", REGION, "Of this body part; of any when left out."),
    ),
    _value,
)


def _workload(values: tuple[Any, ...] = ()) -> Workload:
    return Workload(values)


WORKLOAD = Record(
    "relative values of studies",
    (
        Field(
            "values",
            ListOf(VALUE, "relative values"),
            "The row that says most about a study decides; rows here go before those built in.",
        ),
    ),
    _workload,
)
