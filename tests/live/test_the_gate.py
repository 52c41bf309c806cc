"""Who gets through to Orthanc's own routes, by every kind of identity; what is refused leaves no patient data in the answer."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pytest
import requests

from support import dicom_files, senders
from support.live_orthanc import ADMIN, PASSWORD, LiveOrthanc, until

CANARY = "CANARY"


@dataclass(frozen=True)
class Sent:
    """A study of a facility in Orthanc, by all its names."""

    study_uid: str
    series_uid: str
    sop_uid: str
    study: str
    series: str
    instance: str
    patient: str


@pytest.fixture(scope="module")
def of_a(orthanc: LiveOrthanc) -> Sent:
    return sent(orthanc, "CLINIC_A", "A")


@pytest.fixture(scope="module")
def of_b(orthanc: LiveOrthanc) -> Sent:
    return sent(orthanc, "CLINIC_B", "B")


@pytest.fixture(scope="module")
def people(orthanc: LiveOrthanc) -> dict[str, Any]:
    return {
        "nobody": None,
        "a stranger": ("stranger", "wrong password"),
        "administrator": ADMIN,
        "radiologist": orthanc.account("gate-radiologist", "radiologist", reader="dr-salem"),
        "integrator": orthanc.account("gate-integrator", "integrator"),
        "auditor": orthanc.account("gate-auditor", "auditor"),
        "facility": orthanc.account("gate-clinic-a", "facility", facility="clinic-a"),
    }


def sent(orthanc: LiveOrthanc, calling_aet: str, letter: str) -> Sent:
    tags = {key: f"{CANARY}-{letter}-{key}" for key in ("PatientName", "PatientID", "StudyDescription", "InstitutionName")}
    one = dicom_files.image(**tags, SeriesDescription=f"{CANARY}-{letter}-series", AccessionNumber=f"{CANARY}-{letter}")
    assert orthanc.c_store([one], calling_aet=calling_aet) == [0]
    orthanc.item_of(one.StudyInstanceUID, states=("assigned", "unassigned"))
    instance = orthanc.post("/tools/lookup", data=one.SOPInstanceUID).json()[0]["ID"]
    parents = {level: orthanc.get(f"/instances/{instance}/{level}").json()["ID"] for level in ("study", "series", "patient")}
    return Sent(one.StudyInstanceUID, one.SeriesInstanceUID, one.SOPInstanceUID, instance=instance, **parents)


CORE = (
    "/",
    "/app/explorer.html",
    "/system",
    "/statistics",
    "/patients",
    "/patients/{patient}",
    "/patients/{patient}/archive",
    "/studies",
    "/studies?expand",
    "/studies/{study}",
    "/studies/{study}/archive",
    "/studies/{study}/media",
    "/studies/{study}/shared-tags",
    "/studies/{study}/module-patient",
    "/series",
    "/series/{series}",
    "/instances",
    "/instances/{instance}",
    "/instances/{instance}/file",
    "/instances/{instance}/tags",
    "/instances/{instance}/simplified-tags",
    "/instances/{instance}/preview",
    "/instances/{instance}/attachments/dicom/data",
    "/changes",
    "/exports",
    "/jobs",
    "/queries",
    "/modalities",
    "/peers",
    "/plugins",
    "/plugins/explorer.js",
    "/tools",
    "/tools/now",
    "/tools/metrics-prometheus",
    "/webdav/",
    "//studies",
    "/%73tudies",
    "/system/../studies",
    "/teleradiology/../studies",
    "/teleradiology/%2e%2e/studies",
    "/studies/",
    "/studies/{study}/",
)
DICOMWEB = (
    "/dicom-web/studies",
    "/dicom-web/studies?PatientID=*",
    "/dicom-web/studies?StudyInstanceUID={study_uid}",
    "/dicom-web/series",
    "/dicom-web/instances",
    "/dicom-web/studies/{study_uid}",
    "/dicom-web/studies/{study_uid}/metadata",
    "/dicom-web/studies/{study_uid}/series",
    "/dicom-web/studies/{study_uid}/instances",
    "/dicom-web/studies/{study_uid}/series/{series_uid}",
    "/dicom-web/studies/{study_uid}/series/{series_uid}/metadata",
    "/dicom-web/studies/{study_uid}/series/{series_uid}/instances",
    "/dicom-web/studies/{study_uid}/series/{series_uid}/instances/{sop_uid}",
    "/dicom-web/studies/{study_uid}/series/{series_uid}/instances/{sop_uid}/metadata",
    "/dicom-web/studies/{study_uid}/series/{series_uid}/instances/{sop_uid}/frames/1",
    "/dicom-web/studies/{study_uid}/series/{series_uid}/instances/{sop_uid}/rendered",
    "/dicom-web/studies/{study_uid}/series/{series_uid}/instances/{sop_uid}/bulk/7fe00010",
    "/dicom-web/servers",
    "/wado?requestType=WADO&studyUID={study_uid}&seriesUID={series_uid}&objectUID={sop_uid}",
    "/wado?requestType=WADO&studyUID={study_uid}&seriesUID={series_uid}&objectUID={sop_uid}&contentType=application/dicom",
)
WRITES = (
    ("POST", "/instances"),
    ("POST", "/dicom-web/studies"),
    ("POST", "/tools/find"),
    ("POST", "/tools/lookup"),
    ("POST", "/tools/execute-script"),
    ("POST", "/tools/reset"),
    ("POST", "/tools/shutdown"),
    ("POST", "/tools/create-archive"),
    ("POST", "/instances/{instance}/export"),
    ("POST", "/studies/{study}/modify"),
    ("POST", "/studies/{study}/anonymize"),
    ("PUT", "/modalities/x"),
    ("PUT", "/peers/x"),
    ("PUT", "/tools/log-level"),
    ("DELETE", "/studies/{study}"),
    ("DELETE", "/changes"),
    ("DELETE", "/exports"),
)


def raw(orthanc: LiveOrthanc, method: str, path: str, auth: Any, **more: Any) -> requests.Response:
    """Without requests tidying up dots and percent signs in the address."""
    request = requests.Request(method, orthanc.url, auth=auth, **more).prepare()
    request.url = orthanc.url + path
    return orthanc.http.send(request, allow_redirects=False, timeout=20)


@pytest.mark.parametrize("path", CORE + DICOMWEB)
@pytest.mark.parametrize("person", ["nobody", "a stranger"])
def test_who_is_not_signed_in_sees_nothing(orthanc: LiveOrthanc, of_a: Sent, people: dict, path: str, person: str) -> None:
    answer = raw(orthanc, "GET", path.format(**vars(of_a)), people[person])
    if path == "/":
        assert (answer.status_code, answer.headers["Location"]) == (303, "/teleradiology/")
    else:
        assert (answer.status_code, answer.content) == (403, b"")


@pytest.mark.parametrize(("method", "path"), WRITES)
@pytest.mark.parametrize("person", ["nobody", "radiologist", "auditor", "facility"])
def test_who_may_not_change_the_pacs_does_not(
    orthanc: LiveOrthanc, of_a: Sent, people: dict, method: str, path: str, person: str
) -> None:
    answer = raw(orthanc, method, path.format(**vars(of_a)), people[person], data=b"[]")
    if (person, method, path) == ("radiologist", "POST", "/dicom-web/studies"):
        assert answer.status_code != 403  # the viewer stores its measurements
    else:
        assert answer.status_code == 403
    assert orthanc.get(f"/studies/{of_a.study}").status_code == 200


FORBIDDEN_TO_ALL = [row for row in WRITES if row[1].rpartition("/")[2] in ("execute-script", "reset", "shutdown", "export")]


@pytest.mark.parametrize(("method", "path"), [*FORBIDDEN_TO_ALL, ("DELETE", "/changes"), ("DELETE", "/exports")])
def test_what_would_end_the_service_is_for_no_administrator_either(
    orthanc: LiveOrthanc, of_a: Sent, method: str, path: str
) -> None:
    assert raw(orthanc, method, path.format(**vars(of_a)), ADMIN, data=b"").status_code == 403


@pytest.mark.parametrize("path", [path for path in DICOMWEB if not path.endswith(("/servers", "/rendered"))])
def test_a_radiologist_reads_every_study_by_dicomweb(orthanc: LiveOrthanc, of_b: Sent, people: dict, path: str) -> None:
    assert raw(orthanc, "GET", path.format(**vars(of_b)), people["radiologist"]).status_code == 200


@pytest.mark.parametrize("path", ["/studies", "/instances/{instance}/file", "/changes", "/dicom-web/servers", "/system"])
@pytest.mark.parametrize("person", ["radiologist", "integrator", "auditor", "facility"])
def test_orthancs_own_rest_api_is_for_administrators(
    orthanc: LiveOrthanc, of_a: Sent, people: dict, path: str, person: str
) -> None:
    assert raw(orthanc, "GET", path.format(**vars(of_a)), people[person]).status_code == 403
    assert raw(orthanc, "GET", path.format(**vars(of_a)), ADMIN).status_code == 200


def test_an_integrator_sends_images_and_sees_none(orthanc: LiveOrthanc, of_a: Sent, people: dict) -> None:
    one = dicom_files.image(StudyDescription="sent by an integrator")
    assert orthanc.upload(one, people["integrator"]).status_code == 200
    assert orthanc.stow([dicom_files.image()], people["integrator"]).status_code == 200
    assert orthanc.get(f"/dicom-web/studies/{of_a.study_uid}/metadata", people["integrator"]).status_code == 403


OF_ONE_STUDY = [path for path in DICOMWEB if "{study_uid}" in path]


@pytest.mark.parametrize("path", [path for path in OF_ONE_STUDY if not path.endswith("/rendered")])
def test_a_facility_user_reads_the_studies_of_the_facility(orthanc: LiveOrthanc, of_a: Sent, people: dict, path: str) -> None:
    assert raw(orthanc, "GET", path.format(**vars(of_a)), people["facility"]).status_code == 200


@pytest.mark.parametrize("path", CORE[1:] + DICOMWEB)
def test_a_facility_user_gets_no_byte_of_another_facility(orthanc: LiveOrthanc, of_b: Sent, people: dict, path: str) -> None:
    answer = raw(orthanc, "GET", path.format(**vars(of_b)), people["facility"])
    assert (answer.status_code, answer.content) == (403, b"")


MIXED = (
    "/dicom-web/studies/{a}/series/{series_uid}",
    "/dicom-web/studies/{a}/series/{series_uid}/metadata",
    "/dicom-web/studies/{a}/series/{series_uid}/instances",
    "/dicom-web/studies/{a}/series/{series_uid}/instances/{sop_uid}",
    "/dicom-web/studies/{a}/series/{series_uid}/instances/{sop_uid}/metadata",
    "/dicom-web/studies/{a}/series/{series_uid}/instances/{sop_uid}/frames/1",
    "/dicom-web/studies/{a}/series/{series_uid}/instances/{sop_uid}/bulk/7fe00010",
    "/dicom-web/studies/{a}/series/{series_uid}/instances/{sop_uid}/rendered",
    "/dicom-web/studies/{a}/series/{a_series}/instances/{sop_uid}",
    "/dicom-web/studies/{a}/series/{a_series}/instances/{sop_uid}/metadata",
    "/dicom-web/studies/{a}/series/{a_series}/instances/{sop_uid}/frames/1",
    "/dicom-web/studies/{a}/series?SeriesInstanceUID={series_uid}",
    "/dicom-web/studies?StudyInstanceUID={a}&0020000D={study_uid}",
    "/dicom-web/studies?StudyInstanceUID={a}&0020000d={study_uid}",
    "/dicom-web/studies?StudyInstanceUID={a},{study_uid}",
    "/dicom-web/studies?StudyInstanceUID={a}%5C{study_uid}",
    "/dicom-web/studies?StudyInstanceUID={a}&StudyInstanceUID={study_uid}",
    "/dicom-web/studies?StudyInstanceUID=*",
    "/dicom-web/studies?StudyInstanceUID=",
    "/dicom-web/studies?StudyInstanceUID={a}&PatientID=*",
    "/dicom-web/series?StudyInstanceUID={a}&SeriesInstanceUID={series_uid}",
    "/wado?requestType=WADO&studyUID={a}&seriesUID={series_uid}&objectUID={sop_uid}",
    "/wado?requestType=WADO&studyUID={a}&seriesUID={series_uid}&objectUID={sop_uid}&contentType=application/dicom",
    "/wado?requestType=WADO&studyUID={a}&objectUID={sop_uid}&contentType=application/dicom",
    "/wado?requestType=WADO&studyUID={a}&studyUID={study_uid}&objectUID={sop_uid}&contentType=application/dicom",
    "/wado?requestType=WADO&objectUID={sop_uid}&contentType=application/dicom",
)


@pytest.mark.parametrize("path", MIXED)
def test_an_own_study_in_the_address_opens_nothing_of_another(
    orthanc: LiveOrthanc, of_a: Sent, of_b: Sent, people: dict, path: str
) -> None:
    answer = raw(orthanc, "GET", path.format(**vars(of_b), a=of_a.study_uid, a_series=of_a.series_uid), people["facility"])
    found = answer.content
    assert f"{CANARY}-B".encode() not in found
    assert of_b.sop_uid.encode() not in found
    assert answer.status_code != 200 or len(found) <= 2 or f"{CANARY}-A".encode() in found


OVERRIDES = (
    ("GET", "/studies/{study}?_method=DELETE", {}),
    ("GET", "/studies/{study}", {"X-HTTP-Method-Override": "DELETE"}),
    ("POST", "/studies/{study}", {"X-HTTP-Method-Override": "DELETE"}),
    ("GET", "/instances/{instance}?_method=DELETE", {}),
    ("GET", "/modalities/intruder?_method=PUT", {}),
    ("GET", "/dicom-web/studies/{study_uid}?_method=DELETE", {}),
)


@pytest.mark.parametrize(("method", "path", "headers"), OVERRIDES)
@pytest.mark.parametrize("person", ["nobody", "administrator", "radiologist", "facility"])
def test_a_method_cannot_be_overridden_on_orthancs_routes(
    orthanc: LiveOrthanc, of_a: Sent, people: dict, method: str, path: str, headers: dict, person: str
) -> None:
    data = b"" if method == "POST" else None
    assert raw(orthanc, method, path.format(**vars(of_a)), people[person], headers=headers, data=data).status_code == 403
    assert orthanc.get(f"/studies/{of_a.study}").status_code == 200


def test_an_administrator_who_means_delete_deletes(orthanc: LiveOrthanc) -> None:
    one = dicom_files.image()
    found = orthanc.upload(one).json()
    assert orthanc.delete(f"/studies/{found['ParentStudy']}").status_code == 200
    assert orthanc.get(f"/studies/{found['ParentStudy']}").status_code == 404


@pytest.fixture(scope="module")
def browser(orthanc: LiveOrthanc, people: dict) -> requests.Session:
    session = requests.Session()
    session.trust_env = False
    headers = {"Origin": orthanc.url, "Sec-Fetch-Site": "same-origin"}
    form = {"username": "gate-radiologist", "password": PASSWORD}
    answer = session.post(f"{orthanc.url}/teleradiology/sign-in", data=form, headers=headers, allow_redirects=False)
    assert answer.status_code == 303, answer.text[:300]
    assert session.cookies
    return session


def test_the_session_of_our_pages_opens_dicomweb(orthanc: LiveOrthanc, browser: requests.Session, of_a: Sent) -> None:
    answer = browser.get(f"{orthanc.url}/dicom-web/studies/{of_a.study_uid}/metadata")
    assert answer.status_code == 200


CROSS_SITE = (
    {"Origin": "http://evil.test", "Sec-Fetch-Site": "cross-site"},
    {"Origin": "http://evil.test"},
    {"Sec-Fetch-Site": "same-site"},
    {"Origin": "null"},
    {},
)


@pytest.mark.parametrize("headers", CROSS_SITE)
def test_another_sites_page_stores_nothing_with_a_readers_session(
    orthanc: LiveOrthanc, browser: requests.Session, headers: dict
) -> None:
    assert browser.post(f"{orthanc.url}/dicom-web/studies", data=b"", headers=headers).status_code == 403


@pytest.mark.parametrize("headers", CROSS_SITE[:4])
def test_another_sites_page_deletes_nothing_with_a_remembered_password(orthanc: LiveOrthanc, of_a: Sent, headers: dict) -> None:
    answer = raw(orthanc, "DELETE", f"/studies/{of_a.study}", ADMIN, headers=headers, data=b"")
    assert answer.status_code == 403
    assert orthanc.get(f"/studies/{of_a.study}").status_code == 200


def test_the_viewer_stores_with_the_session_of_our_pages(orthanc: LiveOrthanc, browser: requests.Session) -> None:
    body, kind = senders.stow_body([dicom_files.image()])
    headers = {"Content-Type": kind, "Origin": orthanc.url, "Sec-Fetch-Site": "same-origin"}
    assert browser.post(f"{orthanc.url}/dicom-web/studies", data=body, headers=headers).status_code == 200


def test_refusals_are_on_the_audit_trail_counted_and_without_addresses(orthanc: LiveOrthanc, of_b: Sent, people: dict) -> None:
    for _ in range(20):
        orthanc.get(f"/studies/{of_b.study}/archive", people["facility"])

    def noted() -> list[dict]:
        query = {"event": "access-denied", "actor": "gate-clinic-a", "limit": "200"}
        events = orthanc.api("audit", params=query)["items"]
        return [event for event in events if event["detail"].get("what") == "GET /studies"]

    events = until(noted, "the refusals on the audit trail", 10)
    assert all(event["detail"]["count"] >= 1 for event in events)
    assert CANARY not in str(events)
    assert of_b.study not in str(events)


def test_the_log_and_the_answers_of_refusals_hold_no_patient(orthanc: LiveOrthanc, of_a: Sent, of_b: Sent) -> None:
    assert CANARY not in orthanc.log
