"""Events as webhooks, signed as Standard Webhooks 1.0 says, and posted to no address inside the house that nobody allowed."""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import http.client
import ipaddress
import socket
import ssl
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from threading import Timer
from time import monotonic, time
from urllib.parse import urlsplit

from ..config.settings import Settings
from . import Later, Parcel, Rejected, SwitchedOff

TIMEOUT = 10.0
LARGEST_ANSWER = 64 * 1024
_RETRIED = (408, 425, 429)


@dataclass(frozen=True)
class Target:
    """Where a webhook goes, with the address that was resolved and judged: a second look-up might say another."""

    scheme: str
    host: str
    port: int
    path: str
    address: str


@dataclass(frozen=True)
class Webhook:
    """The way by HTTP POST. Redirects are not followed: they would lead past the judgement of the address."""

    settings: Settings
    name: str = "webhook"
    context: ssl.SSLContext = field(default_factory=ssl.create_default_context, compare=False, repr=False)

    def form(self, destination: str) -> str:
        """Events alone are posted."""
        raise Rejected("Reports are not sent as webhooks.")

    def deliver(self, parcel: Parcel) -> str:
        """Post it; returns the id under which the receiver knows it."""
        if not self.settings.webhook_url:
            raise Rejected("There is no address for webhooks in the settings (WebhookUrl).")
        secret = secret_of(self.settings)
        try:
            target = resolved(self.settings.webhook_url, self.settings.webhook_allowed_networks)
            status, retry_after = self._post(target, parcel, headers(parcel, int(time()), secret))
        except (OSError, http.client.HTTPException) as failure:
            raise Later(f"The receiver of webhooks could not be reached ({type(failure).__name__}).") from None
        _judge(status, retry_after)
        return parcel.key

    def _post(self, target: Target, parcel: Parcel, sent: dict[str, str]) -> tuple[int, str]:
        return post(target, parcel.body, sent, self.context, TIMEOUT)


def post(target: Target, body: bytes, sent: dict[str, str], context: ssl.SSLContext, seconds: float) -> tuple[int, str]:
    """Post to an address that was judged; returns the status and Retry-After. Takes no longer than ``seconds`` in all."""
    until = monotonic() + seconds
    connection = http.client.HTTPConnection(target.host, target.port, timeout=seconds)
    raw = socket.create_connection((target.address, target.port), timeout=seconds)
    line = [raw]
    watch = Timer(max(0.1, until - monotonic()), _hang_up, (line,))  # who answers a byte a second is not waited for
    watch.daemon = True
    watch.start()
    try:
        if target.scheme == "https":
            line[0] = context.wrap_socket(raw, server_hostname=target.host)
        connection.sock = line[0]
        connection.request("POST", target.path, body, sent)
        answer = connection.getresponse()
        _drain(answer)
        return answer.status, answer.headers.get("Retry-After", "")
    finally:
        watch.cancel()
        connection.close()
        line[0].close()


def _hang_up(line: list[socket.socket]) -> None:
    with suppress(OSError):
        line[0].shutdown(socket.SHUT_RDWR)


def _drain(answer: http.client.HTTPResponse) -> None:
    """Read a little of what is answered: it is not needed."""
    left = LARGEST_ANSWER
    with suppress(OSError, http.client.HTTPException):
        while left > 0 and (part := answer.read1(min(left, 8192))):
            left -= len(part)


def _judge(status: int, retry_after: str) -> None:
    if 200 <= status < 300:
        return
    if status == 410:
        raise SwitchedOff("The receiver of webhooks answered 410: it wants no more.")
    told = f"The receiver of webhooks answered {status}."
    if status >= 500 or status in _RETRIED:
        raise Later(told, _wait(retry_after))
    raise Rejected(told + (" Redirects are not followed." if 300 <= status < 400 else ""))


def _wait(text: str) -> timedelta:
    """Retry-After as seconds or a date (RFC 9110 10.2.3)."""
    if text.isascii() and text.isdigit() and len(text) < 8:
        return timedelta(seconds=int(text))
    try:
        return max(timedelta(0), parsedate_to_datetime(text) - datetime.now(UTC))
    except (ValueError, TypeError):
        return timedelta(0)


def secret_of(settings: Settings) -> bytes:
    """The key that signs: ``whsec_`` and 24 to 64 bytes in Base64."""
    if settings.webhook_secret_file is None:
        raise Rejected("There is no secret for webhooks in the settings (WebhookSecretFile).")
    try:
        text = settings.webhook_secret_file.read_text(encoding="utf-8").strip()
        key = base64.b64decode(text.removeprefix("whsec_"), validate=True)
    except (OSError, ValueError, binascii.Error):
        raise Rejected("The secret for webhooks cannot be read: expected whsec_ and Base64 in WebhookSecretFile.") from None
    if not 24 <= len(key) <= 64:
        raise Rejected(f"The secret for webhooks has {len(key)} bytes; expected 24 to 64.")
    return key


def signature(key: bytes, message_id: str, timestamp: int, body: bytes) -> str:
    """HMAC-SHA256 over id, time and body."""
    signed = b".".join((message_id.encode(), str(timestamp).encode(), body))
    return "v1," + base64.b64encode(hmac.new(key, signed, hashlib.sha256).digest()).decode()


def headers(parcel: Parcel, timestamp: int, key: bytes) -> dict[str, str]:
    """What a receiver checks. The id is the same for every attempt."""
    return {
        "Content-Type": parcel.media_type,
        "User-Agent": "Orthanc-Teleradiology",
        "Connection": "close",
        "webhook-id": parcel.key,
        "webhook-timestamp": str(timestamp),
        "webhook-signature": signature(key, parcel.key, timestamp, parcel.body),
    }


def resolved(url: str, allowed: tuple[str, ...]) -> Target:
    """Where the address leads. All that it resolves to must be public or allowed; a name with both is a trap.

    Raises Rejected, and OSError for a name that cannot be resolved now.
    """
    parts = urlsplit(url)
    if parts.scheme not in ("https", "http") or not parts.hostname or parts.username is not None:
        raise Rejected("WebhookUrl is to be http:// or https:// with a host, and without a user.")
    port = parts.port or (443 if parts.scheme == "https" else 80)
    found = socket.getaddrinfo(parts.hostname, port, type=socket.SOCK_STREAM)
    addresses = [str(each[4][0]) for each in found]
    if not addresses or any(not may_reach(address, allowed) for address in addresses):
        raise Rejected("WebhookUrl leads to an address inside the house; allow it in WebhookAllowedNetworks if that is meant.")
    path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    return Target(parts.scheme, parts.hostname, port, path, addresses[0])


def may_reach(address: str, allowed: tuple[str, ...]) -> bool:
    """Whether webhooks may go to an IP address: a public one, or one of the networks that were allowed."""
    ip = ipaddress.ip_address(address.partition("%")[0])
    inner = _embedded(ip)
    networks = [ipaddress.ip_network(each) for each in allowed]
    if any(inner in network for network in networks if network.version == inner.version):
        return True
    return inner.is_global and not inner.is_multicast


def _embedded(ip: ipaddress.IPv4Address | ipaddress.IPv6Address) -> ipaddress.IPv4Address | ipaddress.IPv6Address:
    """The IPv4 address that an IPv6 address stands for (mapped, NAT64, 6to4), or itself."""
    if isinstance(ip, ipaddress.IPv4Address):
        return ip
    nat64 = ipaddress.ip_network("64:ff9b::/96")
    if ip in nat64:
        return ipaddress.IPv4Address(int(ip) & 0xFFFFFFFF)
    return ip.ipv4_mapped or ip.sixtofour or ip
