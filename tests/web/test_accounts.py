"""Accounts and API tokens over HTTP."""

from __future__ import annotations

import pytest

from support.web_people import PASSWORD
from teleradiology.web.api.models.people import AccountList, AccountOut, MeOut, NewTokenOut, TokenList

NEW = {
    "username": "dr.noor",
    "password": "a long enough password",
    "roles": ["radiologist"],
    "reader": "dr-huda",
    "facility": None,
}


@pytest.fixture
def admin(site):
    return site.as_("administrator")


def test_an_account_is_made_and_can_sign_in(site, admin):
    answer = admin.post("/api/accounts", json=NEW)
    AccountOut.model_validate(answer.json)
    assert (answer.status_code, answer.json["roles"], answer.json["reader"]) == (201, ["radiologist"], "dr-huda")
    assert answer.headers["Location"] == "/teleradiology/api/accounts/dr.noor"
    assert answer.headers["ETag"] == '"1"'
    me = site.basic("dr.noor", NEW["password"]).get("/api/me")
    MeOut.model_validate(me.json)
    assert me.json["reader"] == "dr-huda"


def test_no_answer_holds_a_password_or_its_hash(site, admin):
    admin.post("/api/accounts", json=NEW)
    for path in ("/api/accounts", "/api/accounts/dr.noor", "/api/me"):
        text = admin.get(path).text
        assert "password" not in text
        assert "argon" not in text


def test_the_list_has_every_account(admin):
    answer = admin.get("/api/accounts").json
    AccountList.model_validate(answer)
    names = [account["username"] for account in answer["items"]]
    assert names == sorted(names)
    assert "radiologist" in names


@pytest.mark.parametrize(
    ("change", "path"),
    [
        ({"username": "two words"}, "username"),
        ({"username": ""}, "username"),
        ({"username": "radiologist"}, "username"),
        ({"password": "short"}, "password"),
        ({"roles": []}, "roles"),
        ({"roles": ["radiologst"]}, "roles.0"),
        ({"roles": ["system"]}, "roles.0"),
        ({"roles": "radiologist"}, "roles"),
        ({"reader": "dr-nobody"}, "reader"),
        ({"reader": None}, "reader"),
        ({"facility": "atlantis"}, "facility"),
        ({"role": ["auditor"]}, "role"),
        ({"language": "klingon"}, "language"),
        ({"email": "not an address"}, "email"),
        ({"email": "a@b.org\nBcc: c@d.org"}, "email"),
        ({"email": "a" * 120 + "@b.org"}, "email"),
        ({"mail": "sometimes"}, "mail"),
    ],
)
def test_what_is_wrong_with_a_new_account_is_told(admin, change, path):
    answer = admin.post("/api/accounts", json={**NEW, **change})
    assert answer.status_code == 422, answer.text
    assert path in [problem["path"] for problem in answer.json["problems"]]


def test_a_misspelt_role_is_told_what_was_meant(admin):
    answer = admin.post("/api/accounts", json={**NEW, "roles": ["radiologst"]})
    assert answer.json["problems"][0]["suggestion"] == "radiologist"


def test_what_is_left_out_of_a_change_stays(site, admin):
    before = admin.get("/api/accounts/facility")
    answer = admin.put("/api/accounts/facility", headers={"If-Match": before.headers["ETag"]}, json={"name": "Front desk"})
    assert answer.status_code == 200
    assert answer.json == {**before.json, "name": "Front desk", "version": before.json["version"] + 1}
    stale = admin.put("/api/accounts/facility", headers={"If-Match": before.headers["ETag"]}, json={"name": "x"})
    assert (stale.status_code, stale.json["code"]) == (412, "stale-version")


def test_an_account_has_an_address_and_its_owner_says_what_goes_there(site, admin):
    made = admin.post("/api/accounts", json={**NEW, "email": "noor@example.org"}).json
    assert (made["email"], made["mail"]) == ("noor@example.org", "all")
    noor = site.basic("dr.noor", NEW["password"])
    changed = noor.put("/api/me/mail", json={"email": "noor@elsewhere.example", "mail": "urgent"}).json
    assert (changed["email"], changed["mail"]) == ("noor@elsewhere.example", "urgent")
    assert noor.put("/api/me/mail", json={"email": "", "mail": "none"}).json["email"] is None
    assert noor.put("/api/me/mail", json={"email": "no address"}).status_code == 422
    assert admin.put("/api/accounts/dr.noor", json={"mail": "all"}).json["mail"] == "all"
    trail = site.as_("auditor").get("/api/audit?event=account-changed").json["items"]
    assert trail[-1]["detail"]["changed"] == ["email", "mail"] and "elsewhere" not in str(trail)


