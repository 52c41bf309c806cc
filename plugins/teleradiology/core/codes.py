"""The words of the standards that decisions rest on: modalities without images, subspecialty codes, codes of regions."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True)
class Code:
    """A coded concept (PS3.3 8.8): value, scheme designator, meaning."""

    value: str
    scheme: str
    meaning: str


def _set(words: str) -> frozenset[str]:
    return frozenset(words.split())


# Modality (0008,0060) values of objects that are about images instead of being some (PS3.3 C.7.3.1.1.1).
NOT_IMAGES = _set(
    """
    SR KO PR DOC SEG AU ECG EPS HD RESP RWV REG FID PLAN RTSTRUCT RTPLAN RTDOSE RTRECORD RTINTENT RTRAD RTSEGANN
    STAIN TEXTUREMAP IOL KER LEN VA SRF AR ASMT ANN M3D XAPROTOCOL CTPROTOCOL EEG EMG EOG POS SMR OAM
    """
)

# Modality values of images, OT for scanned films and photographs included, so that a misspelt one in a rule is noticed.
IMAGES = _set(
    """
    BI BMD CR CT DG DMS DX EM ES FUNDUS GM IO IVOCT IVUS LS MG MR NM OCT OT OP OPM OPT OPTBSV OPTENF OPV PA PT PX RF RG
    RTIMAGE SM TG US XA XC CFM BDUS DD CD CP FA LP MA MS ST DF DS VF CS FS
    """
)

# CID 7030 "Institutional Department/Unit/Service", by the names that rules files commonly give them.
SUBSPECIALTIES: Mapping[str, Code] = {
    "abdominal": Code("128170", "DCM", "Abdominal Radiology"),
    "chest": Code("128179", "DCM", "Thoracic Radiology"),
    "cardiac": Code("128172", "DCM", "Cardiovascular Radiology"),
    "emergency": Code("225728007", "SCT", "Accident and Emergency department"),
    "general": Code("309964003", "SCT", "Radiology department"),
    "interventional": Code("708174004", "SCT", "Interventional Radiology Service"),
    "msk": Code("128175", "DCM", "Musculoskeletal Radiology"),
    "neuro": Code("C2183225", "UMLS", "Neuroradiology"),
    "nuclear": Code("309938009", "SCT", "Nuclear medicine department"),
    "paediatric": Code("128177", "DCM", "Pediatric Radiology"),
    "thoracic": Code("128179", "DCM", "Thoracic Radiology"),
}

# Anatomic Region Sequence (0008,2218): codes of CID 4031 in SNOMED CT, and in SNOMED RT as older devices send them.
# Regions whose meaning already names them need no row.
ANATOMIC_REGIONS: Mapping[str, str] = {
    "69536005": "HEAD",
    "T-D1100": "HEAD",
    "12738006": "HEAD",  # brain
    "T-A0100": "HEAD",
    "45048000": "NECK",
    "T-D1600": "NECK",
    "816094009": "CHEST",
    "51185008": "CHEST",
    "T-D3000": "CHEST",
    "80891009": "HEART",
    "T-32000": "HEART",
    "76752008": "BREAST",
    "T-04000": "BREAST",
    "818981001": "ABDOMEN",
    "113345001": "ABDOMEN",
    "T-D4000": "ABDOMEN",
    "816092008": "PELVIS",
    "12921003": "PELVIS",
    "T-D6000": "PELVIS",
    "122494005": "CSPINE",
    "T-11501": "CSPINE",
    "122495006": "TSPINE",
    "T-11502": "TSPINE",
    "122496007": "LSPINE",
    "T-11503": "LSPINE",
    "421060004": "SPINE",
    "38266002": "WHOLEBODY",
}
