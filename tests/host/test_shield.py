"""Orthanc's own JSON routes: looks are passed on, changes are done as jobs, and one route is not offered."""

from __future__ import annotations

import json
from typing import Any

import pytest

from support.fake_orthanc import FakeOrthanc, FakeOutput, OrthancException
from teleradiology.host.answers import Sender
from teleradiology.host.limits import Limits
from teleradiology.host.pool import LargeStackPool
from teleradiology.host.shield import Shield

MODIFY = "/studies/0a-0b/modify"
BEGUN = {"ID": "j1", "Path": "/jobs/j1"}


class Jobs(FakeOrthanc):
    """Takes every POST, and tells of its job what the test has prepared, the last one for ever."""

    def __init__(self, *states: dict[str, Any]):
        super().__init__()
        self.states, self.posted = list(states), list[tuple[str, Any]]()

    def RestApiPost(self, path: str, body: bytes) -> bytes:
        self.posted.append((path, json.loads(body)))
        return json.dumps(BEGUN).encode()

    def RestApiGet(self, path: str) -> bytes:
        assert path == "/jobs/j1"
        return json.dumps(self.states.pop(0) if len(self.states) > 1 else self.states[0]).encode()


def asked(orthanc: FakeOrthanc, path: str, body: Any, seconds: float = 5.0) -> tuple[int, Any]:
    """The status and the body of the answer."""
    pool, output, waits = LargeStackPool(1), FakeOutput(), list[float]()
    shield = Shield(orthanc, pool, Sender(orthanc), Limits(seconds=seconds), waits.append)
    raw = body if isinstance(body, bytes) else json.dumps(body).encode()
    shield.callback(output, path, method="POST", headers={}, body=raw)
    pool.close()
    status = 200 if output.sent[0] == "AnswerBuffer" else output.sent[1]
    return status, json.loads(output.sent[1] if status == 200 else output.sent[2])


def test_a_change_is_a_job_that_is_waited_for() -> None:
    orthanc = Jobs({"State": "Pending"}, {"State": "Running"}, {"State": "Success", "Content": {"ID": "new", "Type": "Study"}})
    assert asked(orthanc, MODIFY, {"Replace": {"PatientID": "X"}}) == (200, {"ID": "new", "Type": "Study"})
    assert orthanc.posted == [(MODIFY, {"Replace": {"PatientID": "X"}, "Synchronous": False})]


@pytest.mark.parametrize("how", [{"Asynchronous": True}, {"Synchronous": False}, {"Synchronous": False, "Asynchronous": False}])
def test_who_does_not_want_to_wait_gets_the_job(how: dict[str, bool]) -> None:
    assert asked(Jobs({"State": "Running"}), MODIFY, how) == (200, BEGUN)


def test_a_job_that_takes_long_goes_on_and_is_named() -> None:
    assert asked(Jobs({"State": "Running"}), "/tools/bulk-modify", {}, seconds=0.05) == (202, BEGUN)


@pytest.mark.parametrize(("code", "status"), [(17, 404), (7, 404), (15, 400)])
def test_a_job_that_fails_is_refused(code: int, status: int) -> None:
    assert asked(Jobs({"State": "Failure", "ErrorCode": code}), MODIFY, {})[0] == status


@pytest.mark.parametrize("body", [b"", b"[]", b"1", b"{", b"\xff", {"Synchronous": "yes"}, {"Asynchronous": 1}])
def test_what_is_no_request_begins_nothing(body: Any) -> None:
    orthanc = Jobs({"State": "Running"})
    status, refusal = asked(orthanc, MODIFY, body)
    assert (status, refusal["code"], orthanc.posted) == (400, "malformed", [])


def test_the_route_that_would_store_while_python_is_locked_is_not_offered() -> None:
    orthanc = Jobs({"State": "Running"})
    status, refusal = asked(orthanc, "/tools/create-dicom", {"Tags": {}})
    assert (status, refusal["code"], orthanc.posted) == (501, "not-offered", [])
    assert "POST /instances" in refusal["detail"]


def test_looks_are_passed_on_as_they_are() -> None:
    orthanc = FakeOrthanc()
    orthanc.answers["/tools/find", b'{"Level":"Study"}'] = ["study-1"]
    assert asked(orthanc, "/tools/find", b'{"Level":"Study"}') == (200, ["study-1"])
    assert asked(orthanc, "/tools/find", b"{}")[0] == 400


def test_a_study_that_is_not_there_is_404() -> None:
    class Without(FakeOrthanc):
        def RestApiPost(self, path: str, body: bytes) -> bytes:
            raise OrthancException(17, "Unknown resource")

    assert asked(Without(), MODIFY, {})[0] == 404
