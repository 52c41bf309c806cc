"""Which inference services a site listens to, and which one it tells of new studies."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta


@dataclass(frozen=True)
class Ai:
    """The section `ai` of the rules file. ``nodes`` are names of devices, algorithms, models or manufacturers; all when empty."""

    nodes: tuple[str, ...] = ()
    endpoint: str = ""
    modalities: tuple[str, ...] = ()
    timeout: timedelta = timedelta(seconds=5)

    def wants(self, modality: str) -> bool:
        """Whether the service is told of such a study."""
        return bool(self.endpoint) and (not self.modalities or modality in self.modalities)
