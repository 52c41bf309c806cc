"""The whole way of an item over HTTP with PostgreSQL below, and what strangers send that only PostgreSQL chokes on."""

from __future__ import annotations

import base64

import pytest

from support.web_people import PASSWORD


@pytest.fixture
def site(site_on_postgresql):
    return site_on_postgresql


def test_from_arrival_to_the_signed_report(site):
    found, report = site.signed(patient_name="سالم^أحمد")
    assert report["status"] == "final"
    waiting = [site.study().id for _ in range(3)]
    client = site.as_("radiologist")
    assert [item["id"] for item in client.get("/api/worklist?limit=2").json["items"]] == waiting[:2]
    assert [item["id"] for item in client.get("/api/worklist?state=completed&q=احمد").json["items"]] == [found.id]
    assert client.get(f"/api/reports/{report['id']}/sr").status_code == 200
    assert client.post("/api/worklist/next").json["id"] == waiting[0]
    assert site.as_("auditor").get(f"/api/audit?item={found.id}&since=2026-11-23T00:00:00Z").json["items"]
    assert site.as_("auditor").get("/api/audit/verify").json["ok"] is True
    assert site.as_("administrator").post("/api/rules/backtest").json["studies"] == 4
    assert "teleradiology_worklist_open" in site.as_("integrator").get("/api/metrics").text
    assert site.as_("administrator").get("/api/status").json["details"]["database"]["kind"] == "postgresql"


def test_a_repeated_request_gets_the_first_answer(site):
    found = site.study()
    answers = [
        site.as_("radiologist").post(f"/api/worklist/{found.id}/claim", headers={"Idempotency-Key": "k-1"}) for _ in range(2)
    ]
    assert answers[0].data == answers[1].data
    assert answers[1].headers["Idempotency-Replayed"] == "true"


@pytest.mark.parametrize("text", ["%00", "%ED%A0%80", "%FF", "'", "%25", "_", "\\", "%0A"])
def test_no_character_in_a_query_is_a_fault(site, text):
    client = site.as_("administrator")
    for query in (
        f"/api/worklist?q={text}",
        f"/api/worklist?reader={text}",
        f"/api/audit?actor={text}",
        f"/api/worklist?cursor={text}",
    ):
        assert client.get(query).status_code in (200, 400, 422), query


@pytest.mark.parametrize("username", ["a\x00b", "\ud800", "x" * 5000, "'; DROP TABLE accounts; --"])
def test_no_character_in_credentials_is_a_fault(site, username):
    credentials = base64.b64encode(f"{username}:{PASSWORD}".encode("utf-8", "surrogatepass")).decode()
    assert site.anonymous.get("/api/me", headers={"Authorization": f"Basic {credentials}"}).status_code == 401
    assert site.anonymous.get("/api/me", headers={"Authorization": "Bearer a\x01b"}).status_code == 401
    assert site.anonymous.get("/api/me", headers={"Cookie": "teleradiology=%00"}).status_code == 401


@pytest.mark.parametrize("number", ["2147483648", "999999999"])
def test_no_version_is_too_large(site, number):
    found = site.study()
    answer = site.as_("coordinator").post(f"/api/worklist/{found.id}/hold", headers={"If-Match": number}, json={"reason": "x"})
    assert answer.status_code in (412, 422)


@pytest.mark.parametrize("path", ["/?q=%00", "/read/%00", "/rows?%00=1", "/api/worklist/%00", "/static/%00", "/ohif/%00"])
def test_no_nul_in_an_address_is_a_fault(site, path):
    assert site.as_("radiologist").get(path, headers={"Accept": "text/html"}).status_code in (400, 404)


def test_no_nul_in_a_form_is_a_fault(site):
    form = {"username": "a\x00b", "password": "\x00", "next": "\x00"}
    assert site.anonymous.post("/sign-in", data=form).status_code == 400
