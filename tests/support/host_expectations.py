"""What intake expects of a PACS: each holds of the PACS in memory and, through the real gateway, of a real Orthanc."""

from __future__ import annotations

import io
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from hashlib import sha1
from typing import Any, Protocol

import pytest
from pydicom import Dataset, dcmread

from support import dicom_files
from teleradiology.core.errors import Unavailable
from teleradiology.core.transport import Transport
from teleradiology.workflow.room import Host

UNKNOWN = "00000000-00000000-00000000-00000000-00000000"


class Pacs(Protocol):
    """A PACS with the host that intake sees of it, and what senders and administrators do to it."""

    host: Host

    def receive(self, image: Dataset) -> None: ...
    def delete(self, study: str) -> None: ...
    def empty_changes(self) -> None: ...
    def become_stable(self, study: str) -> None: ...


def orthanc_id(*uids: str) -> str:
    """Orthanc's name for what these identifiers, from the patient down, lead to."""
    digest = sha1("|".join(uids).encode(), usedforsecurity=False).hexdigest()
    return "-".join(digest[place : place + 8] for place in range(0, 40, 8))


def sent(pacs: Pacs, images: list[Dataset]) -> str:
    """Send the images of one study; its Orthanc id."""
    for image in images:
        pacs.receive(image)
    return orthanc_id(str(images[0].get("PatientID", "")), str(images[0].StudyInstanceUID))


def changes_of(pacs: Pacs, since: int) -> list[tuple[str, str]]:
    page = pacs.host.changes(since, 1000)
    assert page.done
    return [(change.type, change.level) for change in page.items if not change.type.startswith("Stable")]


def a_study_is_told_with_its_series_and_instances(pacs: Pacs) -> None:
    images = dicom_files.study(3, series=2, PatientID="E-1", PatientName="A^B", StudyDescription="HEAD")
    study = pacs.host.study(sent(pacs, images))
    assert study is not None
    assert study.study_instance_uid == images[0].StudyInstanceUID
    assert sorted(len(series.instances) for series in study.series) == [3, 3]
    assert {series.modality for series in study.series} == {"CT"}
    assert {series.series_instance_uid for series in study.series} == {image.SeriesInstanceUID for image in images}
    assert study.tags["StudyDescription"] == "HEAD" and study.patient_tags["PatientName"] == "A^B"
    assert study.patient_tags["PatientID"] == "E-1"


def the_times_are_aware_and_near(pacs: Pacs) -> None:
    study = pacs.host.study(sent(pacs, dicom_files.study(1, PatientID="E-2")))
    assert study is not None and study.transport.received_at is not None
    for at in (study.last_update, study.transport.received_at):
        assert at.tzinfo is not None and abs(datetime.now(UTC) - at) < timedelta(minutes=1)


def a_series_tells_when_and_its_instances_how_they_came(pacs: Pacs) -> None:
    study = pacs.host.study(sent(pacs, dicom_files.study(1, PatientID="E-15")))
    assert study is not None
    (series,) = study.series
    assert series.last_update is not None and abs(datetime.now(UTC) - series.last_update) < timedelta(minutes=1)
    assert pacs.host.transport(series.instances[0]) == study.transport
    assert pacs.host.transport(UNKNOWN) == Transport()


def what_is_not_there_is_none(pacs: Pacs) -> None:
    assert pacs.host.study(UNKNOWN) is None
    assert pacs.host.study_of_series(UNKNOWN) is None
    assert pacs.host.study_of_instance(UNKNOWN) is None
    assert pacs.host.sop_uids(UNKNOWN) is None
    assert pacs.host.find_instance("1.2.3.4.5.6.7.8.9") is None
    with pytest.raises(Unavailable):
        pacs.host.instance_file(UNKNOWN)


def a_new_study_is_told_by_its_instance_then_its_series_then_itself(pacs: Pacs) -> None:
    before = pacs.host.last_change()
    sent(pacs, dicom_files.study(1, PatientID="E-3"))
    expected = [("NewInstance", "instance"), ("NewSeries", "series"), ("NewStudy", "study"), ("NewPatient", "patient")]
    assert changes_of(pacs, before) == expected


def a_late_image_is_told_as_an_instance_alone(pacs: Pacs) -> None:
    images = dicom_files.study(2, PatientID="E-4")
    sent(pacs, images[:1])
    before = pacs.host.last_change()
    sent(pacs, images[1:])
    assert changes_of(pacs, before) == [("NewInstance", "instance")]


def the_same_image_again_is_told_by_nothing(pacs: Pacs) -> None:
    images = dicom_files.study(1, PatientID="E-5")
    sent(pacs, images)
    before = pacs.host.last_change()
    study = pacs.host.study(sent(pacs, images))
    assert changes_of(pacs, before) == [] and study is not None
    assert len(study.series[0].instances) == 1


