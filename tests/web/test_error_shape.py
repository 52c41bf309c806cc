"""Every way in which an address of the API can say no, in one shape; driven by the table of routes, so none escapes."""

from __future__ import annotations

import json
import logging
import re

import pytest
from werkzeug.test import TestResponse

from support.api_routes import path_of, valid_body, valid_body_of, who_may
from teleradiology.core.identity import RIGHTS
from teleradiology.host.answers import problem
from teleradiology.store import listing
from teleradiology.web.api import ROUTES
from teleradiology.web.api.route import PUBLIC, SIGNED_IN
from teleradiology.web.problems import STATUSES

MEMBERS = {"type", "title", "status", "detail", "instance", "request_id", "code", "allowed", "problems"}
ENTRY = {"message", "path", "file", "line", "column", "suggestion"}
WRITES = [route for route in ROUTES if route.method in ("POST", "PUT")]
NAMED = [route for route in ROUTES if "{" in route.path]
GUARDED = [route for route in ROUTES if route.right not in (PUBLIC, SIGNED_IN, "view")]  # everybody may view


def of(routes):
    return pytest.mark.parametrize("route", routes, ids=lambda route: f"{route.method} {route.path}")


def assert_problem(answer: TestResponse, status: int, code: str | None = None) -> dict:
    assert answer.status_code == status, answer.text
    assert answer.content_type == "application/problem+json"
    problem = answer.json
    assert set(problem) == MEMBERS
    assert problem["status"] == status
    assert problem["code"] in {kind.code for kind in STATUSES}
    assert problem["type"] == f"/teleradiology/api/problems/{problem['code']}"
    assert problem["title"]
    assert problem["detail"]
    assert problem["request_id"] == answer.headers["X-Request-Id"]
    assert all(set(entry) == ENTRY and entry["message"] for entry in problem["problems"])
    assert "Traceback" not in answer.text
    if code is not None:
        assert problem["code"] == code
    return problem


@of([route for route in ROUTES if route.right != PUBLIC])
def test_who_is_not_signed_in_is_asked_to(still_site, route):
    answer = still_site.anonymous(route.method, path_of(route))
    assert_problem(answer, 401, "not-signed-in")
    assert answer.headers["WWW-Authenticate"].startswith("Basic ")


@of(GUARDED)
def test_who_has_not_the_right_is_refused(still_site, route):
    nobody = next(person for person in ("facility", "integrator", "auditor", "quality") if person not in RIGHTS[route.right])
    problem = assert_problem(still_site.as_(nobody)(route.method, path_of(route)), 403, "not-allowed")
    assert route.right in problem["detail"]


@of(NAMED)
@pytest.mark.parametrize(
    "name", ["nobody", "'; DROP TABLE items; --", "..", "%2e%2e%2fetc", "1" * 500, "%00", "ذراع", "<script>"]
)
def test_a_name_that_does_not_exist_is_not_found(still_site, route, name):
    path = path_of(route) if name == "nobody" else re.sub(r"{\w+}", name, route.path)
    body = valid_body(route)
    answer = still_site.as_(who_may(route))(route.method, path, json=body)
    if name == ".." and answer.status_code == 405:  # a client that resolves the dots asks for another address
        return
    assert_problem(answer, 404, "not-found")


@of(ROUTES)
def test_another_verb_is_told_what_is_possible(still_site, route):
    there = set(still_site.app.url_map.bind("pacs").allowed_methods(path_of(route))) & {"GET", "POST", "PUT", "DELETE"}
    for verb in {"GET", "POST", "PUT", "DELETE", "PATCH", "OPTIONS"} - there:
        answer = still_site.as_("administrator")(verb, path_of(route))
        problem = assert_problem(answer, 405, "method-not-allowed")
        allowed = set(answer.headers["Allow"].split(", "))
        assert there <= allowed <= {"GET", "POST", "PUT", "DELETE"}
        assert set(problem["allowed"]) == allowed


@of(WRITES)
@pytest.mark.parametrize("raw", [b"{", b"nonsense", b'{"a": NaN}', b"\xff\xfe", b"[" * 600 + b"]" * 600, b'{"a":' * 50_000])
def test_what_cannot_be_read_is_malformed(still_site, route, raw):
    answer = still_site.as_(who_may(route))(route.method, path_of(route), data=raw, content_type="application/json")
    assert_problem(answer, 400, "malformed")


