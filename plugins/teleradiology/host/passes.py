"""Who makes a request to one of Orthanc's own routes: remembered for some seconds, because a viewer asks hundreds of times."""

from __future__ import annotations

import hashlib
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from ..core.errors import Busy, NotSignedIn
from ..core.identity import Actor
from ..store import items
from ..web import auth
from ..workflow import accounts
from ..workflow.room import Room

SECONDS = 5.0
MOST = 2000

K = TypeVar("K")
V = TypeVar("V")


class Lately(Generic[K, V]):
    """Answers that are believed for some seconds."""

    def __init__(self, seconds: float = SECONDS, monotonic: Callable[[], float] = time.monotonic):
        self._seconds = seconds
        self._monotonic = monotonic
        self._lock = threading.Lock()
        self._known: dict[K, tuple[float, V]] = {}

    def get(self, key: K, ask: Callable[[], V]) -> V:
        """The answer, asked for when it is not known or too old. What raises is not remembered."""
        now = self._monotonic()
        until, value = self._known.get(key, (now, None))
        if now < until and value is not None:
            return value
        fresh = ask()
        with self._lock:
            if len(self._known) >= MOST:
                self._known.clear()
            self._known[key] = (now + self._seconds, fresh)
        return fresh


@dataclass(frozen=True)
class Pass:
    """A proved identity, or that there is none."""

    actor: Actor | None


NOBODY = Pass(None)


class Passes:
    """Proves identities and asks whose a study is, in the room's database; on a thread with a large stack."""

    def __init__(self, room: Room, run: Callable[..., Any]):
        self._room = room
        self._run = run
        self._passes: Lately[bytes, Pass] = Lately()
        self._studies: Lately[tuple[str, str], bool] = Lately()

    def of(self, headers: Mapping[str, str], origin: str) -> Pass:
        """The pass that a request shows."""
        authorization, cookie = headers.get("authorization", ""), headers.get("cookie", "")
        if not authorization and not cookie:
            return NOBODY
        key = hashlib.sha256(f"{origin}\n{authorization}\n{cookie}".encode("utf-8", "surrogateescape")).digest()
        return self._passes.get(key, lambda: self._on_large_stack(lambda: self._prove(authorization, cookie, origin)))

    def is_of(self, facility: str, study_uid: str) -> bool:
        """Whether a study is this facility's alone: of a UID that two facilities sent, nothing tells whose images are meant."""
        return self._studies.get((facility, study_uid), lambda: self._on_large_stack(lambda: self._owns(facility, study_uid)))

    def _on_large_stack(self, ask: Callable[[], V]) -> V:
        found: V = self._run(ask)
        return found

    def _prove(self, authorization: str, cookie: str, origin: str) -> Pass:
        scheme, _, credentials = authorization.partition(" ")
        try:
            if scheme.lower() == "basic":
                return Pass(accounts.actor_of_basic(self._room, authorization, origin))
            if scheme.lower() == "bearer":
                return Pass(accounts.actor_of_token(self._room, credentials.strip(), origin))
            session = "" if authorization else auth.cookie_of(cookie)
            return Pass(accounts.actor_of_session(self._room, session, origin)[0]) if session else NOBODY
        except (NotSignedIn, Busy):
            return NOBODY

    def _owns(self, facility: str, study_uid: str) -> bool:
        with self._room.store.reading() as c:
            found = items.by_study(c, study_uid)
        return bool(found) and facility != "" and all(item.facility == facility for item in found)
