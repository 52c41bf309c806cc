"""The pages as the server makes them: for whom, in which state, and never with more than somebody may see."""

from __future__ import annotations

import gzip
import re

import pytest

from support.web_people import PASSWORD

HTML = {"Accept": "text/html"}
XSS = "<script>alert(1)</script>^<b>Bold"


def page(client, path: str, status: int = 200, **headers: str) -> str:
    answer = client.get(path, headers={**HTML, **headers})
    assert answer.status_code == status, answer.text[:300]
    return answer.get_data(as_text=True)


def submit(client, path: str, status: int = 303, **form: str):
    answer = client.post(path, data=form, headers=HTML)
    assert answer.status_code == status, answer.get_data(as_text=True)[:500]
    return answer


def row(text: str, item: str) -> str:
    found = re.search(rf'<tr id="{item}".*?</tr>', text, re.DOTALL)
    assert found, f"no row {item}"
    return found[0]


# ------------------------------------------------------------------------------------------------------- the worklist


def test_the_worklist_lists_what_waits(site):
    item = site.study(study_description="CT STROKE", patient_name="Borg^Anna")
    found = row(page(site.as_("radiologist"), "/"), item.id)
    assert "Anna Borg" in found
    assert "STAT" in found
    assert f'href="/teleradiology/read/{item.id}"' in found


def test_names_and_descriptions_are_escaped_everywhere(site):
    item = site.study(patient_name=XSS, study_description="<i>CT</i>", patient_id="<u>1")
    for client, path in (
        (site.as_("radiologist"), "/"),
        (site.as_("radiologist"), f"/read/{item.id}"),
        (site.as_("coordinator"), f"/studies/{item.id}"),
    ):
        text = page(client, path)
        for hostile in ("<script>alert", "<b>Bold", "<i>CT", "<u>1"):
            assert hostile not in text


def test_a_site_user_finds_only_studies_of_that_site(site):
    ours, theirs = site.study(), site.study(calling_aet="MISRATA_CT")
    client = site.as_("facility")
    text = page(client, "/?state=all")
    assert ours.id in text
    assert theirs.id not in text
    assert "Misrata" not in text
    page(client, f"/studies/{ours.id}")
    page(client, f"/studies/{theirs.id}", 404)
    page(client, f"/read/{theirs.id}", 404)


@pytest.mark.parametrize("person", ["facility", "coordinator", "administrator", "quality", "auditor", "integrator"])
def test_only_radiologists_are_offered_to_claim(site, person):
    item = site.study()
    text = page(site.as_(person), "/")
    assert 'data-act="claim"' not in text
    assert 'id="next-case"' not in text
    assert f"/read/{item.id}" not in text


def test_the_list_is_not_made_again_when_nothing_changed(site):
    client, item = site.as_("radiologist"), site.study()
    first = client.get("/rows?", headers=HTML)
    again = client.get("/rows?", headers={**HTML, "If-None-Match": first.headers["ETag"]})
    assert (again.status_code, again.get_data()) == (304, b"")
    assert int(again.headers["X-Server-Time"]) == int(site.clock().timestamp() * 1000)
    site.change(item, state="held")
    changed = client.get("/rows?", headers={**HTML, "If-None-Match": first.headers["ETag"]})
    assert changed.status_code == 200


def test_the_etag_is_another_for_another_person_language_or_time_zone(site):
    site.study()
    client = site.as_("radiologist")
    tags = {
        client.get("/rows?", headers={**HTML, "Cookie": cookie}).headers["ETag"]
        for cookie in ("", "teleradiology_language=ar", "teleradiology_zone=Asia%2FTokyo")
    }
    tags.add(site.as_("coordinator").get("/rows?", headers=HTML).headers["ETag"])
    assert len(tags) == 4


def test_filters_that_do_not_exist_are_ignored_in_an_old_bookmark(site):
    item = site.study()
    assert item.id in page(site.as_("coordinator"), "/?state=nonsense&colour=red&due=tomorrow")


def test_search_filters_and_views(site):
    chest, head = site.study(study_description="CT CHEST"), site.study(study_description="CT STROKE")
    client = site.as_("coordinator")
    assert chest.id not in page(client, "/?q=stroke")
    assert head.id not in page(client, "/?priority=routine")
    site.clock.forward(hours=3)
    overdue = page(client, "/?due=overdue")
    assert head.id in overdue
    assert chest.id not in overdue
    assert chest.id not in page(client, "/?modality=MR")


def test_my_drafts_are_mine(site):
    item = site.claimed()
    site.as_("radiologist").put(f"/api/worklist/{item.id}/report", json={"sections": {"findings": "x"}})
    assert item.id in page(site.as_("radiologist"), "/?draft=mine")
    assert item.id not in page(site.as_("radiologist-2"), "/?draft=mine")


