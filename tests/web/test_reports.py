"""Drafts, signing and signed reports over HTTP."""

from __future__ import annotations

import re

import pytest

from support.web_people import PASSWORD
from teleradiology.web.api.models.reports import DraftOut, PriorList, SignedList, SignedOut

TEXT = {"findings": "Clear lungs.", "impression": "Normal."}


@pytest.fixture
def reading(site):
    """An item that the radiologist reads, with the address of its report."""
    found = site.claimed()
    return found, f"/api/worklist/{found.id}/report"


def sign(site, path, person="radiologist", **more):
    return site.as_(person).post(f"{path}/sign", json={"status": "final", "password": PASSWORD, **more})


def test_a_draft_that_was_never_saved_has_version_0(site, reading):
    answer = site.as_("radiologist").get(reading[1])
    DraftOut.model_validate(answer.json)
    assert (answer.json["version"], answer.headers["ETag"]) == (0, '"draft-0"')
    assert set(answer.json["sections"]) == {"indication", "technique", "comparison", "findings", "impression", "recommendation"}


def test_the_first_save_needs_no_version_and_the_next_ones_do(site, reading):
    radiologist, path = site.as_("radiologist"), reading[1]
    first = radiologist.put(path, json={"sections": TEXT, "language": "en", "template": ""})
    assert (first.status_code, first.json["version"]) == (200, 1)
    blind = radiologist.put(path, json={"sections": {"findings": "Other."}})
    assert (blind.status_code, blind.json["code"]) == (412, "version-missing")
    assert '"draft-1"' in blind.json["detail"]
    for etag in (first.headers["ETag"], '"2"'):  # the ETag, or the plain number
        again = radiologist.put(path, headers={"If-Match": etag}, json={"sections": {"findings": f"Other {etag}"}})
        assert again.status_code == 200, again.text
    assert again.json["sections"]["impression"] == "Normal."  # what was left out stays


def test_two_windows_do_not_overwrite_each_other(site, reading):
    radiologist, path = site.as_("radiologist"), reading[1]
    etag = radiologist.put(path, json={"sections": TEXT}).headers["ETag"]
    assert radiologist.put(path, headers={"If-Match": etag}, json={"sections": {"findings": "One."}}).status_code == 200
    late = radiologist.put(path, headers={"If-Match": etag}, json={"sections": {"findings": "Two."}})
    assert (late.status_code, late.json["code"]) == (412, "stale-version")
    assert radiologist.get(path).json["sections"]["findings"] == "One."


@pytest.mark.parametrize(
    ("body", "path", "suggestion"),
    [
        ({}, "sections", ""),
        ({"sections": {"finding": "x"}}, "sections.finding", "findings"),
        ({"sections": {"findings": 7}}, "sections.findings", ""),
        ({"sections": {"findings": "x" * 50_001}}, "sections.findings", ""),
        ({"sections": {}, "language": "klingon!"}, "language", ""),
        ({"sections": {}, "language": "xx"}, "language", ""),
        ({"sections": {}, "template": "no-such-template"}, "template", ""),
        ({"section": {}}, "section", "sections"),
    ],
)
def test_what_is_wrong_with_a_draft_is_told(site, reading, body, path, suggestion):
    answer = site.as_("radiologist").put(reading[1], json=body)
    assert answer.status_code == 422
    assert (path, suggestion) in [(problem["path"], problem["suggestion"]) for problem in answer.json["problems"]]


def test_signing_answers_with_the_signed_version(site, reading):
    found, path = reading
    site.as_("radiologist").put(path, json={"sections": TEXT})
    answer = sign(site, path)
    assert answer.status_code == 201
    SignedOut.model_validate(answer.json)
    assert (answer.json["version"], answer.json["status"], answer.json["author"]) == (1, "final", "radiologist")
    assert answer.headers["Location"] == f"/teleradiology/api/reports/{answer.json['id']}"
    assert site.as_("radiologist").get(answer.headers["Location"]).json == answer.json
    assert site.item(found.id).state == "completed"


