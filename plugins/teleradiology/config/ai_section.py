"""The section `ai` of the rules file: which inference services are listened to."""

from __future__ import annotations

from ..core.ai import Ai
from .records import Field, Record
from .shapes import ListOf, Text

AI = Record(
    "which inference services are listened to",
    (
        Field(
            "nodes",
            ListOf(Text(64), "names"),
            "Devices whose structured reports are heeded, by device, algorithm, model or manufacturer; all when left out.",
        ),
    ),
    Ai,
)
