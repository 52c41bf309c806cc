"""The worklist over HTTP: order, filters, pages, and an item's shape."""

from __future__ import annotations

from datetime import datetime

import pytest

from teleradiology.core.completeness import written
from teleradiology.core.reasons import reason
from teleradiology.store import items
from teleradiology.web.api.models.worklist import Explanation, ItemList, ItemOut, Timeline

SURFACE = {
    "id", "version", "state", "priority", "due_at", "overdue", "subspecialty", "facility", "reader", "patient", "study",
    "received_at", "admitted_at", "assigned_at", "claimed_at", "preliminary_at", "final_at", "viewer_url", "flags",
}  # fmt: skip
PATIENT = {"id", "name", "birth_date", "sex"}
STUDY = {"study_instance_uid", "orthanc_id", "accession_number", "description", "modalities", "body_part", "study_at"}
TIMES = ("due_at", "received_at", "admitted_at", "assigned_at", "claimed_at", "preliminary_at", "final_at")


def ids(answer) -> list[str]:
    assert answer.status_code == 200, answer.text
    return [item["id"] for item in answer.json["items"]]


def test_an_item_has_the_agreed_members(site):
    found, _ = site.signed(study_at="2026-11-23T10:30:00", accession_number="A-1")
    item = site.as_("radiologist").get(f"/api/worklist/{found.id}").json
    assert set(item) >= SURFACE
    assert set(item["patient"]) >= PATIENT
    assert set(item["study"]) >= STUDY | {"series", "instances"}
    ItemOut.model_validate(item)
    assert (item["state"], item["reader"], item["facility"]) == ("completed", "dr-salem", "zliten")
    assert item["study"]["modalities"] == ["CT"]
    assert item["viewer_url"] == f"/teleradiology/ohif/viewer?StudyInstanceUIDs={found.study_instance_uid}"


def test_times_have_a_zone(site):
    found, _ = site.signed(study_at="2026-11-23T10:30:00")
    item = site.as_("radiologist").get(f"/api/worklist/{found.id}").json
    for name in TIMES:
        if item[name] is not None:
            assert datetime.fromisoformat(item[name]).tzinfo is not None
    assert item["received_at"] == "2026-11-23T09:00:00.000Z"
    assert item["study"]["study_at"] == "2026-11-23T10:30:00+02:00"  # by the clock of Zliten


@pytest.mark.parametrize(
    ("study_at", "told"),
    [
        ("", None),
        ("2026-11-23", "2026-11-23"),
        ("2026-11-23T10:30:00+05:00", "2026-11-23T10:30:00+05:00"),
        ("nonsense", "nonsense"),
    ],
)
def test_the_modalitys_time_is_told_as_well_as_it_is_known(site, study_at, told):
    found = site.study(study_at=study_at)
    assert site.as_("radiologist").get(f"/api/worklist/{found.id}").json["study"]["study_at"] == told


def test_the_study_time_of_an_unknown_sender_stays_without_zone(site):
    found = site.study(calling_aet="UNKNOWN", study_at="2026-11-23T10:30:00")
    item = site.as_("radiologist").get(f"/api/worklist/{found.id}").json
    assert (item["facility"], item["study"]["study_at"]) == (None, "2026-11-23T10:30:00")


def test_the_most_urgent_comes_first_and_then_what_is_due_first(site):
    early = site.study()
    site.clock.forward(minutes=10)
    late, stroke = site.study(), site.study(study_description="CT HEAD STROKE")
    assert ids(site.as_("radiologist").get("/api/worklist")) == [stroke.id, early.id, late.id]


def test_the_list_is_of_open_items_unless_asked_otherwise(site):
    waiting = site.study()
    done, _ = site.signed()
    client = site.as_("radiologist")
    assert ids(client.get("/api/worklist")) == [waiting.id]
    assert ids(client.get("/api/worklist?state=open")) == [waiting.id]
    assert ids(client.get("/api/worklist?state=completed")) == [done.id]
    assert set(ids(client.get("/api/worklist?state=all"))) == {waiting.id, done.id}
    assert set(ids(client.get("/api/worklist?state=unassigned,completed"))) == {waiting.id, done.id}


