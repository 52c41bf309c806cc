"""What guards the door and lives in this process only: password hashing, back-off after failures, passwords checked lately."""

from __future__ import annotations

import hashlib
import hmac
import secrets
import threading
import unicodedata
from collections import OrderedDict
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from math import ceil

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from ..core.errors import Busy, Told

# OWASP Password Storage Cheat Sheet, second choice for Argon2id: 19 MiB, two passes; about 25 ms.
_HASHER = PasswordHasher(time_cost=2, memory_cost=19 * 1024, parallelism=1)
AT_ONCE = 2  # hashes at a time: signing in must not take the processor from reading
PATIENCE = 10.0  # seconds that a sign-in waits for its turn
LONGEST_PASSWORD = 1024


class Passwords:
    """Argon2id, a few at a time."""

    def __init__(self) -> None:
        self._turns = threading.BoundedSemaphore(AT_ONCE)
        self._of_nobody = ""

    def hash(self, password: str) -> str:
        """The hash to keep."""
        with self._turn():
            return _HASHER.hash(_normal(password))

    def fits(self, kept: str, password: str) -> bool:
        """Whether the password is the one. Takes as long for an account without password or without existence: ``kept`` ""."""
        with self._turn():
            if not self._of_nobody:
                self._of_nobody = _HASHER.hash(secrets.token_hex())
            try:
                fitting = _HASHER.verify(kept or self._of_nobody, _normal(password))
            except (VerificationError, InvalidHashError):
                return False
        return fitting and bool(kept)

    def is_outdated(self, kept: str) -> bool:
        """Whether the hash was made with weaker parameters than today's."""
        return _HASHER.check_needs_rehash(kept)

    def _turn(self) -> _Turn:
        return _Turn(self._turns)


@dataclass(frozen=True)
class _Turn:
    semaphore: threading.BoundedSemaphore

    def __enter__(self) -> None:
        if not self.semaphore.acquire(timeout=PATIENCE):
            raise Busy("too many people are signing in at this moment", retry_after=5, told=Told("crowded"))

    def __exit__(self, *_: object) -> None:
        self.semaphore.release()


def _normal(password: str) -> bytes:
    # One keyboard writes an accented letter as one character, another as two: NFKC (RFC 8265) makes them the same password.
    return unicodedata.normalize("NFKC", password[:LONGEST_PASSWORD]).encode("utf-8", "surrogatepass")


@dataclass(frozen=True)
class Backoff:
    """How failures of one kind are answered: so many are free, then the wait doubles up to the longest."""

    free: int
    longest: timedelta

    def wait_after(self, failures: int) -> timedelta:
        """How long to refuse after so many failures in a row."""
        if failures < self.free:
            return timedelta(0)
        return min(timedelta(seconds=2.0 ** min(failures - self.free, 20)), self.longest)


PAIR = Backoff(free=5, longest=timedelta(minutes=5))  # one account from one address
ADDRESS = Backoff(free=20, longest=timedelta(minutes=5))  # any accounts from one address
ACCOUNT = Backoff(free=50, longest=timedelta(minutes=1))  # one account from anywhere: short, or it would lock its owner out
FORGET_AFTER = timedelta(minutes=15)
_MOST_KEYS = 10_000


@dataclass
class Failures:
    """Failed sign-ins by account and address, the same for accounts that exist and those that do not."""

    _counted: OrderedDict[tuple[str, ...], tuple[int, datetime]] = field(default_factory=OrderedDict)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def refuse_if_too_many(self, username: str, origin: str, now: datetime) -> None:
        """Raise Busy with the time to wait, unless the next attempt may be made now."""
        with self._lock:
            waits = [self._until(key, backoff, now) - now for key, backoff in _keys(username, origin)]
        longest = max(waits)
        if longest > timedelta(0):
            seconds = ceil(longest.total_seconds())
            told = Told("too-many-failures", {"n": seconds})
            text = f"too many failed attempts to sign in; try again in {seconds} s"
            raise Busy(text, retry_after=seconds, told=told)

    def note(self, username: str, origin: str, now: datetime) -> None:
        """Another one."""
        with self._lock:
            for key, _ in _keys(username, origin):
                count, _at = self._current(key, now)
                self._counted[key] = (count + 1, now)
                self._counted.move_to_end(key)
            while len(self._counted) > _MOST_KEYS:
                self._counted.popitem(last=False)

    def forget(self, username: str, origin: str) -> None:
        """The right password came: the account starts anew. The address does not, or one good account would cover the rest."""
        with self._lock:
            for key in (("account", username), ("pair", username, origin)):
                self._counted.pop(key, None)

    def _current(self, key: tuple[str, ...], now: datetime) -> tuple[int, datetime]:
        count, at = self._counted.get(key, (0, now))
        return (0, now) if now - at > FORGET_AFTER else (count, at)

    def _until(self, key: tuple[str, ...], backoff: Backoff, now: datetime) -> datetime:
        count, at = self._current(key, now)
        return at + backoff.wait_after(count)


def _keys(username: str, origin: str) -> tuple[tuple[tuple[str, ...], Backoff], ...]:
    return ((("pair", username, origin), PAIR), (("address", origin), ADDRESS), (("account", username), ACCOUNT))


REMEMBERED_FOR = timedelta(minutes=5)
_MOST_REMEMBERED = 1000


@dataclass
class Remembered:
    """Credentials of scripts that were checked lately, under a key of this process: a hash per request would be too slow."""

    _key: bytes = field(default_factory=lambda: secrets.token_bytes(32), repr=False)
    _known: OrderedDict[bytes, tuple[int, datetime]] = field(default_factory=OrderedDict, repr=False)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def knows(self, username: str, secret: str, version: int, now: datetime) -> bool:
        """Whether these credentials were right for this version of the account, not long ago."""
        with self._lock:
            known, until = self._known.get(self._mark(username, secret), (-1, now))
        return known == version and now < until

    def remember(self, username: str, secret: str, version: int, now: datetime) -> None:
        """They were right."""
        with self._lock:
            self._known[self._mark(username, secret)] = (version, now + REMEMBERED_FOR)
            while len(self._known) > _MOST_REMEMBERED:
                self._known.popitem(last=False)

    def _mark(self, username: str, secret: str) -> bytes:
        text = f"{username}\0{secret}".encode("utf-8", "surrogatepass")
        return hmac.digest(self._key, text, hashlib.sha256)


@dataclass(frozen=True)
class Door:
    """The three together; one per process."""

    passwords: Passwords = field(default_factory=Passwords)
    failures: Failures = field(default_factory=Failures)
    remembered: Remembered = field(default_factory=Remembered)