def test_done_today_ends_with_the_readers_day(site):
    item, _ = site.signed()
    client = site.as_("radiologist")
    assert item.id in page(client, "/?closed=today")
    site.clock.forward(hours=23)
    assert item.id not in page(client, "/?closed=today")


def test_a_view_is_saved_listed_and_deleted(site):
    client = site.as_("coordinator")
    answer = submit(client, "/views", name="Chests", query="q=chest&modality=CT")
    assert answer.headers["Location"].endswith("/?modality=CT&q=chest")
    text = page(client, "/?modality=CT&q=chest")
    assert "Chests" in text
    assert "Chests" not in page(site.as_("radiologist"), "/")
    view = re.search(r"/views/(\w{26})/delete", text)
    assert view
    submit(site.as_("radiologist"), f"/views/{view[1]}/delete")
    assert "Chests" in page(client, "/"), "another's view was deleted"
    submit(client, f"/views/{view[1]}/delete")
    assert "Chests" not in page(client, "/")


def test_a_view_without_name_or_filter_is_refused(site):
    submit(site.as_("coordinator"), "/views", 422, name=" ", query="q=x")
    submit(site.as_("coordinator"), "/views", 422, name="All", query="")


def test_next_case_claims_and_goes_there_or_says_that_nothing_waits(site):
    item = site.study()
    client = site.as_("radiologist")
    assert submit(client, "/next").headers["Location"].endswith(f"/read/{item.id}")
    assert site.item(item.id).claimed_by == "radiologist"
    assert submit(client, "/next").headers["Location"].endswith("said=none-waiting")
    submit(site.as_("coordinator"), "/next", 403)


def test_an_empty_list_says_what_to_do(site):
    assert "No study is waiting." in page(site.as_("radiologist"), "/")
    assert "No study fits these filters." in page(site.as_("radiologist"), "/?q=nobody")


# ---------------------------------------------------------------------------------------------------- reading a study


def test_the_reading_page_claims_what_can_be_claimed_and_shows_who_holds_the_rest(site):
    free, taken = site.study(), site.claimed("radiologist-2")
    assert 'data-claim="take"' in page(site.as_("radiologist"), f"/read/{free.id}")
    assert site.item(free.id).state == "unassigned", "a GET claims nothing: the page's script does"
    held = page(site.as_("radiologist"), f"/read/{taken.id}")
    assert 'data-claim="none"' in held
    assert "Reading by Dr Huda Omar" in held
    assert 'data-claim="none"' in page(site.as_("coordinator"), f"/read/{free.id}")


def test_priors_of_the_same_site_come_with_their_report(site):
    before, _ = site.signed(patient_id="P-7")
    other_site, _ = site.signed(patient_id="P-7", calling_aet="MISRATA_CT")
    item = site.study(patient_id="P-7")
    text = page(site.as_("radiologist"), f"/read/{item.id}")
    assert "Clear lungs." in text
    assert before.study_instance_uid in text
    assert other_site.study_instance_uid not in text


def test_the_preview_runs_nothing(site):
    item = site.claimed()
    answer = site.as_("radiologist").get(f"/read/{item.id}/preview", headers=HTML)
    assert "sandbox" in answer.headers["Content-Security-Policy"]
    assert "script-src" not in answer.headers["Content-Security-Policy"]
    pdf = site.as_("radiologist").get(f"/read/{item.id}/preview.pdf")
    assert pdf.get_data().startswith(b"%PDF")


# -------------------------------------------------------------------------------------------------- a study's own page


def test_why_here_names_the_deciding_rule_with_its_line_and_the_rules_passed_over(site):
    item = site.study(study_description="CT CHEST")
    text = page(site.as_("coordinator"), f"/studies/{item.id}")
    assert "everything else" in text
    assert re.search(r"rules\.yaml:\d+", text)
    assert "stroke code" in text
    assert "Dr Salem Ahmed" in text
    assert "is off duty" in text


@pytest.mark.parametrize(("language", "told"), [("en", "Routine → STAT"), ("ar", "اعتيادي ← فوري")])
def test_a_changed_priority_is_told_in_the_direction_of_reading(site, language, told):
    found = site.study()
    change = {"priority": "stat", "reason": "fell down the stairs"}
    assert site.as_("coordinator").post(f"/api/worklist/{found.id}/prioritize", json=change).status_code == 200
    headers = {"Accept": "text/html", "Cookie": f"teleradiology_language={language}"}
    page = site.as_("coordinator").get(f"/studies/{found.id}", headers=headers).text
    assert page.count(told) == 2  # above the rules' own, and on the timeline


def test_a_site_user_is_not_told_of_rules_readers_or_the_timeline(site):
    item = site.study()
    text = page(site.as_("facility"), f"/studies/{item.id}")
    for hidden in ("Why here?", "Timeline", "everything else"):
        assert hidden not in text