def test_a_wrong_password_signs_nothing(site, reading):
    found, path = reading
    site.as_("radiologist").put(path, json={"sections": TEXT})
    answer = sign(site, path, password="wrong")
    assert (answer.status_code, answer.json["code"]) == (403, "not-allowed")
    assert site.item(found.id).state == "reading"


@pytest.mark.parametrize(
    "body", [{}, {"status": "final"}, {"status": "addendum", "password": PASSWORD}, {"status": "Final", "password": PASSWORD}]
)
def test_what_a_signature_needs_is_told(site, reading, body):
    answer = site.as_("radiologist").post(f"{reading[1]}/sign", json=body)
    assert answer.status_code == 422
    assert answer.json["problems"]


def test_an_empty_report_is_not_signed(site, reading):
    site.as_("radiologist").put(reading[1], json={"sections": {"findings": "", "impression": "", "technique": "CT."}})
    answer = sign(site, reading[1])
    assert answer.status_code == 422
    assert {problem["path"] for problem in answer.json["problems"]} >= {"sections.findings"}


def test_what_is_signed_is_what_was_read(site, reading):
    radiologist, (_, path) = site.as_("radiologist"), reading
    seen = radiologist.put(path, json={"sections": TEXT}).headers["ETag"]
    radiologist.put(path, headers={"If-Match": seen}, json={"sections": {"findings": "Changed elsewhere."}})
    wish = {"status": "final", "password": PASSWORD}
    stale = radiologist.post(f"{path}/sign", headers={"If-Match": seen}, json=wish)
    assert (stale.status_code, stale.json["code"]) == (412, "stale-version")
    assert radiologist.post(f"{path}/sign", headers={"If-Match": '"draft-2"'}, json=wish).status_code == 201


def test_signing_takes_the_items_version_too(site, reading):
    radiologist, (found, path) = site.as_("radiologist"), reading
    radiologist.put(path, json={"sections": TEXT})
    wish = {"status": "final", "password": PASSWORD}
    assert radiologist.post(f"{path}/sign", headers={"If-Match": f'"{found.version - 1}"'}, json=wish).status_code == 412
    assert radiologist.post(f"{path}/sign", headers={"If-Match": f'"{found.version}"'}, json=wish).status_code == 201


def test_who_has_not_claimed_does_not_sign(site):
    found = site.study()
    path = f"/api/worklist/{found.id}/report"
    site.as_("radiologist").put(path, json={"sections": TEXT})
    answer = sign(site, path)
    assert (answer.status_code, answer.json["code"]) == (409, "invalid-transition")
    assert "claim" in answer.json["allowed"]


def test_preliminary_then_final_then_addendum(site, reading):
    radiologist, (found, path) = site.as_("radiologist"), reading
    radiologist.put(path, json={"sections": TEXT})
    assert sign(site, path, status="preliminary").json["status"] == "preliminary"
    assert site.item(found.id).state == "reading"
    changed = radiologist.put(path, headers={"If-Match": "*"}, json={"sections": {"impression": "Normal indeed."}})
    assert changed.json["sections"]["findings"] == "Clear lungs."
    assert sign(site, path).json["status"] == "final"
    added = radiologist.post(f"{path}/addendum", json={"sections": {"findings": "Seen again: clear."}, "password": PASSWORD})
    assert (added.status_code, added.json["status"]) == (201, "addendum")
    listed = radiologist.get(f"/api/worklist/{found.id}/reports").json
    SignedList.model_validate(listed)
    assert [report["status"] for report in listed["items"]] == ["preliminary", "final", "addendum"]
    assert listed["items"][2]["predecessor"] == listed["items"][1]["id"]


