"""The rules over HTTP: seen, checked, reloaded, explained, and tried on the past."""

from __future__ import annotations

import pytest

from teleradiology.store import audit, rules_versions
from teleradiology.web.api.models.rules import BacktestOut, ExplainedOut, ReloadedOut, RulesChecked, RulesOut
from teleradiology.workflow import rules as workflow

BAD = "version: 1\npriorities:\n  stat: {turnaround: 1h}\nrules:\n  - name: all\n    then: {priorty: stat}\n"


@pytest.fixture
def admin(site):
    return site.as_("administrator")


def changed(site) -> str:
    """Rules by which every CT of the chest is urgent."""
    text = site.room.rules.current.text
    return text.replace("study_description: {contains: stroke}", "study_description: {contains: chest}")


def test_the_rules_in_force(site, admin):
    answer = admin.get("/api/rules")
    RulesOut.model_validate(answer.json)
    assert answer.json["digest"] == site.room.rules.current.digest
    assert answer.json["rules"] == ["stroke code", "everything else"]
    assert answer.json["priorities"] == ["stat", "routine"]
    assert admin.get("/api/rules", headers={"If-None-Match": answer.headers["ETag"]}).status_code == 304


def test_a_good_text_is_checked_and_not_put_in_force(site, admin):
    before = site.room.rules.current.digest
    answer = admin.post("/api/rules/check", json={"text": changed(site)})
    RulesChecked.model_validate(answer.json)
    assert (answer.status_code, answer.json["in_force"]) == (200, False)
    assert answer.json["differences"][0]["changed"] == ["stroke code"]
    assert site.room.rules.current.digest == before


@pytest.mark.parametrize("media_type", ["application/yaml", "text/yaml", "application/x-yaml"])
def test_a_file_may_be_sent_as_it_is(site, admin, media_type):
    answer = admin.post("/api/rules/check", data=changed(site).encode(), content_type=media_type)
    assert (answer.status_code, answer.json["rules"]) == (200, 2)


def test_without_a_text_the_file_on_the_disk_is_checked(site, admin):
    assert admin.post("/api/rules/check").json["in_force"] is True
    site.room.rules.file.unlink()
    answer = admin.post("/api/rules/check", json={})
    assert (answer.status_code, answer.json["code"]) == (422, "invalid-configuration")


def test_all_problems_of_a_bad_text_come_with_their_places(admin):
    answer = admin.post("/api/rules/check", json={"text": BAD})
    assert (answer.status_code, answer.json["code"]) == (422, "invalid-configuration")
    problem = next(each for each in answer.json["problems"] if each["suggestion"] == "priority")
    assert (problem["line"], problem["path"]) == (6, "rules.0.then.priorty")


def test_a_reload_puts_the_file_in_force_and_is_on_the_trail(site, admin):
    before = site.room.rules.current.digest
    site.room.rules.file.write_text(changed(site), encoding="utf-8")
    answer = admin.post("/api/rules/reload")
    ReloadedOut.model_validate(answer.json)
    assert (answer.status_code, answer.json["before"], answer.json["changed"]) == (200, before, True)
    assert answer.json["digest"] == site.room.rules.current.digest != before
    with site.room.store.reading() as c:
        (record,), _ = audit.page(c, event="rules-loaded")
        assert record.actor == "administrator"
        assert rules_versions.get(c, answer.json["digest"]).by == "administrator"


def test_a_bad_file_never_replaces_a_good_one(site, admin):
    before = site.room.rules.current
    site.room.rules.file.write_text(BAD, encoding="utf-8")
    answer = admin.post("/api/rules/reload")
    assert (answer.status_code, answer.json["code"]) == (422, "invalid-configuration")
    assert site.room.rules.current is before
    assert admin.get("/api/rules").json["file_problems"][0]["line"] == 6
    assert admin.get("/api/status").json["details"]["rules"]["file_problems"]
    with site.room.store.reading() as c:
        (record,), _ = audit.page(c, event="rules-refused")
        assert record.outcome == 4


