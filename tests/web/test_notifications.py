"""What the service tells people, in the API and behind the bell, and a study's clock."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import delete

from teleradiology.config.rules_file import load
from teleradiology.store import audit, ladder_steps, notifications, schema
from teleradiology.store.ladder_steps import Taken
from teleradiology.web.api.models.notifications import ClockOut, NoticeList, NoticeOut, NoticesReadOut
from teleradiology.web.api.models.worklist import Timeline
from teleradiology.workflow import clock, escalation

BELL = {"X-Passive": "yes"}  # as its script asks
CLOCKS = """
turnaround: [{name: emergencies, priority: stat, ladder: emergency}]
ladders:
  emergency:
    steps: [{at: 50%, do: notify-reader}, {at: 100%, do: notify-coordinator}, {at: +15m, do: call, to: [Dr Head]}]
"""


def tell(site: Any, recipient: str, kind: str = "notify-coordinator", **params: Any) -> str:
    with site.room.store.writing() as c:
        return notifications.add(c, site.clock(), recipient=recipient, kind=kind, **params).id


def test_everybody_is_told_their_own_and_their_role_s(site):
    mine, ours = tell(site, "radiologist", "notify-reader"), tell(site, "role:coordinator")
    coordinator, radiologist = (site.as_(who).get("/api/notifications").json for who in ("coordinator", "radiologist"))
    NoticeList.model_validate(coordinator)
    assert [each["id"] for each in coordinator["items"]] == [ours]
    assert [each["id"] for each in radiologist["items"]] == [mine]
    assert coordinator["unread"] == radiologist["unread"] == 1
    assert site.as_("facility").get("/api/notifications").json == {"items": [], "unread": 0}


def test_what_was_read_is_read_for_all_of_the_role(site):
    notice = tell(site, "role:coordinator", "call", to=["Dr Head"])
    answer = site.as_("coordinator").post(f"/api/notifications/{notice}/read")
    NoticeOut.model_validate(answer.json)
    assert (answer.json["read_by"], answer.json["params"]) == ("coordinator", {"to": ["Dr Head"]})
    left = site.as_("coordinator").get("/api/notifications?unread=true").json
    assert left == {"items": [], "unread": 0}


def test_nobody_reads_for_somebody_else(site):
    notice = tell(site, "radiologist")
    for who in ("radiologist-2", "coordinator", "administrator", "facility"):
        assert site.as_(who).post(f"/api/notifications/{notice}/read").status_code == 404
    assert site.anonymous.get("/api/notifications").status_code == 401


def test_the_list_behind_the_bell_tells_how_many_there_are_and_whether_it_changed(site):
    tell(site, "role:coordinator", "call", to=["<b>Dr Head</b>"], priority="stat", facility="zliten")
    client = site.as_("coordinator")
    answer = client.get("/notices", headers=BELL)
    assert answer.headers["X-Unread"] == "1"
    assert "Call now" in answer.text and "&lt;b&gt;Dr Head" in answer.text and "Zliten Clinic" in answer.text
    assert client.get("/notices", headers={**BELL, "If-None-Match": answer.headers["ETag"]}).status_code == 304
    arabic = client.get("/notices", headers={**BELL, "Cookie": "teleradiology_language=ar"}).text
    assert "اتصل الآن" in arabic


def test_the_same_address_is_a_page_for_who_goes_there(site):
    tell(site, "role:coordinator", "call", to=["Dr Head"], priority="stat", facility="zliten")
    page = site.as_("coordinator").get("/notices", headers={"Accept": "text/html"}).text
    assert "<html" in page and "Dr Head" in page and "data-notices" in page


def test_time_that_is_over_is_not_told_to_be_running_out(site):
    tell(site, "role:coordinator", due_at=site.clock().isoformat())
    page = site.as_("coordinator").get("/notices", headers=BELL).text
    assert "past its due time" in page and "running out" not in page


@pytest.mark.parametrize(("kind", "who"), [("licence-expiring", "coordinator"), ("delivery-failed", "administrator")])
def test_a_notice_leads_where_whoever_is_told_may_go(site, kind, who):
    tell(site, f"role:{who}", kind)
    html = {"Accept": "text/html"}
    linked = re.search(r'<a href="/teleradiology(/[^"]+)"', site.as_(who).get("/notices", headers=BELL).text)
    assert linked
    assert site.as_(who).get(linked[1], headers=html).status_code == 200


def test_a_study_is_named_to_its_own_facility_and_to_no_other(site):
    found = site.study(study_description="CT HEAD stroke")
    for who in ("facility", "facility-2"):
        tell(site, who, "site-late", item=found.id)
    assert "CT HEAD stroke" in site.as_("facility").get("/notices", headers=BELL).text
    assert "CT HEAD stroke" not in site.as_("facility-2").get("/notices", headers=BELL).text


def test_every_page_has_the_bell(site):
    assert "data-bell" in site.as_("coordinator").get("/", headers={"Accept": "text/html"}).text


def test_a_study_that_nobody_has_is_not_told_to_be_the_coordinators_own(site):
    tell(site, "role:coordinator", "notify-reader")
    tell(site, "radiologist", "notify-reader")
    assert "A study needs a look: its time is running out" in site.as_("coordinator").get("/notices", headers=BELL).text
    assert "The time for a study of yours is running out" in site.as_("radiologist").get("/notices", headers=BELL).text


def test_a_call_stays_on_top_until_it_was_made(site):
    call = tell(site, "role:coordinator", "call", to=["Dr Head"])
    for _ in range(25):
        tell(site, "role:coordinator")
    client = site.as_("coordinator")
    shown = client.get("/notices", headers=BELL)
    assert shown.text.index(call) < shown.text.index("A study needs a look") and shown.headers["X-Unread"] == "26"
    client.post(f"/api/notifications/{call}/read")
    assert call not in client.get("/notices", headers=BELL).text


def test_all_are_read_at_once_but_never_the_calls(site):
    call = tell(site, "role:coordinator", "call", to=["Dr Head"])
    seen = [tell(site, "role:coordinator") for _ in range(3)]
    someone_else, newer = tell(site, "radiologist"), tell(site, "role:coordinator")
    client = site.as_("coordinator")
    answer = client.post("/api/notifications/read", json={"up_to": seen[-1]})
    NoticesReadOut.model_validate(answer.json)
    assert answer.json == {"read": 3, "unread": 2}
    left = {each["id"] for each in client.get("/api/notifications?unread=true").json["items"]}
    assert left == {call, newer}
    assert site.as_("radiologist").get("/api/notifications").json["items"][0]["id"] == someone_else
    assert site.as_("radiologist").get("/api/notifications").json["unread"] == 1
    assert client.post("/api/notifications/read", json={"up_to": seen[-1]}).json == {"read": 0, "unread": 2}
    with site.room.store.reading() as c:
        assert [each.event for each in audit.page(c, limit=9)[0]].count("notice-read") == 3
    assert client.post("/api/notifications/read", json={}).status_code == 422
    assert site.anonymous.post("/api/notifications/read", json={"up_to": newer}).status_code == 401


def test_the_page_offers_it_up_to_the_latest_that_it_shows(site):
    html, client = {"Accept": "text/html"}, site.as_("coordinator")
    tell(site, "role:coordinator", "call", to=["Dr Head"])
    assert "data-read-all" not in client.get("/notices", headers=html).text
    notice = tell(site, "role:coordinator")
    tell(site, "role:coordinator", "call", to=["Dr Head"])
    assert f'data-read-all="{notice}"' in client.get("/notices", headers=html).text


# A study's clock


@pytest.fixture
def item(site, monkeypatch):
    """A stroke of half an hour's turnaround, watched by a ladder; its first step was taken."""
    rules = load(site.room.rules.current.text + CLOCKS)
    monkeypatch.setattr(type(site.room.rules), "current", property(lambda _: rules))
    found = site.study(study_description="CT HEAD stroke")
    found = site.change(found, policy="emergencies", turnaround_seconds=1800, ring_at=site.clock() + timedelta(minutes=15))
    site.clock.forward(minutes=16)
    with site.room.store.writing() as c:
        step = rules.ladders["emergency"].steps[0]
        at = found.received_at + timedelta(minutes=15)
        ladder_steps.take(c, Taken(found.id, step.name, clock.cause_of(found), step.action, at, at))
    return found


