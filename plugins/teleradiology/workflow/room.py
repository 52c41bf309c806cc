"""What every act needs, handed in as its first argument; and the Host interface behind which Orthanc stands."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any, Protocol

from ..core.transport import Transport
from .door import Door
from .memory import Memory
from .visits import Visits

if TYPE_CHECKING:
    from ..config.in_force import RulesInForce
    from ..config.settings import Settings
    from ..documents.pdf import Renderer
    from ..store.engine import Store


@dataclass(frozen=True)
class Change:
    """One row of Orthanc's /changes. ``level`` is "study", "series" … as in the resource's path, ``id`` Orthanc's id."""

    seq: int
    type: str
    level: str
    id: str


@dataclass(frozen=True)
class Changes:
    """A page of /changes: ``last`` is the sequence to continue from, ``done`` says that nothing follows at present."""

    items: tuple[Change, ...]
    last: int
    done: bool


@dataclass(frozen=True)
class HostSeries:
    """A series as Orthanc lists it; ``instances`` are Orthanc ids, ``last_update`` is when the last one came."""

    orthanc_id: str
    series_instance_uid: str
    modality: str
    instances: tuple[str, ...]
    tags: Mapping[str, str] = field(default_factory=dict)
    last_update: datetime | None = None


@dataclass(frozen=True)
class HostStudy:
    """A study as Orthanc lists it. ``tags`` and ``patient_tags`` are its main DICOM tags by keyword; ``last_update`` is aware.

    ``results`` are series that inference services made of it; ``devices.told_apart`` takes them out of ``series``.
    """

    orthanc_id: str
    study_instance_uid: str
    is_stable: bool
    last_update: datetime
    series: tuple[HostSeries, ...]
    tags: Mapping[str, str] = field(default_factory=dict)
    patient_tags: Mapping[str, str] = field(default_factory=dict)
    transport: Transport = field(default_factory=Transport)
    results: tuple[HostSeries, ...] = ()


class Host(Protocol):
    """The PACS we live in. Every call is short, made outside of our transactions, and raises Unavailable when Orthanc fails."""

    def version(self) -> Mapping[str, Any]:
        """Orthanc's ``/system``."""

    def changes(self, since: int, limit: int) -> Changes:
        """The changes after the sequence ``since``."""

    def last_change(self) -> int:
        """The highest sequence that Orthanc has given out."""

    def study_ids(self) -> list[str]:
        """The Orthanc ids of all studies."""

    def study(self, orthanc_id: str) -> HostStudy | None:
        """One study with its series, or None when it is not (any more) there."""

    def transport(self, orthanc_id: str) -> Transport:
        """How an instance came; empty when it is not (any more) there."""

    def study_of_series(self, orthanc_id: str) -> str | None:
        """The Orthanc id of the study that a series belongs to."""

    def study_of_instance(self, orthanc_id: str) -> str | None:
        """The Orthanc id of the study that an instance belongs to."""

    def instance_file(self, orthanc_id: str) -> bytes:
        """The DICOM file (PS3.10) as stored."""

    def instance_size(self, orthanc_id: str) -> int:
        """Its size in bytes."""

    def instance_tags(self, orthanc_id: str) -> Mapping[str, Any]:
        """Orthanc's simplified tags: for files too large to be read whole."""

    def sop_uids(self, orthanc_id: str) -> tuple[str, str] | None:
        """SOP Class and SOP Instance UID of an instance, from the index alone; None when it is not (any more) there."""

    def store_instance(self, dicom: bytes) -> str:
        """Store a DICOM file and return its Orthanc id; storing the same again is a success."""

    def find_instance(self, sop_instance_uid: str) -> str | None:
        """The Orthanc id of a SOP instance, or None."""


@dataclass(frozen=True)
class Room:
    """The reading room: storage, rules, PACS, clock and renderer, composed once in ``app.py``."""

    store: Store
    rules: RulesInForce
    settings: Settings
    host: Host
    renderer: Renderer
    now: Callable[[], datetime]  # aware, UTC
    wake: Callable[[], None] = lambda: None  # asks the heartbeat to run now
    memory: Memory = field(default_factory=Memory, compare=False, repr=False)
    door: Door = field(default_factory=Door, compare=False, repr=False)
    visits: Visits = field(default_factory=Visits, compare=False, repr=False)