def test_given_facts_are_explained(site):
    answer = site.as_("quality").post("/api/rules/explain", json={"facts": {"modality": "CT", "study_description": "Stroke?"}})
    ExplainedOut.model_validate(answer.json)
    assert answer.json["attributes"]["turnaround"] == {"value": 1800, "rule": "stroke code", "line": 29}
    assert answer.json["matched"][0]["rule"] == "stroke code"


def test_a_misspelt_fact_is_told_what_was_meant(site):
    answer = site.as_("quality").post("/api/rules/explain", json={"facts": {"modalty": "CT", "patient_age": "old"}})
    assert answer.status_code == 422
    assert [(each["path"], each["suggestion"]) for each in answer.json["problems"]] == [
        ("facts.modalty", "modality"),
        ("facts.patient_age", ""),
    ]


def test_a_study_that_we_have_is_explained(site):
    found = site.study(study_description="STROKE")
    for question in ({"study": found.study_instance_uid}, {"item": found.id}):
        answer = site.as_("radiologist").post("/api/rules/explain", json=question)
        assert answer.json["attributes"]["priority"]["value"] == "stat"
    for question in ({"study": "1.2.3"}, {"item": "01ARZ3NDEKTSV4RRFFQ69G5FAV"}):
        assert site.as_("radiologist").post("/api/rules/explain", json=question).status_code == 404


@pytest.mark.parametrize(
    "question", [{}, {"facts": {}, "study": "1.2"}, {"facts": []}, {"facts": "CT"}, {"study": ""}, {"item": "x"}]
)
def test_a_question_is_about_one_thing(still_site, question):
    assert still_site.as_("radiologist").post("/api/rules/explain", json=question).status_code == 422


def test_a_question_with_other_rules_is_for_administrators(site, admin):
    question = {"facts": {"modality": "CT", "study_description": "chest"}, "text": changed(site)}
    assert admin.post("/api/rules/explain", json=question).json["attributes"]["priority"]["value"] == "stat"
    assert site.as_("radiologist").post("/api/rules/explain", json=question).status_code == 403


def test_a_backtest_shows_who_would_have_moved(site, admin):
    chest, _stroke = site.study(), site.study(study_description="stroke")
    elsewhere = site.study(calling_aet="MISRATA_CT")
    answer = admin.post("/api/rules/backtest", json={"text": changed(site)})
    BacktestOut.model_validate(answer.json)
    found = answer.json
    assert (found["studies"], found["changed"], found["truncated"]) == (3, 3, False)
    assert found["by_priority"] == {"routine": {"stat": 2}, "stat": {"routine": 1}}
    assert found["by_facility"] == {"zliten": 2, "misrata": 1}
    assert found["items"][0]["id"] == elsewhere.id
    moved = next(item for item in found["items"] if item["id"] == chest.id)
    assert moved["changes"]["priority"] == {"before": "routine", "after": "stat"}
    assert moved["changes"]["turnaround"] == {"before": 86400, "after": 1800}
    assert moved["rule"] == "stroke code"
    assert [site.item(item.id).priority for item in (chest, elsewhere)] == ["routine", "routine"]


def test_a_backtest_of_the_rules_in_force_moves_nobody(site, admin):
    site.study()
    found = admin.post("/api/rules/backtest", json={}).json
    assert (found["studies"], found["changed"], found["items"]) == (1, 0, [])


def test_a_backtest_sees_a_sender_that_moved_to_another_facility(site, admin):
    site.study(calling_aet="MISRATA_CT")
    text = site.room.rules.current.text
    text = text.replace("[MISRATA_CT]", "[MISRATA_CR]").replace("[ZLITEN_CT]", "[ZLITEN_CT, MISRATA_CT]")
    text = text.replace("when: {modality: CT, study_description: {contains: stroke}}", "when: {facility: zliten}")
    assert admin.post("/api/rules/backtest", json={"text": text}).json["changed"] == 1