def test_acts_are_offered_and_carried_out(site):
    item = site.study()
    client = site.as_("coordinator")
    text = page(client, f"/studies/{item.id}")
    assert all(f'id="act-{act}"' in text for act in ("assign", "prioritize", "hold", "cancel"))
    submit(client, f"/studies/{item.id}/hold", version=str(item.version), ground="image-quality", reason="motion")
    held = site.item(item.id)
    assert (held.state, held.hold_reason) == ("held", "image-quality: motion")
    submit(client, f"/studies/{item.id}/resume", version=str(held.version))
    again = site.item(item.id)
    submit(client, f"/studies/{item.id}/prioritize", version=str(again.version), priority="stat", reason="asked by phone")
    assert site.item(item.id).priority == "stat"


def test_a_refused_act_is_explained_in_its_dialog(site):
    item = site.study()
    client = site.as_("coordinator")
    text = submit(client, f"/studies/{item.id}/reopen", 409, version=str(item.version), reason="x").get_data(as_text=True)
    assert "cannot reopen while unassigned" in text
    stale = submit(client, f"/studies/{item.id}/cancel", 409, version="99", ground="duplicate")
    assert re.search(r'<dialog id="act-cancel"[^>]* data-open', stale.get_data(as_text=True))


def test_assigning_against_the_rules_needs_a_reason(site):
    item = site.study(study_description="CT STROKE")
    client = site.as_("coordinator")
    refused = submit(client, f"/studies/{item.id}/assign", 422, version=str(item.version), reader="dr-huda", reason="")
    assert "this study needs neuro" in refused.get_data(as_text=True)
    submit(client, f"/studies/{item.id}/assign", version=str(item.version), reader="dr-huda", reason="nobody else is here")
    assert site.item(item.id).reader == "dr-huda"


def test_a_radiologist_adds_an_addendum_with_the_password(site):
    item, _ = site.signed()
    client = site.as_("radiologist")
    submit(client, f"/studies/{item.id}/addendum", 403, findings="More.", password="wrong")
    submit(client, f"/studies/{item.id}/addendum", findings="More.", password=PASSWORD)
    text = page(client, f"/studies/{item.id}")
    assert "More." in text
    assert "Clear lungs." in text


def test_no_other_act_can_be_named_in_the_address(site):
    item = site.study()
    submit(site.as_("coordinator"), f"/studies/{item.id}/admit", 404)


# ----------------------------------------------------------------------------------------------------- administration


@pytest.mark.parametrize("path", ["/rules", "/status", "/accounts", "/accounts/new", "/accounts/radiologist"])
def test_administration_is_for_administrators(site, path):
    page(site.as_("administrator"), path)
    for person in ("radiologist", "coordinator", "facility", "quality", "auditor", "integrator"):
        page(site.as_(person), path, 403)


def test_a_broken_rules_file_is_shown_with_its_line_and_not_put_in_force(site):
    client = site.as_("administrator")
    file = site.room.settings.rules_file
    file.write_text(file.read_text(encoding="utf-8").replace("turnaround: 1h", "turnaruond: 1h"), encoding="utf-8")
    text = submit(client, "/rules/reload", 200).get_data(as_text=True)
    assert "is not in force" in text
    assert "turnaround" in re.search(r"Did you mean.*?</code>", text, re.DOTALL)[0]
    assert "has problems and is not in force" in page(client, "/"), "the worklist warns the administrator too"


def test_a_text_is_checked_without_changing_anything(site):
    client = site.as_("administrator")
    before = site.room.rules.current.digest
    good = submit(client, "/rules/check", 200, text=site.room.rules.current.text + "# a comment\n").get_data(as_text=True)
    assert "No problem found" in good
    submit(client, "/rules/check", 422, text="version: 1")
    assert site.room.rules.current.digest == before


def test_accounts_are_made_changed_and_disabled(site):
    client = site.as_("administrator")
    form = {"username": "dr-new", "name": "Dr New", "password": "a long enough password", "role-radiologist": "yes"}
    submit(client, "/accounts/new", **form, reader="dr-huda")
    text = page(client, "/accounts/dr-new")
    assert re.search(r'name="role-radiologist"[^>]*checked', text)
    version = re.search(r'name="version" value="(\d+)"', text)[1]
    submit(
        client,
        "/accounts/dr-new",
        version=version,
        name="Dr New",
        disabled="yes",
        **{"role-radiologist": "yes"},
        reader="dr-huda",
    )
    assert "disabled" in page(client, "/accounts")
    stale = submit(
        client, "/accounts/dr-new", 409, version=version, name="Other", **{"role-radiologist": "yes"}, reader="dr-huda"
    )
    assert "Other" in stale.get_data(as_text=True), "what was typed stays in the form"


