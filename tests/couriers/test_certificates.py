"""Receivers whose certificate nobody vouches for get nothing, neither mail nor webhook, and are tried again."""

from __future__ import annotations

import base64
import socket
import ssl
import subprocess
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from teleradiology.config.settings import Settings
from teleradiology.couriers import Courier, Later, Parcel
from teleradiology.couriers.email import Email
from teleradiology.couriers.webhook import Webhook

ABOUT = {"kind": "call", "item": "01KJPZV2804GHT1V5TJ57095M0", "priority": "stat"}
PARCEL = Parcel("notice:0123", "amal@example.org", "application/json", b"{}", ABOUT)


class Impostor:
    """Somebody who listens with a certificate made a moment ago, and notes what is said after the handshake."""

    def __init__(self, folder: Path):
        made = ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "2"]
        files = ["-subj", "/CN=127.0.0.1", "-keyout", str(folder / "key.pem"), "-out", str(folder / "cert.pem")]
        subprocess.run([*made, *files], check=True, capture_output=True)
        self.context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self.context.load_cert_chain(folder / "cert.pem", folder / "key.pem")
        self.said = b""
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port = self.listener.getsockname()[1]
        threading.Thread(target=self._listen, daemon=True).start()

    def _listen(self) -> None:
        while True:
            try:
                line, _ = self.listener.accept()
                with self.context.wrap_socket(line, server_side=True) as secured:
                    self.said += secured.recv(4096)
            except ssl.SSLError:
                continue  # they hung up, as they should
            except OSError:
                return


@pytest.fixture
def impostor(tmp_path: Path) -> Iterator[Impostor]:
    made = Impostor(tmp_path)
    yield made
    made.listener.close()


def couriers(tmp_path: Path, port: int) -> list[Courier]:
    secret = tmp_path / "secret"
    secret.write_text("whsec_" + base64.b64encode(b"k" * 32).decode())
    settings = Settings(
        data_dir=tmp_path,
        mail_server="127.0.0.1",
        mail_port=port,
        mail_security="tls",
        webhook_url=f"https://127.0.0.1:{port}/hook",
        webhook_secret_file=secret,
        webhook_allowed_networks=("127.0.0.0/8",),
    )
    return [Email(settings), Webhook(settings)]


def test_who_shows_a_certificate_that_nobody_vouches_for_gets_nothing(tmp_path: Path, impostor: Impostor) -> None:
    for courier in couriers(tmp_path, impostor.port):
        with pytest.raises(Later, match="SSLCertVerificationError"):
            courier.deliver(PARCEL)
    assert impostor.said == b""
