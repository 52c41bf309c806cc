"""The document title of a report (CID 7000) by what was examined; the same code names it in SR, PDF, HL7 and FHIR."""

from __future__ import annotations

from .codes import Code

DEFAULT = Code("18748-4", "LN", "Diagnostic Imaging Report")

# (modality, body part) -> title; the entry without a body part serves the rest of the modality.
TITLES = {
    ("CT", ""): Code("25045-6", "LN", "CT Report"),
    ("CT", "HEAD"): Code("24725-4", "LN", "CT Head Report"),
    ("CT", "CHEST"): Code("24627-2", "LN", "CT Chest Report"),
    ("CT", "ABDOMEN"): Code("41806-1", "LN", "CT Abdomen Report"),
    ("MR", ""): Code("25056-3", "LN", "MRI Report"),
    ("MR", "HEAD"): Code("24590-2", "LN", "MRI Head Report"),
    ("MR", "BRAIN"): Code("24590-2", "LN", "MRI Head Report"),
    ("MR", "SPINE"): Code("18756-7", "LN", "MRI Spine Report"),
    ("CR", ""): Code("43468-8", "LN", "X-Ray Report"),
    ("DX", ""): Code("43468-8", "LN", "X-Ray Report"),
    ("US", ""): Code("25061-3", "LN", "Ultrasound Report"),
    ("NM", ""): Code("49118-3", "LN", "Nuclear Medicine Report"),
    ("PT", ""): Code("44136-0", "LN", "PET Scan Report"),
    ("RF", ""): Code("49512-7", "LN", "Fluoroscopy Study Report"),
}


def title_of(modality: str, body_part: str = "") -> Code:
    """The most exact title for the examination."""
    return TITLES.get((modality, body_part.upper())) or TITLES.get((modality, "")) or DEFAULT
