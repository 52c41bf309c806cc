"""Numbers for Prometheus: right, and without a patient or a person."""

from __future__ import annotations

from prometheus_client.parser import text_string_to_metric_families

from teleradiology.store import outbox


def numbers(site) -> dict[tuple, float]:
    answer = site.as_("integrator").get("/api/metrics")
    assert answer.status_code == 200
    assert answer.content_type == "text/plain; version=0.0.4; charset=utf-8"
    return {
        (sample.name, *sorted(sample.labels.values())): sample.value
        for family in text_string_to_metric_families(answer.text)
        for sample in family.samples
    }


def test_what_waits_and_what_is_late(site):
    site.study()
    site.claimed()
    site.study(study_description="stroke")
    site.clock.forward(hours=2)
    found = numbers(site)
    assert found["teleradiology_worklist_open", "routine", "unassigned"] == 1
    assert found["teleradiology_worklist_open", "reading", "routine"] == 1
    assert found["teleradiology_worklist_open", "stat", "unassigned"] == 1
    assert found["teleradiology_worklist_overdue",] == 1
    assert found["teleradiology_worklist_attention",] == 0


def test_what_is_not_delivered(site):
    site.signed()
    site.clock.forward(seconds=90)
    found = numbers(site)
    assert found["teleradiology_outbox_depth", "pacs", "waiting"] == 2
    assert found["teleradiology_outbox_age_seconds", "pacs", "waiting"] == 90
    with site.room.store.writing() as c:
        for delivery in outbox.due(c, site.clock()):
            outbox.mark_delivered(c, delivery, site.clock())
    assert ("teleradiology_outbox_depth", "pacs", "waiting") not in numbers(site)


def test_how_long_reports_take(site):
    found = site.claimed()
    site.clock.forward(minutes=25)
    path = f"/api/worklist/{found.id}/report"
    site.as_("radiologist").put(path, json={"sections": {"findings": "x", "impression": "y"}})
    site.as_("radiologist").post(f"{path}/sign", json={"status": "final", "password": "correct horse battery"})
    for _ in range(2):  # asking twice counts once
        seen = numbers(site)
    assert seen["teleradiology_turnaround_seconds_count", "routine"] == 1
    assert seen["teleradiology_turnaround_seconds_sum", "routine"] == 1500
    assert seen["teleradiology_turnaround_seconds_bucket", "1200.0", "routine"] == 0
    assert seen["teleradiology_turnaround_seconds_bucket", "1800.0", "routine"] == 1


def test_whether_the_rules_file_is_good(site):
    assert numbers(site)["teleradiology_rules_ok",] == 1
    site.room.rules.file.write_text("version: 2", encoding="utf-8")
    site.as_("administrator").post("/api/rules/reload")
    assert numbers(site)["teleradiology_rules_ok",] == 0


def test_requests_are_counted_by_route_never_by_id(site):
    found = site.study()
    site.as_("radiologist").get(f"/api/worklist/{found.id}")
    site.anonymous.get("/api/me")
    site.anonymous.get("/nothing/P-4711")
    text = site.as_("integrator").get("/api/metrics").text
    assert 'teleradiology_answers_total{method="GET",route="/api/worklist/<item>",status="200"} 1.0' in text
    assert 'teleradiology_answers_total{method="GET",route="/api/me",status="401"} 1.0' in text
    assert 'teleradiology_answers_total{method="GET",route="unknown",status="404"} 1.0' in text
    assert 'teleradiology_request_seconds_count{method="GET",route="/api/me"} 1.0' in text
    assert found.id not in text
    assert "4711" not in text


def test_no_patient_and_no_person_is_in_the_numbers(site):
    site.signed(patient_name="CANARY^NAME", patient_id="CANARY-ID", study_instance_uid="1.2.3.4711")
    text = site.as_("integrator").get("/api/metrics").text
    for word in ("CANARY", "4711", "radiologist", "dr-salem"):
        assert word not in text


def test_two_applications_in_one_process_count_for_themselves(open_site):
    one, other = open_site(), open_site()
    one.study()
    assert ("teleradiology_worklist_open", "routine", "unassigned") in numbers(one)
    assert ("teleradiology_worklist_open", "routine", "unassigned") not in numbers(other)
