"""A stand-in for the ``orthanc`` module: only what tests/host/expectations.py holds it to, and a record of what was answered."""

from __future__ import annotations

import json
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any


class OrthancException(Exception):
    """As the real one: a number and a text."""


class FakeOrthanc:
    """``resources`` are what GET answers, by path; ``answers`` are what POST answers, by path and body."""

    OrthancException = OrthancException
    ErrorCode = SimpleNamespace(UNKNOWN_RESOURCE=17, INEXISTENT_ITEM=7, DATABASE_UNAVAILABLE=36)
    ChangeType = SimpleNamespace(
        NEW_CHILD_INSTANCE=2, NEW_INSTANCE=3, NEW_STUDY=6, STABLE_STUDY=9, DELETED=1, ORTHANC_STARTED=10, ORTHANC_STOPPED=11
    )
    ResourceType = SimpleNamespace(PATIENT=0, STUDY=1, SERIES=2, INSTANCE=3, NONE=4)

    def __init__(self, resources: dict[str, Any] | None = None):
        self.resources: dict[str, Any] = {
            "/system": {"Version": "1.10.1"},
            "/changes?since=0&limit=1": {"Changes": [], "Last": 0, "Done": True},
            "/changes?last": {"Changes": [], "Last": 0, "Done": True},
            "/studies": [],
            **(resources or {}),
        }
        self.answers: dict[tuple[str, bytes], Any] = {}
        self.registered: dict[str, Callable[..., Any]] = {}
        self.log: list[str] = []

    def RestApiGet(self, path: str) -> bytes:
        if path not in self.resources:
            raise OrthancException(17, "Unknown resource")
        found = self.resources[path]
        if isinstance(found, Exception):
            raise found
        return found if isinstance(found, bytes) else json.dumps(found).encode()

    def RestApiPost(self, path: str, body: bytes) -> bytes:
        if (path, body) not in self.answers:
            raise OrthancException(15, "Bad file format")
        return json.dumps(self.answers[path, body]).encode()

    def RegisterRestCallback(self, pattern: str, callback: Callable[..., Any]) -> None:
        self.registered[pattern] = callback

    def RegisterOnChangeCallback(self, callback: Callable[..., Any]) -> None:
        self.registered["change"] = callback

    def RegisterIncomingHttpRequestFilter(self, callback: Callable[..., Any]) -> None:
        self.registered["http"] = callback

    def RegisterIncomingCStoreInstanceFilter(self, callback: Callable[..., Any]) -> None:
        self.registered["c-store"] = callback

    def SetRootUri(self, uri: str) -> None:
        self.registered["root"] = lambda: uri

    def LogError(self, text: str) -> None:
        self.log.append(f"E {text}")

    def LogWarning(self, text: str) -> None:
        self.log.append(f"W {text}")

    def LogInfo(self, text: str) -> None:
        self.log.append(f"I {text}")


class FakeOutput:
    """Orthanc's RestOutput as of plugin 4.0."""

    def __init__(self) -> None:
        self.headers: list[tuple[str, str]] = []
        self.sent: tuple[Any, ...] = ()

    def SetHttpHeader(self, name: str, value: str) -> None:
        self.headers.append((name, value))

    def AnswerBuffer(self, body: Any, mime: str) -> None:
        self.sent = ("AnswerBuffer", body, mime)

    def SendHttpStatus(self, status: int, body: str, size: int) -> None:
        if not isinstance(body, str) or "\0" in body:
            raise TypeError("Bad types for the arguments (3 arguments expected)")
        self.sent = ("SendHttpStatus", status, body, size)

    def SendMethodNotAllowed(self, allowed: str) -> None:
        self.sent = ("SendMethodNotAllowed", allowed)

    def Redirect(self, location: str) -> None:
        self.sent = ("Redirect", location)
