"""The clinic says that it has seen the report: once for each version, for all to see, and nobody else's."""

from __future__ import annotations

import pytest

from support.web_people import PASSWORD
from teleradiology.web.api.models.reports import AcknowledgedOut


@pytest.fixture
def report(site):
    _found, report = site.signed()
    site.clock.forward(minutes=5)
    return report


def acknowledged_at(site, report) -> str | None:
    return site.as_("coordinator").get(f"/api/worklist/{report['item']}").json["acknowledged_at"]


def events(site, report) -> list[str]:
    found = site.as_("auditor").get(f"/api/worklist/{report['item']}/timeline").json["items"]
    return [each["event"] for each in found if each["event"] == "acknowledged"]


def test_the_clinic_acknowledges_its_report(site, report):
    assert acknowledged_at(site, report) is None
    answer = site.as_("facility").post(f"/api/reports/{report['id']}/acknowledge")
    told = AcknowledgedOut.model_validate_json(answer.data)
    assert (answer.status_code, told.acknowledged_by, told.version) == (200, "facility", 1)
    assert acknowledged_at(site, report) == answer.json["acknowledged_at"]
    assert events(site, report) == ["acknowledged"]


def test_saying_it_again_keeps_the_first_time(site, report):
    first = site.as_("facility").post(f"/api/reports/{report['id']}/acknowledge").json
    site.clock.forward(minutes=5)
    assert site.as_("integrator").post(f"/api/reports/{report['id']}/acknowledge").json == first
    assert events(site, report) == ["acknowledged"]


def test_an_integrator_may_say_it_for_the_clinic(site, report):
    answer = site.as_("integrator").post(f"/api/reports/{report['id']}/acknowledge").json
    assert answer["acknowledged_by"] == "integrator"


def test_nobody_else_says_it(site, report):
    for who in ("radiologist", "coordinator", "administrator", "quality"):
        assert site.as_(who).post(f"/api/reports/{report['id']}/acknowledge").status_code == 403
    assert site.as_("facility-2").post(f"/api/reports/{report['id']}/acknowledge").status_code == 404
    assert site.as_("facility").post("/api/reports/01JD0000000000000000000000/acknowledge").status_code == 404
    assert acknowledged_at(site, report) is None


def test_a_newer_version_is_acknowledged_on_its_own(site, report):
    clinic, reader = site.as_("facility"), site.as_("radiologist")
    clinic.post(f"/api/reports/{report['id']}/acknowledge")
    added = {"sections": {"findings": "A nodule on the left."}, "password": PASSWORD}
    addendum = reader.post(f"/api/worklist/{report['item']}/report/addendum", json=added).json
    assert acknowledged_at(site, report) is None
    clinic.post(f"/api/reports/{report['id']}/acknowledge")
    assert acknowledged_at(site, report) is None
    seen = clinic.post(f"/api/reports/{addendum['id']}/acknowledge").json
    assert acknowledged_at(site, report) == seen["acknowledged_at"]


def test_the_page_of_the_study_has_a_button_for_the_clinic_alone(site, report):
    html = {"Accept": "text/html"}
    path = f"/studies/{report['item']}"
    assert "I have seen it" in site.as_("facility").get(path, headers=html).text
    assert "I have seen it" not in site.as_("radiologist").get(path, headers=html).text
    site.as_("facility").post(f"/api/reports/{report['id']}/acknowledge")
    shown = site.as_("radiologist").get(path, headers=html).text
    assert "Seen by the site" in shown
    assert "I have seen it" not in site.as_("facility").get(path, headers=html).text


def test_monitoring_is_told_how_many_nobody_has_seen(site, report):
    def unseen() -> list[str]:
        text = site.as_("integrator").get("/api/metrics").text
        return [line for line in text.splitlines() if line.startswith("teleradiology_reports_unacknowledged{")]

    assert unseen() == ['teleradiology_reports_unacknowledged{priority="routine"} 1.0']
    site.as_("facility").post(f"/api/reports/{report['id']}/acknowledge")
    assert unseen() == []


def test_what_was_reported_long_ago_costs_monitoring_nothing(site, report):
    site.clock.forward(days=8)
    assert "reports_unacknowledged{" not in site.as_("integrator").get("/api/metrics").text
