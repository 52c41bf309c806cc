"""How we store instances: through Orthanc's own door, and nobody else by the same way."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest

from teleradiology.core.errors import Unavailable
from teleradiology.host.inlet import HEADER, Inlet

STORED = {"ID": "i9", "Status": "Success"}


class Door(HTTPServer):
    """Orthanc's door on loopback: notes what came, and answers as it is told."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.status, self.came = 200, list[tuple[str, str, bytes]]()


class _Handler(BaseHTTPRequestHandler):
    server: Door

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.server.came.append((self.path, self.headers[HEADER], body))
        answer = json.dumps(STORED).encode()
        self.send_response(self.server.status)
        self.send_header("Content-Length", str(len(answer)))
        self.send_header("Location", "/elsewhere")
        self.end_headers()
        self.wfile.write(answer)

    def log_message(self, *_: object) -> None:
        """Nothing to standard error."""


def opened(door: Door) -> Iterator[Door]:
    serving = threading.Thread(target=door.serve_forever, args=(0.01,))
    serving.start()
    yield door
    door.shutdown()
    serving.join()
    door.server_close()


@pytest.fixture
def door() -> Iterator[Door]:
    yield from opened(Door())


def test_a_file_goes_to_instances_with_the_secret(door: Door) -> None:
    inlet = Inlet(f"http://127.0.0.1:{door.server_port}")
    assert inlet.store(b"DICM") == STORED
    ((path, secret, body),) = door.came
    assert (path, body) == ("/instances", b"DICM")
    assert inlet.admits("POST", path, {HEADER: secret}, "127.0.0.1")


@pytest.mark.parametrize("status", [302, 400, 403, 500])
def test_what_orthanc_does_not_take_is_tried_again_later(door: Door, status: int) -> None:
    door.status = status
    with pytest.raises(Unavailable, match=str(status)):
        Inlet(f"http://127.0.0.1:{door.server_port}").store(b"DICM")
    assert len(door.came) == 1


def test_a_closed_door_is_told_without_an_address() -> None:
    with pytest.raises(Unavailable) as refusal:
        Inlet("http://127.0.0.1:9").store(b"DICM")
    assert "127.0.0.1" not in refusal.value.detail


@pytest.mark.parametrize(
    ("method", "path", "shown", "ip"),
    [
        ("POST", "/instances", "", "127.0.0.1"),
        ("POST", "/instances", "guess", "127.0.0.1"),
        ("POST", "/instances", "رمز", "127.0.0.1"),
        ("POST", "/instances", "secret", "192.0.2.1"),
        ("GET", "/instances", "secret", "127.0.0.1"),
        ("DELETE", "/studies/x", "secret", "127.0.0.1"),
    ],
)
def test_nobody_else_comes_in_this_way(door: Door, method: str, path: str, shown: str, ip: str) -> None:
    inlet = Inlet(f"http://127.0.0.1:{door.server_port}")
    inlet.store(b"DICM")
    headers = {HEADER: door.came[0][1] if shown == "secret" else shown}
    assert not inlet.admits(method, path, headers, ip)
    assert not Inlet("http://127.0.0.1").admits("POST", "/instances", {HEADER: door.came[0][1]}, "127.0.0.1")
