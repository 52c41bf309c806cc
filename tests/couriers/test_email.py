"""Notices by e-mail to a real receiver on this machine, which answers as mail servers do on good and bad days."""

from __future__ import annotations

import socketserver
import threading
from collections.abc import Callable, Iterator
from email import message_from_bytes
from email.policy import default
from pathlib import Path
from time import monotonic
from typing import Any

import pytest

from teleradiology.config.settings import Settings
from teleradiology.couriers import Later, Parcel, Rejected
from teleradiology.couriers.email import Email

ABOUT = {
    "kind": "notify-reader", "step": "notify-reader at 50%", "item": "01KJPZV2804GHT1V5TJ57095M0", "priority": "stat",
    "due_at": "2026-03-02T11:00:00+00:00", "at": "2026-03-02T10:30:00+00:00",
}  # fmt: skip
PARCEL = Parcel("ladder:email:0123", "amal@example.org", "application/json", b"", ABOUT)


class Server(socketserver.ThreadingTCPServer):
    """As much SMTP (RFC 5321) as a client needs; ``answers`` replaces what is said to a verb."""

    daemon_threads = True
    allow_reuse_address = True

    def __init__(self, **answers: str):
        self.answers, self.messages, self.verbs = answers, [], []  # type: ignore[var-annotated]
        super().__init__(("127.0.0.1", 0), Conversation)
        threading.Thread(target=self.serve_forever, daemon=True).start()


class Conversation(socketserver.StreamRequestHandler):
    server: Server

    def handle(self) -> None:
        self._say("greeting", "220 mail.example ESMTP")
        while line := self.rfile.readline():
            verb = line.split(None, 1)[0].decode("ascii", "replace").upper() if line.strip() else ""
            self.server.verbs.append(verb)
            if verb == "EHLO":
                self._say(verb, "250-mail.example\r\n250 8BITMIME")
            elif verb == "DATA" and self._say(verb, "354 go on"):
                self._take()
            elif verb == "QUIT":
                self._say(verb, "221 bye")
                return
            elif verb != "DATA":
                self._say(verb, "250 ok")

    def _say(self, verb: str, usual: str) -> bool:
        text = self.server.answers.get(verb, usual)
        self.wfile.write(f"{text}\r\n".encode())
        return text == usual

    def _take(self) -> None:
        lines = []
        while (line := self.rfile.readline()) not in (b".\r\n", b""):
            lines.append(line)
        if self._say("end", "250 taken"):
            self.server.messages.append(b"".join(lines))


@pytest.fixture
def server() -> Iterator[Callable[..., Server]]:
    made: list[Server] = []

    def make(**answers: str) -> Server:
        made.append(Server(**answers))
        return made[-1]

    yield make
    for each in made:
        each.shutdown()
        each.server_close()


def courier(tmp_path: Path, server: Server, **more: Any) -> Email:
    there = {"mail_server": "127.0.0.1", "mail_port": server.server_address[1], "mail_security": "none"}
    return Email(Settings(data_dir=tmp_path, base_url="https://pacs.example.org", **{**there, **more}))


def test_the_mail_has_a_link_and_is_the_same_for_every_attempt(tmp_path: Path, server: Callable[..., Server]) -> None:
    there = server()
    first, second = (courier(tmp_path, there).deliver(PARCEL) for _ in range(2))
    one, two = (message_from_bytes(each, policy=default) for each in there.messages)
    assert first == second == one["Message-ID"] == two["Message-ID"]
    assert there.messages[0] == there.messages[1]
    assert (one["To"], one["Auto-Submitted"]) == ("amal@example.org", "auto-generated")
    assert f"https://pacs.example.org/teleradiology/studies/{ABOUT['item']}" in one.get_content()


def test_nothing_but_what_was_chosen_is_in_the_mail(tmp_path: Path, server: Callable[..., Server]) -> None:
    there = server()
    told = {**ABOUT, "patient_name": "CANARY^PATIENT", "description": "CANARY"}
    courier(tmp_path, there).deliver(Parcel("k", "amal@example.org", "application/json", b"CANARY", told))
    assert b"CANARY" not in there.messages[0]


