"""Stores instances through Orthanc's own HTTP door, as a client of the process it runs in."""

from __future__ import annotations

import hmac
import json
import secrets
from collections.abc import Mapping
from typing import Any

import requests

from ..core.errors import Unavailable

HEADER = "x-teleradiology-inlet"
SECONDS = (5.0, 60.0)  # to connect, to answer
_HERE = "127.0.0.1"


class Inlet:
    """A call such as ``orthanc.RestApiPost("/instances", …)`` would hold Python's global lock while it waits for Orthanc's mutex
    of services. An image that arrives by C-STORE holds that mutex while it waits for the global lock, to be judged by our guard:
    neither would ever go on (docs/decisions/0008). A request of our own waits without the lock.
    """

    def __init__(self, address: str):
        """``address`` is Orthanc's on this machine."""
        self._door = f"{address}/instances"
        self._secret = secrets.token_urlsafe(32)

    def admits(self, method: str, path: str, headers: Mapping[str, str], ip: str) -> bool:
        """Whether a request is one of ours: nobody else knows the secret, which is as old as the process."""
        shown = headers.get(HEADER, "")
        known = bool(shown) and hmac.compare_digest(shown.encode("utf-8", "surrogateescape"), self._secret.encode())
        return known and (method, path) == ("POST", "/instances") and ip == _HERE

    def store(self, dicom: bytes) -> Mapping[str, Any]:
        """What Orthanc answers about a DICOM file: its id, and Success, AlreadyStored or FilteredOut. Raises Unavailable."""
        headers = {HEADER: self._secret, "Content-Type": "application/dicom"}
        try:
            with requests.Session() as http:
                http.trust_env = False  # no proxy stands between us and ourselves
                answer = http.post(self._door, data=dicom, headers=headers, timeout=SECONDS, allow_redirects=False)
        except requests.RequestException as error:
            raise Unavailable(f"Orthanc did not take the instance ({type(error).__name__}).") from None
        if answer.status_code != 200:
            raise Unavailable(f"Orthanc did not take the instance: it answered {answer.status_code}.")
        found: Mapping[str, Any] = json.loads(answer.content)
        return found
