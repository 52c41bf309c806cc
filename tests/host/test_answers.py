"""Which call of Orthanc carries which answer, on the old plugin and on the new."""

from __future__ import annotations

from typing import Any

import pytest

from support.fake_orthanc import FakeOrthanc, FakeOutput
from teleradiology.host.answers import Answer, Sender, clean, sendable

JSON = ("Content-Type", "application/problem+json")


def sent(answer: Answer) -> FakeOutput:
    output = FakeOutput()
    Sender(FakeOrthanc()).send(output, answer)
    return output


def test_200_goes_by_answer_buffer_with_the_type_as_argument_only() -> None:
    output = sent(Answer(200, [("content-type", "text/html; charset=utf-8"), ("X-A", "1"), ("Content-Length", "2")], b"ok"))
    assert output.sent == ("AnswerBuffer", b"ok", "text/html; charset=utf-8")
    assert output.headers == [("X-A", "1")]


def test_other_statuses_go_as_text_with_its_length_in_bytes() -> None:
    output = sent(Answer(409, [JSON], '{"é": 1}'.encode()))
    assert output.sent == ("SendHttpStatus", 409, '{"é": 1}', 9)
    assert output.headers == [JSON]


def test_bytes_that_are_no_text_do_not_break_an_error() -> None:
    assert sent(Answer(500, [JSON], b"\xff\x00x")).sent == ("SendHttpStatus", 500, "\ufffd\ufffdx", 7)


@pytest.mark.parametrize("status", [204, 304])
def test_an_answer_without_body_has_none(status: int) -> None:
    output = sent(Answer(status, [JSON, ("ETag", '"1"')], b"ignored"))
    assert (output.sent, output.headers) == (("SendHttpStatus", status, "", 0), [("ETag", '"1"')])


def test_405_names_what_is_allowed_by_the_call_for_it() -> None:
    assert sent(Answer(405, [("Allow", "GET, POST")])).sent == ("SendMethodNotAllowed", "GET, POST")


def test_a_permanent_redirect_goes_by_the_call_for_it() -> None:
    assert sent(Answer(301, [("Location", "/x")])).sent == ("Redirect", "/x")


def test_cookies_are_sent_each_on_its_own() -> None:
    output = sent(Answer(200, [("Set-Cookie", "a=1"), ("Set-Cookie", "b=2")]))
    assert output.headers == [("Set-Cookie", "a=1"), ("Set-Cookie", "b=2")]


def test_a_line_end_in_a_header_does_not_begin_another() -> None:
    output = sent(Answer(200, [("X-Name", "a\r\nSet-Cookie: stolen=1")]))
    assert output.headers == [("X-Name", "a Set-Cookie: stolen=1")]
    assert clean("\x00a\x1bb\r\n") == "a b"


@pytest.mark.parametrize(
    ("asked", "status"),
    [(200, 200), (308, 307), (428, 412), (429, 503), (451, 403), (511, 403), (299, 200), (399, 303), (499, 400), (599, 500)],
)
def test_every_number_has_a_nearest_one_that_can_be_sent(asked: int, status: int) -> None:
    assert sendable(asked) == status


def test_429_becomes_503_that_says_when_to_come_again() -> None:
    assert ("Retry-After", "2") in sent(Answer(429, [JSON])).headers
    assert ("Retry-After", "7") in sent(Answer(429, [JSON, ("Retry-After", "7")])).headers
    assert len(sent(Answer(429, [("Retry-After", "7")])).headers) == 1


class NewPlugin(FakeOrthanc):
    """Since plugin 4.2 SendHttpStatus takes bytes."""

    def RegisterMoveCallback2(self, *args: Any) -> None:
        """Its presence tells the version."""


def test_newer_plugins_are_given_bytes() -> None:
    calls: list[tuple[int, bytes]] = []

    class Output(FakeOutput):
        def SendHttpStatus(self, status: int, body: bytes) -> None:  # type: ignore[override]
            calls.append((status, body))

    Sender(NewPlugin()).send(Output(), Answer(422, [JSON], b"\xff{}"))
    assert calls == [(422, b"\xff{}")]
