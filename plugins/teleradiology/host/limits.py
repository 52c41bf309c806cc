"""What is refused before anything is parsed: bodies too large or too deeply nested, and disguised methods."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from .answers import Answer, problem

DEEPEST = 64
OVERRIDE = "x-http-method-override"
_NOT_NESTED = ("multipart/", "application/dicom", "application/pdf", "image/")

# Strings are consumed whole, also one that never ends; nothing here can backtrack.
_STRING_OR_BRACKET = re.compile(rb'"[^"\\]*+(?:\\.[^"\\]*+)*+"?|[\[{]|[\]}]', re.DOTALL)


@dataclass(frozen=True)
class Limits:
    """Largest bodies in bytes: by the beginning of the path below our prefix, and for everything else."""

    body: int = 1 << 20
    larger: tuple[tuple[str, int], ...] = ()
    seconds: float = 25.0

    def refusal(self, uri: str, request: Mapping[str, Any]) -> Answer | None:
        """The answer to a request that goes no further, or None."""
        headers: Mapping[str, str] = request["headers"]
        body: bytes = request.get("body") or b""
        if is_disguised(request["method"], headers):
            return problem(405, "method-not-allowed", "Methods cannot be overridden.", ("Allow", "GET, POST"), instance=uri)
        most = next((size for start, size in self.larger if uri.startswith(start)), self.body)
        if len(body) > most:
            return problem(413, "too-large", f"The body has {len(body)} bytes; this route accepts {most}.", instance=uri)
        if is_text(headers.get("content-type", "")) and depth(body) > DEEPEST:
            return problem(400, "malformed", f"The body is nested more than {DEEPEST} levels deep.", instance=uri)
        return None


def is_disguised(method: str, headers: Mapping[str, str]) -> bool:
    """Whether the method was put on a request that had another one.

    Orthanc applies ``_method`` in the query of a GET before it asks us, and hides the query. But who means DELETE or PUT says so
    with a length (0 will do), an origin (browsers always send one with these methods) or a condition; a link or an image cannot.
    """
    if OVERRIDE in headers:
        return True
    return method in ("DELETE", "PUT") and not MEANT.intersection(headers)


MEANT = frozenset({"content-length", "transfer-encoding", "origin", "if-match", "idempotency-key"})


def is_text(content_type: str) -> bool:
    """Whether somebody might parse such a body as nested text; unknown and missing types count."""
    return not content_type.lower().startswith(_NOT_NESTED)


def depth(body: bytes) -> int:
    """How deep brackets are nested in JSON text, counted without recursion and without believing that it is well-formed."""
    deepest = level = 0
    for match in _STRING_OR_BRACKET.finditer(body):
        mark = match[0]
        if mark in (b"[", b"{"):
            level += 1
            deepest = max(deepest, level)
        elif mark in (b"]", b"}"):
            level = max(0, level - 1)
    return deepest
