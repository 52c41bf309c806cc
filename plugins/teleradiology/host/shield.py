"""Stands before those of Orthanc's own routes that parse JSON: on its 100 KiB of stack a kilobyte of nested brackets ends it."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from typing import Any

from ..core.errors import Busy
from .answers import Answer, Sender, problem
from .limits import Limits
from .log import incident
from .pool import LargeStackPool

# Routes that take POST alone and answer JSON. Orthanc's other ones for POST answer files, or are for modalities and peers.
ROUTES = (
    "/tools/(?:find|bulk-content|bulk-delete|bulk-modify|bulk-anonymize|create-dicom)",
    "/(?:patients|studies|series)/[0-9a-f-]+/(?:anonymize|modify|merge|split)",
)

log = logging.getLogger("teleradiology.shield")


class Shield:
    """Looks at the body, then has Orthanc do the work on a thread of ours, whose stack is large enough for what passes."""

    def __init__(self, orthanc: Any, pool: LargeStackPool, sender: Sender, limits: Limits):
        self._orthanc = orthanc
        self._pool = pool
        self._sender = sender
        self._limits = limits
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
        try:
            found = self._orthanc.RestApiPost(uri, request.get("body") or b"")
        except self._orthanc.OrthancException as error:
            status = self._statuses.get(error.args[0] if error.args else -1, 400)
            return problem(status, "refused-by-orthanc", "Orthanc refused the request; its log says why.", instance=uri)
        body = found.encode("utf-8") if isinstance(found, str) else bytes(found)
        return Answer(200, [("Content-Type", "application/json")], body)
