"""The demonstration's patients and studies: fictional people, in the order of a day's work."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from . import pictures
from .pictures import Maker


@dataclass(frozen=True)
class Patient:
    id: str
    name: str  # as DICOM writes it: groups separated by =
    birth_date: date | None
    sex: str


@dataclass(frozen=True)
class SeriesCase:
    description: str
    make: Maker


@dataclass(frozen=True)
class Case:
    """One study. `site` counts through the facilities of the rules file; `ago` is when the images were taken."""

    key: str
    patient: Patient
    modality: str
    description: str
    body_part: str
    reason: str
    site: int
    ago: timedelta
    series: tuple[SeriesCase, ...]
    referring: str = ""
    laterality: str = ""
    view: str = ""


def _ago(days: int = 0, hours: int = 0, minutes: int = 0) -> timedelta:
    return timedelta(days=days, hours=hours, minutes=minutes)


SALMA = Patient("DEMO-1001", "الفيتوري^سلمى=Alfitouri^Salma", date(1954, 3, 9), "F")
MOHAMED = Patient("DEMO-1002", "Abdulsalam^Mohamed^Ali=عبد السلام^محمد^علي", date(1981, 11, 23), "M")
KHALED = Patient("DEMO-1003", "Ben Othman^Khaled", date(1968, 7, 1), "M")
FATIMA = Patient("DEMO-1004", "Elwerfalli^Fatima", date(1990, 1, 30), "F")
TARO = Patient("DEMO-1005", "Yamada^Tarou=山田^太郎=やまだ^たろう", date(1976, 5, 14), "M")
YUSUF = Patient("DEMO-1006", "Mansour^Yusuf", date(2017, 9, 2), "M")
AISHA = Patient("DEMO-1007", "Bushnaf^Aisha", date(1962, 12, 12), "F")
HAMZA = Patient("DEMO-1008", "Zarrouk^Hamza", date(1995, 4, 4), "M")
NADIA = Patient("DEMO-1009", "Kikhia^Nadia", date(1949, 8, 19), "F")
OMAR = Patient("DEMO-1010", "Gheriani^Omar", date(1957, 2, 27), "M")
UNKNOWN = Patient("DEMO-1011", "Unknown^Male", None, "")

CASES = (
    Case(
        "stroke",
        SALMA,
        "CT",
        "CT HEAD WITHOUT CONTRAST - STROKE CODE",
        "HEAD",
        "Weakness and slurred speech for 50 minutes. Haemorrhage?",
        0,
        _ago(minutes=14),
        (SeriesCase("HEAD 5MM PLAIN", pictures.ct_head_mirrored),),
        "Trabelsi^Huda",
    ),
    Case(
        "trauma",
        UNKNOWN,
        "CT",
        "CT HEAD TRAUMA",
        "HEAD",
        "Road traffic accident, GCS 13.",
        1,
        _ago(minutes=32),
        (SeriesCase("HEAD 5MM PLAIN", pictures.ct_head),),
        "Swehli^Anas",
    ),
    Case(
        "embolism",
        KHALED,
        "CT",
        "CT CHEST PULMONARY EMBOLISM",
        "CHEST",
        "Dyspnoea and pleuritic pain, D-dimer raised.",
        1,
        _ago(minutes=45),
        (SeriesCase("CHEST 5MM CE", pictures.ct_chest),),
        "Swehli^Anas",
    ),
    Case(
        "tb-prior",
        MOHAMED,
        "CR",
        "CHEST PA",
        "CHEST",
        "Cough and weight loss.",
        0,
        _ago(days=77, hours=3),
        (SeriesCase("CHEST PA", pictures.cr_chest_earlier),),
        "Trabelsi^Huda",
        view="PA",
    ),
    Case(
        "tb",
        MOHAMED,
        "CR",
        "CHEST PA",
        "CHEST",
        "Known lung shadows, now fever and night sweats. Tuberculosis?",
        0,
        _ago(hours=3, minutes=40),
        (SeriesCase("CHEST PA", pictures.cr_chest_later),),
        "Trabelsi^Huda",
        view="PA",
    ),
    Case(
        "bedside",
        NADIA,
        "CR",
        "CHEST AP PORTABLE",
        "CHEST",
        "Intensive care, after intubation. Tube position?",
        1,
        _ago(minutes=20),
        (SeriesCase("CHEST AP", pictures.cr_chest_bedside),),
        "Swehli^Anas",
        view="AP",
    ),
    Case(
        "brain",
        TARO,
        "MR",
        "MR BRAIN",
        "BRAIN",
        "Headache for three months, normal examination.",
        1,
        _ago(hours=20),
        (SeriesCase("AX PD FSE", pictures.mr_brain), SeriesCase("SAG T1 3D BRAIN EXTRACTED", pictures.mr_brain_3d)),
        "Jibril^Mona",
    ),
    Case(
        "shoulder",
        HAMZA,
        "MR",
        "MR SHOULDER RIGHT",
        "SHOULDER",
        "Fall on the shoulder. Rotator cuff tear?",
        0,
        _ago(hours=26),
        (SeriesCase("COR PD FS", pictures.mr_shoulder),),
        "Jibril^Mona",
        laterality="R",
    ),
    Case(
        "liver",
        AISHA,
        "MR",
        "MR ABDOMEN LIVER",
        "ABDOMEN",
        "Focal lesion on ultrasound.",
        1,
        _ago(hours=9),
        (SeriesCase("AX T1 ARTERIAL", pictures.mr_liver),),
        "Jibril^Mona",
    ),
    Case(
        "abdomen",
        OMAR,
        "CT",
        "CT ABDOMEN AND PELVIS",
        "ABDOMEN",
        "Weight loss and back pain. Pancreas?",
        0,
        _ago(hours=5),
        (SeriesCase("ABDOMEN 5MM PORTAL", pictures.ct_abdomen),),
        "Trabelsi^Huda",
    ),
    Case(
        "leg",
        YUSUF,
        "CR",
        "ANKLE AND LOWER LEG AP RIGHT",
        "LEG",
        "Pain after football, tender above the ankle.",
        0,
        _ago(hours=4, minutes=20),
        (SeriesCase("LOWER LEG AP", pictures.cr_leg),),
        "Trabelsi^Huda",
        laterality="R",
        view="AP",
    ),
    Case(
        "node",
        FATIMA,
        "US",
        "US NECK SOFT TISSUE",
        "NECK",
        "Palpable node on the left for two weeks.",
        0,
        _ago(hours=22),
        (SeriesCase("NECK", pictures.us_lymph_node),),
        "Jibril^Mona",
    ),
    Case(
        "heart",
        NADIA,
        "US",
        "ECHOCARDIOGRAPHY",
        "HEART",
        "Hypotension after intubation. Function?",
        1,
        _ago(minutes=50),
        (SeriesCase("APICAL", pictures.us_heart),),
        "Swehli^Anas",
    ),
    Case(
        "coronary",
        KHALED,
        "XA",
        "CORONARY ANGIOGRAPHY",
        "HEART",
        "Second reading requested before surgery.",
        1,
        _ago(hours=7),
        (SeriesCase("CORONARY RAO 32", pictures.xa_coronary),),
        "Swehli^Anas",
    ),
)