def test_a_backtest_can_be_narrowed(site, admin):
    for _ in range(3):
        site.study()
    site.study(calling_aet="MISRATA_CT")
    site.clock.forward(days=2)
    site.study()

    def studies(**more):
        found = admin.post("/api/rules/backtest", json={"text": changed(site), **more}).json
        return found["studies"], found["truncated"]

    assert studies() == (5, False)
    assert studies(facility="misrata") == (1, False)
    assert studies(limit=2) == (2, True)
    assert studies(since="2026-11-24T00:00:00Z") == (1, False)
    site.clock.forward(days=40)
    assert studies() == (0, False)


@pytest.mark.parametrize(
    ("more", "path"), [({"since": "yesterday"}, "since"), ({"since": "2026-11-24T00:00:00"}, "since"), ({"limit": 0}, "limit")]
)
def test_a_backtest_wants_sense(still_site, more, path):
    answer = still_site.as_("administrator").post("/api/rules/backtest", json=more)
    assert (answer.status_code, answer.json["problems"][0]["path"]) == (422, path)


def test_a_backtest_of_bad_rules_tells_their_problems(admin):
    answer = admin.post("/api/rules/backtest", json={"text": BAD})
    assert (answer.status_code, answer.json["code"]) == (422, "invalid-configuration")


@pytest.mark.parametrize(
    "text", ["a: &a [x]\nb: [*a,*a]", "!!python/object/apply:os.system [x]", "[" * 2000, "\ufeffversion: 1", "version: 1\n\tx: 1"]
)
def test_hostile_yaml_is_refused(still_site, text):
    answer = still_site.as_("administrator").post("/api/rules/check", json={"text": text})
    assert (answer.status_code, answer.json["code"]) == (422, "invalid-configuration")
    assert answer.json["problems"][0]["line"]


def test_a_backtest_tells_of_work_and_promises(site, admin):
    site.study(study_description="CT CHEST")
    site.study(study_description="CT STROKE")
    answer = admin.post("/api/rules/backtest", json={"text": changed(site)})
    BacktestOut.model_validate(answer.json)
    assert answer.json["by_facility_priority"]["zliten"] == {"routine": {"stat": 1}, "stat": {"routine": 1}}
    assert sum(row["after"]["studies"] for row in answer.json["workload"]) == 2
    assert answer.json["lateness"]["before"]["stat"]["studies"] == 1


def test_an_explanation_has_every_condition_and_what_the_disk_would_change(site, admin):
    item = site.study(study_description="CT CHEST")
    site.room.rules.file.write_text(changed(site), encoding="utf-8")
    answer = admin.post("/api/rules/explain", json={"item": item.id})
    ExplainedOut.model_validate(answer.json)
    asked = answer.json["rules"][0]["conditions"]
    assert [(each["condition"], each["holds"]) for each in asked] == [("modality", True), ("study_description", False)]
    assert answer.json["would_change"]["priority"] == {"before": "routine", "after": "stat"}


def test_the_past_is_listed_compared_and_brought_back(site, admin):
    workflow.remember(site.room)
    first = site.room.rules.current
    site.room.rules.file.write_text(changed(site), encoding="utf-8")
    second = admin.post("/api/rules/reload").json["digest"]
    assert [each["cause"] for each in admin.get("/api/rules/history").json["items"]] == ["api", "start"]
    found = admin.post("/api/rules/diff", json={"before": first.digest, "after": second}).json["items"]
    assert [(each["section"], each["name"], each["what"]) for each in found] == [("rules", "stroke code", "when")]
    answer = admin.post("/api/rules/rollback", json={"digest": first.digest[:12]})
    assert (answer.status_code, answer.json["digest"], answer.json["before"]) == (200, first.digest, second)
    assert site.room.rules.file.read_text(encoding="utf-8") == first.text
    assert (site.room.rules.file.parent / answer.json["backup"]).exists()
    assert admin.post("/api/rules/rollback", json={"digest": "0123456789ab"}).status_code == 404


def test_coverage_names_what_nothing_reached(site, admin):
    answer = admin.post("/api/rules/coverage", json={})
    assert (answer.status_code, answer.json["missed"]) == (200, ["stroke code", "everything else"])
    site.study(study_description="CT STROKE")
    assert admin.post("/api/rules/coverage", json={}).json["percent"] == 100.0