@pytest.mark.parametrize(
    ("verb", "answer", "kind"),
    [
        ("greeting", "421 try later", Later),
        ("greeting", "554 no", Rejected),
        ("RCPT", "450 greylisted CANARY", Later),
        ("RCPT", "550 no such user CANARY", Rejected),
        ("MAIL", "451 later", Later),
        ("MAIL", "550 not you", Rejected),
        ("DATA", "451 later", Later),
        ("end", "452 full", Later),
        ("end", "554 looks like spam CANARY", Rejected),
    ],
)
def test_temporary_and_permanent_answers_are_told_apart(
    tmp_path: Path, server: Callable[..., Server], verb: str, answer: str, kind: type[Exception]
) -> None:
    with pytest.raises(kind) as refused:
        courier(tmp_path, server(**{verb: answer})).deliver(PARCEL)
    assert type(refused.value) is kind
    assert answer[:3] in str(refused.value) and "CANARY" not in str(refused.value)


def test_a_server_without_starttls_is_not_spoken_to_in_clear(tmp_path: Path, server: Callable[..., Server]) -> None:
    there = server()
    with pytest.raises(Rejected, match="STARTTLS"):
        courier(tmp_path, there, mail_security="starttls").deliver(PARCEL)
    assert "MAIL" not in there.verbs and there.messages == []


def test_a_server_that_does_not_speak_tls_is_tried_again(tmp_path: Path, server: Callable[..., Server]) -> None:
    there = server()
    with pytest.raises(Later):
        courier(tmp_path, there, mail_security="tls").deliver(PARCEL)
    assert there.messages == []


def test_nobody_there_is_tried_again(tmp_path: Path, server: Callable[..., Server]) -> None:
    there = server()
    there.shutdown()
    there.server_close()
    with pytest.raises(Later):
        courier(tmp_path, there).deliver(PARCEL)


@pytest.mark.parametrize("security", ["none", "tls"])
def test_a_failed_connection_leaves_no_watch_behind(tmp_path: Path, server: Callable[..., Server], security: str) -> None:
    there = server()
    if security == "none":
        there.shutdown()
        there.server_close()
    with pytest.raises(Later):
        courier(tmp_path, there, mail_security=security).deliver(PARCEL)
    assert not [each for each in threading.enumerate() if isinstance(each, threading.Timer) and not each.finished.is_set()]


def test_a_server_that_answers_a_byte_at_a_time_is_given_up_in_time(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("teleradiology.couriers.email.LONGEST", 0.5)
    over = threading.Event()

    class Drip(socketserver.BaseRequestHandler):
        def handle(self) -> None:
            try:
                while not over.wait(0.05):
                    self.request.sendall(b"2")
            except OSError:
                pass

    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), Drip) as there:
        there.daemon_threads = True
        threading.Thread(target=there.serve_forever, daemon=True).start()
        began = monotonic()
        with pytest.raises(Later):
            courier(tmp_path, there).deliver(PARCEL)  # type: ignore[arg-type]
        assert monotonic() - began < 5
        over.set()
        there.shutdown()


def test_a_password_file_that_is_gone_is_told(tmp_path: Path, server: Callable[..., Server]) -> None:
    told = {"mail_user": "us", "mail_password_file": tmp_path / "gone"}
    with pytest.raises(Later, match="MailPasswordFile"):
        courier(tmp_path, server(), **told).deliver(PARCEL)


def test_a_password_is_asked_for_before_it_is_needed(tmp_path: Path, server: Callable[..., Server]) -> None:
    with pytest.raises(Rejected, match="MailPasswordFile"):
        courier(tmp_path, server(), mail_user="teleradiology").deliver(PARCEL)


def test_without_a_mail_server_it_is_said(tmp_path: Path) -> None:
    with pytest.raises(Rejected, match="MailServer"):
        Email(Settings(data_dir=tmp_path)).deliver(PARCEL)
