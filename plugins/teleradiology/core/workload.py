"""How much work a study is: relative values per modality and body part, so that ten radiographs weigh less than ten MRs."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True)
class RelativeValue:
    """The weight of studies of a modality, of a body part, or of both; "" stands for any."""

    weight: float
    modality: str = ""
    body_part: str = ""


# About the reading minutes over those of a chest radiograph: published means (Sexauer 2022, n = 106,127) for CT, practice else.
DEFAULTS = (
    RelativeValue(1.0, "CR"),
    RelativeValue(1.0, "DX"),
    RelativeValue(2.0, "US"),
    RelativeValue(2.0, "MG"),
    RelativeValue(3.0, "XA"),
    RelativeValue(3.0, "NM"),
    RelativeValue(4.0, "CT", "HEAD"),
    RelativeValue(4.5, "CT"),
    RelativeValue(5.0, "MR"),
    RelativeValue(6.0, "PT"),
)
ELSE = 2.0


@dataclass(frozen=True)
class Workload:
    """The table in force: the site's own rows go before the defaults."""

    rows: tuple[RelativeValue, ...] = ()

    def weight(self, modality: str, body_part: str = "") -> float:
        """Of one study: the row that says most decides, the site's before ours; 2.0 for what no row names."""
        for rows in (self.rows, DEFAULTS):
            found = _most_specific(rows, modality.upper(), body_part.upper())
            if found is not None:
                return found.weight
        return ELSE


def _most_specific(rows: Iterable[RelativeValue], modality: str, body_part: str) -> RelativeValue | None:
    fitting = [row for row in rows if row.modality in ("", modality) and row.body_part in ("", body_part)]
    return max(fitting, key=lambda row: (bool(row.modality), bool(row.body_part)), default=None)
