"""Orthanc's REST API as the Host that workflows see."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from support.fake_orthanc import FakeOrthanc, OrthancException
from teleradiology.core.errors import Unavailable
from teleradiology.core.transport import Transport
from teleradiology.host.gateway import Gateway
from teleradiology.host.inlet import Inlet
from teleradiology.workflow.room import Change, HostSeries

AT = datetime(2026, 11, 23, 5, 59, 13, tzinfo=UTC)
STUDY = {
    "ID": "study-1",
    "IsStable": False,
    "LastUpdate": "20261123T055913",
    "MainDicomTags": {"StudyInstanceUID": "1.2.3", "AccessionNumber": "A1"},
    "PatientMainDicomTags": {"PatientID": "P1"},
}


def series(name: str, modality: str, *instances: str) -> dict:
    return {"ID": name, "Instances": list(instances), "MainDicomTags": {"SeriesInstanceUID": f"uid-{name}", "Modality": modality}}


SENT = {"RemoteAET": "CT1", "CalledAET": "TELERAD", "RemoteIP": "192.0.2.7", "ReceptionDate": "20261123T055913"}


def gateway(**resources: object) -> Gateway:
    return seen(FakeOrthanc({name.replace("__", "/"): value for name, value in resources.items()}))


class StandInInlet(Inlet):
    """Answers as it is told, by the body; without an answer Orthanc has refused."""

    def __init__(self, **answers: dict[str, str]):
        super().__init__("http://127.0.0.1:9")
        self.answers = answers

    def store(self, dicom: bytes) -> dict[str, str]:
        return self.answers[dicom.decode()]


def seen(orthanc: FakeOrthanc, **answers: dict[str, str]) -> Gateway:
    return Gateway(orthanc, StandInInlet(**answers))


@pytest.fixture
def orthanc() -> FakeOrthanc:
    return FakeOrthanc(
        {
            "/studies/study-1": STUDY,
            "/studies/study-1/series?expand": [series("report", "SR", "our-sr"), series("images", "CT", "i1", "i2")],
            "/instances/i1/metadata?expand": SENT,
            "/instances/i1/file": b"DICM",
            "/instances/i1/attachments/dicom/size": b"39206",
            "/instances/i1/simplified-tags": {"Modality": "CT"},
            "/instances/i1/study": {"ID": "study-1"},
            "/series/images": {"ParentStudy": "study-1"},
        }
    )


def test_a_study_has_its_series_and_how_its_images_came(orthanc: FakeOrthanc) -> None:
    study = seen(orthanc).study("study-1")
    assert study is not None
    assert (study.study_instance_uid, study.is_stable, study.last_update) == ("1.2.3", False, AT)
    assert study.series[1] == HostSeries(
        "images", "uid-images", "CT", ("i1", "i2"), {"SeriesInstanceUID": "uid-images", "Modality": "CT"}
    )
    assert study.transport == Transport("CT1", "TELERAD", "192.0.2.7", "", AT)
    assert study.patient_tags == {"PatientID": "P1"}


def test_how_our_own_report_came_is_not_how_the_study_came(orthanc: FakeOrthanc) -> None:
    orthanc.resources["/instances/our-sr/metadata?expand"] = {"RemoteAET": "", "Origin": "Plugins"}
    found = seen(orthanc).study("study-1")
    assert found is not None
    assert found.transport.calling_aet == "CT1"


def test_a_study_that_vanishes_between_two_calls_is_not_there(orthanc: FakeOrthanc) -> None:
    del orthanc.resources["/studies/study-1/series?expand"]
    assert seen(orthanc).study("study-1") is None


def test_what_is_not_there_is_none() -> None:
    host = gateway()
    assert host.study("none") is None
    assert host.study_of_series("none") is None
    assert host.study_of_instance("none") is None
    assert host.instance_size("none") == 0
    assert host.instance_tags("none") == {}


def test_parents_files_and_sizes_are_found(orthanc: FakeOrthanc) -> None:
    host = seen(orthanc)
    assert host.study_of_series("images") == host.study_of_instance("i1") == "study-1"
    assert (host.instance_file("i1"), host.instance_size("i1"), host.instance_tags("i1")) == (b"DICM", 39206, {"Modality": "CT"})


def test_a_missing_file_is_told() -> None:
    with pytest.raises(Unavailable, match="no longer has the instance"):
        gateway().instance_file("gone")


def test_a_failing_orthanc_is_unavailable_and_not_an_empty_one() -> None:
    host = seen(FakeOrthanc({"/studies": OrthancException(36, "Database is not available")}))
    with pytest.raises(Unavailable, match="Database is not available"):
        host.study_ids()


def test_changes_come_as_values() -> None:
    row = {"ChangeType": "NewStudy", "ID": "study-1", "ResourceType": "Study", "Seq": 7}
    host = seen(FakeOrthanc({"/changes?since=3&limit=10": {"Changes": [row], "Last": 7, "Done": False}}))
    found = host.changes(3, 10)
    assert (found.items, found.last, found.done) == ((Change(7, "NewStudy", "study", "study-1"),), 7, False)
    assert host.last_change() == 0


@pytest.mark.parametrize("status", ["Success", "AlreadyStored"])
def test_storing_is_a_success_also_the_second_time(status: str) -> None:
    assert seen(FakeOrthanc(), DICM={"ID": "i9", "Status": status}).store_instance(b"DICM") == "i9"


def test_an_object_that_orthanc_does_not_store_is_told() -> None:
    with pytest.raises(Unavailable, match="FilteredOut"):
        seen(FakeOrthanc(), DICM={"ID": "i9", "Status": "FilteredOut"}).store_instance(b"DICM")


def test_an_instance_is_found_by_its_uid_alone() -> None:
    orthanc = FakeOrthanc()
    orthanc.answers["/tools/lookup", b"1.2.3"] = [{"ID": "s", "Type": "Study"}, {"ID": "i", "Type": "Instance"}]
    orthanc.answers["/tools/lookup", b"1.2.4"] = []
    assert seen(orthanc).find_instance("1.2.3") == "i"
    assert seen(orthanc).find_instance("1.2.4") is None
