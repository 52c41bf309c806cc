"""Stands before those of Orthanc's own routes that parse JSON: on its 100 KiB of stack a kilobyte of nested brackets ends it."""

from __future__ import annotations

import json
import logging
import re
import time
from collections.abc import Callable, Mapping
from typing import Any

from ..core.errors import Busy
from .answers import Answer, Sender, problem
from .limits import Limits
from .log import incident
from .pool import LargeStackPool

# Routes that take POST alone and answer JSON. Orthanc's other ones for POST answer files, or are for modalities and peers.
_LOOKS = "/tools/(?:find|bulk-content|bulk-delete)"
_JOBS = ("/tools/(?:bulk-modify|bulk-anonymize)", "/(?:patients|studies|series)/[0-9a-f-]+/(?:anonymize|modify|merge|split)")
_CREATES = "/tools/create-dicom"
ROUTES = (_LOOKS, *_JOBS, _CREATES)

PAUSE = 0.05  # seconds between two looks at a job
PATIENCE = 0.8  # of the time in which a request must be answered
NOT_OFFERED = "This route is not offered: it could stop the reception of images. Send the file to POST /instances."

log = logging.getLogger("teleradiology.shield")


class Shield:
    """Looks at the body, then has Orthanc do the work on a thread of ours, whose stack is large enough for what passes.

    What stores instances is done as one of Orthanc's jobs, for which we wait without Python's global lock (see ``Inlet``).
    """

    def __init__(
        self, orthanc: Any, pool: LargeStackPool, sender: Sender, limits: Limits, wait: Callable[[float], None] = time.sleep
    ):
        self._orthanc = orthanc
        self._pool = pool
        self._sender = sender
        self._limits = limits
        self._wait = wait
        codes = orthanc.ErrorCode
        self._statuses = {int(codes.UNKNOWN_RESOURCE): 404, int(codes.INEXISTENT_ITEM): 404}

    def callback(self, output: Any, uri: str, **request: Any) -> None:
        """For ``RegisterRestCallback``. Who may come here was decided by the filter."""
        if request["method"] != "POST":
            refused = problem(405, "method-not-allowed", "This route takes POST.", ("Allow", "POST"), instance=uri)
            self._sender.send(output, refused)
            return
        try:
            answer = self._pool.run(self._pass_on, uri, request, timeout=self._limits.seconds)
        except Busy as busy:
            answer = problem(503, busy.code, busy.detail, ("Retry-After", str(busy.retry_after)), instance=uri)
        except Exception as error:  # noqa: BLE001 -- the last place that can still answer
            number = incident(log, "POST", error)
            answer = problem(500, "unexpected", f"Something went wrong; it is logged as incident {number}.", instance=uri)
        self._sender.send(output, answer)

    def _pass_on(self, uri: str, request: Mapping[str, Any]) -> Answer:
        refused = self._limits.refusal(uri, {**request, "headers": {**request["headers"], "content-type": "application/json"}})
        if refused:
            return refused
        if re.fullmatch(_CREATES, uri):
            return problem(501, "not-offered", NOT_OFFERED, instance=uri)
        body: bytes = request.get("body") or b""
        try:
            if re.fullmatch(_LOOKS, uri):
                return _json(self._orthanc.RestApiPost(uri, body))
            return self._as_a_job(uri, body)
        except self._orthanc.OrthancException as error:
            return self._refused(uri, error.args[0] if error.args else -1)

    def _as_a_job(self, uri: str, body: bytes) -> Answer:
        try:
            asked = json.loads(body)
        except ValueError:
            asked = None
        if not isinstance(asked, dict):
            return problem(400, "malformed", "Expected a JSON object.", instance=uri)
        apart = asked.get("Asynchronous", False)
        waits = asked.get("Synchronous", not apart)  # as Orthanc reads it
        if not isinstance(waits, bool) or not isinstance(apart, bool):
            return problem(400, "malformed", "Synchronous, Asynchronous: expected true or false.", instance=uri)
        begun = self._orthanc.RestApiPost(uri, json.dumps({**asked, "Synchronous": False}).encode())
        return self._result(uri, json.loads(begun)["ID"]) or Answer(202, _JSON, begun) if waits else _json(begun)

    def _result(self, uri: str, job_id: str) -> Answer | None:
        """What came of the job; None when it is not done in time: it goes on, and can be asked for at /jobs."""
        deadline = time.monotonic() + self._limits.seconds * PATIENCE
        while time.monotonic() < deadline:
            job = json.loads(self._orthanc.RestApiGet(f"/jobs/{job_id}"))
            if job["State"] == "Success":
                return Answer(200, _JSON, json.dumps(job["Content"]).encode())
            if job["State"] == "Failure":
                return self._refused(uri, job["ErrorCode"])
            self._wait(PAUSE)
        return None

    def _refused(self, uri: str, code: int) -> Answer:
        status = self._statuses.get(code, 400)
        return problem(status, "refused-by-orthanc", "Orthanc refused the request; its log says why.", instance=uri)


_JSON = [("Content-Type", "application/json")]


def _json(found: str | bytes) -> Answer:
    return Answer(200, _JSON, found.encode("utf-8") if isinstance(found, str) else bytes(found))
