"""The section `ai` of the rules file: which inference services are listened to, and which one is told of new studies."""

from __future__ import annotations

from datetime import timedelta
from urllib.parse import urlsplit

from ..core.ai import Ai
from .records import Field, Record
from .shapes import ListOf, Parsed, Text
from .values import DURATION, PERCENTAGE

_LONGEST = timedelta(seconds=60)


def _address(text: str) -> str | None:
    parts = urlsplit(text)
    return text if parts.scheme in ("http", "https") and parts.hostname and parts.username is None else None


ADDRESS = Parsed("an address such as https://ai.example.org/studies", _address)


def _ai(**values: object) -> Ai:
    modalities = tuple(str(each).upper() for each in values.pop("modalities", ()))  # type: ignore[attr-defined]
    thresholds: tuple[tuple[str, float], ...] = values.pop("thresholds", ())  # type: ignore[assignment]
    of_devices = {device.casefold(): threshold for device, threshold in thresholds}
    return Ai(modalities=modalities, thresholds=of_devices, **values)  # type: ignore[arg-type]


def _waits_too_long(each: Ai) -> str:
    return "waits longer than 60s for an answer; give a 'timeout' of at most 60s" if each.timeout > _LONGEST else ""


def _threshold(device: str, threshold: float) -> tuple[str, float]:
    return device, threshold


THRESHOLD = Record(
    "a threshold of a device",
    (
        Field("device", Text(64), "The device, as findings name it.", required=True),
        Field("threshold", PERCENTAGE, "A finding of it with a lower score is negative, whatever it says.", required=True),
    ),
    _threshold,
)
AI = Record(
    "which inference services are listened to",
    (
        Field(
            "nodes",
            ListOf(Text(64), "names"),
            "Devices that alone are heeded, by device, algorithm, model, manufacturer, station or AE title. "
            "Their secondary captures, and all that a listed AE title sends, are results and no images of the study.",
        ),
        Field("endpoint", ADDRESS, "Who is told of new studies, by POST."),
        Field("modalities", ListOf(Text(16), "modalities"), "Of which main modalities; of all when left out."),
        Field("timeout", DURATION, "How long its answer is waited for, at most 60s; 5s when left out. Nothing else waits."),
        Field(
            "threshold",
            PERCENTAGE,
            "A finding with a lower score is negative unless the device says itself that it is there; 50% when left out.",
        ),
        Field("thresholds", ListOf(THRESHOLD, "thresholds of devices"), "For devices that you know better."),
    ),
    _ai,
    _waits_too_long,
)
