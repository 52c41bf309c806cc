"""A PACS in memory that behaves as Orthanc does towards the Host interface: changes, stability, deletion, loss of power."""

from __future__ import annotations

import hashlib
import io
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any

from pydicom import DataElement, config, dcmread
from pydicom.datadict import dictionary_VR, tag_for_keyword
from pydicom.dataset import Dataset, FileMetaDataset
from pydicom.uid import ExplicitVRLittleEndian, generate_uid

from teleradiology.core.errors import Unavailable
from teleradiology.core.transport import Transport
from teleradiology.workflow.room import Change, Changes, HostSeries, HostStudy

SECONDARY_CAPTURE = "1.2.840.10008.5.1.4.1.1.7"
STUDY_TAGS = ("StudyInstanceUID", "StudyDate", "StudyTime", "StudyID", "StudyDescription", "AccessionNumber")
STUDY_TAGS += ("RequestedProcedureDescription", "InstitutionName", "RequestingPhysician", "ReferringPhysicianName")
PATIENT_TAGS = ("PatientID", "PatientName", "PatientBirthDate", "PatientSex", "OtherPatientIDs")
SERIES_TAGS = ("SeriesInstanceUID", "Modality", "SeriesDescription", "BodyPartExamined", "ProtocolName", "Manufacturer")
SERIES_TAGS += ("StationName",)
Doorbell = Callable[[str, str, str], None]  # type, level, Orthanc id


@dataclass
class _Series:
    study: str
    tags: dict[str, str]
    transport: Transport
    last_update: datetime
    instances: dict[str, bytes] = field(default_factory=dict)


@dataclass
class _Study:
    tags: dict[str, str]
    patient_tags: dict[str, str]
    transport: Transport
    last_update: datetime
    series: dict[str, _Series] = field(default_factory=dict)


