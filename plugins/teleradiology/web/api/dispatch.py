"""One way for every API request: rights, then input, then the act, then the answer with its headers."""

from __future__ import annotations

import hashlib
import threading
from collections.abc import Callable
from typing import Any

from flask import Flask, Response, request
from pydantic_core import to_json

from ...core.errors import Busy, InvalidInput, Problem
from ...workflow.acting import permit
from ...workflow.room import Room
from .. import auth
from . import idempotent, reading
from .route import PUBLIC, SIGNED_IN, Answer, Call, Route, Version

COSTLY_AT_ONCE = 2


def register(app: Flask, room: Room, routes: tuple[Route, ...]) -> None:
    """Make each row of the table an address of the application."""
    costly = threading.BoundedSemaphore(COSTLY_AT_ONCE)
    for route in routes:
        path = route.path.replace("{", "<").replace("}", ">")
        app.add_url_rule(path, route.name, _view(room, route, costly), methods=[route.method])


def _view(room: Room, route: Route, costly: threading.BoundedSemaphore) -> Callable[..., Response]:
    def view(**path: str) -> Response:
        call = _call(room, route, path)
        if not route.costly:
            return _answered(room, route, call)
        if not costly.acquire(blocking=False):
            raise Busy("Others are doing this at present; it takes much of the machine.", retry_after=5)
        try:
            return _answered(room, route, call)
        finally:
            costly.release()

    return auth.public(view) if route.right == PUBLIC else view


def _call(room: Room, route: Route, path: dict[str, str]) -> Call:
    """All checks, in the order in which they give least away: who, may they, is the question well put."""
    actor = auth.actor_or_none() if route.right == PUBLIC else auth.actor()
    names = reading.path_names(path)
    if actor is not None and route.right not in (PUBLIC, SIGNED_IN):
        permit(room, actor, route.right, names.get("item"))
    return Call(
        actor=actor,
        path=names,
        query=reading.query(route.query, request),
        body=_body(route) if route.writes else None,
        if_match=_version(route),
        origin=auth.origin(),
    )


def _body(route: Route) -> Any:
    form = route.takes_files.get(request.mimetype)
    if form is not None and route.body is not None:
        return reading.file(route.body, request, form)
    return reading.body(route.body, request, route.takes_yaml)


def _version(route: Route) -> Version | None:
    header = request.headers.get("If-Match")
    if header is not None and not route.versioned:
        problem = Problem("not heeded here; leave it out", path="If-Match")
        raise InvalidInput("This address has no versions.", problems=[problem])
    return reading.if_match(header)


def _answered(room: Room, route: Route, call: Call) -> Response:
    key = request.headers.get("Idempotency-Key")
    if key is not None and route.writes:
        response = idempotent.once(room, route, call, key, lambda: respond(route, route.handle(room, call)))
    else:
        response = respond(route, route.handle(room, call))
    response.headers["X-Server-Time"] = str(int(room.now().timestamp() * 1000))  # browsers' clocks are off
    return response


def respond(route: Route, answer: Answer) -> Response:
    """The answer as bytes; 304 when the client has it already."""
    if answer.status == 204:
        return Response(status=204)
    body = answer.body if isinstance(answer.body, bytes) else encoded(answer.body)
    response = Response(body, answer.status, content_type=answer.media_type)
    response.headers.update(answer.headers)
    etag = answer.etag or (hashlib.blake2b(body, digest_size=12).hexdigest() if route.cached else "")
    if not etag:
        return response
    response.set_etag(etag)
    if route.cached:
        response.headers["Vary"] = "Authorization, Cookie"
        if request.if_none_match.contains_weak(etag) and not answer.anew:
            response.status_code = 304
            response.set_data(b"")
            response.headers.remove("Content-Type")
    return response


def encoded(value: Any) -> bytes:
    """JSON as we send it."""
    return to_json(value)
