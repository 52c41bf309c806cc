"""Idempotency-Key: whoever repeats a request gets the first answer, and the act happens once."""

from __future__ import annotations

import threading

import pytest

from support.web_people import PASSWORD
from teleradiology.store import audit
from teleradiology.workflow import reading

KEY = {"Idempotency-Key": "8e03978e-40d5-43dd-bc93-6894a57f9324"}


def events(site, item_id: str) -> list[str]:
    with site.room.store.reading() as c:
        return [record.event for record in audit.of_item(c, item_id)]


def test_a_repeated_claim_is_answered_as_the_first(site):
    found = site.study()
    first = site.as_("radiologist").post(f"/api/worklist/{found.id}/claim", headers=KEY)
    site.as_("radiologist").post(f"/api/worklist/{found.id}/release")
    again = site.as_("radiologist").post(f"/api/worklist/{found.id}/claim", headers=KEY)
    assert (again.status_code, again.data, again.headers["ETag"]) == (200, first.data, first.headers["ETag"])
    assert again.headers["Idempotency-Replayed"] == "true"
    assert "Idempotency-Replayed" not in first.headers
    assert site.item(found.id).state == "unassigned"
    assert events(site, found.id).count("claimed") == 1


def test_a_refusal_is_repeated_too(site):
    found = site.claimed()
    answers = [site.as_("radiologist-2").post(f"/api/worklist/{found.id}/claim", headers=KEY) for _ in range(2)]
    assert [answer.status_code for answer in answers] == [409, 409]
    assert answers[0].data == answers[1].data
    assert answers[1].content_type == "application/problem+json"


def test_signing_twice_with_one_key_makes_one_version(site):
    found = site.claimed()
    path = f"/api/worklist/{found.id}/report"
    radiologist = site.as_("radiologist")
    radiologist.put(path, json={"sections": {"findings": "Clear.", "impression": "Normal."}})
    wish = {"status": "final", "password": PASSWORD}
    first, second = (radiologist.post(f"{path}/sign", headers=KEY, json=wish) for _ in range(2))
    assert (first.status_code, second.status_code) == (201, 201)
    assert first.json == second.json
    assert first.headers["Location"] == second.headers["Location"]
    assert len(radiologist.get(f"/api/worklist/{found.id}/reports").json["items"]) == 1


@pytest.mark.parametrize("change", ["body", "path", "method", "version"])
def test_a_key_is_for_one_request(site, change):
    one, other = site.study(), site.study()
    coordinator = site.as_("coordinator")
    assert coordinator.post(f"/api/worklist/{one.id}/hold", headers=KEY, json={"reason": "x"}).status_code == 200
    method, path, headers, body = "POST", f"/api/worklist/{one.id}/hold", dict(KEY), {"reason": "x"}
    if change == "body":
        body = {"reason": "y"}
    elif change == "path":
        path = f"/api/worklist/{other.id}/hold"
    elif change == "version":
        headers["If-Match"] = '"1"'
    elif change == "method":
        method, path, body = "DELETE", "/api/tokens/01ARZ3NDEKTSV4RRFFQ69G5FAV", None
    answer = coordinator(method, path, headers=headers, json=body)
    assert (answer.status_code, answer.json["code"]) == (422, "key-reused")
    assert site.item(other.id).state == "unassigned"


def test_a_key_belongs_to_its_user(site):
    found = site.study()
    assert site.as_("radiologist").post(f"/api/worklist/{found.id}/claim", headers=KEY).status_code == 200
    other = site.as_("radiologist-2").post(f"/api/worklist/{found.id}/claim", headers=KEY)
    assert other.status_code == 409


def test_a_key_is_kept_for_a_day(site):
    found = site.study()
    path = f"/api/worklist/{found.id}/claim"
    site.as_("radiologist").post(path, headers=KEY)
    site.clock.forward(hours=23)
    site.as_("coordinator").post(f"/api/worklist/{found.id}/release")
    assert "Idempotency-Replayed" in site.as_("radiologist").post(path, headers=KEY).headers
    site.clock.forward(hours=2)
    anew = site.as_("radiologist").post(path, headers=KEY)
    assert "Idempotency-Replayed" not in anew.headers
    assert events(site, found.id).count("claimed") == 2


def test_of_duplicates_at_the_same_time_one_is_carried_out(site, monkeypatch):
    found = site.study()
    started, go_on, calls = threading.Event(), threading.Event(), []
    claim = reading.claim

    def slow(*arguments):
        calls.append(arguments)
        started.set()
        assert go_on.wait(10)
        return claim(*arguments)

    monkeypatch.setattr(reading, "claim", slow)
    answers = []

    def ask():
        answers.append(site.as_("radiologist").post(f"/api/worklist/{found.id}/claim", headers=KEY))

    threads = [threading.Thread(target=ask) for _ in range(5)]
    for thread in threads:
        thread.start()
    assert started.wait(10)
    go_on.set()
    for thread in threads:
        thread.join(20)
    assert len(calls) == 1
    assert [answer.status_code for answer in answers] == [200] * 5
    assert len({answer.data for answer in answers}) == 1


def test_a_fault_is_tried_again(site, monkeypatch):
    found = site.study()
    claim, broken = reading.claim, [True]

    def once_broken(*arguments):
        if broken.pop() if broken else False:
            raise RuntimeError
        return claim(*arguments)

    monkeypatch.setattr(reading, "claim", once_broken)
    answers = [site.as_("radiologist").post(f"/api/worklist/{found.id}/claim", headers=KEY) for _ in range(2)]
    assert [answer.status_code for answer in answers] == [500, 200]


def test_a_secret_is_not_kept_for_repetition(site):
    answer = site.as_("integrator").post("/api/tokens", headers=KEY, json={"name": "script"})
    assert answer.status_code == 422
    assert answer.json["problems"][0]["path"] == "Idempotency-Key"


def test_the_password_of_a_signature_is_not_kept(site):
    found = site.claimed()
    site.as_("radiologist").post(
        f"/api/worklist/{found.id}/report/sign", headers=KEY, json={"status": "final", "password": PASSWORD}
    )
    for path in site.room.settings.data_dir.glob("teleradiology.db*"):
        assert PASSWORD.encode() not in path.read_bytes()


@pytest.mark.parametrize("key", ["", " ", "x" * 129, "mit umlaut ü", "two words"])
def test_an_odd_key_is_refused(site, key):
    found = site.study()
    answer = site.as_("radiologist").post(
        f"/api/worklist/{found.id}/claim", headers={"Idempotency-Key": key.encode().decode("latin-1")}
    )
    assert answer.status_code == 422
    assert site.item(found.id).state == "unassigned"