def test_every_filter_filters(site):
    stroke = site.study(study_description="CT HEAD STROKE", patient_name="سالم^أحمد", accession_number="ACC-77")
    chest = site.study(calling_aet="MISRATA_CT")
    mine = site.claimed()
    client = site.as_("radiologist")
    for query, expected in (
        ("priority=stat", [stroke]),
        ("priority=stat,routine", [stroke, chest, mine]),
        ("facility=misrata", [chest]),
        ("subspecialty=neuro", [stroke]),
        ("reader=dr-salem", [mine]),
        ("q=acc-77", [stroke]),
        ("q=%D8%A3%D8%AD%D9%85%D8%AF", [stroke]),  # أحمد
        ("q=احمد", [stroke]),  # without the hamza, as people type it
        ("q=no+such+patient", []),
        ("q=%25", []),
        ("q=_", []),
        ("q='+OR+1=1--", []),
        ("state=reading&priority=routine&facility=zliten", [mine]),
    ):
        assert ids(client.get(f"/api/worklist?{query}")) == [item.id for item in expected], query


@pytest.mark.parametrize(
    ("query", "path", "suggestion"),
    [
        ("state=redaing", "state", "reading"),
        ("priority=statt", "priority", "stat"),
        ("facility=ziten", "facility", "zliten"),
        ("subspecialty=nuero", "subspecialty", "neuro"),
        ("reader=dr-slaem", "reader", "dr-salem"),
        ("stat=reading", "stat", "state"),
        ("limit=0", "limit", ""),
        ("limit=501", "limit", ""),
        ("limit=many", "limit", ""),
        ("cursor=nonsense", "cursor", ""),
        ("cursor=WyJvcGVuIl0", "cursor", ""),
        ("q=" + "x" * 201, "q", ""),
    ],
)
def test_a_bad_filter_is_refused_with_what_was_meant(still_site, query, path, suggestion):
    answer = still_site.as_("radiologist").get(f"/api/worklist?{query}")
    assert answer.status_code == 422
    problem = answer.json["problems"][0]
    assert (problem["path"], problem["suggestion"]) == (path, suggestion)


def test_a_name_that_left_the_rules_file_can_still_be_looked_for(site):
    found = site.claimed()
    site.room.rules.file.write_text(site.room.rules.current.text.replace("dr-salem:", "dr-karim:"), encoding="utf-8")
    assert site.as_("administrator").post("/api/rules/reload").status_code == 200
    assert ids(site.as_("coordinator").get("/api/worklist?reader=dr-salem")) == [found.id]


def test_pages_follow_each_other_without_gap_or_repetition(site):
    expected = [site.study().id for _ in range(7)]
    seen, cursor = [], ""
    while True:
        answer = site.as_("radiologist").get(f"/api/worklist?limit=3&cursor={cursor}")
        seen += ids(answer)
        assert len(answer.json["items"]) <= 3
        cursor = answer.json["next"]
        if cursor is None:
            break
    assert seen == expected


def test_an_empty_list_is_a_list(site):
    answer = site.as_("radiologist").get("/api/worklist")
    assert answer.json == {"items": [], "next": None}
    ItemList.model_validate(answer.json)


def test_counts(site):
    site.study()
    site.study(study_description="stroke")
    site.clock.forward(hours=2)
    answer = site.as_("radiologist").get("/api/worklist/counts").json
    assert answer["total"] == 2
    assert answer["overdue"] == 1
    assert answer["priority"] == {"stat": 1, "routine": 1}


@pytest.mark.parametrize(("reason", "overdue"), [("missing-images", False), ("somebody asked for it", True)])
def test_an_item_that_is_held_for_an_agreed_reason_is_not_overdue(site, reason, overdue):
    found = site.study()
    site.as_("coordinator").post(f"/api/worklist/{found.id}/hold", json={"reason": reason})
    site.clock.forward(days=3)
    assert site.as_("radiologist").get(f"/api/worklist/{found.id}").json["overdue"] is overdue


