"""Images go on arriving while something is stored from inside Orthanc: neither waits for the other for ever."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from support import dicom_files
from support.live_orthanc import LiveOrthanc, until
from support.traffic import Traffic


@pytest.fixture
def busy(new_orthanc: Callable[..., LiveOrthanc]) -> LiveOrthanc:
    """An Orthanc of its own: one that hangs must be killed."""
    return new_orthanc().start()


def test_reports_are_stored_while_images_arrive(busy: LiveOrthanc) -> None:
    reader = busy.account("busy-reader", "radiologist", reader="dr-salem")
    sent = [dicom_files.study(2, PatientID=f"BUSY-{number}") for number in range(4)]
    for images in sent:
        assert set(busy.c_store(images)) == {0}
    items = [busy.item_of(str(images[0].StudyInstanceUID), states=("assigned", "unassigned")) for images in sent]
    with Traffic(busy) as traffic:
        for item in items:
            _sign(busy, reader, item["id"])
        for item in items:
            until(lambda item=item: _modalities(busy, item) == {"CT", "SR", "DOC"}, "SR and PDF beside the images", 60)
        traffic.flows()
    assert busy.get("/system").status_code == 200


def test_studies_are_changed_while_images_arrive(busy: LiveOrthanc) -> None:
    assert busy.c_store(dicom_files.study(1, PatientID="BUSY-9")) == [0]
    (study,) = busy.post("/tools/find", json={"Level": "Study", "Query": {"PatientID": "BUSY-9"}}).json()
    with Traffic(busy) as traffic:
        for _ in range(10):
            assert busy.post(f"/studies/{study}/anonymize", json={}).json()["Type"] == "Study"
        traffic.flows()
    assert busy.get("/system").status_code == 200


def _sign(orthanc: LiveOrthanc, reader: tuple[str, str], item: str) -> None:
    path = f"/teleradiology/api/worklist/{item}"
    assert orthanc.post(f"{path}/claim", reader, json={}).status_code == 200
    written = {"sections": {"findings": "No bleed.", "impression": "Normal."}}
    assert orthanc.put(f"{path}/report", reader, json=written).status_code == 200
    signed = orthanc.post(f"{path}/report/sign", reader, json={"status": "final", "password": reader[1]})
    assert signed.status_code == 201, signed.text


def _modalities(orthanc: LiveOrthanc, item: dict) -> set[str]:
    found = orthanc.get(f"/studies/{item['study']['orthanc_id']}/series?expand").json()
    return {one["MainDicomTags"]["Modality"] for one in found}
