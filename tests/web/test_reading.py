"""What strangers may send: the JSON that the API reads, and what it says of the rest."""

from __future__ import annotations

import json
from typing import Annotated

import pytest
from flask import Flask, request
from pydantic import Field

from teleradiology.core.errors import InvalidInput, Refusal
from teleradiology.web.api import reading
from teleradiology.web.api.models.base import Input, Query
from teleradiology.web.api.route import Version
from teleradiology.web.problems import Malformed, WrongMediaType


class Inner(Input):
    priority: str = ""


class Outer(Input):
    reason: Annotated[str, Field(min_length=1)]
    inner: Inner | None = None
    several: list[Inner] = Field(default_factory=list)
    number: int = 0


class Asked(Query):
    limit: int = Field(50, ge=1, le=100)


def body(raw: bytes, media_type: str = "application/json"):
    with Flask("test").test_request_context("/", method="POST", data=raw, content_type=media_type):
        return reading.body(Outer, request)


def query(text: str):
    with Flask("test").test_request_context(f"/?{text}"):
        return reading.query(Asked, request)


def problems_of(raw: bytes) -> list[tuple[str, str]]:
    with pytest.raises(InvalidInput) as refusal:
        body(raw)
    return [(problem.path, problem.suggestion) for problem in refusal.value.problems]


def test_a_body_becomes_its_model():
    assert body('{"reason": "ذراع", "inner": {"priority": "stat"}}'.encode()).inner.priority == "stat"


def test_a_misspelt_name_in_a_list_is_told_with_the_one_meant():
    assert problems_of(b'{"reason": "x", "several": [{}, {"prioritty": "stat"}]}') == [("several.1.prioritty", "priority")]


@pytest.mark.parametrize("media_type", ["", "application/json", "application/json; charset=utf-8"])
def test_json_is_read_with_and_without_its_media_type(media_type):
    assert body(b'{"reason": "x"}', media_type).reason == "x"


def test_a_form_is_not_read():
    with pytest.raises(WrongMediaType):
        body(b"reason=x", "application/x-www-form-urlencoded")


def test_a_misspelt_name_is_told_with_what_was_meant():
    assert ("raeson", "reason") in problems_of(b'{"raeson": "x"}')


def test_a_misspelt_name_inside_is_told_with_its_path():
    assert problems_of(b'{"reason": "x", "inner": {"prority": "stat"}}') == [("inner.prority", "priority")]


def test_nothing_is_converted():
    assert [path for path, _ in problems_of(b'{"reason": 7, "number": "7"}')] == ["reason", "number"]


def test_all_problems_come_at_once():
    assert len(problems_of(b'{"reason": "", "number": null, "x": 1}')) == 3


@pytest.mark.parametrize(
    "raw",
    [
        b"{",
        b"[1,]",
        b'{"reason": NaN}',
        b'{"reason": Infinity}',
        b'{"reason": "\xff"}',
        b"1" * 5000,
        b'{"number": ' + b"1" * 5000 + b"}",
        b"\xef\xbb\xbf{}",
    ],
)
def test_what_is_not_json_is_malformed(raw):
    with pytest.raises(Malformed):
        body(raw)


@pytest.mark.parametrize("opening", [b"[", b'{"a":', b'[{"a":'])
@pytest.mark.parametrize("depth", [65, 600, 100_000])
def test_deep_nesting_is_refused_before_it_is_parsed(opening, depth):
    with pytest.raises(Malformed, match="nested"):
        body(opening * depth)


def test_brackets_in_a_text_are_no_nesting():
    text = "[{" * 500 + '"\\'
    assert body(json.dumps({"reason": text}).encode()).reason == text


def test_a_million_brackets_are_counted_quickly():
    with pytest.raises(InvalidInput):  # an array, not an object
        body(b"[" + b"[]," * 300_000 + b"[]]")


@pytest.mark.parametrize("raw", [b'{"reason": "a\\u0000b"}', b'{"reason": "\\ud800"}', b'{"rea\\u0000son": "x"}'])
def test_what_a_database_cannot_keep_is_refused(raw):
    with pytest.raises(InvalidInput):
        body(raw)


def test_a_name_given_twice_is_refused():
    assert problems_of(b'{"reason": "x", "reason": "y"}') == [("reason", "")]


@pytest.mark.parametrize("raw", [b"[]", b'"x"', b"null", b"7", b"true"])
def test_only_an_object_is_a_body(raw):
    with pytest.raises(InvalidInput, match="object"):
        body(raw)


def test_a_query_is_converted_and_checked():
    assert query("limit=7").limit == 7
    for text in ("limit=0", "limit=x", "limit=101", "limit=", "lmit=7", "limit=7&limit=8"):
        with pytest.raises(InvalidInput):
            query(text)


def test_a_misspelt_query_is_told_what_was_meant():
    with pytest.raises(InvalidInput) as refusal:
        query("lmit=7")
    assert refusal.value.problems[0].suggestion == "limit"


@pytest.mark.parametrize(("header", "version"), [('"7"', 7), ("7", 7), ('W/"7"', 7), (None, None), ("*", None)])
def test_if_match_is_a_version(header, version):
    found = reading.if_match(header)
    assert (found and found.number) == version
    assert (found is None) == (header is None)


def test_if_match_tells_the_drafts_version_from_the_items():
    assert reading.if_match('"draft-7"') == Version(7, of_draft=True)
    assert reading.if_match('"7"') == Version(7)


@pytest.mark.parametrize("header", ["", '"7", "8"', "seven", '"-1"', '"9999999999"', "7\x00"])
def test_any_other_if_match_is_refused(header):
    with pytest.raises(Refusal):
        reading.if_match(header)
