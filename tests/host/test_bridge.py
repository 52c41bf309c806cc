"""From Orthanc's callback to WSGI and back."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from support.fake_orthanc import FakeOrthanc, FakeOutput
from teleradiology.host.answers import Sender
from teleradiology.host.bridge import Bridge, call, environ_of, query_string
from teleradiology.host.callers import Callers
from teleradiology.host.limits import Limits
from teleradiology.host.pool import LargeStackPool

HEADERS = {"host": "pacs.example.org:8042", "accept": "text/html"}


@pytest.fixture
def asked() -> Iterator[Callable[..., FakeOutput]]:
    pool = LargeStackPool(1)

    def ask(application: Any, **request: Any) -> FakeOutput:
        output = FakeOutput()
        bridge = Bridge(application, pool, Sender(FakeOrthanc()), Callers(), Limits(seconds=1.0))
        bridge.callback(output, "/teleradiology/x", **{"method": "GET", "headers": HEADERS, "groups": (), "get": {}, **request})
        return output

    yield ask
    pool.close()


def test_the_environment_is_that_of_a_mounted_application() -> None:
    environ = environ_of("/teleradiology/api/ä", {"method": "POST", "headers": HEADERS, "body": b"{}", "ip": "192.0.2.1"})
    assert environ["SCRIPT_NAME"] == "/teleradiology"
    assert environ["PATH_INFO"].encode("latin-1").decode() == "/api/ä"
    assert (environ["CONTENT_LENGTH"], environ["wsgi.input"].read()) == ("2", b"{}")
    assert (environ["SERVER_NAME"], environ["SERVER_PORT"]) == ("pacs.example.org", "8042")
    assert (environ["REMOTE_ADDR"], environ["HTTP_ACCEPT"]) == ("192.0.2.1", "text/html")


def test_headers_that_could_pass_for_others_are_dropped() -> None:
    headers = {"x_forwarded_for": "1", "proxy": "http://evil.test", "content-length": "999"}
    environ = environ_of("/teleradiology", {"method": "GET", "headers": headers})
    assert not {"HTTP_X_FORWARDED_FOR", "HTTP_PROXY", "HTTP_CONTENT_LENGTH"} & set(environ)
    assert environ["CONTENT_LENGTH"] == "0"


def test_the_query_is_put_together_as_it_was() -> None:
    assert query_string({"q": "a%2Bb+c", "x%5B%5D": "1=2", "flag": ""}) == "q=a%2Bb+c&x%5B%5D=1=2&flag="


def test_an_application_may_write_and_return_and_is_closed() -> None:
    closed = []

    class Body(list[bytes]):
        def close(self) -> None:
            closed.append(True)

    def application(environ: dict[str, Any], start_response: Any) -> Body:
        write = start_response("201 Created", [("X-A", "1")])
        write(b"one ")
        return Body([b"two ", b"three"])

    answer = call(application, {})
    assert (answer.status, answer.headers, answer.body, closed) == (201, [("X-A", "1")], b"one two three", [True])


def test_an_exception_of_the_application_is_a_problem_document(asked: Callable[..., FakeOutput], caplog: Any) -> None:
    def application(environ: Any, start_response: Any) -> list[bytes]:
        raise RuntimeError("CANARY^Patient")

    output = asked(application)
    assert output.sent[1] == 500
    assert "incident" in output.sent[2]
    assert "CANARY" not in output.sent[2] + caplog.text
    assert "RuntimeError at test_bridge.py" in caplog.text


def test_an_application_that_hangs_is_answered_for(asked: Callable[..., FakeOutput]) -> None:
    release = threading.Event()
    output = asked(lambda environ, start_response: [b""] if release.wait(5) else [])
    release.set()
    assert output.sent[1] == 503
    assert ("Retry-After", "2") in output.headers


def test_only_a_proxy_of_ours_is_believed_about_whom_it_speaks_for() -> None:
    forwarded = {"x-forwarded-for": "203.0.113.9, 198.51.100.7"}
    assert Callers().note("127.0.0.1", forwarded) == "127.0.0.1"
    callers = Callers(("127.0.0.1",))
    assert callers.note("127.0.0.1", forwarded) == "198.51.100.7"
    assert callers.caller() == "198.51.100.7"
    assert callers.note("192.0.2.1", forwarded) == "192.0.2.1"
