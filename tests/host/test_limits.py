"""What is refused before anybody parses it."""

from __future__ import annotations

import json
import time
from typing import Any

import pytest

from teleradiology.host.limits import Limits, depth, is_disguised

LIMITS = Limits(body=1000, larger=(("/teleradiology/api/uploads", 5000),))


def refusal(path: str = "/teleradiology/api/x", method: str = "POST", body: bytes = b"", **headers: str) -> Any:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return LIMITS.refusal(path, {"method": method, "headers": named, "body": body})


@pytest.mark.parametrize(
    ("text", "levels"),
    [
        (b"", 0),
        (b"1", 0),
        (b"[]", 1),
        (b'{"a": [1, {"b": []}]}', 4),
        (b"[][][]", 1),
        (b'"[[[["', 0),
        (b'["\\"[[[", "\\\\"]', 1),
        (b'"never ends [[[', 0),
        (b"]]]]][[", 2),
        (b"[" * 100_000, 100_000),
        (json.dumps([[["]]]"]]]).encode(), 3),
    ],
)
def test_levels_are_counted_outside_of_texts(text: bytes, levels: int) -> None:
    assert depth(text) == levels


@pytest.mark.parametrize("text", [b'"' * 500_000, b'"\\' * 250_000, b'\\"' * 250_000, b"[" * 500_000, b'"a' + b"\\\\" * 250_000])
def test_counting_takes_time_in_proportion_to_the_length(text: bytes) -> None:
    begun = time.perf_counter()
    depth(text)
    assert time.perf_counter() - begun < 2


def test_what_python_reads_is_never_deeper_than_counted() -> None:
    value: Any = 1
    for level in range(1, 65):
        value = {"[": value} if level % 2 else [value, "]"]
        assert depth(json.dumps(value).encode()) == level


def test_64_levels_pass_and_65_do_not() -> None:
    assert refusal(body=b"[" * 64 + b"]" * 64) is None
    assert refusal(body=b"[" * 65 + b"]" * 65).status == 400


def test_brackets_in_an_uploaded_document_are_not_counted() -> None:
    assert refusal(body=b"[" * 500, content_type="multipart/form-data; boundary=x") is None
    assert refusal(body=b"[" * 500, content_type="application/pdf") is None


def test_bodies_have_a_limit_by_route() -> None:
    assert refusal(body=b"1" * 1000) is None
    assert refusal(body=b"1" * 1001).status == 413
    assert refusal("/teleradiology/api/uploads/1", body=b"1" * 5000) is None


@pytest.mark.parametrize(
    ("method", "headers", "disguised"),
    [
        ("GET", {}, False),
        ("POST", {}, False),
        ("DELETE", {}, True),
        ("PUT", {}, True),
        ("DELETE", {"content-length": "0"}, False),
        ("DELETE", {"origin": "http://127.0.0.1:8042"}, False),
        ("PUT", {"content-length": "17"}, False),
        ("PUT", {"transfer-encoding": "chunked"}, False),
        ("DELETE", {"if-match": '"3"'}, False),
        ("DELETE", {"content-length": "0", "x-http-method-override": "DELETE"}, True),
        ("POST", {"x-http-method-override": "POST"}, True),
        ("GET", {"x-http-method-override": "GET"}, True),
    ],
)
def test_a_method_that_was_put_on_a_link_is_recognised(method: str, headers: dict[str, str], disguised: bool) -> None:
    assert is_disguised(method, headers) is disguised
