"""What every answer carries: a request id, and headers that keep browsers from doing harm with it."""

from __future__ import annotations

import re
import secrets
import time

from flask import Flask, Response, g, request

_REQUEST_ID = re.compile(r"[A-Za-z0-9._-]{8,64}")

CSP = (
    "default-src 'self'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; connect-src 'self'; "
    "frame-src 'self'; object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'self'"
)


def register(app: Flask) -> None:
    """Give each request an id and each answer the headers."""
    app.before_request(_name_request)
    app.after_request(_protect)


def _name_request() -> None:
    given = request.headers.get("X-Request-Id", "")
    g.began = time.perf_counter()
    g.request_id = given if _REQUEST_ID.fullmatch(given) else secrets.token_hex(8)


def _protect(response: Response) -> Response:
    headers = response.headers
    headers.setdefault("Content-Security-Policy", CSP)
    headers.setdefault("Cache-Control", "no-store")
    headers["X-Content-Type-Options"] = "nosniff"
    headers["Referrer-Policy"] = "same-origin"
    headers["X-Frame-Options"] = "SAMEORIGIN"
    headers["X-Request-Id"] = g.get("request_id", "")
    return response
