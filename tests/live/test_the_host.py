"""What Orthanc makes of requests and answers, with our bridge in between."""

from __future__ import annotations

import http.client
import json
from collections.abc import Callable

import pytest

from host.expectations import BELIEFS
from support.live_fixtures import PROBE
from support.live_orthanc import ADMIN, LiveOrthanc

P = "/teleradiology"
LARGE = 16 << 20


@pytest.mark.parametrize("belief", [belief.__name__ for belief in BELIEFS])
def test_what_we_believe_of_orthanc_holds(probe: LiveOrthanc, belief: str) -> None:
    assert probe.get("/app/bare").json()[belief] is True


def raw(probe: LiveOrthanc, path: str) -> dict:
    connection = http.client.HTTPConnection("127.0.0.1", probe.http_port, timeout=10)
    connection.putrequest("GET", path)
    connection.endheaders()
    answer = connection.getresponse()
    found = json.loads(answer.read())
    connection.close()
    return found


@pytest.mark.parametrize(
    ("query", "meant"),
    [
        ("q=a%2Bb", {"q": ["a+b"]}),
        ("q=a+b", {"q": ["a b"]}),
        ("q=c%2Bd%20e%26f%3D", {"q": ["c+d e&f="]}),
        ("q=%D9%85%D8%AD%D9%85%D8%AF", {"q": ["محمد"]}),
        ("a%5Bb%5D=1&c=x=y", {"a[b]": ["1"], "c": ["x=y"]}),
        ("q=100%2525", {"q": ["100%25"]}),
        ("flag&empty=", {"flag": [""], "empty": [""]}),
    ],
)
def test_a_query_arrives_as_it_was_sent(probe: LiveOrthanc, query: str, meant: dict) -> None:
    assert raw(probe, f"{P}/echo?{query}")["args"] == meant


@pytest.mark.parametrize(
    ("sent", "arrives"),
    [("/echo/a%20b", "a b"), ("/echo/%D8%A7", "ا"), ("/echo/x/", "x"), ("/echo/a%2520b", "a%20b"), ("/echo/", "")],
)
def test_a_path_is_decoded_once_and_loses_its_last_slash(probe: LiveOrthanc, sent: str, arrives: str) -> None:
    assert raw(probe, P + sent)["path"] == arrives


@pytest.mark.parametrize("method", ["GET", "POST", "PUT", "DELETE"])
def test_four_methods_arrive(probe: LiveOrthanc, method: str) -> None:
    body = b'{"a": 1}' if method in ("POST", "PUT") else None
    found = probe.ask(method, f"{P}/echo", data=body, headers={"Content-Type": "application/json"}).json()
    assert (found["method"], found["body"]) == (method, "" if body is None else body.decode())


@pytest.mark.parametrize(("method", "status"), [("HEAD", 404), ("OPTIONS", 404), ("PATCH", 400), ("PROPFIND", 404)])
def test_other_methods_are_refused_by_orthanc_itself(probe: LiveOrthanc, method: str, status: int) -> None:
    assert probe.ask(method, f"{P}/echo").status_code == status


def test_the_callers_address_arrives_although_the_callback_is_not_told_it(probe: LiveOrthanc) -> None:
    assert raw(probe, f"{P}/echo")["remote"] == "127.0.0.1"


def test_nobody_is_believed_about_whom_he_speaks_for(probe: LiveOrthanc) -> None:
    found = probe.get(f"{P}/echo", headers={"X-Forwarded-For": "203.0.113.9"}).json()
    assert found["remote"] == "127.0.0.1"


def test_the_applications_own_addresses_begin_with_our_prefix(probe: LiveOrthanc) -> None:
    assert raw(probe, f"{P}/echo")["url"] == f"{probe.url}{P}/echo"


@pytest.mark.parametrize("status", [200, 201, 202, 302, 303, 307, 400, 401, 403, 404, 409, 412, 413, 415, 422, 500, 502, 503])
def test_a_status_is_sent_with_its_body_and_one_content_type(probe: LiveOrthanc, status: int) -> None:
    answer = probe.get(f"{P}/status/{status}")
    assert (answer.status_code, answer.json()) == (status, {"sent": "é"})
    assert answer.headers["Content-Type"] == "application/problem+json"
    assert answer.headers["ETag"] == '"1"'


@pytest.mark.parametrize("status", [204, 304])
def test_a_status_without_body_is_sent_without_one(probe: LiveOrthanc, status: int) -> None:
    answer = probe.get(f"{P}/status/{status}")
    assert (answer.status_code, answer.content) == (status, b"")


@pytest.mark.parametrize(("asked", "sent"), [(308, 307), (418, 400), (428, 412), (429, 503), (451, 403), (511, 403), (599, 500)])
def test_a_status_that_orthanc_cannot_send_becomes_the_nearest(probe: LiveOrthanc, asked: int, sent: int) -> None:
    assert probe.get(f"{P}/status/{asked}").status_code == sent


