"""Every refusal as one RFC 9457 problem document, for pages as an error page; a fault as an incident without patient data."""

from __future__ import annotations

import json
import logging
import traceback
from http import HTTPStatus
from typing import Any

import jinja2
from flask import Flask, Response, current_app, g, redirect, render_template, request
from werkzeug.exceptions import HTTPException

from ..core.errors import (
    Busy,
    InvalidConfiguration,
    InvalidInput,
    InvalidTransition,
    NotAllowed,
    NotFound,
    NotSignedIn,
    Problem,
    Refusal,
    StaleVersion,
    TooLarge,
    Unavailable,
)
from . import ROOT
from .local_path import sign_in_address

log = logging.getLogger(__name__)

MEDIA_TYPE = "application/problem+json"
VERBS = ("GET", "POST", "PUT", "DELETE")  # Orthanc passes no others


class Malformed(Refusal):
    """The request cannot be read."""

    code = "malformed"


class WrongMethod(Refusal):
    """This address does not know that verb."""

    code = "method-not-allowed"


class WrongMediaType(Refusal):
    """A body must be application/json."""

    code = "unsupported-media-type"


class VersionMissing(Refusal):
    """This write needs an If-Match header with the version that was read."""

    code = "version-missing"


class KeyReused(Refusal):
    """This Idempotency-Key was used for a request with other content."""

    code = "key-reused"


class Unexpected(Refusal):
    """Something went wrong on our side; the incident is in the log under the request id."""

    code = "unexpected"


STATUSES: dict[type[Refusal], int] = {
    Malformed: 400,
    NotSignedIn: 401,
    NotAllowed: 403,
    NotFound: 404,
    WrongMethod: 405,
    InvalidTransition: 409,
    StaleVersion: 409,  # 412 when the request said If-Match
    VersionMissing: 412,  # the host cannot send 428
    TooLarge: 413,
    WrongMediaType: 415,
    InvalidInput: 422,
    InvalidConfiguration: 422,
    KeyReused: 422,
    Unexpected: 500,
    Busy: 503,  # the host cannot send 429
    Unavailable: 503,
}


def register(app: Flask) -> None:
    """Answer every refusal, HTTP error and fault of the application."""
    app.register_error_handler(Refusal, answer)
    app.register_error_handler(HTTPException, _of_werkzeug)
    app.register_error_handler(Exception, _fault)


def status_of(refusal: Refusal, conditional: bool = False) -> int:
    """The HTTP status of a refusal; ``conditional`` says that the request carried If-Match."""
    if conditional and isinstance(refusal, StaleVersion):
        return HTTPStatus.PRECONDITION_FAILED
    return next((STATUSES[kind] for kind in type(refusal).__mro__ if kind in STATUSES), HTTPStatus.BAD_REQUEST)


def document(refusal: Refusal, status: int) -> dict[str, Any]:
    """The members of the problem document; always the same ones."""
    return {
        "type": f"{ROOT}/api/problems/{refusal.code}",
        "title": refusal.code.replace("-", " ").capitalize(),
        "status": status,
        "detail": _said(refusal),
        "instance": request.script_root + request.path,
        "request_id": request_id(),
        "code": refusal.code,
        "allowed": list(refusal.allowed),
        "problems": [entry(problem) | {"message": _problem_said(problem)} for problem in refusal.problems],
    }


def _said(refusal: Refusal) -> str:
    """The detail in the language of the page, where pages are served."""
    said = current_app.extensions.get("refusal_words")
    return str(said(refusal)) if said else refusal.detail


def _problem_said(problem: Problem) -> str:
    said = current_app.extensions.get("problem_words")
    return str(said(problem)) if said else problem.message


def answer(refusal: Refusal) -> Response:
    """The response to a refusal, as the client reads it: JSON for programs, a page for people."""
    status = status_of(refusal, conditional="If-Match" in request.headers)
    if wants_page():
        response = _page(refusal, status)
    else:
        body = json.dumps(document(refusal, status), ensure_ascii=False)
        response = Response(body, status, content_type=MEDIA_TYPE)
    if isinstance(refusal, NotSignedIn):
        _challenge(response)
    if refusal.retry_after is not None or status == HTTPStatus.SERVICE_UNAVAILABLE:
        response.headers["Retry-After"] = str(refusal.retry_after or 2)
    return response


def request_id() -> str:
    """The id under which this request is found in the log."""
    return str(g.get("request_id", ""))


def wants_page() -> bool:
    """True when a person's browser asks for a page: never below /api, and only when HTML is asked for by name."""
    if request.path == "/api" or request.path.startswith("/api/"):
        return False
    return "text/html" in request.headers.get("Accept", "") or "HX-Request" in request.headers


def entry(problem: Problem) -> dict[str, Any]:
    """One problem as JSON."""
    return {
        "message": problem.message,
        "path": problem.path,
        "file": problem.file,
        "line": problem.line,
        "column": problem.column,
        "suggestion": problem.suggestion,
    }


def _page(refusal: Refusal, status: int) -> Response:
    if isinstance(refusal, NotSignedIn) and "HX-Request" not in request.headers:
        return redirect(sign_in_address(), 303)  # type: ignore[return-value]
    try:
        text = render_template("page/error.html", problem=document(refusal, status))
        return Response(text, status, content_type="text/html; charset=utf-8")
    except (jinja2.TemplateError, KeyError):  # KeyError: a file that the page names is not installed
        text = f"{status} {refusal.code}\n{refusal.detail}\n{request_id()}\n"
        return Response(text, status, content_type="text/plain; charset=utf-8")


def _challenge(response: Response) -> None:
    """Ask programs for Basic credentials; a browser would show its own window instead of our sign-in page."""
    if response.status_code != HTTPStatus.UNAUTHORIZED:
        return
    if "HX-Request" in request.headers:
        response.headers["HX-Redirect"] = sign_in_address()
    elif "Sec-Fetch-Mode" not in request.headers:
        response.headers["WWW-Authenticate"] = 'Basic realm="Orthanc Teleradiology", charset="UTF-8"'


def _of_werkzeug(error: HTTPException) -> Response:
    if error.code is not None and error.code < 400:  # a redirect is not an error
        return error.get_response()  # type: ignore[return-value]
    if error.code == HTTPStatus.METHOD_NOT_ALLOWED:
        allowed = [verb for verb in VERBS if verb in (getattr(error, "valid_methods", None) or ())]
        response = answer(WrongMethod(f"{request.method} is not possible here; allowed: {', '.join(allowed)}.", allowed=allowed))
        response.headers["Allow"] = ", ".join(allowed)
        return response
    if error.code == HTTPStatus.NOT_FOUND:
        return answer(NotFound())
    if error.code == HTTPStatus.REQUEST_ENTITY_TOO_LARGE:
        return answer(TooLarge())
    return answer(Malformed(error.description or ""))


def _fault(error: Exception) -> Response:
    """Log type and places only: an exception's text and a frame's variables may hold patient data."""
    frames = traceback.extract_tb(error.__traceback__)[-12:]
    where = " < ".join(f"{frame.filename.rsplit('/', 1)[-1]}:{frame.lineno} {frame.name}" for frame in reversed(frames))
    log.error("incident %s in %s %s: %s at %s", request_id(), request.method, request.endpoint, type(error).__name__, where)
    return answer(Unexpected(f"Something went wrong on our side. Tell the administrator the incident id {request_id()}."))
