"""What one address of the API is: a row from which Flask's route, the OpenAPI document and the tests are all made."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from pydantic import BaseModel

from ...core.identity import Actor
from ...workflow.room import Room

JSON = "application/json"
PUBLIC = ""  # as a route's right: answers without sign-in
SIGNED_IN = "signed in"  # as a route's right: everybody who is signed in


@dataclass(frozen=True)
class Version:
    """What If-Match names: the version of the item or account, or that of the report's draft; no number for ``*``."""

    number: int | None
    of_draft: bool = False


@dataclass(frozen=True)
class Call:
    """One request after all checks. ``query`` and ``body`` are of the route's models; ``if_match`` the version to be met."""

    actor: Actor | None
    path: Mapping[str, str]
    query: Any = None
    body: Any = None
    if_match: Version | None = None
    origin: str = ""

    @property
    def version(self) -> int | None:
        """The number that If-Match names."""
        return self.if_match.number if self.if_match else None

    @property
    def who(self) -> Actor:
        """The actor of a route that needs one."""
        assert self.actor is not None
        return self.actor


@dataclass(frozen=True)
class Answer:
    """What a handler returns: a JSON value, or bytes with their media type."""

    body: Any
    status: int = 200
    etag: str = ""
    headers: Mapping[str, str] = field(default_factory=dict)
    media_type: str = JSON
    anew: bool = False  # send it although the client has this ETag


@dataclass(frozen=True)
class Route:
    """Verb, path below /teleradiology with ``{names}``, handler, and what may be sent and received.

    ``right`` is a key of ``core.identity.RIGHTS``, SIGNED_IN or PUBLIC. ``answer`` is a model, or a media type when not JSON.
    ``versioned`` says that If-Match is heeded, ``repeatable`` that Idempotency-Key is, ``cached`` that If-None-Match is,
    ``costly`` that only few of these run at the same time,
    ``takes_yaml`` that a YAML body counts as the member "text"; ``takes_files`` are media types whose bodies do, each with its
    word for the member "format".
    """

    method: str
    path: str
    handle: Callable[[Room, Call], Answer]
    right: str
    answer: type[BaseModel] | str
    body: type[BaseModel] | None = None
    query: type[BaseModel] | None = None
    status: int = 200
    versioned: bool = False
    repeatable: bool = True
    cached: bool = False
    costly: bool = False
    takes_yaml: bool = False
    takes_files: Mapping[str, str] = field(default_factory=dict)

    @property
    def summary(self) -> str:
        """The first line of the handler's docstring."""
        return (self.handle.__doc__ or "").strip().splitlines()[0]

    @property
    def name(self) -> str:
        """Unique among the routes: the handler's name is."""
        return f"{self.handle.__module__.rpartition('.')[2]}.{self.handle.__name__}"

    @property
    def writes(self) -> bool:
        """True for verbs that change something."""
        return self.method != "GET"