def test_the_clock_of_a_study(site, item):
    told = site.as_("coordinator").get(f"/api/worklist/{item.id}/clock").json
    ClockOut.model_validate(told)
    assert (told["policy"], told["calendar"], told["pauses"]) == ("emergencies", None, [])
    assert told["due_at"] == "2026-11-23T09:30:00.000Z"
    assert [each["action"] for each in told["steps"]] == ["notify-reader"]
    coming = {"step": "notify-coordinator at 100%", "action": "notify-coordinator", "at": "2026-11-23T09:30:00.000Z"}
    assert told["next"] == coming


def test_other_facilities_do_not_see_it(site, item):
    assert site.as_("facility").get(f"/api/worklist/{item.id}/clock").status_code == 200
    assert site.as_("facility-2").get(f"/api/worklist/{item.id}/clock").status_code == 404


def test_the_page_of_the_study_shows_what_was_done_and_what_comes(site, item):
    page = site.as_("coordinator").get(f"/studies/{item.id}", headers={"Accept": "text/html"}).text
    assert "Whoever had it was told" in page and "Tell the coordinators" in page and "Call somebody" in page
    assert "emergencies" in page and "15 min after the due time" in page


def test_whom_to_call_stands_beside_the_step_for_coordinators_alone(site, item):
    pages = (
        site.as_(who).get(f"/studies/{item.id}", headers={"Accept": "text/html"}).text for who in ("coordinator", "facility")
    )
    assert ["Dr Head" in page for page in pages] == [True, False]


