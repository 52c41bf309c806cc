"""What every answer carries, whatever it is."""

from __future__ import annotations

import pytest

ADDRESSES = (
    "/api/status",
    "/api/worklist",
    "/api/nothing",
    "/",
    "/sign-in",
    "/nothing",
    "/static/nothing.js",
    "/ohif/nothing.js",
    "/ohif",
)


@pytest.mark.parametrize("path", ADDRESSES)
@pytest.mark.parametrize("person", ["anonymous", "administrator"])
def test_every_answer_keeps_browsers_from_doing_harm(still_site, path, person):
    client = still_site.anonymous if person == "anonymous" else still_site.as_(person)
    answer = client.get(path, headers={"Accept": "text/html"})
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Referrer-Policy"] == "same-origin"
    assert answer.headers["X-Request-Id"]
    policy = answer.headers["Content-Security-Policy"]
    assert "unsafe" not in policy
    assert "script-src 'self'" in policy
    assert "frame-ancestors 'self'" in policy
    assert answer.content_type


@pytest.mark.parametrize("path", ["/api/status", "/api/worklist", "/api/me", "/api/nothing", "/", "/nothing"])
def test_data_is_not_kept_by_browsers(still_site, path):
    answer = still_site.as_("administrator").get(path, headers={"Accept": "text/html"})
    assert answer.headers["Cache-Control"] == "no-store"


@pytest.mark.parametrize("path", ["/sign-in/", "/api/status/", "/api//status", "//api/status", "/ohif/", "/static/"])
def test_no_address_is_redirected_for_its_slashes(still_site, path):
    # Orthanc cuts and merges slashes before we see them: such a redirect would never end.
    answer = still_site.as_("administrator").get(path)
    assert answer.status_code not in (301, 302, 307, 308)


def test_no_route_ends_with_a_slash_but_the_first_page(still_site):
    assert [rule.rule for rule in still_site.app.url_map.iter_rules() if rule.rule.endswith("/")] == ["/"]


def test_only_the_verbs_that_orthanc_passes_are_used(still_site):
    for rule in still_site.app.url_map.iter_rules():
        assert set(rule.methods or ()) <= {"GET", "HEAD", "POST", "PUT", "DELETE"}, rule


def test_a_person_gets_a_page_for_an_error(still_site):
    answer = still_site.as_("administrator").get("/nothing", headers={"Accept": "text/html"})
    assert (answer.status_code, answer.content_type) == (404, "text/html; charset=utf-8")
    assert answer.headers["X-Request-Id"] in answer.text


def test_a_program_gets_a_problem_document_from_pages_too(still_site):
    answer = still_site.as_("administrator").get("/nothing", headers={"Accept": "*/*"})
    assert answer.content_type == "application/problem+json"


def test_an_error_page_that_cannot_be_rendered_is_plain_text(open_site, tmp_path):
    site = open_site(templates_dir=tmp_path)
    answer = site.as_("administrator").get("/nothing", headers={"Accept": "text/html"})
    assert (answer.status_code, answer.content_type) == (404, "text/plain; charset=utf-8")
    assert "not-found" in answer.text


@pytest.mark.parametrize("path", ["/<script>alert(1)</script>", "/api/<script>alert(1)</script>", '/x"><svg/onload=alert(1)>'])
def test_an_address_is_never_shown_as_markup(still_site, path):
    for accept in ("text/html", "*/*"):
        answer = still_site.as_("administrator").get(path, headers={"Accept": accept})
        if answer.content_type.startswith("text/html"):
            assert "<script>alert" not in answer.text
            assert "<svg/onload" not in answer.text
