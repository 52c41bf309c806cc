"""Reads what a request brings (path, query, JSON body, If-Match) strictly, and says of every mistake where it is."""

from __future__ import annotations

import difflib
import json
import re
from collections.abc import Iterable, Mapping
from typing import Any, get_args

from flask import Request
from pydantic import BaseModel, ValidationError

from ...config.uploaded_text import decoded
from ...core.errors import InvalidInput, NotFound, Problem
from ..problems import Malformed, WrongMediaType
from .route import Version

DEEPEST = 64
YAML = ("application/yaml", "application/x-yaml", "text/yaml", "text/x-yaml")
_TOKEN = re.compile(rb'["\\\[\]{}]')
_VERSION = re.compile(r'(?:W/)?"?(draft-)?(\d{1,9})"?')
_UNSTORABLE = re.compile("[\x00\ud800-\udfff]")  # PostgreSQL keeps no NUL, UTF-8 no lone surrogate
_NAMES = {
    "item": r"[0-9A-HJKMNP-TV-Z]{26}",
    "report": r"[0-9A-HJKMNP-TV-Z]{26}",
    "token": r"[0-9A-HJKMNP-TV-Z]{26}",
    "exception": r"[0-9A-HJKMNP-TV-Z]{26}",
    "delivery": r"[0-9A-HJKMNP-TV-Z]{26}",
    "notice": r"[0-9A-HJKMNP-TV-Z]{26}",
    "study": r"[0-9.]{1,64}",
    "username": r"[^\x00-\x20\x7f]{1,64}",
    "code": r"[a-z-]{1,40}",
}


def path_names(found: Mapping[str, str]) -> dict[str, str]:
    """The names in the path; one that cannot be the name of anything is one that does not exist."""
    for key, value in found.items():
        if not re.fullmatch(_NAMES[key], value):
            raise NotFound()
    return dict(found)


def query(model: type[BaseModel] | None, request: Request) -> BaseModel | None:
    """The query as the model wants it. Raises InvalidInput, also for names that the route does not have."""
    given = {key: request.args.getlist(key) for key in request.args}
    problems = [
        Problem("given more than once; separate values by commas", path=key) for key, all_ in given.items() if len(all_) > 1
    ]
    if problems:
        raise InvalidInput("The query is not as expected.", problems=problems)
    values = {key: all_[0] for key, all_ in given.items()}
    _refuse_unstorable(values)
    if model is None:
        if values:
            raise InvalidInput("This address takes no query.", problems=[_unknown(key, ()) for key in values])
        return None
    return _validated(model, values, "The query is not as expected.")


def body(model: type[BaseModel] | None, request: Request, takes_yaml: bool = False) -> BaseModel | None:
    """The body as the model wants it; an absent one counts as {}. Raises Malformed, WrongMediaType or InvalidInput."""
    raw = request.get_data(cache=True)
    if takes_yaml and model is not None and request.mimetype in YAML:
        value = {"text": _utf8(raw)}
        _refuse_unstorable(value)
        return _validated(model, value, "The body is not as expected.")
    if raw and request.mimetype not in ("application/json", ""):
        raise WrongMediaType(f"A body must be application/json, found {request.mimetype[:80]}.")
    value = parsed(raw) if raw.strip() else {}
    if not isinstance(value, dict):
        raise InvalidInput("The body must be a JSON object.", problems=[Problem(f"expected an object, found {_kind(value)}")])
    if model is None:
        if value:
            raise InvalidInput("This address takes no body.", problems=[_unknown(key, ()) for key in value])
        return None
    return _validated(model, value, "The body is not as expected.")


def file(model: type[BaseModel], request: Request, form: str) -> BaseModel:
    """A body that is a file of that format, as the members "format" and "text" of the model."""
    value = {"format": form, "text": decoded(request.get_data(cache=True))}
    _refuse_unstorable(value)
    return _validated(model, value, "The body is not as expected.")


def if_match(header: str | None) -> Version | None:
    """The version in an If-Match header: "7", 7, "draft-7", or * for any; None without the header."""
    if header is None:
        return None
    if header.strip() == "*":
        return Version(None)
    found = _VERSION.fullmatch(header.strip())
    if not found:
        raise InvalidInput(problems=[Problem('expected one version such as "7"', path="If-Match")])
    return Version(int(found[2]), of_draft=bool(found[1]))


def parsed(raw: bytes) -> Any:
    """JSON from a stranger: not deep, no double names, no NaN, nothing that a database cannot keep."""
    _refuse_depth(raw)
    try:
        value = json.loads(_utf8(raw), object_pairs_hook=_once, parse_constant=_no_constant)
    except json.JSONDecodeError as error:
        problem = Problem(error.msg, line=error.lineno, column=error.colno)
        raise Malformed("The body is not JSON.", problems=[problem]) from None
    except (RecursionError, ValueError):  # ValueError: a number with thousands of digits
        raise Malformed("The body is not JSON that can be read.") from None
    _refuse_unstorable(value)
    return value


