"""What one facility has, no user of another ever sees: by no address, in no header, in no error."""

from __future__ import annotations

import re

import pytest

from support.api_routes import NOBODY, valid_body
from teleradiology.store import accounts
from teleradiology.web.api import ROUTES

CANARIES = ("CANARY-PATIENT", "Canary^Bird", "CANARY-ACCESSION", "CANARY STUDY", "CANARY FINDINGS", "1.2.826.999.4711")
OF_ITEMS = [route for route in ROUTES if "{item}" in route.path or "{study}" in route.path or "{report}" in route.path]


@pytest.fixture(scope="module")
def foreign(still_site):
    """A signed study of Misrata; those who look belong to Zliten."""
    facts = {
        "patient_id": "CANARY-PATIENT",
        "patient_name": "Canary^Bird",
        "accession_number": "CANARY-ACCESSION",
        "study_instance_uid": "1.2.826.999.4711",
    }
    found = still_site.claimed(calling_aet="MISRATA_CT", study_description="CANARY STUDY", **facts)
    path = f"/api/worklist/{found.id}/report"
    radiologist = still_site.as_("radiologist")
    radiologist.put(path, json={"sections": {"findings": "CANARY FINDINGS", "impression": "Bird."}})
    report = radiologist.post(f"{path}/sign", json={"status": "final", "password": "correct horse battery"}).json
    still_site.study(study_description="CT OF ZLITEN")
    return {"item": found.id, "study": found.study_instance_uid, "report": report["id"]}


def strip(text: str, *names: str) -> str:
    """A body without what differs from request to request and the names that the client itself gave."""
    for name in names:
        text = text.replace(name, "")
    return re.sub(r'"request_id": ?"[^"]*"', "", text)


@pytest.mark.parametrize("route", OF_ITEMS, ids=lambda route: f"{route.method} {route.path}")
def test_foreign_is_answered_exactly_as_unknown(still_site, foreign, route):
    def ask(names):
        path = re.sub(r"{(\w+)}", lambda name: names[name[1]], route.path)
        answer = still_site.as_("facility")(route.method, path, json=valid_body(route))
        headers = {
            name: value for name, value in answer.headers if name not in ("X-Request-Id", "X-Server-Time", "Content-Length")
        }
        return answer.status_code, headers, strip(answer.text, *names.values())

    assert ask(foreign) == ask(NOBODY)


@pytest.mark.parametrize("route", ROUTES, ids=lambda route: f"{route.method} {route.path}")
def test_no_address_shows_a_byte_of_another_facility(still_site, foreign, route):
    names = {**NOBODY, "code": "not-found", **foreign}
    path = re.sub(r"{(\w+)}", lambda name: names[name[1]], route.path)
    answer = still_site.as_("facility")(route.method, path, json=valid_body(route))
    shown = answer.data.decode("utf-8", "replace") + str(answer.headers)
    for canary in (*CANARIES, "misrata", "Misrata"):
        if canary not in path:
            assert canary not in shown


@pytest.mark.parametrize(
    "query",
    ["", "state=all", "facility=misrata", "q=canary", "state=completed&q=CANARY-PATIENT", "facility=zliten", "reader=dr-salem"],
)
def test_a_list_holds_ones_own_studies_only(still_site, foreign, query):
    answer = still_site.as_("facility").get(f"/api/worklist?{query}")
    assert answer.status_code == 200
    assert {item["facility"] for item in answer.json["items"]} <= {"zliten"}
    assert not any(canary in answer.text for canary in CANARIES)


def test_a_foreign_facility_cannot_be_told_from_one_that_does_not_exist(still_site, foreign):
    answers = [still_site.as_("facility").get(f"/api/worklist?facility={name}") for name in ("misrata", "atlantis")]
    assert answers[0].data == answers[1].data


def test_the_misspelt_filter_of_a_facility_user_names_no_others(still_site, foreign):
    for name in ("facility=misratta", "reader=dr-nobody", "subspecialty=nothing"):
        answer = still_site.as_("facility").get(f"/api/worklist?{name}")
        assert "misrata" not in answer.text
        assert "dr-salem" not in answer.text


def test_counts_are_of_ones_own_studies(still_site, foreign):
    assert still_site.as_("facility").get("/api/worklist/counts").json["total"] == 1


def test_the_facility_itself_sees_its_study_and_report(still_site, foreign):
    own = still_site.as_("facility-2")
    assert own.get(f"/api/worklist/{foreign['item']}").json["patient"]["id"] == "CANARY-PATIENT"
    assert "CANARY FINDINGS" in own.get(f"/api/reports/{foreign['report']}/html").text


def test_a_user_of_no_facility_sees_nothing(site):
    site.study()
    with site.room.store.writing() as c:
        account = accounts.get(c, "facility")
        accounts.change(c, account, facility=None)
    assert site.as_("facility").get("/api/worklist?state=all").json["items"] == []