@of(WRITES)
@pytest.mark.parametrize("raw", [b"[]", b'"text"', b"7", b"null", b'{"no_such_member": 1}'])
def test_a_body_of_the_wrong_kind_is_told_so(still_site, route, raw):
    answer = still_site.as_(who_may(route))(route.method, path_of(route), data=raw, content_type="application/json")
    problem = assert_problem(answer, 422, "invalid-input")
    assert problem["problems"]


@of(WRITES)
def test_a_form_is_no_body(still_site, route):
    answer = still_site.as_(who_may(route))(route.method, path_of(route), data={"reason": "x"})
    assert_problem(answer, 415, "unsupported-media-type")


@of(WRITES)
def test_a_large_body_is_too_large(still_site, route):
    raw = b'{"reason": "' + b"x" * (2 << 20) + b'"}'
    answer = still_site.as_(who_may(route))(route.method, path_of(route), data=raw, content_type="application/json")
    assert_problem(answer, 413, "too-large")


@of([route for route in ROUTES if route.method == "GET"])
def test_an_unknown_query_is_refused(still_site, route):
    answer = still_site.as_(who_may(route)).get(f"{path_of(route)}?no_such_filter=1")
    problem = assert_problem(answer, 422, "invalid-input")
    assert problem["problems"][0]["path"] == "no_such_filter"


@of([route for route in ROUTES if route.writes])
def test_an_if_match_that_is_no_version_is_refused(still_site, route):
    headers = {"If-Match": '"seven"'}
    answer = still_site.as_(who_may(route))(route.method, path_of(route), headers=headers, json=valid_body(route))
    assert_problem(answer, 422, "invalid-input")


@of([route for route in ROUTES if route.versioned and "{item}" in route.path])
def test_a_stale_version_is_refused(site, route):
    found = site.claimed() if "report" in route.path or route.path.endswith("/skip") else site.study()
    person = "radiologist" if who_may(route) == "radiologist" else "coordinator"
    if route.path.endswith("/resume"):
        site.as_("coordinator").post(f"/api/worklist/{found.id}/hold", json={"reason": "x"})
    if route.path.endswith(("/release", "/reopen")):
        act = "claim" if route.path.endswith("/release") else "cancel"
        who = "radiologist" if act == "claim" else "coordinator"
        assert (
            site.as_(who).post(f"/api/worklist/{found.id}/{act}", json={"reason": "x"} if act == "cancel" else None).status_code
            == 200
        )
    if route.path.endswith("/report/sign"):
        site.as_(person).put(f"/api/worklist/{found.id}/report", json=valid_body_of("save_draft"))
    path = route.path.replace("{item}", found.id)
    answer = site.as_(person)(route.method, path, headers={"If-Match": '"999"'}, json=valid_body(route))
    assert_problem(answer, 412, "stale-version")


@pytest.mark.parametrize("path", ["/api", "/api/", "/api/nothing", "/api/worklist/x/y/z", "/api/../x", "/api/%00"])
@pytest.mark.parametrize("accept", ["application/json", "text/html", "*/*"])
def test_an_unknown_address_is_a_problem_document_too(site, path, accept):
    for client in (site.as_("administrator"), site.anonymous):
        assert_problem(client.get(path, headers={"Accept": accept}), 404, "not-found")


def test_a_fault_is_an_incident_without_patient_data(site, monkeypatch, caplog):
    def fail(*arguments, **named):
        raise ValueError("CANARY^PATIENT")

    monkeypatch.setattr(listing, "page", fail)
    with caplog.at_level(logging.ERROR):
        answer = site.as_("radiologist").get("/api/worklist?q=CANARY")
    problem = assert_problem(answer, 500, "unexpected")
    assert "CANARY" not in answer.text + caplog.text
    assert problem["request_id"] in caplog.text
    assert "ValueError" in caplog.text


def test_a_request_id_of_the_client_is_kept_when_it_is_harmless(site):
    given = site.anonymous.get("/api/status", headers={"X-Request-Id": "proxy-0123456789"})
    assert given.headers["X-Request-Id"] == "proxy-0123456789"
    for odd in ("short", "x" * 65, "a b c d e f", "<script>alert(1)</script>"):
        assert site.anonymous.get("/api/status", headers={"X-Request-Id": odd}).headers["X-Request-Id"] != odd


def test_the_bridge_refuses_in_the_same_shape():
    for refused in (problem(413, "too-large", "x"), problem(400, "malformed", "x"), problem(500, "unexpected", "x")):
        assert set(json.loads(refused.body)) == MEMBERS
    assert {"too-large", "malformed", "unexpected", "method-not-allowed", "busy"} <= {kind.code for kind in STATUSES}
