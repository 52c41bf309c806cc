"""Orthanc's own routes that parse JSON, behind the shield: they do what they did, and no body ends the PACS."""

from __future__ import annotations

import pytest

from support import dicom_files
from support.live_orthanc import LiveOrthanc


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


def test_what_does_not_exist_is_404(orthanc: LiveOrthanc) -> None:
    assert orthanc.post("/studies/00000000-00000000/anonymize", json={}).status_code == 404


def test_a_shielded_route_takes_post_alone(orthanc: LiveOrthanc) -> None:
    assert orthanc.get("/tools/find").status_code == 405


def test_a_reader_gets_through_to_none_of_them(orthanc: LiveOrthanc) -> None:
    reader = orthanc.account("shielded-reader", "radiologist", reader="dr-salem")
    assert orthanc.post("/tools/find", reader, json={"Level": "Study", "Query": {}}).status_code == 403
