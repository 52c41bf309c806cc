"""Whether the service works: the one thing that anybody may ask."""

import teleradiology


def test_anybody_may_ask_whether_the_service_works(site):
    answer = site.anonymous.get("/api/status")
    assert (answer.status_code, answer.json) == (200, {"status": "ok", "version": teleradiology.__version__})


def test_only_administrators_are_told_more(site):
    for person in ("radiologist", "facility", "auditor"):
        assert "details" not in site.as_(person).get("/api/status").json
    details = site.as_("administrator").get("/api/status").json["details"]
    assert details["rules"]["digest"] == site.room.rules.current.digest
    assert details["database"]["kind"] == "sqlite"
    assert "Version" in details["orthanc"]


def test_a_silent_orthanc_is_told_and_is_no_fault_of_ours(site):
    site.host.failing.add("version")
    answer = site.as_("administrator").get("/api/status")
    assert answer.status_code == 200
    assert "problem" in answer.json["details"]["orthanc"]


def test_every_problem_code_can_be_looked_up(site):
    problem = site.as_("radiologist").get("/api/nothing").json
    found = site.as_("radiologist").get(problem["type"])
    assert (found.status_code, found.json["code"], found.json["status"]) == (200, "not-found", 404)
    assert site.as_("radiologist").get("/api/problems/no-such-code").status_code == 404
