"""What comes in by C-STORE, what does not, and what it does to the PACS."""

from __future__ import annotations

from pathlib import Path

import pytest
from pydicom import Dataset
from pydicom.uid import DeflatedExplicitVRLittleEndian, ExplicitVRBigEndian, ExplicitVRLittleEndian, generate_uid
from pynetdicom import AE
from pynetdicom.sop_class import (
    CTImageStorage,
    PatientRootQueryRetrieveInformationModelFind,
    PatientRootQueryRetrieveInformationModelMove,
    StudyRootQueryRetrieveInformationModelGet,
    Verification,
)

from support import dicom_files
from support.associations import associate
from support.live_orthanc import LiveOrthanc, until

REFUSED = 0xA900


def written(folder: Path, levels: int, **tags: str) -> Path:
    """A file with nested sequences."""
    file = folder / "nested.dcm"
    file.write_bytes(dicom_files.nested(levels, **tags))
    return file


@pytest.mark.parametrize("levels", [0, 1, 10, 30])
def test_ordinarily_nested_objects_are_stored(orthanc: LiveOrthanc, tmp_path: Path, levels: int) -> None:
    study_uid = generate_uid()
    assert orthanc.storescu([written(tmp_path, levels, StudyInstanceUID=study_uid)]) == 0
    metadata = orthanc.get(f"/dicom-web/studies/{study_uid}/metadata")
    assert metadata.status_code == 200


@pytest.mark.parametrize("levels", [40, 60, 100, 2000])
def test_a_deeply_nested_object_is_refused_and_the_pacs_lives(orthanc: LiveOrthanc, tmp_path: Path, levels: int) -> None:
    before = orthanc.pid
    sop_uid = generate_uid()
    mine = written(tmp_path, levels, PatientName="CANARY^Bomb", StudyDescription="a mine", SOPInstanceUID=sop_uid)
    assert orthanc.storescu([mine]) != 0
    assert orthanc.get("/dicom-web/studies?limit=100").status_code == 200
    assert (orthanc.is_running, orthanc.pid) == (True, before)
    assert orthanc.post("/tools/lookup", data=sop_uid).json() == []
    assert "refused an instance by C-STORE from TEST_CT: sequences nested more than 32 levels deep" in orthanc.log
    assert "CANARY" not in orthanc.log


def test_the_objects_around_a_refused_one_are_stored(orthanc: LiveOrthanc, tmp_path: Path) -> None:
    first, last = dicom_files.study(2)
    assert orthanc.c_store([first, written(tmp_path, 60), last]) == [0, REFUSED, 0]
    item = orthanc.item_of(first.StudyInstanceUID, states=("assigned", "unassigned"))
    assert item["study"]["instances"] == 2


def test_refused_objects_are_counted_on_the_audit_trail(orthanc: LiveOrthanc, tmp_path: Path) -> None:
    assert orthanc.c_store([written(tmp_path, 60)], calling_aet="CLUMSY") == [REFUSED]

    def noted() -> list[dict]:
        events = orthanc.api("audit", params={"event": "instance-refused"})["items"]
        return [event for event in events if event["origin"] == "CLUMSY"]

    event = until(noted, "the refusal on the audit trail")[0]
    assert event["detail"] == {"what": "sequences nested more than 32 levels deep", "count": 1}


@pytest.mark.parametrize("syntax", [DeflatedExplicitVRLittleEndian, ExplicitVRBigEndian])
def test_syntaxes_that_hide_the_structure_are_not_offered(orthanc: LiveOrthanc, syntax: str) -> None:
    ae = AE("TEST_CT")
    ae.add_requested_context(CTImageStorage, syntax)
    association = associate(ae, orthanc.dicom_port)
    accepted = association.accepted_contexts if association.is_established else []
    association.release() if association.is_established else association.abort()
    assert accepted == []


def test_anybody_may_ask_whether_we_are_there(orthanc: LiveOrthanc) -> None:
    ae = AE("STRANGER")
    ae.add_requested_context(Verification)
    association = associate(ae, orthanc.dicom_port)
    assert association.send_c_echo().Status == 0
    association.release()


FIND, MOVE, GET = (
    PatientRootQueryRetrieveInformationModelFind,
    PatientRootQueryRetrieveInformationModelMove,
    StudyRootQueryRetrieveInformationModelGet,
)


@pytest.mark.parametrize("calling_aet", ["STRANGER", "TEST_CT", "TELERADIOLOGY"])
@pytest.mark.parametrize("service", [FIND, MOVE, GET])
def test_nobody_queries_or_fetches_by_dicom(orthanc: LiveOrthanc, service: str, calling_aet: str) -> None:
    one = dicom_files.image(PatientID="CANARY-FIND")
    orthanc.c_store([one])
    wanted = Dataset()
    wanted.QueryRetrieveLevel, wanted.StudyInstanceUID, wanted.PatientID = "STUDY", one.StudyInstanceUID, ""
    ae = AE(calling_aet)
    ae.add_requested_context(service)
    association = associate(ae, orthanc.dicom_port)
    assert association.is_established
    asked = {
        FIND: lambda: association.send_c_find(wanted, service),
        MOVE: lambda: association.send_c_move(wanted, calling_aet, service),
        GET: lambda: association.send_c_get(wanted, service),
    }[service]()
    answers = [(getattr(status, "Status", None), identifier) for status, identifier in asked]
    association.abort()
    assert all(identifier is None and status not in (0x0000, 0xFF00, 0xFF01) for status, identifier in answers), answers


def test_a_modality_that_nobody_registered_may_send_and_calls_us_what_it_likes(orthanc: LiveOrthanc) -> None:
    one = dicom_files.image()
    assert orthanc.c_store([one], calling_aet="NEVER_SEEN", called_aet="ANYTHING") == [0]
    assert orthanc.item_of(one.StudyInstanceUID)["facility"] in ("", None)


def test_an_unusual_sop_class_is_stored(orthanc: LiveOrthanc) -> None:
    one = dicom_files.image(SOPClassUID="1.2.826.0.1.3680043.10.999.1", Modality="OT")
    assert orthanc.c_store([dicom_files.with_meta(one, ExplicitVRLittleEndian)]) == [0]


def test_40_sequences_side_by_side_are_not_40_levels(orthanc: LiveOrthanc) -> None:
    one = dicom_files.image()
    items = []
    for number in range(200):
        item = Dataset()
        item.CodeMeaning = f"item {number}"
        items.append(item)
    one.ProcedureCodeSequence = items
    assert orthanc.c_store([one]) == [0]