def a_study_under_two_patients_is_two_studies(pacs: Pacs) -> None:
    uid = dicom_files.study(1)[0].StudyInstanceUID
    both = {sent(pacs, dicom_files.study(1, StudyInstanceUID=uid, PatientID=patient)) for patient in ("E-6", "E-b")}
    assert len(both) == 2 and both <= set(pacs.host.study_ids())


def series_and_instances_lead_to_their_study(pacs: Pacs) -> None:
    images = dicom_files.study(1, PatientID="E-7")
    study = pacs.host.study(sent(pacs, images))
    assert study is not None
    (series,) = study.series
    assert pacs.host.study_of_series(series.orthanc_id) == study.orthanc_id
    assert pacs.host.study_of_instance(series.instances[0]) == study.orthanc_id


def an_instance_can_be_read_measured_and_found(pacs: Pacs) -> None:
    images = dicom_files.study(1, PatientID="E-8")
    study = pacs.host.study(sent(pacs, images))
    assert study is not None
    (instance,) = study.series[0].instances
    body = pacs.host.instance_file(instance)
    assert dcmread(io.BytesIO(body)).SOPInstanceUID == images[0].SOPInstanceUID
    assert pacs.host.instance_size(instance) == len(body)
    assert pacs.host.instance_tags(instance)["PatientID"] == "E-8"
    assert pacs.host.sop_uids(instance) == (images[0].SOPClassUID, images[0].SOPInstanceUID)
    assert pacs.host.find_instance(str(images[0].SOPInstanceUID)) == instance


def storing_twice_is_a_success_with_the_same_id(pacs: Pacs) -> None:
    body = io.BytesIO()
    dicom_files.image(PatientID="E-9").save_as(body, enforce_file_format=True)
    first = pacs.host.store_instance(body.getvalue())
    assert pacs.host.store_instance(body.getvalue()) == first


def a_deleted_study_takes_its_changes_along_and_the_sequence_goes_on(pacs: Pacs) -> None:
    kept = pacs.host.last_change()
    study = sent(pacs, dicom_files.study(1, PatientID="E-10"))
    highest = pacs.host.last_change()
    assert highest == kept + 4
    pacs.delete(study)
    assert pacs.host.study(study) is None and study not in pacs.host.study_ids()
    page = pacs.host.changes(kept, 100)
    assert (page.items, page.last, page.done) == ((), highest, True)
    sent(pacs, dicom_files.study(1, PatientID="E-11"))
    assert pacs.host.changes(kept, 100).items[0].seq == highest + 1


def emptied_changes_keep_the_sequence(pacs: Pacs) -> None:
    sent(pacs, dicom_files.study(1, PatientID="E-12"))
    highest = pacs.host.last_change()
    pacs.empty_changes()
    assert pacs.host.changes(0, 100).items == ()
    assert pacs.host.changes(0, 100).last == highest


def changes_come_in_pages(pacs: Pacs) -> None:
    before = pacs.host.last_change()
    sent(pacs, dicom_files.study(2, PatientID="E-13"))
    page = pacs.host.changes(before, 2)
    assert [change.seq for change in page.items] == [before + 1, before + 2]
    assert (page.last, page.done) == (before + 2, False)
    assert [change.seq for change in pacs.host.changes(page.last, 100).items][:1] == [before + 3]


def a_study_is_unstable_until_orthanc_says_otherwise(pacs: Pacs) -> None:
    before = pacs.host.last_change()
    orthanc = sent(pacs, dicom_files.study(1, PatientID="E-14"))
    study = pacs.host.study(orthanc)
    assert study is not None and not study.is_stable
    pacs.become_stable(orthanc)
    study = pacs.host.study(orthanc)
    assert study is not None and study.is_stable
    assert ("StableStudy", orthanc) in [(change.type, change.id) for change in pacs.host.changes(before, 100).items]


EXPECTATIONS: tuple[Callable[[Any], None], ...] = (
    a_study_is_told_with_its_series_and_instances,
    the_times_are_aware_and_near,
    a_series_tells_when_and_its_instances_how_they_came,
    what_is_not_there_is_none,
    a_new_study_is_told_by_its_instance_then_its_series_then_itself,
    a_late_image_is_told_as_an_instance_alone,
    the_same_image_again_is_told_by_nothing,
    a_study_under_two_patients_is_two_studies,
    series_and_instances_lead_to_their_study,
    an_instance_can_be_read_measured_and_found,
    storing_twice_is_a_success_with_the_same_id,
    a_deleted_study_takes_its_changes_along_and_the_sequence_goes_on,
    emptied_changes_keep_the_sequence,
    changes_come_in_pages,
    a_study_is_unstable_until_orthanc_says_otherwise,
)