def test_too_many_requests_is_told_as_come_again_later(probe: LiveOrthanc) -> None:
    assert probe.get(f"{P}/status/429").headers["Retry-After"] == "2"


def test_a_method_that_a_route_does_not_have_is_405_with_those_it_has(probe: LiveOrthanc) -> None:
    answer = probe.put(f"{P}/json", json={})
    assert answer.status_code == 405
    assert "POST" in answer.headers["Allow"]


def test_binary_content_arrives_byte_for_byte(probe: LiveOrthanc) -> None:
    assert probe.get(f"{P}/binary").content == bytes(range(256))


def test_two_cookies_are_two_headers(probe: LiveOrthanc) -> None:
    answer = probe.get(f"{P}/cookies")
    assert answer.raw.headers.getlist("set-cookie") == ["one=1; Path=/", "two=2; Path=/"]
    probe.http.cookies.clear()


def test_an_unexpected_exception_is_an_incident_and_its_text_stays_out_of_the_log(probe: LiveOrthanc) -> None:
    answer = probe.get(f"{P}/raises")
    assert answer.status_code == 500
    assert "Mustermann" not in probe.log
    assert "ValueError at probe_app.py" in probe.log


def test_handlers_have_a_large_stack(probe: LiveOrthanc) -> None:
    assert probe.get("/app/bare").json()["stack"] < 1 << 20  # what Orthanc's own threads have
    assert probe.get(f"{P}/stack").json()["stack"] >= LARGE


def test_asking_ourselves_through_orthanc_does_not_wait_for_ourselves(probe: LiveOrthanc) -> None:
    assert probe.get(f"{P}/reenters").json()["stack"] >= LARGE


@pytest.mark.parametrize("brackets", [65, 600, 100_000])
def test_a_deeply_nested_body_is_refused_before_it_is_parsed(probe: LiveOrthanc, brackets: int) -> None:
    before = probe.pid
    answer = probe.post(f"{P}/json", data=b"[" * brackets + b"]" * brackets)
    assert (answer.status_code, answer.json()["code"]) == (400, "malformed")
    assert answer.headers["Content-Type"] == "application/problem+json"
    assert (probe.get("/system").status_code, probe.pid) == (200, before)


def test_64_levels_are_deep_enough_for_anybody(probe: LiveOrthanc) -> None:
    assert probe.post(f"{P}/json", data=b"[" * 64 + b"]" * 64).status_code == 200


def test_brackets_in_a_text_are_not_levels(probe: LiveOrthanc) -> None:
    assert probe.post(f"{P}/json", data=json.dumps(["[" * 5000 + '"\\' + "{" * 5000]).encode()).status_code == 200


def test_a_large_body_is_refused(probe: LiveOrthanc) -> None:
    answer = probe.post(f"{P}/json", data=b'"' + b"a" * (1 << 20) + b'"')
    assert (answer.status_code, answer.json()["code"]) == (413, "too-large")


@pytest.mark.parametrize(
    ("method", "path", "headers"),
    [
        ("GET", "/echo?_method=DELETE", {}),
        ("GET", "/echo?_method=PUT", {}),
        ("GET", "/echo", {"X-HTTP-Method-Override": "DELETE"}),
        ("POST", "/echo", {"X-HTTP-Method-Override": "DELETE"}),
        ("POST", "/echo", {"X-HTTP-Method-Override": "PUT"}),
    ],
)
def test_a_method_cannot_be_overridden_on_our_routes(probe: LiveOrthanc, method: str, path: str, headers: dict) -> None:
    answer = probe.ask(method, P + path, headers=headers, data=b"{}" if method == "POST" else None)
    assert answer.status_code == 405


def test_a_method_in_the_query_of_a_post_changes_nothing(probe: LiveOrthanc) -> None:
    assert probe.post(f"{P}/echo?_method=DELETE", data=b"{}").json()["method"] == "POST"


def test_a_handler_that_takes_too_long_is_answered_for(new_orthanc: Callable[..., LiveOrthanc]) -> None:
    running = new_orthanc(environ={"TELERADIOLOGY_SCRIPT": str(PROBE)}, settings={"RequestSeconds": 0.3}).start()
    answer = running.get(f"{P}/sleeps/5.0")
    assert (answer.status_code, answer.json()["code"]) == (503, "busy")
    assert answer.headers["Retry-After"] == "2"
    assert running.stop() == 0


def test_the_root_leads_to_our_pages(probe: LiveOrthanc) -> None:
    answer = probe.get("/", auth=None)
    assert (answer.status_code, answer.headers["Location"]) == (303, "/teleradiology/")


def test_who_is_signed_in_is_let_through_to_orthanc(probe: LiveOrthanc) -> None:
    assert probe.get("/system", auth=ADMIN).json()["ApiVersion"] > 0
