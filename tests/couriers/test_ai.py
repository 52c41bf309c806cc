"""A new study is announced to the inference service, without the patient; a service that is slow or gone holds nothing up."""

from __future__ import annotations

import json
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from time import monotonic, sleep
from typing import ClassVar

import pytest

from support.bench import QUIET, RULES, Bench
from teleradiology.core.worklist import State
from teleradiology.store import outbox
from teleradiology.workflow import delivery

LOOPBACK = ("127.0.0.0/8",)


class Service(BaseHTTPRequestHandler):
    got: ClassVar[list[tuple[str, dict[str, object]]]] = []

    def do_POST(self) -> None:
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        self.got.append((self.headers["Authorization"], body))
        self.send_response(202)
        self.end_headers()

    def log_message(self, format: str, *args: object) -> None:
        """Quiet."""


@pytest.fixture
def service() -> Iterator[str]:
    Service.got = []
    server = ThreadingHTTPServer(("127.0.0.1", 0), Service)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}/studies"
    server.shutdown()
    server.server_close()


def bench_with(folder: Path, endpoint: str, *, more: str = "", networks: tuple[str, ...] = LOOPBACK) -> Bench:
    token = folder / "token"
    token.write_text("secret-token\n")
    text = RULES.replace("rules:\n", f"ai: {{endpoint: '{endpoint}'{more}}}\nrules:\n", 1)
    bench = Bench(folder, text, webhook_allowed_networks=networks, ai_token_file=token, base_url="https://pacs.example.org")
    bench.ring()
    return bench


def arrived(bench: Bench, modality: str = "CT"):
    orthanc_id = bench.host.add_study((modality, 2), PatientName="Salem^Ahmed", PatientID="P-77")
    bench.live(QUIET + 5)
    return bench.item(orthanc_id)


def announcements(bench: Bench, item) -> list[outbox.Delivery]:
    with bench.room.store.reading() as c:
        return [each for each in outbox.of_item(c, item.id) if each.courier == "ai"]


def test_a_new_study_is_announced_once_and_without_the_patient(tmp_path, service):
    bench = bench_with(tmp_path, service)
    item = arrived(bench)
    delivery.deliver_due(bench.room, "ai")
    bench.host.add_images(item.orthanc_id, 1)
    bench.live(QUIET + 5)
    delivery.deliver_due(bench.room, "ai")
    uid = item.study_instance_uid
    told = {
        "study_instance_uid": uid,
        "images": f"https://pacs.example.org/dicom-web/studies/{uid}",
        "findings": f"https://pacs.example.org/teleradiology/api/studies/{uid}/findings",
    }
    assert Service.got == [("Bearer secret-token", told)]


def test_only_the_modalities_that_it_wants(tmp_path, service):
    bench = bench_with(tmp_path, service, more=", modalities: [CR]")
    assert announcements(bench, arrived(bench)) == []


def test_a_service_that_is_gone_delays_no_study_and_asks_for_nobody(tmp_path):
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        bench = bench_with(tmp_path, f"http://127.0.0.1:{unused.getsockname()[1]}/")
    item = arrived(bench)
    assert delivery.deliver_due(bench.room, "ai") == 0
    fresh = bench.item(item.orthanc_id)
    assert (fresh.state, fresh.attention, announcements(bench, fresh)[0].state) == (State.ASSIGNED, "", "waiting")


def test_a_service_that_never_answers_is_given_its_time_and_no_more(tmp_path):
    with socket.create_server(("127.0.0.1", 0)) as silent:
        bench = bench_with(tmp_path, f"http://127.0.0.1:{silent.getsockname()[1]}/", more=", timeout: 1s")
        item = arrived(bench)
        begun = monotonic()
        delivery.deliver_due(bench.room, "ai")
        assert monotonic() - begun < 4
    assert "could not be reached" in announcements(bench, item)[0].last_error


def test_an_address_inside_the_house_must_be_allowed(tmp_path, service):
    bench = bench_with(tmp_path, service, networks=())
    item = arrived(bench)
    delivery.deliver_due(bench.room, "ai")
    assert (announcements(bench, item)[0].state, Service.got) == ("failed", [])
    assert bench.item(item.orthanc_id).attention == ""


@contextmanager
def answering(speak: Callable[[socket.socket], None]) -> Iterator[str]:
    """A service that answers as it likes."""
    with socket.create_server(("127.0.0.1", 0)) as server:

        def serve() -> None:
            with suppress(OSError):
                line, _ = server.accept()
                with line:
                    line.recv(65536)
                    speak(line)

        thread = threading.Thread(target=serve)
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.getsockname()[1]}/"
        finally:
            with suppress(OSError):
                server.shutdown(socket.SHUT_RDWR)
            thread.join(20)


def a_byte_at_a_time(line: socket.socket) -> None:
    for byte in b"HTTP/1.1 200 OK\r\nX-Slow: " + b"x" * 100:
        line.sendall(bytes([byte]))
        sleep(0.2)


def no_http(line: socket.socket) -> None:
    line.sendall(b"\x00\xff" * 50_000)


def a_gigabyte(line: socket.socket) -> None:
    line.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 1073741824\r\n\r\n")
    for _ in range(1024):
        line.sendall(bytes(1 << 20))


@pytest.mark.parametrize(("speak", "state"), [(a_byte_at_a_time, "waiting"), (no_http, "waiting"), (a_gigabyte, "delivered")])
def test_whatever_it_answers_the_study_and_its_clock_are_as_without_it(tmp_path, speak, state):
    with answering(speak) as endpoint:
        bench = bench_with(tmp_path, endpoint, more=", timeout: 1s")
        item = arrived(bench)
        begun = monotonic()
        delivery.deliver_due(bench.room, "ai")
        assert monotonic() - begun < 4
    fresh = bench.item(item.orthanc_id)
    assert (fresh.state, fresh.due_at, fresh.flags, fresh.attention) == (item.state, item.due_at, item.flags, "")
    assert announcements(bench, fresh)[0].state == state
