"""Signed reports: as data, and as everybody who receives one sees it."""

from __future__ import annotations

import base64
import hashlib
import re

from ...workflow import acknowledging, reporting
from ...workflow.room import Room
from .models.reports import AcknowledgedOut, SignedOut
from .report import signed
from .route import Answer, Call, Route
from .shapes import instant

# kind: media type, file suffix, whether a browser shows it instead of saving it
RENDITIONS = {
    "html": ("text/html; charset=utf-8", "html", True),
    "pdf": ("application/pdf", "pdf", True),
    "sr": ("application/dicom", "dcm", False),
    "fhir": ("application/fhir+json", "json", False),
    "hl7": ("application/hl7-v2; charset=utf-8", "hl7", False),
}
_STYLE = re.compile(rb"<style[^>]*>(.*?)</style>", re.DOTALL)


def report(room: Room, call: Call) -> Answer:
    """A signed version as data."""
    found = reporting.get(room, call.who, call.path["report"])
    return Answer(signed(found), etag=found.content_hash)


def html(room: Room, call: Call) -> Answer:
    """A signed version as a page."""
    return _rendition(room, call, "html")


def pdf(room: Room, call: Call) -> Answer:
    """A signed version as it prints."""
    return _rendition(room, call, "pdf")


def sr(room: Room, call: Call) -> Answer:
    """A signed version as a DICOM Basic Text SR object."""
    return _rendition(room, call, "sr")


def fhir(room: Room, call: Call) -> Answer:
    """A signed version as a FHIR R4 DiagnosticReport."""
    return _rendition(room, call, "fhir")


def hl7(room: Room, call: Call) -> Answer:
    """A signed version as an HL7 v2 message ORU^R01."""
    return _rendition(room, call, "hl7")


def acknowledge(room: Room, call: Call) -> Answer:
    """The facility has seen this version. Saying it again changes nothing."""
    found, seen = acknowledging.acknowledge(room, call.who, call.path["report"])
    told = {"report": found.id, "item": found.item, "version": found.version}
    return Answer({**told, "acknowledged_at": instant(seen.at), "acknowledged_by": seen.by})


def _rendition(room: Room, call: Call, kind: str) -> Answer:
    found = reporting.rendition(room, call.who, call.path["report"], kind)
    media_type, suffix, shown = RENDITIONS[kind]
    # The name says nothing of the patient: it ends up in download folders.
    name = f"report-{call.path['report']}.{suffix}"
    headers = {"Content-Disposition": f'{"inline" if shown else "attachment"}; filename="{name}"'}
    if kind == "html":
        headers["Content-Security-Policy"] = _csp(found.body)
    return Answer(found.body, etag=found.sha256, headers=headers, media_type=media_type)


def _csp(page: bytes) -> str:
    """Nothing but the page's own style sheets, named by their digests."""
    digests = [base64.b64encode(hashlib.sha256(style).digest()).decode() for style in _STYLE.findall(page)]
    styles = " ".join(f"'sha256-{digest}'" for digest in digests) or "'none'"
    return f"default-src 'none'; style-src {styles}; img-src data:; font-src 'self' data:; frame-ancestors 'self'; sandbox"


ROUTES = (
    Route("GET", "/api/reports/{report}", report, "view", SignedOut, cached=True),
    *(
        Route("GET", f"/api/reports/{{report}}/{handle.__name__}", handle, "view", RENDITIONS[handle.__name__][0], cached=True)
        for handle in (html, pdf, sr, fhir, hl7)
    ),
    Route("POST", "/api/reports/{report}/acknowledge", acknowledge, "acknowledge", AcknowledgedOut),
)
