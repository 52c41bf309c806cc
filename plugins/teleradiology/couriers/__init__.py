"""The ways out of the house: each courier takes one document to one receiver, and says whether it got there."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any, Protocol

from ..core.errors import Refusal

LONGEST_WAIT = timedelta(hours=6)  # that a receiver may ask for


@dataclass(frozen=True)
class Parcel:
    """What is to be delivered. ``key`` is the same for every attempt, so that a receiver can tell a repetition."""

    key: str
    destination: str
    media_type: str
    body: bytes
    payload: Mapping[str, Any] = field(default_factory=dict)


class Rejected(Refusal):
    """The receiver does not want it and would not want it later; a person must look."""

    code = "rejected"


class SwitchedOff(Rejected):
    """The receiver has said that it wants nothing any more."""

    code = "switched-off"


class Later(Refusal):
    """The receiver cannot take it now, and may say when it can."""

    code = "later"

    def __init__(self, detail: str = "", wait: timedelta = timedelta(0)):
        super().__init__(detail)
        self.wait = min(wait, LONGEST_WAIT)


class Courier(Protocol):
    """One way out. Delivers at least once; never called in a transaction."""

    @property
    def name(self) -> str:
        """As the column ``outbox.courier`` has it."""

    def form(self, destination: str) -> str:
        """The form of the report that the destination receives: a key of ``workflow.renditions.KINDS``."""

    def deliver(self, parcel: Parcel) -> str:
        """Hand it over and return what the receiver calls it.

        Raises Rejected when it must not be tried again; whatever else it raises, it is.
        """