def test_a_disabled_account_is_out_at_once(site, admin):
    assert site.as_("quality").get("/api/me").status_code == 200
    assert admin.put("/api/accounts/quality", json={"disabled": True}).json["disabled"] is True
    assert site.as_("quality").get("/api/me").status_code == 401
    assert site.basic("quality").get("/api/me").status_code == 401


def test_a_new_password_replaces_the_old_one(site, admin):
    assert site.basic("quality").get("/api/me").status_code == 200
    assert admin.put("/api/accounts/quality", json={"password": "an entirely new one"}).status_code == 200
    assert site.basic("quality").get("/api/me").status_code == 401
    assert site.basic("quality", "an entirely new one").get("/api/me").status_code == 200


def test_rights_that_are_taken_are_gone_at_once(site, admin):
    assert site.as_("auditor").get("/api/audit").status_code == 200
    admin.put("/api/accounts/auditor", json={"roles": ["quality"]})
    assert site.as_("auditor").get("/api/audit").status_code == 403


def test_the_last_administrator_stays(admin):
    answer = admin.put("/api/accounts/administrator", json={"roles": ["auditor"]})
    assert (answer.status_code, answer.json["code"]) == (409, "invalid-transition")


def test_a_token_is_shown_once_and_works_until_it_is_revoked(site):
    integrator = site.as_("integrator")
    made = integrator.post("/api/tokens", json={"name": "nightly export", "expires_at": "2027-01-01T00:00:00Z"})
    NewTokenOut.model_validate(made.json)
    assert made.status_code == 201
    bearer = {"Authorization": f"Bearer {made.json['token']}"}
    assert site.anonymous.get("/api/me", headers=bearer).json["username"] == "integrator"
    listed = integrator.get("/api/tokens")
    TokenList.model_validate(listed.json)
    assert made.json["token"] not in listed.text
    gone = integrator.delete(f"/api/tokens/{made.json['id']}")
    assert (gone.status_code, gone.json["revoked_at"]) == (200, "2026-11-23T09:00:00.000Z")
    assert site.anonymous.get("/api/me", headers=bearer).status_code == 401


def test_a_token_expires(site):
    made = site.as_("integrator").post("/api/tokens", json={"name": "short", "expires_at": "2026-11-23T10:00:00Z"}).json
    bearer = {"Authorization": f"Bearer {made['token']}"}
    assert site.anonymous.get("/api/me", headers=bearer).status_code == 200
    site.clock.forward(hours=2)
    assert site.anonymous.get("/api/me", headers=bearer).status_code == 401


@pytest.mark.parametrize(
    "body", [{}, {"name": ""}, {"name": "x", "expires_at": "2020-01-01T00:00:00Z"}, {"name": "x", "expires_at": "soon"}]
)
def test_what_is_wrong_with_a_token_is_told(still_site, body):
    answer = still_site.as_("integrator").post("/api/tokens", json=body)
    assert answer.status_code == 422
    assert answer.json["problems"]


def test_other_peoples_tokens_are_their_own(site, admin):
    theirs = admin.get("/api/tokens?username=integrator").json["items"][0]
    assert site.as_("auditor").get("/api/tokens?username=integrator").status_code == 403
    assert site.as_("auditor").delete(f"/api/tokens/{theirs['id']}").status_code == 404
    assert site.as_("auditor").post("/api/tokens", json={"name": "x", "username": "integrator"}).status_code == 403
    assert site.as_("integrator").get("/api/me").status_code == 200
    assert admin.delete(f"/api/tokens/{theirs['id']}").status_code == 200
    assert site.as_("integrator").get("/api/me").status_code == 401


def test_a_password_in_the_address_is_no_way_in(still_site):
    assert still_site.anonymous.get(f"/api/me?username=radiologist&password={PASSWORD}").status_code == 401
