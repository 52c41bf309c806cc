"""Orthanc's HTTP filter: deny by default on every route, ours excepted, which look after themselves."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

from ..core.identity import Actor
from .bridge import PREFIX
from .callers import Callers
from .inlet import Inlet
from .limits import is_disguised
from .log import incident
from .notebook import Notebook
from .passes import Passes
from .routes import is_for_anybody, verdict

METHODS = {1: "GET", 2: "POST", 3: "PUT", 4: "DELETE"}  # OrthancPluginHttpMethod; HEAD and OPTIONS arrive as GET
_DATA = ("patients", "studies", "series", "instances", "dicom-web", "wado", "webdav", "queries", "changes", "exports")
_SYSTEM = ("app", "jobs", "modalities", "peers", "plugins", "statistics", "system", "tools")
AREAS = frozenset((*_DATA, *_SYSTEM))  # the only parts of an address that are written down
OWN = (PREFIX, f"{PREFIX}/")

log = logging.getLogger("teleradiology.gate")


class Gate:
    """Decides on Orthanc's thread with its 100 KiB of stack: splits, compares and looks up; whatever parses is done elsewhere.

    A refusal can only be 403 with an empty body: the filter answers yes or no. It fails closed.
    """

    def __init__(self, passes: Passes, callers: Callers, notebook: Notebook, inlet: Inlet, base_url: str = ""):
        self._passes = passes
        self._callers = callers
        self._notebook = notebook
        self._inlet = inlet
        self._base = urlsplit(base_url).netloc.lower()

    def callback(self, uri: str, **request: Any) -> bool:
        """For ``RegisterIncomingHttpRequestFilter``: True lets the request in."""
        try:
            return self._admits(uri.rstrip("/") or "/", request)
        except Exception as error:  # noqa: BLE001 -- the boundary: what cannot be judged stays out
            incident(log, "a request was refused because it could not be judged", error)
            return False

    def _admits(self, path: str, request: Mapping[str, Any]) -> bool:
        headers: Mapping[str, str] = request["headers"]
        ip, method = request.get("ip", ""), METHODS.get(int(request["method"]), "?")
        if self._inlet.admits(method, path, headers, ip):
            return True
        origin = self._callers.note(ip, headers)
        if path == OWN[0] or path.startswith(OWN[1]) or is_for_anybody(method, path):
            return True
        actor = self._passes.of(headers, origin).actor
        if actor is not None and self._may(actor, method, path, request):
            return True
        self._notebook.note("access-denied", actor.username if actor else "", origin, f"{method} /{_area(path)}")
        return False

    def _may(self, actor: Actor, method: str, path: str, request: Mapping[str, Any]) -> bool:
        headers: Mapping[str, str] = request["headers"]
        if is_disguised(method, headers) or (method != "GET" and not self._is_own_page(headers)):
            return False
        found = verdict(actor, method, path, request.get("get") or {})
        return found.passes and all(self._passes.is_of(actor.confined_to or "", study) for study in found.studies)

    def _is_own_page(self, headers: Mapping[str, str]) -> bool:
        """Whether a write comes from a page of ours or from no page at all."""
        site, origin = headers.get("sec-fetch-site"), headers.get("origin")
        if site not in (None, "none", "same-origin"):
            return False
        if origin is not None:
            return urlsplit(origin).netloc.lower() in {headers.get("host", "").lower(), self._base} - {""}
        # A browser's write says where it comes from. Without that, only a script that shows its password or token is believed.
        return site == "same-origin" or "authorization" in headers


def _area(path: str) -> str:
    first = path.split("/")[1]
    return first if first in AREAS else "…"
