"""Webhooks to a real receiver on this machine: signed, bounded, and never to an address that nobody allowed."""

from __future__ import annotations

import base64
import hashlib
import hmac
import socket
import threading
from collections.abc import Callable, Iterator
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from teleradiology.config.settings import Settings
from teleradiology.couriers import Later, Parcel, Rejected, SwitchedOff, webhook
from teleradiology.couriers.webhook import Webhook, may_reach, resolved

KEY = bytes(range(32))
LOOPBACK = ("127.0.0.0/8",)
PARCEL = Parcel("ladder:webhook:0123", "", "application/json", b'{"item":"01J"}', {"item": "01J"})


class Receiver:
    """Answers as it is told, and keeps what it got."""

    def __init__(self, answer: Callable[[Any], None]):
        self.got: list[tuple[dict[str, str], bytes]] = []
        receiver = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                receiver.got.append((dict(self.headers.items()), body))
                answer(self)

            def do_GET(self) -> None:
                receiver.got.append((dict(self.headers.items()), b""))
                answer(self)

            def log_message(self, format: str, *args: Any) -> None:
                """Quiet."""

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self.server.server_port}/hook?house=1"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def close(self) -> None:
        self.server.shutdown()
        self.server.server_close()


@pytest.fixture
def receiver() -> Iterator[Callable[..., Receiver]]:
    made: list[Receiver] = []

    def make(status: int = 200, body: bytes = b"ok", **headers: str) -> Receiver:
        def answer(handler: Any) -> None:
            handler.send_response(status)
            for name, value in headers.items():
                handler.send_header(name.replace("_", "-"), value)
            handler.send_header("Content-Length", str(len(body)))
            handler.end_headers()
            try:
                handler.wfile.write(body)
            except OSError:
                return  # we had enough

        made.append(Receiver(answer))
        return made[-1]

    yield make
    for each in made:
        each.close()


def settings(tmp_path: Path, url: str, allowed: tuple[str, ...] = LOOPBACK) -> Settings:
    file = tmp_path / "webhook-secret"
    file.write_text("whsec_" + base64.b64encode(KEY).decode() + "\n")
    return Settings(data_dir=tmp_path, webhook_url=url, webhook_secret_file=file, webhook_allowed_networks=allowed)


def test_the_receiver_gets_it_signed(tmp_path: Path, receiver: Callable[..., Receiver]) -> None:
    there = receiver(204, b"")
    assert Webhook(settings(tmp_path, there.url)).deliver(PARCEL) == PARCEL.key
    ((headers, body),) = there.got
    assert (body, headers["webhook-id"], headers["Content-Type"]) == (PARCEL.body, PARCEL.key, "application/json")
    signed = f"{PARCEL.key}.{headers['webhook-timestamp']}.".encode() + body
    expected = base64.b64encode(hmac.new(KEY, signed, hashlib.sha256).digest()).decode()
    assert headers["webhook-signature"] == f"v1,{expected}"


def test_the_signature_is_that_of_the_specification() -> None:
    key = base64.b64decode("MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")
    found = webhook.signature(key, "msg_p5jXN8AQM9LWM0D4loKWxJek", 1614265330, b'{"test": 2432232314}')
    assert found == "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="


@pytest.mark.parametrize(
    ("status", "kind"),
    [
        (500, Later),
        (503, Later),
        (429, Later),
        (408, Later),
        (400, Rejected),
        (404, Rejected),
        (410, SwitchedOff),
        (302, Rejected),
    ],
)
def test_answers_are_told_apart(tmp_path: Path, receiver: Callable[..., Receiver], status: int, kind: type[Exception]) -> None:
    there = receiver(status)
    with pytest.raises(kind) as refused:
        Webhook(settings(tmp_path, there.url)).deliver(PARCEL)
    assert type(refused.value) is kind and str(status) in str(refused.value)


def test_a_receiver_says_when_to_come_again(tmp_path: Path, receiver: Callable[..., Receiver]) -> None:
    with pytest.raises(Later) as refused:
        Webhook(settings(tmp_path, receiver(429, Retry_After="120").url)).deliver(PARCEL)
    assert refused.value.wait == timedelta(seconds=120)
    with pytest.raises(Later) as refused:
        Webhook(settings(tmp_path, receiver(503, Retry_After="99999999").url)).deliver(PARCEL)
    assert refused.value.wait <= timedelta(hours=6)


def test_a_redirect_inward_is_not_followed(tmp_path: Path, receiver: Callable[..., Receiver]) -> None:
    inside = receiver()
    outside = receiver(307, Location=inside.url)
    with pytest.raises(Rejected, match="Redirects are not followed"):
        Webhook(settings(tmp_path, outside.url)).deliver(PARCEL)
    assert inside.got == []


def test_a_long_answer_is_not_read_to_its_end(tmp_path: Path, receiver: Callable[..., Receiver]) -> None:
    assert Webhook(settings(tmp_path, receiver(200, b"x" * 10_000_000).url)).deliver(PARCEL)


