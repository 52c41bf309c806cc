"""Studies come into a real Orthanc, in every way and shape, and through kills: each has its item on the worklist."""

from __future__ import annotations

import sqlite3
import threading
import time
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from pydicom import Dataset
from pydicom.uid import generate_uid

from support import dicom_files
from support.live_orthanc import LiveOrthanc, until

Make = Callable[..., LiveOrthanc]
DECIDED = ("assigned", "unassigned", "skipped", "held")
LONG = {"TELERADIOLOGY_STABLE_AGE": "6"}


def arrive(orthanc: LiveOrthanc, images: list[Dataset], **more: Any) -> dict[str, Any]:
    """The decided item of a study sent by C-STORE."""
    assert set(orthanc.c_store(images, **more)) == {0}
    return orthanc.item_of(str(images[0].StudyInstanceUID), states=DECIDED)


def events(orthanc: LiveOrthanc, item: dict[str, Any]) -> list[str]:
    found = orthanc.api("audit", params={"item": item["id"], "limit": "200"})["items"]
    return [record["event"] for record in sorted(found, key=lambda record: record["seq"]) if record["event"] != "viewed"]


# Ways and shapes


def test_a_study_shows_as_arriving_and_then_where_the_rules_put_it(new_orthanc: Make) -> None:
    orthanc = new_orthanc(environ=LONG).start()
    images = dicom_files.study(3, StudyDescription="CT HEAD STROKE")
    assert set(orthanc.c_store(images)) == {0}
    uid = str(images[0].StudyInstanceUID)
    arriving = orthanc.item_of(uid, seconds=2)
    assert (arriving["state"], arriving["facility"], arriving["study"]["description"]) == ("arriving", "test", "CT HEAD STROKE")
    decided = orthanc.item_of(uid, states=DECIDED)
    assert (decided["state"], decided["priority"], decided["reader"]) == ("assigned", "stat", "dr-salem")
    assert events(orthanc, decided) == ["study-arriving", "study-complete", "decided", "admitted", "assigned"]


def test_many_series_and_modalities_are_one_item(orthanc: LiveOrthanc) -> None:
    common = {"StudyInstanceUID": generate_uid(), "PatientID": "PETCT", "StudyDescription": "PET/CT whole body"}
    images = [*dicom_files.study(8, series=3, Modality="CT", **common), *dicom_files.study(4, series=2, Modality="PT", **common)]
    item = arrive(orthanc, images)
    assert item["study"]["modalities"] == ["CT", "PT"]
    assert (item["study"]["series"], item["study"]["instances"]) == (5, 32)


def test_images_shuffled_over_several_associations_are_one_item_each(orthanc: LiveOrthanc) -> None:
    studies = [dicom_files.study(6, series=2, PatientID=f"SHUFFLE-{number}", Modality="MR") for number in range(3)]
    mixed = [one for images in zip(*studies, strict=True) for one in images]
    senders = [threading.Thread(target=orthanc.c_store, args=(mixed[part::4],)) for part in range(4)]
    for sender in senders:
        sender.start()
    for sender in senders:
        sender.join()
    for images in studies:
        uid = str(images[0].StudyInstanceUID)
        item = until(lambda uid=uid: _complete(orthanc, uid, 12), "12 images decided", 20)
        assert item["state"] in DECIDED
    assert len([item for item in orthanc.items(q="SHUFFLE") if item["patient"]["id"].startswith("SHUFFLE")]) == 3


def _complete(orthanc: LiveOrthanc, uid: str, instances: int) -> dict[str, Any] | None:
    item = orthanc.item_of(uid, states=DECIDED)
    return item if item["study"]["instances"] == instances else None


NAMES = [
    ("ISO_IR 192", "Salem^Ahmed=سالم^أحمد", "Salem^Ahmed", "سالم^أحمد"),
    ("ISO_IR 127", "سالم^أحمد", "سالم^أحمد", ""),
    ("\\ISO 2022 IR 87", "Yamada^Tarou=山田^太郎=やまだ^たろう", "Yamada^Tarou", "山田^太郎=やまだ^たろう"),
    ("ISO_IR 100", "Müller^Jürgen", "Müller^Jürgen", ""),
    ("ISO_IR 192", "<script>alert(1)</script>^\"'&", "<script>alert(1)</script>^\"'&", ""),
    ("GB18030", "Wang^XiaoDong=王^小东", "Wang^XiaoDong", "王^小东"),
]


@pytest.mark.parametrize(("charset", "written", "name", "other"), NAMES)
def test_names_arrive_as_they_were_written(orthanc: LiveOrthanc, charset: str, written: str, name: str, other: str) -> None:
    images = dicom_files.study(2, SpecificCharacterSet=charset.split("\\") if "\\" in charset else charset, PatientName=written)
    item = arrive(orthanc, images)
    assert (item["patient"]["name"], item["patient"]["name_other"]) == (name, other)


