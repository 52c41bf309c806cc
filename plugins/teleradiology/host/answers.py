"""Turns an answer into the calls that Orthanc understands: which call carries which status, and what cannot be sent at all."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

PROBLEM = "application/problem+json"


@dataclass(frozen=True)
class Answer:
    """A complete HTTP answer."""

    status: int
    headers: Sequence[tuple[str, str]]
    body: bytes = b""


def problem(status: int, code: str, detail: str, *headers: tuple[str, str], instance: str = "", request_id: str = "") -> Answer:
    """A refusal by the bridge itself, with the members that all our refusals have (RFC 9457; see ``web.problems``)."""
    document = {
        "type": f"/teleradiology/api/problems/{code}",
        "title": code.replace("-", " ").capitalize(),
        "status": status,
        "detail": detail,
        "instance": instance,
        "request_id": request_id,
        "code": code,
        "allowed": [],
        "problems": [],
    }
    return Answer(status, [("Content-Type", PROBLEM), *headers], json.dumps(document).encode())


# What Orthanc 1.10.1 sends through SendHttpStatus; for any other number it drops the connection without a word.
_ODD_ONES = (226, 300, 302, 303, 304, 305, 307, 422, 423, 424, 426, 509, 510)
SENDABLE = frozenset((*range(200, 209), *range(400, 405), *range(406, 418), *range(500, 508), *_ODD_ONES))
NEAREST = {308: 307, 428: 412, 429: 503, 451: 403, 511: 403}
RETRY_AFTER = ("Retry-After", "2")  # for a 429 that did not bring its own

_ORTHANC_SETS = frozenset({"content-length", "content-type", "connection", "transfer-encoding", "keep-alive"})
_CONTROL = re.compile(r"[\x00-\x1f\x7f]+")


class Sender:
    """Sends answers through Orthanc's RestOutput, whose calls changed between versions of the Python plugin."""

    def __init__(self, orthanc: Any):
        # Plugin 4.2 corrected SendHttpStatus: before, text and its length; since then, bytes.
        self._takes_bytes = hasattr(orthanc, "RegisterMoveCallback2")

    def send(self, output: Any, answer: Answer) -> None:
        """Send it. What the host cannot say is said in the nearest way it can."""
        status = sendable(answer.status)
        headers = {name.lower(): value for name, value in answer.headers}
        if status == 405:
            self._copy_headers(output, [pair for pair in answer.headers if pair[0].lower() != "allow"])
            output.SendMethodNotAllowed(clean(headers.get("allow", "GET")))
            return
        if status == 301:
            output.Redirect(clean(headers.get("location", "/")))
            return
        self._copy_headers(output, answer.headers)
        if answer.status == 429 and "retry-after" not in headers:
            output.SetHttpHeader(*RETRY_AFTER)
        mime = clean(headers.get("content-type", "application/octet-stream"))
        if status == 200:
            output.AnswerBuffer(answer.body, mime)
        else:
            self._send_status(output, status, b"" if status in (204, 304) else answer.body, mime)

    def _copy_headers(self, output: Any, headers: Sequence[tuple[str, str]]) -> None:
        for name, value in headers:
            if name.lower() not in _ORTHANC_SETS:
                output.SetHttpHeader(clean(name), clean(value))

    def _send_status(self, output: Any, status: int, body: bytes, mime: str) -> None:
        if body:
            output.SetHttpHeader("Content-Type", mime)
        if self._takes_bytes:
            output.SendHttpStatus(status, body)
            return
        # Plugin 4.0 takes text without NUL here, so bytes that are no text cannot be sent with any status but 200.
        text = body.decode("utf-8", "replace").replace("\x00", "\N{REPLACEMENT CHARACTER}")
        output.SendHttpStatus(status, text, len(text.encode("utf-8")))


def sendable(status: int) -> int:
    """The status itself, or the nearest one that Orthanc can send."""
    if status in SENDABLE or status in (301, 405):
        return status
    return NEAREST.get(status, 200 if status < 300 else 303 if status < 400 else 400 if status < 500 else 500)


def clean(value: str) -> str:
    """A header value on one line: line ends would begin a header of somebody else's choosing."""
    return _CONTROL.sub(" ", value).strip()
