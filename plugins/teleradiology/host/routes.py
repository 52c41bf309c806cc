"""Which of Orthanc's own routes are for whom: one table, deny by default."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum

from ..core.identity import RIGHTS, Actor, Role

UID = re.compile(r"[0-9.]{1,64}\Z")
READERS = RIGHTS["images"]
SENDERS = RIGHTS["send images"]
STORERS = SENDERS | {Role.RADIOLOGIST}  # the viewer stores measurements as SR


class Scope(Enum):
    """How a user of one facility is kept to its studies on a route."""

    NONE = "not for users of one facility"
    STUDY = "the study in the path is theirs"
    QUERY = "the query asks for studies of theirs by UID and for nothing else"
    WADO = "the parameter studyUID is a study of theirs"


@dataclass(frozen=True)
class Route:
    """A method and a path; ``*`` is one segment, ``**`` at the end one or more."""

    method: str
    path: str
    roles: frozenset[Role]
    scope: Scope = Scope.NONE


ROUTES = (
    Route("GET", "/dicom-web/studies", READERS, Scope.QUERY),
    Route("GET", "/dicom-web/series", READERS, Scope.QUERY),
    Route("GET", "/dicom-web/instances", READERS, Scope.QUERY),
    Route("GET", "/dicom-web/studies/*", READERS, Scope.STUDY),
    Route("GET", "/dicom-web/studies/*/**", READERS, Scope.STUDY),
    Route("GET", "/wado", READERS, Scope.WADO),
    Route("POST", "/dicom-web/studies", STORERS),
    Route("POST", "/dicom-web/studies/*", STORERS),
    Route("POST", "/instances", SENDERS),
)

# For nobody, administrators included: code in the server, its end, files on its disk, and the trail of changes that we follow.
NEVER = (
    ("*", "/tools/execute-script"),
    ("*", "/tools/reset"),
    ("*", "/tools/shutdown"),
    ("*", "/instances/*/export"),
    ("DELETE", "/changes"),
    ("DELETE", "/exports"),
    ("*", "/webdav"),
    ("*", "/webdav/**"),
)

ANYBODY = (("GET", "/"),)  # Orthanc redirects it to our pages

OF_QUERY = frozenset({"StudyInstanceUID", "0020000D"})
# What a query of a facility user may say besides: nothing that could widen or override the study.
HARMLESS = frozenset(
    {"SeriesInstanceUID", "0020000E", "SOPInstanceUID", "00080018", "includefield", "limit", "offset", "fuzzymatching"}
)


@dataclass(frozen=True)
class Verdict:
    """Whether a request may pass. ``studies`` are UIDs that must all be of the actor's facility first."""

    passes: bool
    studies: tuple[str, ...] = ()


REFUSED = Verdict(False)
ADMITTED = Verdict(True)


def is_for_anybody(method: str, path: str) -> bool:
    """Whether a request needs no identity."""
    return (method, path) in ANYBODY


def verdict(actor: Actor, method: str, path: str, query: Mapping[str, str]) -> Verdict:
    """What the table says of a request. The path is normalised by Orthanc, without a slash at its end."""
    if any(_matches(pattern, path) for verb, pattern in NEVER if verb in ("*", method)):
        return REFUSED
    if actor.has(Role.ADMINISTRATOR):
        return ADMITTED
    route = next((one for one in ROUTES if one.method == method and _matches(one.path, path)), None)
    if route is None or actor.roles.isdisjoint(route.roles):
        return REFUSED
    if actor.confined_to is None:
        return ADMITTED
    studies = _studies(route.scope, path, query)
    return Verdict(True, studies) if studies else REFUSED


def _matches(pattern: str, path: str) -> bool:
    wanted, found = pattern.split("/"), path.split("/")
    if wanted[-1] == "**" and len(found) >= len(wanted):
        wanted[-1:] = ["*"] * (len(found) - len(wanted) + 1)
    return len(found) == len(wanted) and all(part in ("*", there) for part, there in zip(wanted, found, strict=True))


def _studies(scope: Scope, path: str, query: Mapping[str, str]) -> tuple[str, ...]:
    """The study UIDs that a request is about; none when it is not clear that it is about nothing else."""
    if scope is Scope.STUDY:
        named = [path.split("/")[3]]
    elif scope is Scope.WADO:
        named = [query.get("studyUID", "")]
    elif scope is Scope.QUERY and OF_QUERY.union(HARMLESS).issuperset(query):
        named = [query[name] for name in OF_QUERY if name in query]
    else:
        named = []
    return tuple(named) if all(UID.match(one) for one in named) else ()
