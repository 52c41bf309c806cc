"""The section `ai` of the rules file: which inference services are listened to, and which one is told of new studies."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from urllib.parse import urlsplit

from ..core.ai import Ai
from .records import Field, Record
from .shapes import ListOf, Parsed, Text
from .values import DURATION

_LONGEST = timedelta(seconds=60)


def _address(text: str) -> str | None:
    parts = urlsplit(text)
    return text if parts.scheme in ("http", "https") and parts.hostname and parts.username is None else None


def _ai(**values: object) -> Ai:
    modalities = tuple(str(each).upper() for each in values.pop("modalities", ()))  # type: ignore[attr-defined]
    made = Ai(modalities=modalities, **values)  # type: ignore[arg-type]
    return replace(made, timeout=min(made.timeout, _LONGEST))


AI = Record(
    "which inference services are listened to",
    (
        Field(
            "nodes",
            ListOf(Text(64), "names"),
            "Devices that alone are heeded, by device, algorithm, model or manufacturer; of these secondary captures too.",
        ),
        Field(
            "endpoint",
            Parsed("an address such as https://ai.example.org/studies", _address),
            "Who is told of new studies, by POST.",
        ),
        Field("modalities", ListOf(Text(16), "modalities"), "Of which main modalities; of all when left out."),
        Field("timeout", DURATION, "How long its answer is waited for, at most 60s; 5s when left out. Nothing else waits."),
    ),
    _ai,
)
