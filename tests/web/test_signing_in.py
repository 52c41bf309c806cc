"""How a request proves who sends it, and what a foreign site's page cannot make a browser do."""

from __future__ import annotations

import base64

import pytest

from support.web_people import PASSWORD
from teleradiology.workflow import accounts

BROWSER = {"Sec-Fetch-Site": "same-origin", "Sec-Fetch-Mode": "cors"}


@pytest.fixture
def session(site):
    """A browser's cookie and CSRF token, and how to send a request with them."""
    opened = accounts.sign_in(site.room, "coordinator", PASSWORD, "192.0.2.9")

    def send(method, path, token=opened.csrf, headers=None, **more):
        given = {"Cookie": f"teleradiology={opened.cookie}", **BROWSER, **(headers or {})}
        if token:
            given["X-CSRF-Token"] = token
        return site.anonymous(method, path, headers=given, **more)

    send.opened = opened
    return send


def test_by_name_and_password(site):
    assert site.basic("radiologist").get("/api/me").json["username"] == "radiologist"


def test_by_api_token(site):
    answer = site.as_("integrator").get("/api/me").json
    assert (answer["username"], answer["csrf_token"]) == ("integrator", None)


def test_by_session_cookie(session):
    answer = session("GET", "/api/me").json
    assert (answer["username"], answer["csrf_token"]) == ("coordinator", session.opened.csrf)


def test_me_tells_what_one_may_do(site):
    answer = site.as_("radiologist").get("/api/me").json
    assert answer["reader"] == "dr-salem"
    assert {"claim", "sign"} <= set(answer["rights"])
    assert "accounts" not in answer["rights"]


@pytest.mark.parametrize(
    "header",
    [
        "Basic",
        "Basic !!!",
        "Basic " + base64.b64encode(b"radiologist").decode(),
        "Basic " + base64.b64encode(b"radiologist:wrong").decode(),
        "Basic " + base64.b64encode(b"nobody:correct horse battery").decode(),
        "Basic " + base64.b64encode(b"\xff\xfe:\xff").decode(),
        "Bearer",
        "Bearer tr_wrong",
        "Bearer \xff",
        "Digest username=radiologist",
        "radiologist",
    ],
)
def test_whatever_does_not_prove_it_is_refused(still_site, header):
    answer = still_site.anonymous.get("/api/me", headers={"Authorization": header})
    assert (answer.status_code, answer.json["code"]) == (401, "not-signed-in")


@pytest.mark.parametrize(
    "cookie", ["", "x", "teleradiology=", "teleradiology=wrong", 'teleradiology="\\', "a=b; teleradiology=x"]
)
def test_an_odd_cookie_is_nobody(still_site, cookie):
    assert still_site.anonymous.get("/api/me", headers={"Cookie": cookie}).status_code == 401


def test_many_wrong_passwords_are_answered_with_a_time_to_wait(site):
    answers = [site.basic("radiologist", "wrong").get("/api/me") for _ in range(8)]
    assert answers[0].status_code == 401
    assert answers[-1].status_code == 503
    assert int(answers[-1].headers["Retry-After"]) > 0
    assert answers[-1].json["code"] == "busy"


def test_browsers_are_not_shown_their_own_password_window(still_site):
    script = still_site.anonymous.get("/api/me", headers={"Sec-Fetch-Mode": "cors", "Sec-Fetch-Site": "same-origin"})
    assert (script.status_code, "WWW-Authenticate" in script.headers) == (401, False)
    program = still_site.anonymous.get("/api/me")
    assert program.headers["WWW-Authenticate"] == 'Basic realm="Orthanc Teleradiology", charset="UTF-8"'


def test_a_page_leads_to_the_sign_in_page_and_back(still_site):
    answer = still_site.anonymous.get("/?state=reading", headers={"Accept": "text/html"})
    assert (answer.status_code, answer.headers["Location"]) == (
        303,
        "/teleradiology/sign-in?next=/teleradiology/%3Fstate%3Dreading",
    )
    first = still_site.anonymous.get("/", headers={"Accept": "text/html"})
    assert first.headers["Location"] == "/teleradiology/sign-in"


def test_a_part_of_a_page_leads_there_too(still_site):
    answer = still_site.anonymous.get("/rows", headers={"Accept": "text/html", "HX-Request": "true"})
    assert (answer.status_code, answer.headers["HX-Redirect"]) == (401, "/teleradiology/sign-in")


