"""Every route of ours that takes a body is sent what takes other servers down; the routes are those of our OpenAPI document."""

from __future__ import annotations

import re

import pytest

from support.live_orthanc import LiveOrthanc

BODIES = {
    "600 brackets": b"[" * 600 + b"]" * 600,
    "100,000 brackets": b"[" * 100_000 + b"]" * 100_000,
    "900 objects": b'{"a":' * 900 + b"1" + b"}" * 900,
    "never closed": b'{"a":' * 50_000,
    "a megabyte and more": b'{"a": "' + b"x" * (1 << 20) + b'"}',
    "no JSON": b"\xff\xfe\x00",
    "a number": b"1e999999999",
}


def writes(orthanc: LiveOrthanc) -> list[tuple[str, str]]:
    """Method and address of every route with a body, with something in the place of its parameters."""
    document = orthanc.api("openapi.json")
    base = document["servers"][0]["url"] if document.get("servers") else ""
    prefix = "" if base.startswith("http") or not base else base.rstrip("/")
    found = []
    for path, verbs in document["paths"].items():
        address = re.sub(r"\{[^}]+\}", "01ARZ3NDEKTSV4RRFFQ69G5FAV", path)
        address = address if address.startswith("/teleradiology") else f"{prefix or '/teleradiology'}{address}"
        found += [(verb.upper(), address) for verb in verbs if verb in ("post", "put")]
    return found


@pytest.mark.parametrize("kind", BODIES)
def test_no_route_of_ours_is_impressed(orthanc: LiveOrthanc, kind: str) -> None:
    routes, before = writes(orthanc), orthanc.pid
    assert len(routes) > 15
    reader = ("admin", "correct-horse-battery-staple")
    for method, path in routes:
        answer = orthanc.ask(method, path, reader, data=BODIES[kind], headers={"Content-Type": "application/json"})
        assert 400 <= answer.status_code < 500, f"{method} {path}: {answer.status_code} {answer.text[:200]}"
        assert answer.json()["status"] == answer.status_code, f"{method} {path}"
        assert answer.headers["Content-Type"].startswith("application/problem+json")
    assert orthanc.get("/system").status_code == 200
    assert (orthanc.is_running, orthanc.pid) == (True, before)


@pytest.mark.parametrize("kind", ["600 brackets", "100,000 brackets"])
def test_who_is_not_signed_in_impresses_nobody_either(orthanc: LiveOrthanc, kind: str) -> None:
    for method, path in writes(orthanc):
        answer = orthanc.ask(method, path, None, data=BODIES[kind], headers={"Content-Type": "application/json"})
        assert 400 <= answer.status_code < 500
    assert orthanc.is_running
