"""Notices by e-mail: an id and a link, nothing of the patient, because mail is read by many on its way."""

from __future__ import annotations

import hashlib
import smtplib
import socket
import ssl
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from email.message import EmailMessage
from email.policy import SMTP
from threading import Timer
from typing import Any

from ..config.settings import Settings
from ..documents import message
from . import Later, Parcel, Rejected

TIMEOUT = 10.0
LONGEST = 60.0  # seconds for one message in all


class _Watched:
    """A connection that is hung up when it has taken too long in all: a server may be slow without ever being silent."""

    sock: socket.socket | None

    def _get_socket(self, *where: Any) -> socket.socket:
        self._watch = Timer(LONGEST, self._hang_up)
        self._watch.daemon = True
        self._watch.start()
        try:
            return super()._get_socket(*where)  # type: ignore[misc]
        except BaseException:
            self._watch.cancel()
            raise

    def _hang_up(self) -> None:
        if self.sock is not None:
            with suppress(OSError):
                self.sock.shutdown(socket.SHUT_RDWR)

    def close(self) -> None:
        """Let go of the connection."""
        self._watch.cancel()
        super().close()  # type: ignore[misc]


class _Smtp(_Watched, smtplib.SMTP):
    pass


class _SmtpOverTls(_Watched, smtplib.SMTP_SSL):
    pass


@dataclass(frozen=True)
class Email:
    """The way by SMTP. Answers of 4xx and a silent server are tried again, answers of 5xx are not (RFC 5321 4.2.1)."""

    settings: Settings
    name: str = "email"

    def form(self, destination: str) -> str:
        """Reports are not sent by mail."""
        raise Rejected("Reports are not sent by e-mail.")

    def deliver(self, parcel: Parcel) -> str:
        """Send it; returns the Message-ID, which is the same for every attempt."""
        settings = self.settings
        if not settings.mail_server:
            raise Rejected("There is no mail server in the settings (MailServer).")
        mail = written(parcel, settings)
        try:
            with self._connected() as server:
                server.send_message(mail, settings.mail_from, [parcel.destination])
        except smtplib.SMTPRecipientsRefused as refusal:
            raise _classified(*next(iter(refusal.recipients.values()))) from None
        except smtplib.SMTPResponseException as refusal:
            raise _classified(refusal.smtp_code, refusal.smtp_error) from None
        except smtplib.SMTPNotSupportedError:
            raise Rejected("The mail server does not offer what the settings ask for (STARTTLS, or to sign in).") from None
        except (smtplib.SMTPException, OSError) as failure:
            raise Later(f"The mail server could not be reached ({type(failure).__name__}).") from None
        return str(mail["Message-ID"])

    def _connected(self) -> smtplib.SMTP:
        settings, context = self.settings, ssl.create_default_context()
        server: smtplib.SMTP
        if settings.mail_security == "tls":
            server = _SmtpOverTls(settings.mail_server, settings.mail_port, timeout=TIMEOUT, context=context)
        else:
            server = _Smtp(settings.mail_server, settings.mail_port, timeout=TIMEOUT)
        try:
            if settings.mail_security == "starttls":
                server.starttls(context=context)  # a server that does not offer it is refused, not spoken to in clear
            if settings.mail_user:
                server.login(settings.mail_user, self._password())
        except BaseException:
            server.close()
            raise
        return server

    def _password(self) -> str:
        file = self.settings.mail_password_file
        if file is None:
            raise Rejected("There is no password for the mail server in the settings (MailPasswordFile).")
        try:
            return file.read_text(encoding="utf-8").strip()
        except (OSError, ValueError) as failure:
            raise Later(f"MailPasswordFile cannot be read ({type(failure).__name__}).") from None


def _classified(code: int, text: bytes | str) -> Exception:
    """The server's words are left out: they may repeat what was sent."""
    told = f"The mail server answered {code}."
    return Rejected(told) if 500 <= code < 600 else Later(told)


def written(parcel: Parcel, settings: Settings) -> EmailMessage:
    """The message. Its date is that of the event, so that every attempt sends the same."""
    about = {name: str(value) for name, value in parcel.payload.items()}
    domain = settings.mail_from.rpartition("@")[2] or "localhost"
    subject, text = message.written(settings.templates_dir / "message", about, settings.base_url)
    mail = EmailMessage(policy=SMTP)
    mail["From"] = settings.mail_from
    mail["To"] = parcel.destination
    mail["Subject"] = subject
    mail["Date"] = _date(about.get("at", ""))
    mail["Message-ID"] = f"<{hashlib.sha256(parcel.key.encode()).hexdigest()[:40]}@{domain}>"
    mail["Auto-Submitted"] = "auto-generated"  # RFC 3834: nobody's holiday reply
    mail.set_content(text)
    mail["Content-Language"] = about.get("language", "en")
    return mail


def _date(text: str) -> datetime:
    try:
        return datetime.fromisoformat(text)
    except ValueError:
        return datetime.fromtimestamp(0, UTC)
