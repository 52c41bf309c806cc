"""Loads the demonstration into a running service, and takes it out again."""

from __future__ import annotations

import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from ..config.rules_file import RulesFile
from ..core.directory import Facility
from ..core.errors import Unavailable
from ..store.engine import Store
from . import ageing, dicom, duties, memory, people, sender, story
from .cases import CASES, Case
from .client import Client

SETTLED_WITHIN = 180.0
LOOK_EVERY = 1.0


@dataclass(frozen=True)
class Service:
    """The running service that is filled."""

    client: Client
    dicom_port: int
    title: str
    data_dir: Path
    images: Path
    rules: RulesFile
    store: Store


def load(service: Service, tell: Callable[[str], None]) -> memory.Memory:
    """Loading twice sends the same studies again, which changes nothing."""
    known = memory.recall(service.data_dir)
    if known.is_loaded:
        return known
    if not service.images.is_dir():
        raise Unavailable(f"the demonstration images were expected in {service.images}; found none. Fetch them: ./serve --demo")
    wanted = known.people or tuple(people.wanted(service.rules))
    made = people.create(service.client, wanted, [person.username for person in known.people])
    memory.keep(service.data_dir, made, is_loaded=False)
    for case in CASES:
        tell(f"{case.modality:<3} {case.description}")
        _send(service, case)
    tell("Waiting until the studies are complete ...")
    _await_settled(service.client)
    story.suggest(service.client)
    for missed in story.tell(service.client.address, made):
        tell(f"Left out: {missed}")
    duties.enter(service.client, service.rules, datetime.now(UTC))
    ageing.age(service.store, datetime.now(UTC))
    memory.keep(service.data_dir, made, is_loaded=True)
    return memory.recall(service.data_dir)


def remove(service: Service) -> int:
    """The studies leave Orthanc, the roster's entries are taken off, the accounts disabled; how many studies there were."""
    found = 0
    for case in CASES:
        query = {"Level": "Study", "Query": {"StudyInstanceUID": str(dicom.study_uid(case))}}
        for study in service.client.orthanc("POST", "/tools/find", query):
            service.client.orthanc("DELETE", f"/studies/{study}")
            found += 1
    duties.take_off(service.client)
    known = memory.recall(service.data_dir)
    people.disable(service.client, known.people)
    memory.keep(service.data_dir, known.people, is_loaded=False)
    return found


def _send(service: Service, case: Case) -> None:
    facility = _facility(service.rules, case)
    calling = sender.title_of(facility, case.modality)
    at = datetime.now(ZoneInfo(facility.timezone)).replace(microsecond=0) - case.ago
    with tempfile.TemporaryDirectory(prefix="teleradiology-demo-") as folder:
        sent = dicom.Sent(facility.name, calling, at)
        files = list(dicom.write(case, sent, service.images, Path(folder)))
        compressed = any(series.make in dicom.COMPRESSED for series in case.series)
        sender.send(files, calling=calling, called=service.title, port=service.dicom_port, compressed=compressed)


def _facility(rules: RulesFile, case: Case) -> Facility:
    facilities = list(rules.facilities.values())
    if not facilities:
        return Facility("", "Demonstration Clinic", "", "UTC")
    return facilities[case.site % len(facilities)]


def _await_settled(client: Client) -> None:
    until = time.monotonic() + SETTLED_WITHIN
    while not story.settled(client):
        if time.monotonic() > until:
            raise Unavailable(f"the studies were sent, but were not all decided within {SETTLED_WITHIN:.0f} s")
        time.sleep(LOOK_EVERY)