@pytest.mark.parametrize(
    "missing",
    [
        ("PatientName", "PatientID", "PatientBirthDate", "PatientSex"),
        ("StudyDate", "StudyTime", "StudyDescription", "AccessionNumber", "StudyID", "ReferringPhysicianName"),
        ("Modality", "SeriesNumber", "SeriesDescription", "BodyPartExamined", "SpecificCharacterSet"),
    ],
)
def test_missing_attributes_keep_no_study_off_the_list(orthanc: LiveOrthanc, missing: tuple[str, ...]) -> None:
    item = arrive(orthanc, dicom_files.study(2, **dict.fromkeys(missing)))
    assert item["state"] == "assigned" and item["study"]["instances"] == 2


def test_a_study_of_an_unknown_sender_is_on_top_with_the_reason(orthanc: LiveOrthanc) -> None:
    item = arrive(orthanc, dicom_files.study(1), calling_aet="NOBODY")
    assert (item["state"], item["facility"], item["attention"]) == ("unassigned", None, "no facility claims the sender")
    assert orthanc.items()[0]["attention"]


@pytest.mark.parametrize("way", ["stow", "upload", "storescu"])
def test_every_way_in_leads_to_the_list(orthanc: LiveOrthanc, tmp_path: Path, way: str) -> None:
    images = dicom_files.study(2, PatientID=f"WAY-{way}")
    if way == "stow":
        assert orthanc.stow(images).status_code == 200
    elif way == "upload":
        assert [orthanc.upload(one).status_code for one in images] == [200, 200]
    else:
        paths = [tmp_path / f"{number}.dcm" for number in range(2)]
        for one, path in zip(images, paths, strict=True):
            one.save_as(path, enforce_file_format=True)
        assert orthanc.storescu(paths) == 0
    assert orthanc.item_of(str(images[0].StudyInstanceUID), states=DECIDED)["study"]["instances"] == 2


def test_only_documents_are_skipped_by_the_rule(orthanc: LiveOrthanc) -> None:
    item = arrive(orthanc, dicom_files.study(1, Modality="SR"))
    assert (item["state"], item["reason"]) == ("skipped", "no images to read")


def test_one_study_under_two_patients_is_flagged(orthanc: LiveOrthanc) -> None:
    uid = generate_uid()
    for patient in ("SPLIT-1", "SPLIT-I"):
        orthanc.c_store(dicom_files.study(1, StudyInstanceUID=uid, PatientID=patient))
    split = until(lambda: [item for item in orthanc.items() if "split-study" in item["flags"]], "the flag")
    assert {item["patient"]["id"] for item in split} == {"SPLIT-1", "SPLIT-I"}


# Late images


def test_late_images_of_an_unopened_study_are_decided_about(orthanc: LiveOrthanc) -> None:
    images = dicom_files.study(4, PatientID="LATE-1")
    item = arrive(orthanc, images[:2])
    orthanc.c_store(images[2:])
    until(lambda: "study-grew" in events(orthanc, item), "the second decision")
    assert orthanc.item_of(str(images[0].StudyInstanceUID))["study"]["instances"] == 4
    assert events(orthanc, item).count("decided") == 2


def test_sending_the_same_images_again_changes_nothing(orthanc: LiveOrthanc) -> None:
    images = dicom_files.study(3, PatientID="AGAIN")
    item = arrive(orthanc, images)
    before = events(orthanc, item)
    for _ in range(3):
        assert set(orthanc.c_store(images)) == {0}
    time.sleep(3)  # three times StableAge, in which nothing may happen
    assert events(orthanc, item) == before


def test_the_report_reopens_nothing_and_a_late_image_does(new_orthanc: Make) -> None:
    orthanc = new_orthanc().start()
    reader = orthanc.account("amal", "radiologist", reader="dr-salem")
    images = dicom_files.study(3, PatientID="TASK")
    item = arrive(orthanc, images[:2])
    acts = f"/teleradiology/api/worklist/{item['id']}"
    assert orthanc.post(f"{acts}/claim", reader, json={}).status_code == 200
    sections = {"findings": "None.", "impression": "Normal."}
    assert orthanc.put(f"{acts}/report", reader, json={"sections": sections, "language": "en"}).status_code == 200
    assert orthanc.post(f"{acts}/report/sign", reader, json={"status": "final", "password": reader[1]}).status_code == 201
    uid = str(images[0].StudyInstanceUID)
    until(lambda: orthanc.item_of(uid)["study"]["instances"] == 4, "SR and PDF are counted", 30)
    time.sleep(3)  # three times StableAge
    completed = orthanc.item_of(uid)
    assert completed["state"] == "completed" and completed["flags"] == []
    orthanc.c_store(images[2:])
    task = orthanc.item_of(uid, states=("assigned",))
    assert {"study-grew", "addendum-task"} <= set(task["flags"]) and task["reader"] == "dr-salem"


