"""Senders of DICOM objects: C-STORE with pynetdicom and DCMTK, and the body of a STOW-RS request."""

from __future__ import annotations

import io
import os
import subprocess
import time
from collections.abc import Iterable
from pathlib import Path

from pydicom import Dataset, dcmread
from pydicom.uid import ExplicitVRLittleEndian, ImplicitVRLittleEndian
from pynetdicom import AE
from pynetdicom.association import Association

from .associations import associate

BOUNDARY = "teleradiology-boundary"


def file_bytes(one: Dataset | Path) -> bytes:
    """A DICOM file (PS3.10) as bytes."""
    if isinstance(one, Path):
        return one.read_bytes()
    written = io.BytesIO()
    one.save_as(written, enforce_file_format=True)
    return written.getvalue()


def c_store(port: int, objects: Iterable[Dataset | Path], calling_aet: str, called_aet: str) -> list[int]:
    """Send over one association; the DIMSE status of each object."""
    datasets = [dcmread(one) if isinstance(one, Path) else one for one in objects]
    ae = AE(ae_title=calling_aet)
    plain = (ExplicitVRLittleEndian, ImplicitVRLittleEndian)
    for sop_class, syntax in dict.fromkeys((one.SOPClassUID, one.file_meta.TransferSyntaxUID) for one in datasets):
        ae.add_requested_context(sop_class, plain if syntax in plain else syntax)
    association = associate(ae, port, called_aet)
    assert association.is_established, "Orthanc refused the association"
    statuses: list[int] = []
    began = time.monotonic()
    try:
        for one in datasets:
            assert association.is_established, _lost(association, statuses, time.monotonic() - began)
            statuses.append(int(getattr(association.send_c_store(one), "Status", 0xFFFF)))
        return statuses
    finally:
        association.release()


def _lost(association: Association, statuses: list[int], seconds: float) -> str:
    how = "aborted" if association.is_aborted else "closed without an abort"
    return f"the association was {how} {seconds:.1f} s after it was accepted; statuses so far: {[hex(one) for one in statuses]}"


def storescu(port: int, paths: Iterable[Path], calling_aet: str, called_aet: str = "TELERADIOLOGY") -> int:
    """DCMTK's storescu; its exit code."""
    command = ["storescu", "-aet", calling_aet, "-aec", called_aet, "127.0.0.1", str(port), *map(str, paths)]
    return subprocess.run(command, env={**os.environ, "TCP_NODELAY": "1"}, capture_output=True, check=False).returncode


def stow_body(objects: Iterable[Dataset | Path]) -> tuple[bytes, str]:
    """A multipart body (PS3.18 8.6.1.2) and its content type."""
    head = f"--{BOUNDARY}\r\nContent-Type: application/dicom\r\n\r\n".encode()
    parts = b"".join(head + file_bytes(one) + b"\r\n" for one in objects)
    return parts + f"--{BOUNDARY}--\r\n".encode(), f'multipart/related; type="application/dicom"; boundary={BOUNDARY}'