def test_a_person_says_which_notices_go_where_by_mail(site):
    client = site.as_("coordinator")
    wrong = submit(client, "/account/mail", 422, email="nobody at home", mail="urgent").get_data(as_text=True)
    assert "expected an e-mail address" in wrong and 'value="nobody at home"' in wrong
    assert re.search(r'value="urgent"[^>]*checked', wrong), "what was typed stays in the form"
    submit(client, "/account/mail", email="carla@example.org", mail="urgent")
    text = page(client, "/account")
    assert 'value="carla@example.org"' in text and re.search(r'value="urgent"[^>]*checked', text)
    admin = site.as_("administrator")
    assert "carla@example.org" in page(admin, "/accounts")
    assert 'value="carla@example.org"' in page(admin, "/accounts/coordinator")


def test_a_token_is_shown_once(site):
    client = site.as_("auditor")
    text = submit(client, "/account/tokens", 200, name="script").get_data(as_text=True)
    secret = re.search(r"tr_[\w-]{20,}", text)
    assert secret
    assert secret[0] not in page(client, "/account")


def test_the_audit_trail_is_filtered_and_verified(site):
    site.claimed()
    client = site.as_("auditor")
    text = page(client, "/audit?event=claimed")
    assert "Claimed" in text
    assert "1 event" not in text
    assert "The chain holds" in submit(client, "/audit/verify", 200).get_data(as_text=True)
    page(site.as_("radiologist"), "/audit", 403)


# ------------------------------------------------------------------------------------------------ the door, the frame


def test_who_is_not_signed_in_is_led_to_the_door_and_back(site):
    answer = site.anonymous.get("/studies/X?said=1", headers=HTML)
    assert answer.status_code == 303
    assert answer.headers["Location"] == "/teleradiology/sign-in?next=/teleradiology/studies/X%3Fsaid%3D1"


@pytest.mark.parametrize("elsewhere", ["https://evil.example/", "//evil.example", "/other", "javascript:alert(1)"])
def test_signing_in_leads_to_our_pages_alone(site, elsewhere):
    form = {"username": "auditor", "password": PASSWORD, "next": elsewhere}
    answer = site.anonymous.post("/sign-in", data=form, headers=HTML)
    assert answer.status_code == 303
    assert answer.headers["Location"] == "/teleradiology/"


def test_a_form_of_a_browser_needs_its_token(site):
    signed_in = site.anonymous.post("/sign-in", data={"username": "auditor", "password": PASSWORD}, headers=HTML)
    cookie = {"Cookie": signed_in.headers["Set-Cookie"].split(";")[0], **HTML}
    assert site.anonymous.post("/look", data={"theme": "dark"}, headers=cookie).status_code == 403
    token = re.search(r'name="csrf_token" value="([^"]+)"', page(site.anonymous, "/account", **cookie))
    assert token
    changed = site.anonymous.post("/look", data={"theme": "dark", "csrf_token": token[1]}, headers=cookie)
    assert changed.status_code == 303


def test_the_language_comes_from_the_cookie_else_from_what_the_browser_asks_for(site):
    client = site.as_("auditor")
    assert '<html lang="en" dir="ltr"' in page(client, "/")
    assert '<html lang="ar" dir="rtl"' in page(client, "/", **{"Accept-Language": "ar-LY,ar;q=0.9,en;q=0.5"})
    assert '<html lang="en" dir="ltr"' in page(client, "/", **{"Accept-Language": "ar", "Cookie": "teleradiology_language=en"})
    assert '<html lang="en"' in page(client, "/", **{"Accept-Language": "fr,de"})


@pytest.mark.parametrize("zone", ["../../etc/passwd", "%00", "Nowhere/None", "x" * 500])
def test_a_strange_time_zone_means_utc(site, zone):
    site.study()
    page(site.as_("auditor"), "/", Cookie=f"teleradiology_zone={zone}")


def test_errors_are_pages_in_the_readers_language(site):
    client = site.as_("radiologist")
    assert "Not found" in page(client, "/no-such-page", 404)
    assert "غير موجود" in page(client, "/no-such-page", 404, **{"Accept-Language": "ar"})
    assert "Not allowed" in page(client, "/rules", 403)


def test_pages_are_packed_and_say_so(site):
    answer = site.as_("radiologist").get("/", headers={**HTML, "Accept-Encoding": "gzip"})
    assert answer.headers["Content-Encoding"] == "gzip"
    assert b"<!doctype html>" in gzip.decompress(answer.get_data())
    refused = site.as_("radiologist").get("/rules", headers={**HTML, "Accept-Encoding": "gzip"})
    assert "Content-Encoding" not in refused.headers, "the host sends packed bytes with status 200 alone"
