"""Which subspecialty usually reads a region of the body: a table that rules may use, and any rule may overrule.

The subspecialties are those of DICOM CID 7030 "Institutional Department/Unit/Service" under the names of
``codes.SUBSPECIALTIES``, the regions those of ``body_part_words.REGIONS`` (PS3.16 Annex L). No standard says which reads what:
the table follows the usual division of radiology departments into sections, and is ours.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

BY_MODALITY: Mapping[str, str] = {"MG": "womens", "NM": "nuclear", "PT": "nuclear", "XA": "interventional"}
_SECTIONS: Mapping[str, str] = {
    "neuro": "HEAD NECK SPINE CSPINE TSPINE LSPINE ORBIT SINUS FACE JAW",
    "chest": "CHEST",
    "cardiac": "HEART",
    "abdominal": "ABDOMEN PELVIS",
    "womens": "BREAST FETUS",
    "msk": "SHOULDER ARM ELBOW FOREARM WRIST HAND HIP THIGH KNEE LEG ANKLE FOOT EXTREMITY",
}
BY_REGION: Mapping[str, str] = {region: name for name, regions in _SECTIONS.items() for region in regions.split()}
PAEDIATRIC = "paediatric"
USUAL = tuple(sorted({*BY_MODALITY.values(), *_SECTIONS, PAEDIATRIC}))
_CHILDREN = ("neonate", "infant", "child")


def usual(modality: str, body_parts: Iterable[str], age_group: str) -> str:
    """The subspecialty, "" when the table has none: children go before the region, and the modality before both but for them."""
    if age_group in _CHILDREN:
        return PAEDIATRIC
    if modality in BY_MODALITY:
        return BY_MODALITY[modality]
    return next((BY_REGION[region] for region in body_parts if region in BY_REGION), "")
