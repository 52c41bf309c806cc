"""Which inference services a site listens to, how sure they must be, and which one it tells of new studies."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import timedelta

from .findings import Finding

EVEN = 0.5  # a probability below it says "rather not", unless the site knows its device better


@dataclass(frozen=True)
class Ai:
    """The section `ai` of the rules file.

    ``nodes`` are names of devices, algorithms, models, manufacturers, stations or AE titles; all devices are heeded when empty.
    ``thresholds`` are by the device's name in lower case.
    """

    nodes: tuple[str, ...] = ()
    endpoint: str = ""
    modalities: tuple[str, ...] = ()
    timeout: timedelta = timedelta(seconds=5)
    threshold: float = EVEN
    thresholds: Mapping[str, float] = field(default_factory=dict)

    def wants(self, modality: str) -> bool:
        """Whether the service is told of such a study."""
        return bool(self.endpoint) and (not self.modalities or modality in self.modalities)

    def lists(self, *names: str) -> bool:
        """Whether one of a device's names is listed."""
        listed = {each.casefold() for each in self.nodes}
        return any(name.casefold() in listed for name in names if name)

    def judged(self, finding: Finding, *, said: bool = False) -> Finding:
        """The finding, negative when its score is below the threshold.

        Where the device ``said`` itself whether it is there, only a threshold that the site set for this device overrules it.
        Nothing that a device calls absent becomes positive.
        """
        limit = self.thresholds.get(finding.device.casefold(), 0.0 if said else self.threshold)
        too_low = finding.score is not None and finding.score < limit
        return replace(finding, positive=finding.positive and not too_low)