def test_why_an_item_stands_where_it_stands(site):
    found = site.study()
    answer = site.as_("radiologist").get(f"/api/worklist/{found.id}/explanation").json
    Explanation.model_validate(answer)
    assert answer["rules_digest"] == site.room.rules.current.digest
    assert answer["attributes"]["priority"] == {"value": "routine", "rule": "everything else", "line": 32}
    (passed_over,) = answer["passed_over"]
    assert (passed_over["rule"], passed_over["found"]) == ("stroke code", "CT CHEST")
    assert answer["readers"]["considered"][0]["name"] == "Dr Salem Ahmed"


def test_what_happened_to_an_item(site):
    found = site.claimed()
    site.as_("radiologist").post(f"/api/worklist/{found.id}/release", json={"reason": "not mine"})
    answer = site.as_("coordinator").get(f"/api/worklist/{found.id}/timeline").json
    Timeline.model_validate(answer)
    assert [record["event"] for record in answer["items"]] == ["claimed", "released"]


def test_a_study_kept_under_two_patients_is_answered_by_its_open_item(site):
    done, _ = site.signed(study_instance_uid="1.2.3.77")
    waiting = site.study(study_instance_uid="1.2.3.77", patient_id="OTHER")
    answer = site.as_("radiologist").get("/api/studies/1.2.3.77").json
    assert answer["id"] == waiting.id != done.id


def test_what_the_caller_may_do_next_is_told(site):
    found = site.claimed()
    own = site.as_("radiologist").get(f"/api/worklist/{found.id}").json["allowed"]
    other = site.as_("radiologist-2").get(f"/api/worklist/{found.id}").json["allowed"]
    assert "release" in own
    assert "release" not in other


@pytest.mark.parametrize("name", ['<img src=x onerror="alert(1)">', "Ahmed^سالم", "山田^太郎", "{{7*7}}", "\u202eevil"])
def test_a_patients_name_is_data(site, name):
    found = site.study(patient_name=name)
    answer = site.as_("radiologist").get(f"/api/worklist/{found.id}")
    assert answer.json["patient"]["name"] == name
    assert answer.content_type == "application/json"


def test_a_filter_given_twice_is_refused_and_several_values_stand_in_one(site):
    admin = site.as_("administrator")
    twice = admin.get("/api/worklist?state=open&state=all")
    assert (twice.status_code, twice.json["problems"][0]["path"]) == (422, "state")
    assert "separate values by commas" in twice.json["problems"][0]["message"]
    assert admin.get("/api/worklist?state=open,completed").status_code == 200


def test_an_item_tells_what_it_waits_for_and_since_when_its_study_is_gone(site):
    found, _ = site.signed()
    path = f"/api/worklist/{found.id}"
    item = site.as_("administrator").get(path).json
    assert (item["missing"], item["missing_since"]) == ([], None)
    lacking = (reason("image-count", found=2, expected=4),)
    with site.room.store.writing() as c:
        fresh = items.get(c, found.id)
        items.change(c, fresh, site.room.now(), reason=written(lacking, 512), missing_since=site.room.now())
    item = site.as_("administrator").get(path).json
    assert item["missing"] == [{"code": "image-count", "params": {"found": "2", "expected": "4"}}]
    assert item["reason"] == "2 of 4 images"
    assert item["missing_since"]


def test_a_reason_that_somebody_typed_is_shown_as_it_is_whatever_it_looks_like(site):
    typed = '[{"code": "series-count", "params": {}}'
    found = site.study()
    client = site.as_("coordinator")
    assert client.post(f"/api/worklist/{found.id}/cancel", json={"reason": typed}).json["reason"] == typed
    assert client.get(f"/api/worklist/{found.id}").json["missing"] == []
    assert client.get("/?state=cancelled", headers={"Accept": "text/html"}).status_code == 200
