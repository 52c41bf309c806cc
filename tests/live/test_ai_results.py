"""Results of an inference service come into a real Orthanc: they are heeded, and are neither images nor news of the study."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from pydicom.uid import SecondaryCaptureImageStorage, generate_uid

from support import dicom_files
from support.ai_reports import ABSENT, BLEEDING, FRACTURE, PRESENT, probability, report
from support.live_orthanc import RULES, LiveOrthanc, until

AI = """\
ai: {nodes: [AI_NODE]}
rules:
  - name: bleeding
    when: {ai.finding: ICH, ai.score: {at_least: 0.8}}
    then: {priority: stat, subspecialty: neuro}
"""
DECIDED = ("assigned", "unassigned")


def of_ai(images: list[Any], *group: Any) -> list[Any]:
    """A report and two pictures for the study of these images."""
    study = {"StudyInstanceUID": images[0].StudyInstanceUID, "PatientID": images[0].PatientID}
    pictures = {
        **study,
        "SOPClassUID": SecondaryCaptureImageStorage,
        "SeriesInstanceUID": generate_uid(),
        "SeriesDescription": "map",
    }
    told = report(str(images[0].StudyInstanceUID), *group)
    told.PatientID = images[0].PatientID
    made = {"Modality": "OT", "Manufacturer": "Example Company", "ImageType": ["DERIVED", "SECONDARY"]}
    return [dicom_files.with_meta(told), *(dicom_files.image(**pictures, **made) for _ in range(2))]


def test_results_raise_a_priority_and_neither_grow_nor_reopen_the_study(new_orthanc: Callable[..., LiveOrthanc]) -> None:
    orthanc = new_orthanc(rules=RULES.read_text(encoding="utf-8").replace("rules:\n", AI, 1)).start()
    images = dicom_files.study(3, StudyDescription="CT HEAD")
    assert set(orthanc.c_store(images)) == {0}
    item = orthanc.item_of(str(images[0].StudyInstanceUID), states=DECIDED)
    assert item["priority"] == "routine"
    assert set(orthanc.c_store(of_ai(images, BLEEDING, probability("93"), FRACTURE, ABSENT, PRESENT), "AI_NODE")) == {0}

    def raised() -> Any:
        found = orthanc.item_of(str(images[0].StudyInstanceUID))
        return found if found["priority"] == "stat" and found["study"]["instances"] == 6 else None

    told = until(raised, "the priority raised, everything counted", 20)
    assert any(flag.startswith("suggested-by:BleedFinder (0.93)") for flag in told["flags"])
    assert "ai-problem:contradictory" in told["flags"]
    assert "study-grew" not in told["flags"] and told["facility"] == "test"
    findings = orthanc.api(f"studies/{images[0].StudyInstanceUID}/findings")["findings"]
    known = {(each["code"], each["positive"], each["source"]) for each in findings}
    assert known == {("ICH", True, "sr"), ("FX", True, "sr"), ("secondary-capture", True, "sc")}
    events = [record["event"] for record in orthanc.api(f"worklist/{item['id']}/timeline")["items"]]
    assert "study-grew" not in events and events.count("study-complete") == 1 and "ai-problem" in events
