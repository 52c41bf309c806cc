"""Which inference services a site listens to."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Ai:
    """The section `ai` of the rules file. ``nodes`` are names of devices, models, manufacturers or AE titles; all when empty."""

    nodes: tuple[str, ...] = ()
