"""DICOM structured reports as inference services store them (TID 1500, IHE AIR), right and wrong."""

from __future__ import annotations

from pydicom.dataset import Dataset
from pydicom.uid import generate_uid

AI_RULES = """\
  - name: bleeding
    when: {ai.finding: ICH, ai.score: {at_least: 0.8}}
    then: {priority: stat, subspecialty: neuro}
  - name: nothing acute
    when: {ai_finding: {contains: nothing acute}}
    then: {priority: routine}
  - name: worthless
    when: {ai.device: Worthless}
    then: {skip: a device says so, turnaround: 48h}
"""


def code(value: str, scheme: str, meaning: str = "something") -> Dataset:
    found = Dataset()
    found.CodeValue, found.CodingSchemeDesignator, found.CodeMeaning = value, scheme, meaning
    return found


def content(kind: str, concept: Dataset, *children: Dataset, **values: object) -> Dataset:
    item = Dataset()
    item.RelationshipType, item.ValueType, item.ConceptNameCodeSequence = "CONTAINS", kind, [concept]
    for name, value in values.items():
        setattr(item, name, value)
    if children:
        item.ContentSequence = list(children)
    return item


def probability(value: str, unit: str = "%", concept: str = "111047") -> Dataset:
    measured = Dataset()
    measured.NumericValue, measured.MeasurementUnitsCodeSequence = value, [code(unit, "UCUM")]
    return content("NUM", code(concept, "DCM"), MeasuredValueSequence=[measured])


def report(study_uid: str, *group: Dataset, device: bool = True, tracking: str = "1") -> Dataset:
    """A TID 1500 report as IHE AIR wants it."""
    observer = [
        content("CODE", code("121005", "DCM"), ConceptCodeSequence=[code("121007" if device else "121006", "DCM")]),
        content("TEXT", code("121013" if device else "121008", "DCM"), TextValue="BleedFinder"),
    ]
    tracked = content("TEXT", code("112039", "DCM"), TextValue=tracking)
    measurements = content("CONTAINER", code("126010", "DCM"), content("CONTAINER", code("125007", "DCM"), tracked, *group))
    dataset = Dataset()
    dataset.SOPClassUID, dataset.SOPInstanceUID = "1.2.840.10008.5.1.4.1.1.88.34", generate_uid()
    dataset.StudyInstanceUID, dataset.SeriesInstanceUID, dataset.Modality = study_uid, generate_uid(), "SR"
    dataset.PatientID, dataset.Manufacturer, dataset.SoftwareVersions = "P-1", "Example Company", "2.1"
    dataset.ValueType, dataset.ConceptNameCodeSequence = "CONTAINER", [code("126000", "DCM")]
    dataset.ContentSequence = [*observer, measurements]
    return dataset


BLEEDING = content("CODE", code("121071", "DCM"), ConceptCodeSequence=[code("ICH", "99EX", "Haemorrhage")])
ABSENT = content("CODE", code("363713009", "SCT"), ConceptCodeSequence=[code("2667000", "SCT")])
PRESENT = content("CODE", code("363713009", "SCT"), ConceptCodeSequence=[code("52101004", "SCT")])
FRACTURE = content("CODE", code("121071", "DCM"), ConceptCodeSequence=[code("FX", "99EX", "Fracture")])


def nested(depth: int, *innermost: Dataset) -> Dataset:
    """Containers in containers."""
    item = content("CONTAINER", code("121070", "DCM"), *innermost)
    for _ in range(depth - 1):
        item = content("CONTAINER", code("121070", "DCM"), item)
    return item


def content_of_nobody(study_uid: str, *group: Dataset) -> Dataset:
    """A report without any observer."""
    dataset = report(study_uid, *group)
    dataset.ContentSequence = dataset.ContentSequence[2:]
    return dataset
