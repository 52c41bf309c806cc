"""The table of Orthanc's routes, cell by cell."""

from __future__ import annotations

import pytest

from teleradiology.core.identity import Actor, Role
from teleradiology.host.routes import ADMITTED, REFUSED, Verdict, is_for_anybody, verdict

UID = "1.2.840.99.1"


def somebody(*roles: Role, facility: str | None = None) -> Actor:
    return Actor("somebody", frozenset(roles), facility=facility)


def asked(role: Role, method: str, path: str, **query: str) -> Verdict:
    facility = "clinic-a" if role is Role.FACILITY else None
    return verdict(somebody(role, facility=facility), method, path, query)


STORERS, SENDERS = {Role.ADMINISTRATOR, Role.RADIOLOGIST, Role.INTEGRATOR}, {Role.ADMINISTRATOR, Role.INTEGRATOR}
READERS = {Role.ADMINISTRATOR, Role.RADIOLOGIST, Role.COORDINATOR, Role.QUALITY}
ADMINISTRATORS = {Role.ADMINISTRATOR}
TABLE = [
    ("GET", "/dicom-web/studies", READERS),
    ("GET", f"/dicom-web/studies/{UID}/series/1.2/instances/1.3/frames/1", READERS | {Role.FACILITY}),
    ("GET", f"/dicom-web/studies/{UID}", READERS | {Role.FACILITY}),
    ("POST", "/dicom-web/studies", STORERS),
    ("POST", f"/dicom-web/studies/{UID}", STORERS),
    ("POST", f"/dicom-web/studies/{UID}/series", ADMINISTRATORS),
    ("DELETE", f"/dicom-web/studies/{UID}", ADMINISTRATORS),
    ("GET", "/dicom-web/servers", ADMINISTRATORS),
    ("POST", "/instances", SENDERS),
    ("POST", "/instances/x", ADMINISTRATORS),
    ("GET", "/instances", ADMINISTRATORS),
    ("GET", "/studies", ADMINISTRATORS),
    ("GET", "/Dicom-Web/studies", ADMINISTRATORS),
    ("GET", "/dicom-web/studiesx", ADMINISTRATORS),
    ("GET", "/a-route-that-nobody-knows", ADMINISTRATORS),
    ("POST", "/tools/execute-script", set()),
    ("POST", "/tools/reset", set()),
    ("POST", "/tools/shutdown", set()),
    ("POST", "/instances/abc/export", set()),
    ("DELETE", "/changes", set()),
    ("DELETE", "/exports", set()),
    ("GET", "/webdav", set()),
    ("GET", "/webdav/uploads/x", set()),
]
PEOPLE = [role for role in Role if role is not Role.SYSTEM]


@pytest.mark.parametrize("role", PEOPLE)
@pytest.mark.parametrize(("method", "path", "roles"), TABLE)
def test_each_route_is_for_the_roles_that_need_it(role: Role, method: str, path: str, roles: set[Role]) -> None:
    assert asked(role, method, path).passes is (role in roles)


def test_the_role_of_a_facility_asks_whose_the_study_is() -> None:
    assert asked(Role.FACILITY, "GET", f"/dicom-web/studies/{UID}/metadata") == Verdict(True, (UID,))
    assert asked(Role.FACILITY, "GET", "/wado", studyUID=UID) == Verdict(True, (UID,))
    assert asked(Role.FACILITY, "GET", "/dicom-web/studies", StudyInstanceUID=UID, limit="1") == Verdict(True, (UID,))
    assert asked(Role.RADIOLOGIST, "GET", f"/dicom-web/studies/{UID}/metadata") == ADMITTED


@pytest.mark.parametrize(
    "query",
    [
        {},
        {"StudyInstanceUID": ""},
        {"StudyInstanceUID": "*"},
        {"StudyInstanceUID": f"{UID}*"},
        {"StudyInstanceUID": f"{UID},1.9"},
        {"StudyInstanceUID": f"{UID}%5C1.9"},
        {"StudyInstanceUID": f"{UID}\n"},
        {"StudyInstanceUID": UID, "0020000d": "1.9"},
        {"StudyInstanceUID": UID, "PatientName": "*"},
        {"PatientID": "1"},
        {"studyinstanceuid": UID},
    ],
)
def test_a_list_that_could_hold_more_than_an_own_study_is_not_for_a_facility(query: dict[str, str]) -> None:
    assert asked(Role.FACILITY, "GET", "/dicom-web/studies", **query) == REFUSED


def test_both_spellings_of_the_study_are_asked_about() -> None:
    found = asked(Role.FACILITY, "GET", "/dicom-web/series", **{"StudyInstanceUID": UID, "0020000D": "1.9"})
    assert set(found.studies) == {UID, "1.9"}


def test_a_facility_user_without_a_facility_is_still_confined() -> None:
    found = verdict(somebody(Role.FACILITY), "GET", f"/dicom-web/studies/{UID}", {})
    assert found.studies == (UID,)


def test_somebody_with_several_roles_has_the_rights_of_each() -> None:
    both = somebody(Role.AUDITOR, Role.INTEGRATOR)
    assert verdict(both, "POST", "/instances", {}) == ADMITTED
    assert verdict(both, "GET", "/dicom-web/studies", {}) == REFUSED


def test_only_the_way_to_our_pages_is_for_anybody() -> None:
    assert is_for_anybody("GET", "/")
    assert not is_for_anybody("POST", "/")
    assert not is_for_anybody("GET", "/app/explorer.html")