def test_a_correction_replaces_and_needs_a_reason(site):
    found, first = site.signed()
    path = f"/api/worklist/{found.id}/report"
    site.as_("radiologist").put(path, json={"sections": {"findings": "Fracture.", "impression": "Fracture."}})
    blank = sign(site, path, status="corrected")
    assert (blank.status_code, blank.json["problems"][0]["path"]) == (422, "reason")
    answer = sign(site, path, status="corrected", reason="a fracture was overlooked")
    assert (answer.status_code, answer.json["status"]) == (201, "corrected")
    assert site.as_("radiologist").get(f"/api/reports/{first['id']}").json == first


@pytest.mark.parametrize(
    ("kind", "media_type", "begins"),
    [
        ("html", "text/html; charset=utf-8", b"<!doctype html>"),
        ("pdf", "application/pdf", b"%PDF"),
        ("fhir", "application/fhir+json", b"{"),
        ("hl7", "application/hl7-v2; charset=utf-8", b"MSH|"),
    ],
)
def test_every_form_of_a_signed_report(site, kind, media_type, begins):
    _, report = site.signed()
    answer = site.as_("integrator").get(f"/api/reports/{report['id']}/{kind}")
    assert (answer.status_code, answer.content_type) == (200, media_type)
    assert answer.data.startswith(begins)
    assert answer.data == site.as_("integrator").get(f"/api/reports/{report['id']}/{kind}").data
    disposition = answer.headers["Content-Disposition"]
    assert disposition.isascii()
    assert "Patient" not in disposition


def test_a_signed_report_as_dicom_sr(site):
    _, report = site.signed()
    answer = site.as_("integrator").get(f"/api/reports/{report['id']}/sr")
    assert (answer.status_code, answer.content_type) == (200, "application/dicom")
    assert answer.data[128:132] == b"DICM"
    assert report["sr_sop_instance_uid"].encode() in answer.data
    assert answer.headers["Content-Disposition"] == f'attachment; filename="report-{report["id"]}.dcm"'


def test_a_report_as_a_page_may_do_nothing_but_show_itself(site):
    _, report = site.signed()
    policy = site.as_("radiologist").get(f"/api/reports/{report['id']}/html").headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "sandbox" in policy
    assert "unsafe" not in policy
    assert re.search(r"style-src 'sha256-[A-Za-z0-9+/=]{44}'", policy)


def test_a_form_that_does_not_exist_is_not_found(site):
    _, report = site.signed()
    assert site.as_("radiologist").get(f"/api/reports/{report['id']}/docx").status_code == 404


def test_a_report_whose_study_is_gone_says_so(site):
    found, report = site.signed()
    site.host.delete(found.orthanc_id)
    answer = site.as_("radiologist").get(f"/api/reports/{report['id']}/sr")
    assert (answer.status_code, answer.json["code"]) == (503, "unavailable")
    assert answer.headers["Retry-After"]


def test_a_preview_is_marked_as_a_draft(site, reading):
    site.as_("radiologist").put(reading[1], json={"sections": TEXT})
    answer = site.as_("radiologist").get(f"{reading[1]}/preview")
    assert "Clear lungs." in answer.json["html"]
    assert "DRAFT" in answer.json["html"]


def test_what_a_template_would_begin_with(site, reading):
    known = site.as_("radiologist").get(f"{reading[1]}/template?template=ct-head&language=en")
    assert (known.status_code, known.json["template"], known.json["version"]) == (200, "ct-head", 0)
    unknown = site.as_("radiologist").get(f"{reading[1]}/template?template=nothing")
    assert (unknown.status_code, unknown.json["problems"][0]["path"]) == (422, "template")


def test_the_priors_of_a_patient_with_their_reports(site):
    _, earlier = site.signed(patient_id="P-77")
    site.study(patient_id="P-77", calling_aet="MISRATA_CT")  # the same id elsewhere is somebody else
    now = site.study(patient_id="P-77")
    answer = site.as_("radiologist").get(f"/api/worklist/{now.id}/priors").json
    PriorList.model_validate(answer)
    assert [[report["id"] for report in prior["reports"]] for prior in answer["items"]] == [[earlier["id"]]]
