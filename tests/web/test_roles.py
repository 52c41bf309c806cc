"""Who may do what: every role against every address, with the answer that the table of rights promises."""

from __future__ import annotations

import re

import pytest

from support.api_routes import NOBODY, valid_body
from teleradiology.core.identity import RIGHTS
from teleradiology.store import accounts, outbox
from teleradiology.web.api import ROUTES
from teleradiology.web.api.route import PUBLIC, SIGNED_IN

PEOPLE = ("administrator", "radiologist", "coordinator", "facility", "quality", "auditor", "integrator")


@pytest.fixture(scope="module")
def names(still_site):
    """One of everything, so that a right and not a missing thing decides."""
    found, report = still_site.signed()
    with still_site.room.store.reading() as c:
        delivery = outbox.of_item(c, found.id)[0].id
        token = accounts.tokens_of(c, "radiologist")[0].id
    return {
        "item": found.id,
        "report": report["id"],
        "study": found.study_instance_uid,
        "username": "quality",
        "token": token,
        "delivery": delivery,
        "exception": NOBODY["exception"],
        "code": "not-found",
    }


@pytest.mark.parametrize("person", PEOPLE)
@pytest.mark.parametrize("route", [route for route in ROUTES if not route.writes], ids=lambda route: route.path)
def test_reads_answer_who_has_the_right_and_nobody_else(still_site, names, person, route):
    path = re.sub(r"{(\w+)}", lambda name: names[name[1]], route.path)
    answer = still_site.as_(person).get(path)
    may = route.right in (PUBLIC, SIGNED_IN) or person in RIGHTS[route.right]
    assert answer.status_code == (route.status if may else 403), answer.text


@pytest.mark.parametrize("person", PEOPLE)
@pytest.mark.parametrize(
    "route", [route for route in ROUTES if route.writes and route.right not in (PUBLIC, SIGNED_IN)], ids=lambda route: route.path
)
def test_writes_refuse_who_has_not_the_right(still_site, names, person, route):
    if person in RIGHTS[route.right]:
        # What they may do is tested with each act; here it is enough that the right does not stand in the way.
        path = (
            re.sub(r"{item}", "01ARZ3NDEKTSV4RRFFQ69G5FAV", route.path)
            .replace("{username}", "nobody")
            .replace("{delivery}", NOBODY["delivery"])
        )
        if "{" in route.path:
            assert still_site.as_(person)(route.method, path, json=valid_body(route)).status_code == 404
        return
    path = re.sub(r"{(\w+)}", lambda name: names[name[1]], route.path)
    answer = still_site.as_(person)(route.method, path, json=valid_body(route))
    assert (answer.status_code, answer.json["code"]) == (403, "not-allowed")


def test_an_administrator_neither_claims_nor_signs(site):
    found = site.study()
    for act in ("claim", "report/sign"):
        body = {"status": "final", "password": "correct horse battery"} if act == "report/sign" else {}
        assert site.as_("administrator").post(f"/api/worklist/{found.id}/{act}", json=body).status_code == 403


def test_a_refusal_for_want_of_a_right_is_on_the_audit_trail(site):
    found = site.study()
    site.as_("auditor").post(f"/api/worklist/{found.id}/claim")
    records = site.as_("auditor").get(f"/api/audit?event=access-denied&item={found.id}").json["items"]
    assert [(record["actor"], record["detail"]) for record in records] == [("auditor", {"right": "claim"})]
