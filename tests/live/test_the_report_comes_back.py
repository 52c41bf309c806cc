"""A study is sent, read and signed; its report is in the PACS as SR and PDF, once, whatever is killed in between."""

from __future__ import annotations

import contextlib
import io
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import requests
from pydicom import dcmread

from support import dicom_files
from support.live_orthanc import LiveOrthanc, until
from support.sample_reports import dciodvfy, text_of

TEXTS = {"findings": "لا يوجد نزف. عقدة بقياس 3-5 x 48.5 mm.", "impression": "Nodule & <b>no</b> bleed | 12 ^ 3."}
Make = Callable[..., LiveOrthanc]
QUIET = ("assigned", "unassigned")


class Reading:
    """One study on its way: sent, claimed, written, signed."""

    def __init__(self, orthanc: LiveOrthanc, reader: tuple[str, str], images: int = 3):
        self.orthanc, self.reader = orthanc, reader
        self.images = dicom_files.study(images, PatientName="Ali^Mohammed=محمد^علي", PatientID="R-1", Modality="CT")
        assert set(orthanc.c_store(self.images)) == {0}
        self.study_uid = str(self.images[0].StudyInstanceUID)
        self.item = orthanc.item_of(self.study_uid, states=QUIET)

    def ask(self, act: str, body: Any) -> requests.Response:
        return self.orthanc.post(f"/teleradiology/api/worklist/{self.item['id']}/{act}", self.reader, json=body)

    def write(self) -> None:
        assert self.ask("claim", {}).status_code == 200
        path = f"/teleradiology/api/worklist/{self.item['id']}/report"
        answer = self.orthanc.put(path, self.reader, json={"sections": TEXTS, "language": "ar"})
        assert answer.status_code == 200, answer.text

    def sign(self, status: str = "final") -> requests.Response:
        return self.ask("report/sign", {"status": status, "password": self.reader[1]})

    def series(self) -> dict[str, list[str]]:
        """Modality -> Orthanc ids of the instances."""
        study = self.orthanc.get(f"/studies/{self.item['study']['orthanc_id']}/series?expand").json()
        return {one["MainDicomTags"]["Modality"]: one["Instances"] for one in study}

    def is_delivered(self, versions: int = 1) -> bool:
        found = self.series()
        return len(found.get("SR", ())) == len(found.get("DOC", ())) == versions

    def file(self, modality: str) -> bytes:
        return self.orthanc.get(f"/instances/{self.series()[modality][0]}/file").content


@pytest.fixture(scope="module")
def done(orthanc: LiveOrthanc) -> Reading:
    """A study that was read and signed."""
    reading = Reading(orthanc, orthanc.account("reporting-reader", "radiologist", reader="dr-salem"))
    reading.write()
    answer = reading.sign()
    assert answer.status_code == 201, answer.text
    until(reading.is_delivered, "SR and PDF beside the images", 30)
    return reading


def test_the_sr_in_the_pacs_is_valid_and_says_what_was_signed(done: Reading, tmp_path: Path) -> None:
    body = done.file("SR")
    sr = dcmread(io.BytesIO(body))
    texts = [text.TextValue for one in sr.ContentSequence if one.ValueType == "CONTAINER" for text in one.ContentSequence]
    assert texts == list(TEXTS.values())
    assert str(sr.PatientName) == "Ali^Mohammed=محمد^علي"
    assert dciodvfy(body, tmp_path) == []
    referenced = {
        one.ReferencedSOPInstanceUID
        for series in sr.CurrentRequestedProcedureEvidenceSequence[0].ReferencedSeriesSequence
        for one in series.ReferencedSOPSequence
    }
    assert referenced == {image.SOPInstanceUID for image in done.images}


def test_the_pdf_in_the_pacs_is_the_one_that_the_api_gives(done: Reading, tmp_path: Path) -> None:
    body = done.file("DOC")
    ds = dcmread(io.BytesIO(body))
    pdf = ds.EncapsulatedDocument[: ds.EncapsulatedDocumentLength]
    [report] = done.orthanc.api(f"worklist/{done.item['id']}/reports")["items"]
    assert done.orthanc.get(f"/teleradiology/api/reports/{report['id']}/pdf", done.reader).content == pdf
    assert "3-5 x 48.5 mm" in text_of(pdf)
    assert dciodvfy(body, tmp_path) == []


def test_our_own_objects_change_nothing_about_the_item(done: Reading) -> None:
    until(lambda: done.orthanc.get(f"/studies/{done.item['study']['orthanc_id']}").json()["IsStable"], "stable again", 20)
    item = done.orthanc.item_of(done.study_uid)
    assert (item["state"], item["flags"]) == ("completed", [])
    assert done.is_delivered()


def test_a_second_sign_is_refused_and_says_what_is_allowed(done: Reading) -> None:
    answer = done.sign()
    assert answer.status_code == 409
    assert answer.headers["Content-Type"].startswith("application/problem+json")


def test_an_addendum_joins_the_report_in_the_pacs(done: Reading) -> None:
    answer = done.ask("report/addendum", {"sections": {"findings": "In addition."}, "password": done.reader[1]})
    assert answer.status_code == 201, answer.text
    until(lambda: done.is_delivered(2), "the addendum's SR and PDF", 30)


@pytest.mark.parametrize("after", [0.0, 0.02, 0.05, 0.1, 0.2, 0.4])
def test_killed_while_signing_there_is_one_report_and_it_arrives(new_orthanc: Make, after: float) -> None:
    running = new_orthanc().start()
    reading = Reading(running, running.account("dr", "radiologist", reader="dr-salem"))
    reading.write()
    answers: list[int] = []

    def press() -> None:
        with contextlib.suppress(requests.RequestException):
            answers.append(reading.sign().status_code)

    pressing = threading.Thread(target=press)
    pressing.start()
    threading.Event().wait(after)
    running.kill()
    pressing.join(20)
    running.start()
    again = running.item_of(reading.study_uid)
    if again["state"] != "completed":  # killed before it was signed: the client repeats
        assert answers == []
        assert reading.ask("heartbeat", {}).status_code == 200  # the claim has outlived the kill
        assert reading.sign().status_code == 201
    until(reading.is_delivered, "SR and PDF beside the images", 30)
    assert len(running.api(f"worklist/{reading.item['id']}/reports")["items"]) == 1
    assert running.api("audit/verify")["ok"] is True