class FakeHost:
    """``now`` is the PACS's clock; ``ring`` is called as Orthanc's OnChange is, without the sequence.

    A name in ``failing`` makes that call (or, as "call id", that call for one resource) raise Unavailable.
    """

    def __init__(self, now: Callable[[], datetime] = lambda: datetime.now(UTC), ring: Doorbell | None = None):
        self.now = now
        self.ring = ring or (lambda type, level, id: None)
        self.failing: set[str] = set()
        self.calls: list[str] = []
        self._studies: dict[str, _Study] = {}
        self._changes: list[Change] = []
        self._last = 0
        self._unstable: set[str] = set()  # in memory only: a kill loses it, and with it the StableStudy to come

    # What senders and administrators do

    def add_study(self, *series: tuple[str, int], transport: Transport | None = None, **tags: Any) -> str:
        """A new study of series given as (modality, number of images); tags by keyword. Returns its Orthanc id."""
        tags.setdefault("StudyInstanceUID", generate_uid())
        tags.setdefault("PatientID", "P-1")
        for modality, count in series or (("CT", 1),):
            orthanc_id = self.add_series(modality, count, transport=transport, **tags)
        return orthanc_id

    def add_series(self, modality: str, count: int, *, transport: Transport | None = None, **tags: Any) -> str:
        """Another series for the study with this StudyInstanceUID and PatientID. Returns the study's Orthanc id."""
        tags.setdefault("SeriesInstanceUID", generate_uid())
        for _ in range(count):
            orthanc_id = self.receive(_dataset(Modality=modality, **tags), transport)
        return orthanc_id

    def add_images(self, orthanc_id: str, count: int, modality: str = "CT", *, new_series: bool = False) -> None:
        """Late images for a study, into its first series of the modality unless a new one is wanted."""
        study = self._studies[orthanc_id]
        tags = {**study.tags, **study.patient_tags}
        fitting = [one.tags for one in study.series.values() if one.tags.get("Modality") == modality]
        if fitting and not new_series:
            tags |= fitting[0]
        tags.pop("Modality", None)
        self.add_series(modality, count, transport=study.transport, **tags)

    def remove_images(self, orthanc_id: str, count: int) -> None:
        """Somebody deletes images of a study; Orthanc tells nobody whose they were."""
        series = next(iter(self._studies[orthanc_id].series.values()))
        for instance in list(series.instances)[:count]:
            del series.instances[instance]

    def receive(self, image: Dataset, transport: Transport | None = None) -> str:
        """One instance, by whatever way. An instance that is there already is kept as it is. Returns the study's Orthanc id."""
        names = _Names.of(image)
        study = self._studies.get(names.study)
        series = study.series.get(names.series) if study else None
        if series and names.instance in series.instances:
            return names.study
        new_study, new_series = study is None, series is None
        arrived = transport or (study.transport if study else Transport("ZLITEN_CT", "TELERADIOLOGY", "192.0.2.7"))
        arrived = replace(arrived, received_at=(transport and transport.received_at) or self.now())
        if study is None:
            study = _Study(_tags(image, STUDY_TAGS), _tags(image, PATIENT_TAGS), arrived, self.now())
            self._studies[names.study] = study
        if series is None:
            tags = _tags(image, SERIES_TAGS)
            series = study.series[names.series] = _Series(names.study, tags, arrived, self.now())
        series.instances[names.instance] = _file(image)
        study.last_update = series.last_update = self.now()
        self._unstable.add(names.study)
        self._tell(names, new_series, new_study)
        return names.study

    def _tell(self, names: _Names, new_series: bool, new_study: bool) -> None:
        self._log("NewInstance", "instance", names.instance)
        if new_series:
            self._log("NewSeries", "series", names.series)
        if new_study:
            self._log("NewStudy", "study", names.study)
            self._log("NewPatient", "patient", names.patient)
        self.ring("NewChildInstance", "study", names.study)  # never in /changes

    def become_stable(self) -> None:
        """StableAge has passed for everything that came."""
        for study in sorted(self._unstable):
            self._unstable.discard(study)
            self._log("StableStudy", "study", study)

    def kill(self) -> None:
        """kill -9 and a new start: what was stored stays, what was to become stable is forgotten."""
        self._unstable.clear()

    def delete(self, orthanc_id: str) -> None:
        """The study goes, and with it what /changes knew of it."""
        study = self._studies.pop(orthanc_id)
        self._unstable.discard(orthanc_id)
        gone = {orthanc_id, *study.series, *(one for series in study.series.values() for one in series.instances)}
        patient = study.patient_tags.get("PatientID", "")
        if all(other.patient_tags.get("PatientID", "") != patient for other in self._studies.values()):
            gone.add(_sha1(patient))
        self._changes = [change for change in self._changes if change.id not in gone]
        self.ring("Deleted", "study", orthanc_id)

    def empty_changes(self) -> None:
        """DELETE /changes: the rows go, the sequence continues."""
        self._changes.clear()

    def hide_changes(self) -> list[Change]:
        """What other hosts on the same index have logged and not committed yet."""
        hidden, self._changes = self._changes, []
        return hidden

    def show_changes(self, hidden: list[Change]) -> None:
        """They commit: their changes show, under sequences that are past."""
        self._changes = sorted([*hidden, *self._changes], key=lambda change: change.seq)

    def start_over(self) -> None:
        """The index is replaced by a new one: same studies, sequences from the start."""
        self._changes.clear()
        self._last = 0

    def _log(self, type_: str, level: str, id_: str) -> None:
        self._last += 1
        self._changes.append(Change(self._last, type_, level, id_))
        self.ring(type_, level, id_)

    # The Host interface

    def _called(self, name: str, id_: str = "") -> None:
        self.calls.append(name)
        if name in self.failing or f"{name} {id_}" in self.failing:
            raise Unavailable("Orthanc does not answer.")

    def version(self) -> Mapping[str, Any]:
        self._called("version")
        return {"Name": "fake", "Version": "1.10.1"}

    def changes(self, since: int, limit: int) -> Changes:
        self._called("changes")
        after = [change for change in self._changes if change.seq > since]
        page = tuple(after[:limit])
        return Changes(page, page[-1].seq if page else self._last, len(after) <= limit)

    def last_change(self) -> int:
        self._called("last_change")
        return self._changes[-1].seq if self._changes else self._last

    def study_ids(self) -> list[str]:
        self._called("study_ids")
        return sorted(self._studies)

    def study(self, orthanc_id: str) -> HostStudy | None:
        self._called("study", orthanc_id)
        found = self._studies.get(orthanc_id)
        if found is None:
            return None
        series = tuple(
            HostSeries(
                id_,
                one.tags["SeriesInstanceUID"],
                one.tags.get("Modality", ""),
                tuple(one.instances),
                one.tags,
                one.last_update.replace(microsecond=0),
            )
            for id_, one in found.series.items()
        )
        updated = found.last_update.replace(microsecond=0)
        stable = orthanc_id not in self._unstable
        uid = found.tags["StudyInstanceUID"]
        return HostStudy(orthanc_id, uid, stable, updated, series, found.tags, found.patient_tags, found.transport)

    def transport(self, orthanc_id: str) -> Transport:
        self._called("transport", orthanc_id)
        return next((one.transport for one in self._all_series() if orthanc_id in one.instances), Transport())

    def study_of_series(self, orthanc_id: str) -> str | None:
        self._called("study_of_series", orthanc_id)
        return next((id_ for id_, study in self._studies.items() if orthanc_id in study.series), None)

    def study_of_instance(self, orthanc_id: str) -> str | None:
        self._called("study_of_instance", orthanc_id)
        return next((one.study for one in self._all_series() if orthanc_id in one.instances), None)

    def instance_file(self, orthanc_id: str) -> bytes:
        self._called("instance_file", orthanc_id)
        return self._instance(orthanc_id)

    def instance_size(self, orthanc_id: str) -> int:
        self._called("instance_size", orthanc_id)
        return len(self._instance(orthanc_id))

    def instance_tags(self, orthanc_id: str) -> Mapping[str, Any]:
        self._called("instance_tags", orthanc_id)
        image = dcmread(io.BytesIO(self._instance(orthanc_id)), stop_before_pixels=True)
        return {each.keyword: _simplified(each) for each in image if each.keyword and each.VR != "SQ"}

    def sop_uids(self, orthanc_id: str) -> tuple[str, str] | None:
        self._called("sop_uids", orthanc_id)
        body = next((one.instances[orthanc_id] for one in self._all_series() if orthanc_id in one.instances), None)
        if body is None:
            return None
        image = dcmread(io.BytesIO(body), specific_tags=["SOPClassUID", "SOPInstanceUID"])
        return str(image.SOPClassUID), str(image.SOPInstanceUID)

    def store_instance(self, dicom: bytes) -> str:
        self._called("store_instance")
        image = dcmread(io.BytesIO(dicom))
        self.receive(image)
        return _Names.of(image).instance

    def find_instance(self, sop_instance_uid: str) -> str | None:
        self._called("find_instance")
        for one in self._all_series():
            for id_, body in one.instances.items():
                if dcmread(io.BytesIO(body), stop_before_pixels=True).SOPInstanceUID == sop_instance_uid:
                    return id_
        return None

    def _all_series(self) -> list[_Series]:
        return [one for study in self._studies.values() for one in study.series.values()]

    def _instance(self, orthanc_id: str) -> bytes:
        for one in self._all_series():
            if orthanc_id in one.instances:
                return one.instances[orthanc_id]
        raise Unavailable("There is no such instance.")