@pytest.mark.parametrize(("language", "coordinators"), [("en", "the coordinators"), ("ar", "المنسقون")])
def test_the_timeline_names_whom_the_ladder_told(site, item, language, coordinators):
    site.change(item, reader="dr-salem", state="assigned", ring_at=site.clock() - timedelta(minutes=1))
    with site.room.store.writing() as c:
        c.execute(delete(schema.ladder_steps))
    site.clock.forward(minutes=30)
    escalation.escalate(site.room)
    headers = {"Accept": "text/html", "Cookie": f"teleradiology_language={language}"}

    def told(who: str) -> list[str]:
        page = site.as_(who).get(f"/studies/{item.id}", headers=headers).text
        lines = re.findall(r"<li[^>]*>(.*?)</li>", page[page.index("timeline-title") :], re.DOTALL)
        return [line for line in lines if "Told as time ran out" in line or "أُرسل تنبيه مع نفاد الوقت" in line]

    call, coordinator, reader = told("coordinator")
    assert "Dr Salem Ahmed" in reader and "radiologist" not in reader
    assert coordinators in coordinator
    assert coordinators in call and "Dr Head" in call
    assert "Dr Head" not in told("radiologist")[0] and coordinators in told("radiologist")[0]


def test_an_escalated_study_says_so_on_the_list(site, item):
    site.clock.forward(minutes=15)
    escalation.escalate(site.room)
    assert "escalated" in site.item(item.id).flags
    assert "Escalated" in site.as_("coordinator").get("/rows", headers={"Accept": "text/html"}).text
    assert site.as_("coordinator").get("/api/notifications").json["unread"] == 1


def test_the_clock_tells_all_steps_that_come(site, item):
    told = site.as_("coordinator").get(f"/api/worklist/{item.id}/clock").json
    assert [(each["action"], each["at"][11:16]) for each in told["coming"]] == [
        ("notify-coordinator", "09:30"),
        ("call", "09:45"),
    ]
    site.as_("coordinator").post(f"/api/worklist/{item.id}/hold", json={"reason": "missing-images"})
    paused = site.as_("coordinator").get(f"/api/worklist/{item.id}/clock").json
    assert (paused["coming"], paused["next"]) == ([], None)


def test_the_timeline_has_every_instant_by_the_clock_of_the_facility(site, item):
    told = site.as_("coordinator").get(f"/api/worklist/{item.id}/timeline").json
    Timeline.model_validate(told)
    assert told["timezone"] == "Africa/Tripoli"
    assert told["instants"]["received_at"] == {"at": "2026-11-23T09:00:00.000Z", "local": "2026-11-23T11:00:00.000+02:00"}
    first, *_, last = told["instants"]
    assert (first, last) == ("exam_end_at", "acknowledged_at")
    assert told["instants"]["final_at"] is None


@pytest.mark.parametrize(("language", "words"), [("en", ("First image", "Tripoli")), ("ar", ("أول صورة", "Tripoli"))])
def test_the_page_tells_the_instants_by_the_clock_of_the_facility_too(site, item, language, words):
    cookie = f"teleradiology_language={language}; teleradiology_zone=Europe%2FLondon"
    page = site.as_("coordinator").get(f"/studies/{item.id}", headers={"Accept": "text/html", "Cookie": cookie}).text
    assert all(word in page for word in words) and "11:00 Tripoli" in page
    at_home = cookie.replace("Europe%2FLondon", "Africa%2FTripoli")
    page = site.as_("coordinator").get(f"/studies/{item.id}", headers={"Accept": "text/html", "Cookie": at_home}).text
    assert "11:00 Tripoli" not in page


def test_a_site_is_told_of_its_studies_behind_its_bell(site):
    tell(site, "facility:zliten", "site-held", ground="images-incomplete", facility="zliten")
    shown = site.as_("facility").get("/notices", headers=BELL)
    assert "A study of yours cannot be read yet" in shown.text and "Images are missing" in shown.text
    assert site.as_("facility-2").get("/notices", headers=BELL).headers["X-Unread"] == "0"


def test_what_was_promised_is_on_the_page_and_in_the_api_alike(site, item):
    told = site.as_("coordinator").get(f"/api/worklist/{item.id}/clock").json
    assert (told["turnaround_seconds"], told["began_at"]) == (1800, "2026-11-23T09:00:00.000Z")
    page = site.as_("coordinator").get(f"/studies/{item.id}", headers={"Accept": "text/html"}).text
    assert "30 min" in page


def test_a_priority_that_was_raised_is_explained_beside_what_the_rules_said(site, item):
    def page() -> str:
        return site.as_("coordinator").get(f"/studies/{item.id}", headers={"Accept": "text/html"}).text

    assert "The priority was changed since" not in page()
    site.as_("coordinator").post(f"/api/worklist/{item.id}/prioritize", json={"priority": "routine", "reason": "old stroke"})
    assert "STAT → Routine" in page()
