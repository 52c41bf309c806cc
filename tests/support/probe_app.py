"""The application of the probe: says what the host makes of requests, and does what a handler should not."""

from __future__ import annotations

import ctypes
import json
import threading
import time
from collections.abc import MutableMapping
from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any

from flask import Flask, Response, request

from host import expectations
from teleradiology.app import _open
from teleradiology.config.settings import Settings
from teleradiology.host.changes import Acts
from teleradiology.host.gateway import Gateway
from teleradiology.host.inlet import Inlet
from teleradiology.host.log import log_to
from teleradiology.host.notebook import Notebook
from teleradiology.host.threads import Heartbeat
from teleradiology.host.wiring import Parts, wire
from teleradiology.workflow.accounts import ensure_first_administrator
from teleradiology.workflow.room import Room


def start(orthanc: Any, configuration: dict[str, Any], environ: MutableMapping[str, str]) -> None:
    """As teleradiology.app.start, without rules, pages and documents."""
    log_to(orthanc)
    settings = Settings.from_orthanc(configuration, environ)
    rung: list[list[str]] = []
    inlet = Inlet(settings.orthanc_address)
    renderer = SimpleNamespace(close=lambda: rung.append(["renderer closed"]))
    room = Room(_open(settings), SimpleNamespace(), settings, Gateway(orthanc, inlet), renderer, lambda: datetime.now(UTC))
    ensure_first_administrator(room, environ, lambda text: None)
    acts = Acts(*(_noting(rung, name) for name in ("notice", "stir", "stable", "vanish")))
    notebook = Notebook()
    heartbeat = Heartbeat(lambda: notebook.write(room), room.now, settings.heartbeat_seconds)
    app = make_app(orthanc, rung)
    wire(orthanc, Parts(room, app, acts, heartbeat, notebook, inlet), environ)

    def bare(output: Any, uri: str, **request: Any) -> None:
        answer = {"stack": stack_bytes(), "thread": threading.get_ident(), **expectations.held(orthanc)}
        output.AnswerBuffer(json.dumps(answer), "application/json")

    orthanc.RegisterRestCallback("/app/bare", bare)  # not ours by its address, so that no bridge is between


def _noting(rung: list[list[str]], name: str) -> Any:
    return lambda study: rung.append([name, study])


def stack_bytes() -> int:
    """The stack size of this thread."""
    libc, attributes = ctypes.CDLL("libc.so.6"), ctypes.create_string_buffer(256)
    libc.pthread_self.restype = ctypes.c_void_p
    libc.pthread_getattr_np(ctypes.c_void_p(libc.pthread_self()), attributes)
    address, size = ctypes.c_void_p(), ctypes.c_size_t()
    libc.pthread_attr_getstack(attributes, ctypes.byref(address), ctypes.byref(size))
    return size.value


def make_app(orthanc: Any, rung: list[list[str]]) -> Flask:
    """The routes, below /teleradiology."""
    app = Flask(__name__)
    app.url_map.strict_slashes = False

    @app.get("/api/status")
    def status() -> dict[str, str]:
        return {"status": "ok"}

    @app.route("/echo", methods=["GET", "POST", "PUT", "DELETE"])
    @app.route("/echo/<path:rest>", methods=["GET", "POST", "PUT", "DELETE"])
    def echo(rest: str = "") -> dict[str, Any]:
        return {
            "method": request.method,
            "path": rest,
            "query": request.query_string.decode(),
            "args": request.args.to_dict(flat=False),
            "headers": dict(request.headers),
            "remote": request.remote_addr,
            "body": request.get_data().decode("latin-1"),
            "url": request.url,
        }

    @app.post("/json")
    def parse() -> dict[str, str]:
        return {"type": type(request.get_json(force=True)).__name__}

    @app.get("/status/<int:code>")
    def with_status(code: int) -> Response:
        headers = {"X-Odd": "a\tb", "ETag": '"1"', "Location": "/teleradiology/echo"}
        return Response('{"sent": "é"}', code, headers, content_type="application/problem+json")

    @app.get("/cookies")
    def cookies() -> Response:
        answer = Response("two")
        answer.set_cookie("one", "1")
        answer.set_cookie("two", "2")
        return answer

    @app.get("/binary")
    def binary() -> Response:
        return Response(bytes(range(256)), content_type="application/octet-stream")

    @app.get("/stack")
    def stack() -> dict[str, int]:
        return {"stack": stack_bytes()}

    @app.get("/raises")
    def raises() -> Response:
        raise ValueError("Mustermann^Max must not be in the log")

    @app.get("/sleeps/<float:seconds>")
    def sleeps(seconds: float) -> dict[str, float]:
        time.sleep(seconds)
        return {"slept": seconds}

    @app.get("/rung")
    def what_rang() -> list[list[str]]:
        return rung

    @app.get("/reenters")
    def reenters() -> Response:
        """Asks ourselves through Orthanc: the callback runs on the same thread."""
        return Response(orthanc.RestApiGetAfterPlugins("/teleradiology/stack"), content_type="application/json")

    return app
