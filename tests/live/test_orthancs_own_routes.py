"""Orthanc's own routes that parse JSON, behind the shield: they do what they did, and no body ends the PACS."""

from __future__ import annotations

import pytest

from support import dicom_files
from support.live_orthanc import LiveOrthanc, until


@pytest.mark.parametrize("path", ["/tools/find", "/tools/bulk-delete", "/tools/create-dicom", "/studies/0-0/anonymize"])
@pytest.mark.parametrize("body", [b"[" * 600 + b"]" * 600, b"[" * 100_000, b'{"Query":' * 200 + b"1" + b"}" * 200])
def test_a_kilobyte_of_brackets_does_not_end_the_pacs(orthanc: LiveOrthanc, path: str, body: bytes) -> None:
    before = orthanc.pid
    assert orthanc.post(path, data=body).status_code == 400
    assert orthanc.get("/system").status_code == 200
    assert (orthanc.is_running, orthanc.pid) == (True, before)


def test_studies_are_found_as_before(orthanc: LiveOrthanc) -> None:
    (image,) = dicom_files.study(1, PatientID="SHIELD-1")
    assert orthanc.c_store([image]) == [0]
    found = orthanc.post("/tools/find", json={"Level": "Study", "Query": {"PatientID": "SHIELD-1"}, "Expand": True})
    assert found.headers["Content-Type"] == "application/json"
    assert [study["PatientMainDicomTags"]["PatientID"] for study in found.json()] == ["SHIELD-1"]


def test_a_study_is_anonymised_as_before(orthanc: LiveOrthanc) -> None:
    (image,) = dicom_files.study(1, PatientID="SHIELD-2")
    assert orthanc.c_store([image]) == [0]
    (study,) = orthanc.post("/tools/find", json={"Level": "Study", "Query": {"PatientID": "SHIELD-2"}}).json()
    made = orthanc.post(f"/studies/{study}/anonymize", json={})
    assert made.json()["Type"] == "Study"


def test_a_change_that_is_not_waited_for_is_a_job(orthanc: LiveOrthanc) -> None:
    (image,) = dicom_files.study(1, PatientID="SHIELD-3")
    assert orthanc.c_store([image]) == [0]
    (study,) = orthanc.post("/tools/find", json={"Level": "Study", "Query": {"PatientID": "SHIELD-3"}}).json()
    job = orthanc.post(f"/studies/{study}/modify", json={"Replace": {"StudyDescription": "X"}, "Asynchronous": True}).json()
    until(lambda: orthanc.get(job["Path"]).json()["State"] == "Success", "the job is done")


def test_instances_are_made_by_sending_files_alone(orthanc: LiveOrthanc) -> None:
    refused = orthanc.post("/tools/create-dicom", json={"Tags": {"PatientID": "SHIELD-4"}})
    assert (refused.status_code, refused.json()["code"]) == (501, "not-offered")


def test_what_does_not_exist_is_404(orthanc: LiveOrthanc) -> None:
    assert orthanc.post("/studies/00000000-00000000/anonymize", json={}).status_code == 404


def test_a_shielded_route_takes_post_alone(orthanc: LiveOrthanc) -> None:
    assert orthanc.get("/tools/find").status_code == 405


def test_a_reader_gets_through_to_none_of_them(orthanc: LiveOrthanc) -> None:
    reader = orthanc.account("shielded-reader", "radiologist", reader="dr-salem")
    assert orthanc.post("/tools/find", reader, json={"Level": "Study", "Query": {}}).status_code == 403
