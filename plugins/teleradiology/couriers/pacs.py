"""Stores our SR and PDF objects beside the images. Their UIDs are derived, so that storing again stores nothing new."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from . import Parcel

FORMS = {"sr": "sr", "pdf": "pdf-dicom"}


class Archive(Protocol):
    """The part of the Host that this courier needs."""

    def store_instance(self, dicom: bytes) -> str:
        """Store a DICOM file and return its Orthanc id; storing the same again is a success."""


@dataclass(frozen=True)
class Pacs:
    """The way into Orthanc."""

    archive: Archive
    name: str = "pacs"

    def form(self, destination: str) -> str:
        """``sr`` or ``pdf``: what is stored."""
        return FORMS[destination]

    def deliver(self, parcel: Parcel) -> str:
        """Store the object; returns its Orthanc id."""
        return self.archive.store_instance(parcel.body)