def unknown_value(path: str, found: str, allowed: Iterable[str]) -> Problem:
    """A problem that names what is allowed and what was probably meant."""
    names = sorted(allowed)
    near = difflib.get_close_matches(found, names, n=1, cutoff=0.6)
    return Problem(f"unknown value '{found[:80]}'; allowed: {', '.join(names)}", path=path, suggestion=near[0] if near else "")


def _utf8(raw: bytes) -> str:
    try:
        return raw.decode("utf-8")
    except UnicodeDecodeError as error:
        raise Malformed(f"The body is not UTF-8: byte {error.start}.") from None


def _refuse_depth(raw: bytes) -> None:
    """Counted without recursion, before the parser sees it: the parser's own stack is what deep nesting attacks."""
    depth, inside, skip = 0, False, -1
    for token in _TOKEN.finditer(raw):
        at, char = token.start(), token.group()
        if inside:
            if at == skip:
                continue
            if char == b"\\":
                skip = at + 1
            inside = char != b'"'
        elif char == b'"':
            inside = True
        else:
            depth += 1 if char in b"[{" else -1 if char in b"]}" else 0
            if depth > DEEPEST:
                raise Malformed(f"The body is nested more than {DEEPEST} levels deep.")


def _refuse_unstorable(value: Any) -> None:
    waiting = [("", value)]
    while waiting:
        path, part = waiting.pop()
        if isinstance(part, dict):
            for key, inner in part.items():
                waiting += [(f"{path}.{key}" if path else key, inner), (path, key)]
        elif isinstance(part, list):
            waiting += [(f"{path}.{index}", inner) for index, inner in enumerate(part)]
        elif isinstance(part, str) and _UNSTORABLE.search(part):
            clean = _UNSTORABLE.sub("\ufffd", path)
            raise InvalidInput(problems=[Problem("contains a NUL or half of a surrogate pair", path=clean)])


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    value = dict(pairs)
    if len(value) != len(pairs):
        names = [key for key, _ in pairs]
        double = next(key for key in names if names.count(key) > 1)
        raise InvalidInput(problems=[Problem("named twice in the same object", path=double[:80])])
    return value


def _no_constant(name: str) -> Any:
    raise Malformed(f"{name} is not JSON.")


def _validated(model: type[BaseModel], values: dict[str, Any], detail: str) -> BaseModel:
    try:
        return model.model_validate(values)
    except ValidationError as error:
        raise InvalidInput(detail, problems=[_problem(model, entry) for entry in error.errors()]) from None


def _problem(model: type[BaseModel], entry: Mapping[str, Any]) -> Problem:
    path = ".".join(str(part) for part in entry["loc"])[:200]
    if entry["type"] == "extra_forbidden":
        return _unknown(path, _fields(model, entry["loc"][:-1]))
    allowed = [part.strip(" '\"") for part in str(entry.get("ctx", {}).get("expected", "")).replace(" or ", ",").split(",")]
    if isinstance(entry.get("input"), str) and any(allowed):
        return unknown_value(path, entry["input"], [name for name in allowed if name])
    return Problem(str(entry["msg"]).removeprefix("Value error, "), path=path)


def _unknown(path: str, allowed: Iterable[str]) -> Problem:
    names = sorted(allowed)
    near = difflib.get_close_matches(path.rpartition(".")[2], names, n=1, cutoff=0.6)
    there_are = f"; allowed: {', '.join(names)}" if names else ""
    return Problem(f"unknown name{there_are}", path=path[:200], suggestion=near[0] if near else "")


def _fields(model: type[BaseModel], path: tuple[Any, ...]) -> list[str]:
    """The names that the model knows at a path of its errors."""
    for part in (part for part in path if isinstance(part, str)):  # numbers are places in lists
        field = model.model_fields.get(str(part))
        inner = [kind for kind in _kinds(field.annotation if field else None) if issubclass(kind, BaseModel)]
        if not inner:
            return []
        model = inner[0]
    return [field.alias or name for name, field in model.model_fields.items()]


def _kinds(annotation: Any) -> list[type]:
    """An annotation's classes: those of a union, or itself."""
    return [kind for kind in get_args(annotation) or (annotation,) if isinstance(kind, type)]


def _kind(value: Any) -> str:
    return {list: "an array", str: "a text", bool: "true or false", type(None): "null"}.get(type(value), "a number")
