"""Hands Orthanc's REST callbacks to a WSGI application, and its answers back."""

from __future__ import annotations

import io
import logging
import sys
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from ..core.errors import Busy
from .answers import Answer, Sender, problem
from .callers import Callers
from .limits import Limits
from .log import incident
from .pool import LargeStackPool

PREFIX = "/teleradiology"
WsgiApp = Callable[[dict[str, Any], Callable[..., Any]], Iterable[bytes]]

log = logging.getLogger("teleradiology.bridge")


class Bridge:
    """Answers every request below our prefix: always, exactly once, and on a thread with a large stack."""

    def __init__(self, application: WsgiApp, pool: LargeStackPool, sender: Sender, callers: Callers, limits: Limits):
        self._application = application
        self._pool = pool
        self._sender = sender
        self._callers = callers
        self._limits = limits

    def callback(self, output: Any, uri: str, **request: Any) -> None:
        """For ``RegisterRestCallback``: runs on Orthanc's thread and its 100 KiB of stack, so it only waits."""
        request["ip"] = self._callers.caller()
        try:
            answer = self._pool.run(self._respond, uri, request, timeout=self._limits.seconds)
        except Busy as busy:
            answer = problem(503, busy.code, busy.detail, ("Retry-After", str(busy.retry_after)), instance=uri)
        except Exception as error:  # noqa: BLE001 -- the last place that can still answer
            number = incident(log, request["method"], error)
            detail = f"Something went wrong; it is logged as incident {number}."
            answer = problem(500, "unexpected", detail, instance=uri, request_id=str(number))
        self._sender.send(output, answer)

    def to_our_pages(self, output: Any, uri: str, **request: Any) -> None:
        """For the root, where Orthanc would show its own explorer."""
        self._sender.send(output, Answer(303, [("Location", f"{PREFIX}/")]))

    def _respond(self, uri: str, request: Mapping[str, Any]) -> Answer:
        refused = self._limits.refusal(uri, request)
        return refused or call(self._application, environ_of(uri, request))


def call(application: WsgiApp, environ: dict[str, Any]) -> Answer:
    """Ask a WSGI application and collect its whole answer."""
    started: list[tuple[str, list[tuple[str, str]]]] = []

    def start_response(status: str, headers: list[tuple[str, str]], exc_info: Any = None) -> Callable[[bytes], object]:
        started[:] = [(status, headers)]
        return written.append

    written: list[bytes] = []
    chunks = application(environ, start_response)
    try:
        body = b"".join(chunks)
    finally:
        close = getattr(chunks, "close", None)
        if close is not None:
            close()
    status, headers = started[0]
    return Answer(int(status[:3]), headers, b"".join(written) + body)


def environ_of(uri: str, request: Mapping[str, Any]) -> dict[str, Any]:
    """The WSGI environment of a request as Orthanc describes it."""
    headers: Mapping[str, str] = request["headers"]
    body: bytes = request.get("body") or b""
    host, _, port = headers.get("host", "localhost").rpartition(":")
    environ = {
        "REQUEST_METHOD": request["method"],
        "SCRIPT_NAME": PREFIX,
        "PATH_INFO": uri.removeprefix(PREFIX).encode("utf-8", "surrogateescape").decode("latin-1"),
        "QUERY_STRING": query_string(request.get("get") or {}),
        "CONTENT_TYPE": headers.get("content-type", ""),
        "CONTENT_LENGTH": str(len(body)),
        "REMOTE_ADDR": request.get("ip", ""),
        "SERVER_NAME": host or "localhost",
        "SERVER_PORT": port if port.isdigit() else "80",
        "SERVER_PROTOCOL": "HTTP/1.1",
        "wsgi.version": (1, 0),
        "wsgi.url_scheme": "http",
        "wsgi.input": io.BytesIO(body),
        "wsgi.errors": sys.stderr,
        "wsgi.multithread": True,
        "wsgi.multiprocess": False,
        "wsgi.run_once": False,
    }
    environ.update({f"HTTP_{name.upper().replace('-', '_')}": value for name, value in headers.items() if _is_passed_on(name)})
    return environ


def query_string(arguments: Mapping[str, str]) -> str:
    """The query as it was sent: Orthanc splits it at & and =, but leaves names and values percent-encoded."""
    return "&".join(f"{name}={value}" for name, value in arguments.items())


def _is_passed_on(name: str) -> bool:
    # An underscore in a name would pass for the hyphen of another header; "proxy" would become HTTP_PROXY.
    return "_" not in name and name not in ("content-type", "content-length", "proxy")
