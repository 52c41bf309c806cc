"""The API's own description (OpenAPI 3.1), made from the table of routes and the models, so that it cannot fall behind."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Any

from pydantic import BaseModel
from pydantic.json_schema import models_json_schema

from ... import __version__
from .. import ROOT
from ..auth import COOKIE, CSRF_HEADER
from .models.base import Input
from .models.service import ProblemDocument
from .route import JSON, PUBLIC, SIGNED_IN, Route

PROBLEM = "application/problem+json"
_REF = "#/components/schemas/{model}"
_ABOUT = (
    "A reading room inside the PACS. Errors are RFC 9457 problem documents. Writes take If-Match with the version that was read "
    "and Idempotency-Key; lists are pages with a cursor in `next`; times are RFC 3339 with zone. There is no PATCH or HEAD."
)
_PROBLEMS = {
    400: "The body cannot be read.",
    401: "Not signed in.",
    403: "The account does not have the right.",
    404: "There is nothing of that name, or it is another facility's.",
    409: "Not in this state; the member allowed says what is.",
    412: "Somebody changed it meanwhile, or If-Match is missing.",
    413: "The body is too large.",
    415: "The body is not JSON.",
    422: "Not as expected; the member problems says where and what.",
    500: "A fault on our side; the request id is the incident's.",
    503: "Too much at once or a part does not answer; see Retry-After.",
}


def description(routes: Iterable[Route]) -> dict[str, Any]:
    """The OpenAPI document of these routes."""
    routes = tuple(routes)
    paths: dict[str, Any] = {}
    for route in routes:
        paths.setdefault(route.path, {})[route.method.lower()] = _operation(route)
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Orthanc Teleradiology",
            "version": __version__,
            "description": _ABOUT,
            "license": {"name": "AGPL-3.0-or-later", "identifier": "AGPL-3.0-or-later"},
        },
        "servers": [{"url": ROOT}],
        "security": [{"basic": []}, {"bearer": []}, {"cookie": []}],
        "paths": paths,
        "components": {
            "schemas": _schemas(routes),
            "securitySchemes": {
                "basic": {"type": "http", "scheme": "basic"},
                "bearer": {"type": "http", "scheme": "bearer", "description": "an API token"},
                "cookie": {
                    "type": "apiKey",
                    "in": "cookie",
                    "name": COOKIE,
                    "description": f"the browser's session; writes need {CSRF_HEADER} in addition",
                },
            },
            "headers": {"ETag": {"description": "version or digest", "schema": {"type": "string"}}},
            "responses": {str(status): _problem(text) for status, text in _PROBLEMS.items()},
        },
    }


def _schemas(routes: tuple[Route, ...]) -> dict[str, Any]:
    models: dict[type[BaseModel], str] = {ProblemDocument: "serialization"}
    for route in routes:
        for model in (route.body, route.answer):
            if isinstance(model, type):
                models[model] = "validation" if issubclass(model, Input) else "serialization"
    _, found = models_json_schema(list(models.items()), ref_template=_REF)  # type: ignore[arg-type]
    return found.get("$defs", {})


def _operation(route: Route) -> dict[str, Any]:
    operation: dict[str, Any] = {
        "operationId": route.name,
        "summary": route.summary,
        "tags": [route.name.partition(".")[0]],
        "parameters": [*_path_parameters(route), *_query_parameters(route), *_headers(route)],
        "responses": {str(route.status): _success(route), **_refusals(route)},
    }
    if route.right == PUBLIC:
        operation["security"] = [{}, {"basic": []}, {"bearer": []}, {"cookie": []}]
    elif route.right != SIGNED_IN:
        operation["description"] = f"Needs the right '{route.right}'."
    if route.body is not None:
        content: dict[str, Any] = {JSON: {"schema": _ref(route.body)}}
        if route.takes_yaml:
            content["application/yaml"] = {"schema": {"type": "string"}}
        content |= {name: {"schema": {"type": "string"}} for name in route.takes_files}
        operation["requestBody"] = {"content": content, "required": _is_required(route.body)}
    return operation


def _path_parameters(route: Route) -> Iterator[dict[str, Any]]:
    for name in re.findall(r"{(\w+)}", route.path):
        yield {"name": name, "in": "path", "required": True, "schema": {"type": "string"}}


def _query_parameters(route: Route) -> Iterator[dict[str, Any]]:
    if route.query is None:
        return
    for name, schema in route.query.model_json_schema()["properties"].items():
        text = schema.pop("description", "")
        schema.pop("title", None)
        yield {"name": name, "in": "query", "required": False, "description": text, "schema": schema}


def _headers(route: Route) -> Iterator[dict[str, Any]]:
    if route.versioned:
        yield _header("If-Match", "the version that was read; refused with 412 when it is no longer that")
    if route.writes and route.repeatable:
        yield _header("Idempotency-Key", "a repetition with the same key within a day gets the first answer")
    if route.cached:
        yield _header("If-None-Match", "304 when the ETag is still that")


def _header(name: str, text: str) -> dict[str, Any]:
    return {"name": name, "in": "header", "required": False, "description": text, "schema": {"type": "string"}}


def _success(route: Route) -> dict[str, Any]:
    if isinstance(route.answer, str):
        content: dict[str, Any] = {route.answer.partition(";")[0]: {}}
    else:
        content = {JSON: {"schema": _ref(route.answer)}}
    response: dict[str, Any] = {"description": route.summary, "content": content}
    if route.cached or route.versioned:
        response["headers"] = {"ETag": {"$ref": "#/components/headers/ETag"}}
    return response


def _refusals(route: Route) -> dict[str, Any]:
    statuses = {422, 500, 503}
    statuses |= set() if route.right == PUBLIC else {401}
    statuses |= set() if route.right in (PUBLIC, SIGNED_IN) else {403}
    statuses |= {404} if "{" in route.path else set()
    statuses |= {400, 409, 413, 415} if route.writes else set()
    statuses |= {412} if route.versioned else set()
    found: dict[str, Any] = {str(status): {"$ref": f"#/components/responses/{status}"} for status in sorted(statuses)}
    if route.cached:
        found["304"] = {"description": "Not changed."}
    return found


def _problem(text: str) -> dict[str, Any]:
    return {"description": text, "content": {PROBLEM: {"schema": _ref(ProblemDocument)}}}


def _ref(model: type[BaseModel]) -> dict[str, str]:
    return {"$ref": _REF.format(model=model.__name__)}


def _is_required(model: type[BaseModel]) -> bool:
    return any(field.is_required() for field in model.model_fields.values())
