"""The audit trail over HTTP: read by those who may, which is itself recorded, and checked for tampering."""

from __future__ import annotations

import sqlite3

import pytest

from teleradiology.web.api.models.audit import AuditList, VerdictOut


def test_the_trail_comes_latest_first(site):
    found = site.claimed()
    answer = site.as_("auditor").get("/api/audit")
    AuditList.model_validate(answer.json)
    record = next(each for each in answer.json["items"] if each["event"] == "claimed")
    assert (record["actor"], record["item"], record["study_instance_uid"]) == ("radiologist", found.id, found.study_instance_uid)
    numbers = [each["seq"] for each in answer.json["items"]]
    assert numbers == sorted(numbers, reverse=True)


def test_filters(site):
    found, other = site.claimed(), site.study()
    site.as_("coordinator").post(f"/api/worklist/{other.id}/hold", json={"reason": "x"})
    auditor = site.as_("auditor")

    def events(query):
        return [record["event"] for record in auditor.get(f"/api/audit?{query}").json["items"]]

    assert events(f"item={found.id}") == ["claimed"]
    assert events(f"study={other.study_instance_uid}") == ["held"]
    assert set(events("actor=coordinator")) == {"held", "signed-in"}
    assert events("event=claimed") == ["claimed"]
    assert events("since=2026-11-23T10:00:00Z") == []
    assert "claimed" in events("since=2026-11-23T08:00:00Z&until=2026-11-23T11:30:00%2B02:00")


def test_pages(site):
    for _ in range(6):
        site.claimed()
    seen, cursor = [], ""
    while cursor is not None:
        answer = site.as_("auditor").get(f"/api/audit?event=claimed&limit=4&cursor={cursor}").json
        seen += [record["seq"] for record in answer["items"]]
        cursor = answer["next"]
    assert len(seen) == len(set(seen)) == 6


@pytest.mark.parametrize(
    "query", ["cursor=x", "cursor=-1", "since=yesterday", "since=2026-11-23T10:00:00", "item=x", "study=<x>", "actr=x"]
)
def test_a_bad_question_is_refused(still_site, query):
    assert still_site.as_("auditor").get(f"/api/audit?{query}").status_code == 422


def test_reading_the_trail_is_on_the_trail(site):
    site.as_("auditor").get("/api/audit?event=claimed")
    record = site.as_("auditor").get("/api/audit?event=audit-read").json["items"][0]
    assert (record["actor"], record["detail"]["event"]) == ("auditor", "claimed")


def test_an_untouched_trail_holds(site):
    site.claimed()
    answer = site.as_("auditor").get("/api/audit/verify")
    VerdictOut.model_validate(answer.json)
    assert (answer.json["ok"], answer.json["first_bad_seq"]) == (True, None)


def test_an_edited_record_is_found(site):
    site.claimed()
    file = site.room.settings.data_dir / "teleradiology.db"
    with sqlite3.connect(file) as database:
        seq = database.execute("SELECT seq FROM audit WHERE event = 'claimed'").fetchone()[0]
        database.execute("UPDATE audit SET actor = 'somebody-else' WHERE seq = ?", (seq,))
    database.close()
    answer = site.as_("auditor").get("/api/audit/verify")
    assert (answer.status_code, answer.json["ok"], answer.json["first_bad_seq"]) == (200, False, seq)
    assert answer.json["reason"]


def test_searching_for_a_patient_is_on_the_trail_without_the_words(site):
    for _ in range(3):  # a list that refreshes itself is one search
        site.as_("radiologist").get("/api/worklist?q=CANARY&state=all")
    site.as_("radiologist").get("/api/worklist")
    answer = site.as_("auditor").get("/api/audit?event=searched")
    assert [record["detail"] for record in answer.json["items"]] == [{"filters": ["q", "state"]}]
    assert "CANARY" not in answer.text


def test_the_trail_holds_no_patient_data(site):
    site.signed(patient_name="CANARY^NAME", patient_id="CANARY-ID", accession_number="CANARY-ACC")
    text = site.as_("auditor").get("/api/audit?limit=500").text
    assert "CANARY" not in text
