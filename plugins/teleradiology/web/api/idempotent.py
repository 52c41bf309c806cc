"""Idempotency-Key: the first answer to a write is kept for a day and given again to whoever repeats the request."""

from __future__ import annotations

import hashlib
import hmac
import re
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta

from flask import Response, request

from ...core.errors import InvalidInput, Problem, Refusal
from ...store import idempotency as store
from ...workflow.room import Room
from .. import problems
from .route import Call, Route

KEPT = timedelta(hours=24)
_KEY = re.compile(r"[\x21-\x7e]{1,128}")
_KEEP_HEADERS = ("Content-Type", "ETag", "Location", "Allow")
_NOT_AN_OUTCOME = (401, 403, 500, 503)  # says something about the moment, not about the request: it may be tried again

_guard = threading.Lock()
_busy: dict[tuple[str, str], tuple[threading.Lock, int]] = {}


def once(room: Room, route: Route, call: Call, key: str, act: Callable[[], Response]) -> Response:
    """The stored answer to this key, or the answer of the act, which is then stored."""
    _check(route, key)
    fingerprint = _fingerprint(room)
    username = call.who.username
    with _alone(username, key):
        kept = _kept(room, key, username)
        if kept is not None:
            return _again(kept, fingerprint)
        response = _outcome(act)
        if response.status_code not in _NOT_AN_OUTCOME:
            _keep(room, store.Answer(key, username, fingerprint, *_parts(response), room.now()))
        return response


def _kept(room: Room, key: str, username: str) -> store.Answer | None:
    with room.store.reading() as c:
        found = store.find(c, key, username)
    return found if found and room.now() - found.at < KEPT else None


def _keep(room: Room, answer: store.Answer) -> None:
    with room.store.writing() as c:
        store.forget(c, answer.at - KEPT)
        store.keep(c, answer)


def _again(kept: store.Answer, fingerprint: str) -> Response:
    if not hmac.compare_digest(kept.request, fingerprint):
        raise problems.KeyReused()
    response = Response(kept.body, kept.status, headers=dict(kept.headers))
    response.headers["Idempotency-Replayed"] = "true"
    return response


def _parts(response: Response) -> tuple[int, dict[str, str], bytes]:
    headers = {name: response.headers[name] for name in _KEEP_HEADERS if name in response.headers}
    return response.status_code, headers, response.get_data()


def _outcome(act: Callable[[], Response]) -> Response:
    """A refusal is an answer, too: whoever repeats the request is told the same."""
    try:
        return act()
    except Refusal as refusal:
        return problems.answer(refusal)


def _check(route: Route, key: str) -> None:
    if not route.repeatable:
        problem = Problem("not heeded here, because the answer is not kept; leave it out", path="Idempotency-Key")
        raise InvalidInput(problems=[problem])
    if not _KEY.fullmatch(key):
        raise InvalidInput(problems=[Problem("expected 1 to 128 visible ASCII characters", path="Idempotency-Key")])


def _fingerprint(room: Room) -> str:
    """Keyed, since a body may hold a password and the digest is stored."""
    seal = hmac.new(room.store.seal.key if room.store.seal else b"", digestmod=hashlib.sha256)
    for part in (request.method, request.path, request.headers.get("If-Match", "")):
        seal.update(part.encode() + b"\x00")
    seal.update(request.get_data(cache=True))
    return seal.hexdigest()


@contextmanager
def _alone(username: str, key: str) -> Iterator[None]:
    """One at a time for one key of one user; the service is one process, so a lock in it is enough."""
    name = (username, key)
    with _guard:
        lock, waiting = _busy.get(name, (threading.Lock(), 0))
        _busy[name] = (lock, waiting + 1)
    try:
        with lock:
            yield
    finally:
        with _guard:
            lock, waiting = _busy.pop(name)
            if waiting > 1:
                _busy[name] = (lock, waiting - 1)