def test_a_receiver_that_never_answers_is_given_up_in_time(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(webhook, "TIMEOUT", 0.3)
    with socket.create_server(("127.0.0.1", 0)) as silent, pytest.raises(Later):
        Webhook(settings(tmp_path, f"http://127.0.0.1:{silent.getsockname()[1]}/")).deliver(PARCEL)


def test_a_receiver_that_answers_a_byte_at_a_time_is_given_up_in_time(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(webhook, "TIMEOUT", 0.5)
    done = threading.Event()

    def drip(server: socket.socket) -> None:
        connection, _ = server.accept()
        with connection:
            while not done.wait(0.1):
                try:
                    connection.sendall(b"H")
                except OSError:
                    return

    with socket.create_server(("127.0.0.1", 0)) as server:
        thread = threading.Thread(target=drip, args=(server,), daemon=True)
        thread.start()
        with pytest.raises(Later):
            Webhook(settings(tmp_path, f"http://127.0.0.1:{server.getsockname()[1]}/")).deliver(PARCEL)
        done.set()
        thread.join(5)


def test_nobody_there_is_tried_again(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
    with pytest.raises(Later):
        Webhook(settings(tmp_path, f"http://127.0.0.1:{port}/")).deliver(PARCEL)


# Where it may go


@pytest.mark.parametrize(
    "host",
    ["127.0.0.1", "127.1", "2130706433", "0x7f000001", "0.0.0.0", "localhost", "169.254.169.254", "10.0.0.1", "192.168.1.1",
     "172.16.0.1", "100.64.0.1", "[::1]", "[::]", "[fe80::1]", "[fc00::1]", "[::ffff:127.0.0.1]", "[64:ff9b::7f00:1]",
     "[2002:7f00:1::]", "224.0.0.1"],
)  # fmt: skip
def test_addresses_inside_the_house_are_refused(tmp_path: Path, receiver: Callable[..., Receiver], host: str) -> None:
    there = receiver()
    with pytest.raises((Rejected, Later)) as refused:
        Webhook(settings(tmp_path, f"http://{host}:{there.server.server_port}/", ())).deliver(PARCEL)
    assert there.got == []
    assert isinstance(refused.value, Rejected) or "gaierror" in str(refused.value)


@pytest.mark.parametrize(
    "url", ["file:///etc/passwd", "gopher://127.0.0.1/", "ftp://example.org/", "http://", "http://a:b@127.0.0.1/"]
)
def test_other_addresses_are_refused(url: str) -> None:
    with pytest.raises(Rejected):
        resolved(url, LOOPBACK)


def test_a_name_with_an_address_inside_and_one_outside_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    both = [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (ip, 443)) for ip in ("93.184.216.34", "127.0.0.1")]
    monkeypatch.setattr(socket, "getaddrinfo", lambda *args, **named: both)
    with pytest.raises(Rejected):
        resolved("https://rebinding.example/", ())


def test_the_address_that_was_judged_is_the_one_that_is_called(
    tmp_path: Path, receiver: Callable[..., Receiver], monkeypatch: pytest.MonkeyPatch
) -> None:
    there, answers = receiver(), []

    def rebinding(host: str, port: int, *args: Any, **named: Any) -> list[Any]:
        answers.append(host)
        address = "127.0.0.1" if len(answers) == 1 else "127.0.0.2"
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, port))]

    real = socket.getaddrinfo
    monkeypatch.setattr(
        socket, "getaddrinfo", lambda host, *args, **named: (rebinding if host == "hook.example" else real)(host, *args, **named)
    )
    url = f"http://hook.example:{there.server.server_port}/"
    Webhook(settings(tmp_path, url, ("127.0.0.1/32",))).deliver(PARCEL)
    assert answers == ["hook.example"] and there.got[0][0]["Host"].startswith("hook.example")


def test_public_addresses_are_reached_and_allowed_networks(tmp_path: Path) -> None:
    assert may_reach("93.184.216.34", ()) and may_reach("2606:2800:220:1::1", ())
    assert may_reach("10.20.3.4", ("10.20.0.0/16",)) and not may_reach("10.21.3.4", ("10.20.0.0/16",))


@pytest.mark.parametrize("text", ["", "whsec_", "whsec_!!!", "whsec_" + base64.b64encode(b"short").decode()])
def test_a_bad_secret_is_told_and_not_shown(tmp_path: Path, receiver: Callable[..., Receiver], text: str) -> None:
    there = receiver()
    chosen = settings(tmp_path, there.url)
    assert chosen.webhook_secret_file is not None
    chosen.webhook_secret_file.write_text(text)
    with pytest.raises(Rejected) as refused:
        Webhook(chosen).deliver(PARCEL)
    assert there.got == [] and (not text or text not in str(refused.value))