def test_an_image_that_comes_while_the_study_is_read_is_flagged(orthanc: LiveOrthanc) -> None:
    reader = orthanc.account("late-reader", "radiologist", reader="dr-salem")
    images = dicom_files.study(3, PatientID="READING")
    item = arrive(orthanc, images[:2])
    assert orthanc.post(f"/teleradiology/api/worklist/{item['id']}/claim", reader, json={}).status_code == 200
    orthanc.c_store(images[2:])
    uid = str(images[0].StudyInstanceUID)
    until(lambda: "study-grew" in orthanc.item_of(uid)["flags"], "the flag")
    assert orthanc.item_of(uid)["state"] == "reading"


# Kills


def test_a_study_killed_before_it_was_stable_is_on_the_list_after_the_restart(new_orthanc: Make) -> None:
    orthanc = new_orthanc(environ=LONG).start()
    images = dicom_files.study(5)
    assert set(orthanc.c_store(images)) == {0}
    orthanc.kill()
    orthanc.start()
    item = orthanc.item_of(str(images[0].StudyInstanceUID), states=DECIDED, seconds=20)
    assert item["study"]["instances"] == 5 and events(orthanc, item).count("decided") == 1


def test_a_study_stopped_before_it_was_stable_is_on_the_list_after_the_restart(new_orthanc: Make) -> None:
    orthanc = new_orthanc(environ=LONG).start()
    images = dicom_files.study(2)
    orthanc.c_store(images)
    assert orthanc.stop() == 0
    orthanc.start()
    assert orthanc.item_of(str(images[0].StudyInstanceUID), states=DECIDED, seconds=20)["study"]["instances"] == 2


def test_late_images_killed_before_they_were_stable_are_decided_about(new_orthanc: Make) -> None:
    orthanc = new_orthanc().start()
    images = dicom_files.study(4)
    item = arrive(orthanc, images[:2])
    orthanc.c_store(images[2:])
    orthanc.kill()
    orthanc.start()
    until(lambda: "study-grew" in events(orthanc, item), "the second decision", 20)


def test_kills_in_the_middle_of_a_flood_lose_no_acknowledged_study(new_orthanc: Make, tmp_path: Path) -> None:
    orthanc = new_orthanc().start()
    acknowledged: set[str] = set()
    for round_ in range(3):
        sender = threading.Thread(target=_flood, args=(orthanc, tmp_path, acknowledged))
        sender.start()
        time.sleep(1.5 + round_ / 3)
        orthanc.kill()
        sender.join()
        orthanc.start()
    assert len(acknowledged) > 10

    def lost() -> set[str]:
        return acknowledged - {uid for uid, _, state in _rows(orthanc) if state != "arriving"}

    until(lambda: not lost(), "every acknowledged study is decided", 60, 0.5)
    stored = sorted(orthanc.get("/studies").json())
    until(lambda: sorted(orthanc_id for _, orthanc_id, _ in _rows(orthanc)) == stored, "one item for each study stored", 20)


def _flood(orthanc: LiveOrthanc, folder: Path, acknowledged: set[str]) -> None:
    while True:
        images = dicom_files.study(2, PatientID=f"FLOOD-{len(acknowledged)}")
        paths = [folder / f"{number}.dcm" for number in range(2)]
        for one, path in zip(images, paths, strict=True):
            one.save_as(path, enforce_file_format=True)
        if orthanc.storescu(paths) != 0:
            return
        acknowledged.add(str(images[0].StudyInstanceUID))


def _rows(orthanc: LiveOrthanc) -> list[tuple[str, str, str]]:
    """Study UID, Orthanc id and state of every item, from the database itself: it may be more than a page."""
    with closing(sqlite3.connect(f"file:{orthanc.data}/teleradiology.db?mode=ro", uri=True)) as database:
        return list(database.execute("SELECT study_instance_uid, orthanc_id, state FROM items"))


def test_a_deleted_study_stays_on_the_list(orthanc: LiveOrthanc) -> None:
    images = dicom_files.study(1, PatientID="DELETED")
    item = arrive(orthanc, images)
    assert orthanc.delete(f"/studies/{item['study']['orthanc_id']}").status_code == 200
    until(lambda: events(orthanc, item)[-1] == "study-missing", "the item says so")
    assert orthanc.item_of(str(images[0].StudyInstanceUID))["id"] == item["id"]
    orthanc.c_store(images)
    until(lambda: events(orthanc, item)[-1] == "study-returned", "it is back")


def test_nothing_of_patients_is_in_the_log(orthanc: LiveOrthanc) -> None:
    arrive(
        orthanc, dicom_files.study(1, PatientName="CANARY^INTAKE", PatientID="CANARY-ID", StudyDescription="CANARY DESCRIPTION")
    )
    assert "CANARY" not in orthanc.log