def test_the_viewer_needs_sign_in_but_its_program_does_not(still_site):
    assert still_site.anonymous.get("/ohif/viewer", headers={"Accept": "text/html"}).status_code in (303, 503)
    assert still_site.anonymous.get("/ohif/app-config.js").status_code == 401
    assert still_site.as_("radiologist").get("/ohif/app-config.js").status_code == 200


def test_a_write_by_cookie_needs_the_sessions_token(site, session):
    found = site.study()
    path = f"/api/worklist/{found.id}/hold"
    for wrong in ("", "x", session.opened.csrf[:-1], session.opened.csrf + "x", "ذ".encode().decode("latin-1")):
        answer = session("POST", path, token=wrong, json={"reason": "x"})
        assert (answer.status_code, answer.json["code"]) == (403, "not-allowed")
    assert site.item(found.id).state == "unassigned"
    assert session("POST", path, json={"reason": "x"}).status_code == 200


@pytest.mark.parametrize(
    "headers",
    [
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
        {"Origin": "http://evil.test"},
        {"Origin": "null"},
        {"Origin": "http://pacs.evil.test"},
        {"Origin": "http://pacs:1"},
        {"Origin": ""},
    ],
)
@pytest.mark.parametrize("way", ["cookie", "basic", "bearer"])
def test_no_other_sites_page_writes_however_the_browser_is_signed_in(site, session, headers, way):
    found = site.study()
    path = f"/api/worklist/{found.id}/hold"
    if way == "cookie":
        answer = session("POST", path, headers=headers, json={"reason": "x"})
    else:
        client = site.basic("coordinator") if way == "basic" else site.as_("coordinator")
        answer = client.post(path, headers=headers, json={"reason": "x"})
    assert (answer.status_code, answer.json["code"]) == (403, "not-allowed")
    assert site.item(found.id).state == "unassigned"


def test_a_token_in_a_form_does_not_make_the_form_a_body(site, session):
    found = site.study()
    answer = session("POST", f"/api/worklist/{found.id}/attend", token="", data={"csrf_token": session.opened.csrf})
    assert (answer.status_code, answer.json["code"]) == (415, "unsupported-media-type")


def test_a_page_of_our_own_origin_writes(site, session):
    found = site.study()
    answer = session("POST", f"/api/worklist/{found.id}/hold", headers={"Origin": "http://pacs"}, json={"reason": "x"})
    assert answer.status_code == 200


def test_the_address_that_the_administrator_names_is_our_own(open_site):
    site = open_site(base_url="https://reading.example.org")
    found = site.study()
    headers = {"Origin": "https://reading.example.org"}
    assert (
        site.as_("coordinator").post(f"/api/worklist/{found.id}/hold", headers=headers, json={"reason": "x"}).status_code == 200
    )


def test_reading_across_sites_is_left_to_the_browser(session):
    # Without CORS headers no script of another site gets the answer; a link in an e-mail must work.
    assert session("GET", "/api/me", headers={"Sec-Fetch-Site": "cross-site"}).status_code == 200


def test_a_session_ends_by_itself(site, session):
    assert session("GET", "/api/me").status_code == 200
    site.clock.forward(minutes=61)
    assert session("GET", "/api/me").status_code == 401


def test_what_a_page_asks_by_itself_does_not_keep_a_session_alive(site, session):
    for _ in range(7):
        site.clock.forward(minutes=9)
        answer = session("GET", "/api/me", headers={"X-Passive": "1"})
    assert answer.status_code == 401


@pytest.mark.parametrize(("base_url", "secure"), [("", False), ("https://reading.example.org", True)])
def test_the_cookie_is_hidden_from_scripts_and_other_sites(open_site, base_url, secure):
    site = open_site(base_url=base_url)
    form = {"username": "coordinator", "password": PASSWORD}
    answer = site.anonymous.post("/sign-in", data=form, headers={"Sec-Fetch-Site": "same-origin"})
    cookie = next(value for name, value in answer.headers if name == "Set-Cookie" and value.startswith("teleradiology="))
    parts = set(cookie.split("; ")[1:])
    assert {"HttpOnly", "SameSite=Strict", "Path=/"} <= parts
    assert ("Secure" in parts) is secure


def test_another_sites_page_cannot_sign_a_browser_in(still_site):
    form = {"username": "coordinator", "password": PASSWORD}
    answer = still_site.anonymous.post("/sign-in", data=form, headers={"Sec-Fetch-Site": "cross-site"})
    assert answer.status_code == 403
    assert "Set-Cookie" not in answer.headers
