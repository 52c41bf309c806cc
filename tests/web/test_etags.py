"""ETags: nothing is sent twice, nothing is overwritten unseen."""

from __future__ import annotations


def test_an_items_etag_is_its_version(site):
    found = site.study()
    answer = site.as_("radiologist").get(f"/api/worklist/{found.id}")
    assert answer.headers["ETag"] == f'"{found.version}"'
    assert answer.json["version"] == found.version
    by_study = site.as_("radiologist").get(f"/api/studies/{found.study_instance_uid}")
    assert (by_study.headers["ETag"], by_study.json) == (answer.headers["ETag"], answer.json)


def test_an_unchanged_item_is_not_sent_again(site):
    path = f"/api/worklist/{site.study().id}"
    etag = site.as_("radiologist").get(path).headers["ETag"]
    again = site.as_("radiologist").get(path, headers={"If-None-Match": etag})
    assert (again.status_code, again.data, again.headers["ETag"]) == (304, b"", etag)
    assert "Authorization" in again.headers["Vary"]


def test_a_changed_item_is_sent(site):
    found = site.study()
    path = f"/api/worklist/{found.id}"
    etag = site.as_("radiologist").get(path).headers["ETag"]
    site.as_("coordinator").post(f"{path}/hold", json={"reason": "x"})
    assert site.as_("radiologist").get(path, headers={"If-None-Match": etag}).json["state"] == "held"


def test_an_item_that_became_overdue_is_sent_although_its_version_is_the_same(site):
    path = f"/api/worklist/{site.study().id}"
    before = site.as_("radiologist").get(path)
    assert before.json["overdue"] is False
    site.clock.forward(hours=25)
    after = site.as_("radiologist").get(path, headers={"If-None-Match": before.headers["ETag"]})
    assert (after.status_code, after.json["overdue"], after.json["version"]) == (200, True, before.json["version"])


def test_an_unchanged_list_is_not_sent_again(site):
    found = site.study()
    client = site.as_("radiologist")
    etag = client.get("/api/worklist").headers["ETag"]
    assert client.get("/api/worklist", headers={"If-None-Match": etag}).status_code == 304
    assert client.get("/api/worklist", headers={"If-None-Match": f"W/{etag}"}).status_code == 304
    site.as_("coordinator").post(f"/api/worklist/{found.id}/hold", json={"reason": "x"})
    assert client.get("/api/worklist", headers={"If-None-Match": etag}).status_code == 200


def test_a_write_with_the_version_that_was_read_succeeds_once(site):
    found = site.study()
    client, path = site.as_("coordinator"), f"/api/worklist/{found.id}"
    etag = client.get(path).headers["ETag"]
    done = client.post(f"{path}/hold", headers={"If-Match": etag}, json={"reason": "x"})
    assert (done.status_code, done.headers["ETag"]) == (200, f'"{found.version + 1}"')
    again = client.post(f"{path}/resume", headers={"If-Match": etag})
    assert (again.status_code, again.json["code"]) == (412, "stale-version")


def test_a_write_without_a_version_is_possible(site):
    found = site.study()
    assert site.as_("coordinator").post(f"/api/worklist/{found.id}/hold", json={"reason": "x"}).status_code == 200


def test_a_heartbeat_leaves_the_version_as_it_is(site):
    found = site.claimed()
    site.clock.forward(seconds=60)
    answer = site.as_("radiologist").post(f"/api/worklist/{found.id}/heartbeat")
    assert (answer.status_code, answer.json["version"]) == (200, found.version)
    assert answer.json["lease_until"] == "2026-11-23T09:03:00.000Z"


def test_a_signed_reports_etag_is_the_digest_of_its_content(site):
    _, report = site.signed()
    answer = site.as_("radiologist").get(f"/api/reports/{report['id']}")
    assert answer.headers["ETag"] == f'"{report["content_hash"]}"'
    for kind in ("html", "pdf"):
        first = site.as_("radiologist").get(f"/api/reports/{report['id']}/{kind}")
        again = site.as_("radiologist").get(
            f"/api/reports/{report['id']}/{kind}", headers={"If-None-Match": first.headers["ETag"]}
        )
        assert (first.status_code, again.status_code) == (200, 304)
