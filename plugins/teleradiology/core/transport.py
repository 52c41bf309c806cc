"""How a study came to us: facts that are not in the image header."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True)
class Transport:
    """Sender of a study's first image: AE titles as given, ``user`` for uploads over HTTP; empty when unknown."""

    calling_aet: str = ""
    called_aet: str = ""
    remote_ip: str = ""
    user: str = ""
    received_at: datetime | None = None
