"""Inference services tell what they found over HTTP; people see it as a suggestion, unverified, wherever they look."""

from __future__ import annotations

from typing import Any

import pytest

HTML = {"Accept": "text/html"}
BLEEDING: dict[str, Any] = {
    "device": "BleedFinder",
    "version": "2.1",
    "findings": [{"code": "ICH", "text": "<b>haemorrhage</b>", "score": 0.93}],
}


def tell(site, item, body=BLEEDING, person: str = "integrator"):
    return site.as_(person).post(f"/api/studies/{item.study_instance_uid}/findings", json=body)


def test_a_finding_is_kept_once_and_told_to_who_asks(site):
    item = site.claimed()
    assert tell(site, item).status_code == 200
    again = tell(site, item)
    found = site.as_("facility").get(f"/api/studies/{item.study_instance_uid}/findings").json
    assert (again.json, len(found["findings"])) == (found, 1)
    assert (found["findings"][0]["source"], found["findings"][0]["sop_instance_uid"]) == ("api", None)


@pytest.mark.parametrize("person", ["radiologist", "coordinator", "facility", "quality", "auditor"])
def test_people_do_not_speak_for_devices(site, person):
    assert tell(site, site.claimed(), person=person).status_code == 403


def test_another_facility_s_study_is_unknown(site):
    item = site.claimed()
    assert site.as_("facility-2").get(f"/api/studies/{item.study_instance_uid}/findings").status_code == 404


@pytest.mark.parametrize(
    "wrong",
    [
        {"findings": []},
        {"findings": [{"score": 0.5}]},
        {"findings": [{"code": "ICH", "score": 1.5}]},
        {"findings": [{"code": "ICH", "score": "high"}]},
        {"findings": [{"code": "I" * 65}]},
        {"device": ""},
    ],
)
def test_what_says_nothing_or_too_much_is_refused(site, wrong):
    assert tell(site, site.claimed(), {**BLEEDING, **wrong}).status_code == 422


@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("en", "Suggested by \u2068BleedFinder (0.93)\u2069; AI, unverified"),
        ("ar", "اقتراح من \u2068BleedFinder (0.93)\u2069؛ ذكاء اصطناعي غير متحقق منه"),
    ],
)
def test_it_is_shown_as_a_suggestion_on_the_list_and_on_both_pages_of_the_study(site, language, words):
    item = site.claimed()
    tell(site, item)
    client = site.as_("radiologist")
    for path in ("/?state=all", f"/studies/{item.id}", f"/read/{item.id}"):
        text = client.get(path, headers={**HTML, "Accept-Language": language}).get_data(as_text=True)
        assert words in text, path
        assert "<b>haemorrhage" not in text


@pytest.mark.parametrize(
    ("told", "positive"), [({"score": 0.2}, False), ({"score": 0.9}, True), ({"score": 0.2, "positive": True}, True)]
)
def test_without_a_verdict_the_score_decides_by_the_threshold(site, told, positive):
    item = site.claimed()
    answer = tell(site, item, {**BLEEDING, "findings": [{"code": "ICH", **told}]})
    assert [each["positive"] for each in answer.get_json()["findings"]] == [positive]
