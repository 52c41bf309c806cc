"""Acts on items over HTTP: what they answer, and what the refusals allow instead."""

from __future__ import annotations

import threading

import pytest

from teleradiology.web.api.models.worklist import ItemOut, Leased


def post(site, person, found, act, **body):
    return site.as_(person).post(f"/api/worklist/{found.id}/{act}", json=body)


def test_the_second_radiologist_to_claim_is_refused_and_told_by_whom(site):
    found = site.study()
    first = post(site, "radiologist", found, "claim")
    assert (first.status_code, first.json["state"], first.json["claimed_by"]) == (200, "reading", "radiologist")
    ItemOut.model_validate(first.json)
    second = post(site, "radiologist-2", found, "claim")
    assert (second.status_code, second.json["code"]) == (409, "invalid-transition")
    assert "Dr Salem Ahmed" in second.json["detail"]
    assert "view" in second.json["allowed"]


def test_of_many_who_claim_at_once_one_gets_it(site):
    found = site.study()
    answers, gate = [], threading.Barrier(8)

    def claim(person):
        gate.wait()
        answers.append(post(site, person, found, "claim").status_code)

    people = ["radiologist", "radiologist-2"] * 4
    threads = [threading.Thread(target=claim, args=(person,)) for person in people]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    # Not even the winner gets it a second time: a client that repeats a request sends an Idempotency-Key.
    assert sorted(answers) == [200] + [409] * 7


@pytest.mark.parametrize(
    ("person", "act", "body", "state"),
    [
        ("radiologist", "claim", {}, "reading"),
        ("coordinator", "assign", {"reader": "dr-huda"}, "assigned"),
        ("coordinator", "prioritize", {"priority": "stat", "reason": "called"}, "unassigned"),
        ("coordinator", "hold", {"reason": "contrast missing"}, "held"),
        ("coordinator", "cancel", {"reason": "sent twice"}, "cancelled"),
    ],
)
def test_an_act_answers_with_the_item_as_it_is_now(site, person, act, body, state):
    found = site.study()
    answer = post(site, person, found, act, **body)
    assert (answer.status_code, answer.json["state"]) == (200, state)
    assert answer.json["version"] == found.version + 1 == site.item(found.id).version
    assert answer.headers["ETag"] == f'"{answer.json["version"]}"'


def test_hold_and_resume(site):
    found = site.study()
    post(site, "coordinator", found, "hold", reason="contrast missing")
    assert post(site, "coordinator", found, "resume").json["state"] == "unassigned"


def test_cancel_and_reopen(site):
    found = site.study()
    post(site, "coordinator", found, "cancel", reason="sent twice")
    assert post(site, "coordinator", found, "reopen", reason="it was not").json["state"] == "unassigned"


def test_release(site):
    found = site.claimed()
    assert post(site, "radiologist", found, "release").json["state"] == "unassigned"


@pytest.mark.parametrize("act", ["hold", "cancel", "reopen"])
@pytest.mark.parametrize("reason", [None, "", "   ", "x" * 257, 7, ["x"]])
def test_some_acts_need_a_reason(site, act, reason):
    found = site.study()
    answer = post(site, "coordinator", found, act, **({} if reason is None else {"reason": reason}))
    assert (answer.status_code, answer.json["problems"][0]["path"]) == (422, "reason")


def test_a_misspelt_reader_or_priority_is_told_what_was_meant(site):
    found = site.study()
    for act, body, meant in (("assign", {"reader": "dr-slaem"}, "dr-salem"), ("prioritize", {"priority": "stta"}, "stat")):
        answer = post(site, "coordinator", found, act, **body)
        assert answer.status_code == 422
        assert answer.json["problems"][0]["suggestion"] == meant


def test_assigning_against_the_rules_takes_force_and_a_reason(site):
    found = site.study(study_description="stroke")  # neuro, which Dr Huda does not read
    refused = post(site, "coordinator", found, "assign", reader="dr-huda")
    assert (refused.status_code, refused.json["code"]) == (422, "invalid-input")
    forced = post(site, "coordinator", found, "assign", reader="dr-huda", force=True, reason="nobody else is there")
    assert (forced.status_code, forced.json["reader"]) == (200, "dr-huda")


@pytest.mark.parametrize("act", ["resume", "reopen", "release"])
def test_an_act_that_the_state_does_not_permit_says_what_it_does(site, act):
    found = site.study()
    answer = post(site, "coordinator", found, act, **({"reason": "x"} if act == "reopen" else {}))
    assert (answer.status_code, answer.json["code"]) == (409, "invalid-transition")
    assert "assign" in answer.json["allowed"]
    assert "unassigned" in answer.json["detail"]


def test_the_next_case_is_claimed_for_the_caller(site):
    site.study()
    stroke = site.study(study_description="stroke")
    answer = site.as_("radiologist").post("/api/worklist/next")
    assert (answer.status_code, answer.json["id"], answer.json["state"]) == (200, stroke.id, "reading")
    assert answer.headers["ETag"] == f'"{answer.json["version"]}"'


def test_without_a_next_case_there_is_no_content(site):
    answer = site.as_("radiologist").post("/api/worklist/next", json={})
    assert (answer.status_code, answer.data) == (204, b"")


def test_a_heartbeat_keeps_the_claim(site):
    found = site.claimed()
    answer = post(site, "radiologist", found, "heartbeat")
    Leased.model_validate(answer.json)
    assert answer.status_code == 200


def test_a_heartbeat_of_somebody_else_is_refused(site):
    found = site.claimed()
    answer = post(site, "radiologist-2", found, "heartbeat")
    assert (answer.status_code, answer.json["code"]) == (409, "invalid-transition")


def test_an_intake_that_failed_is_tried_again(site):
    found = site.study()
    assert post(site, "coordinator", found, "retry").status_code == 409
    site.change(found, attempts=5, attention="facts: ValueError")
    answer = post(site, "coordinator", found, "retry")
    assert (answer.status_code, site.item(found.id).retry_at) == (200, site.clock())


def test_what_needs_attention_is_attended_to(site):
    found = site.study()
    site.change(found, attention="facts: ValueError", rank=-1)
    assert site.as_("coordinator").get(f"/api/worklist/{found.id}").json["attention"] == "facts: ValueError"
    answer = post(site, "coordinator", found, "attend")
    assert (answer.status_code, answer.json["attention"]) == (200, None)