@dataclass(frozen=True)
class _Names:
    """Orthanc's ids: SHA-1 over the identifiers from the patient down."""

    patient: str
    study: str
    series: str
    instance: str

    @classmethod
    def of(cls, image: Dataset) -> _Names:
        keywords = ("PatientID", "StudyInstanceUID", "SeriesInstanceUID", "SOPInstanceUID")
        path = [str(image.get(keyword, "")) for keyword in keywords]
        return cls(*(_sha1("|".join(path[:depth])) for depth in (1, 2, 3, 4)))


def _sha1(text: str) -> str:
    digest = hashlib.sha1(text.encode()).hexdigest()
    return "-".join(digest[place : place + 8] for place in range(0, 40, 8))


def _tags(image: Dataset, keywords: tuple[str, ...]) -> dict[str, str]:
    return {keyword: str(image.get(keyword)) for keyword in keywords if image.get(keyword) is not None}


def _simplified(element: DataElement) -> str:
    return "\\".join(map(str, element.value)) if element.VM > 1 else str(element.value)


def _dataset(**tags: Any) -> Dataset:
    image = Dataset()
    image.SpecificCharacterSet = "ISO_IR 192"
    image.SOPClassUID = SECONDARY_CAPTURE
    image.SOPInstanceUID = generate_uid()
    image.PatientName = "Test^Patient"
    for keyword, value in tags.items():
        tag = tag_for_keyword(keyword)
        assert tag is not None, keyword
        # As senders have it, valid or not.
        image[tag] = DataElement(tag, dictionary_VR(tag), value, validation_mode=config.IGNORE)
    return image


def _file(image: Dataset) -> bytes:
    if not hasattr(image, "file_meta"):
        image.file_meta = FileMetaDataset()
    image.file_meta.TransferSyntaxUID = image.file_meta.get("TransferSyntaxUID", ExplicitVRLittleEndian)
    image.file_meta.MediaStorageSOPClassUID = image.SOPClassUID
    image.file_meta.MediaStorageSOPInstanceUID = image.SOPInstanceUID
    body = io.BytesIO()
    image.save_as(body, enforce_file_format=True)
    return body.getvalue()


@dataclass
class Clock:
    """A wall clock and a monotonic one; ``pass_`` moves both, ``step`` moves the wall clock alone."""

    wall: datetime = datetime(2026, 3, 2, 10, 0, tzinfo=UTC)  # a Monday
    monotonic: float = 1000.0

    def now(self) -> datetime:
        return self.wall

    def pass_(self, seconds: float) -> None:
        self.wall += timedelta(seconds=seconds)
        self.monotonic += seconds

    def step(self, seconds: float) -> None:
        self.wall += timedelta(seconds=seconds)
