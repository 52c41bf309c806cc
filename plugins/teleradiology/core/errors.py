"""Every way in which the service says no, each with a stable code that clients may test for."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class Told:
    """Why something is refused or wrong, as a code with its parameters: pages say it in the language of whoever reads them."""

    code: str
    params: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Problem:
    """One thing that is wrong with an input, and where it stands.

    ``path`` is dotted (``rules.3.when.modality``); ``line`` and ``column`` count from 1 and are None for input without lines.
    """

    message: str
    path: str = ""
    file: str = ""
    line: int | None = None
    column: int | None = None
    suggestion: str = ""
    told: Told | None = field(default=None, compare=False)

    def __str__(self) -> str:
        place = ":".join(str(part) for part in (self.file, self.line, self.column) if part not in ("", None))
        hint = f" — did you mean '{self.suggestion}'?" if self.suggestion else ""
        return ": ".join(part for part in (place, self.path, self.message + hint) if part)


class Refusal(Exception):
    """The request was understood and is not carried out."""

    code = "refused"

    def __init__(
        self,
        detail: str = "",
        *,
        allowed: Iterable[str] = (),
        problems: Iterable[Problem] = (),
        retry_after: int | None = None,
        told: Told | None = None,
    ):
        self.detail = detail or (type(self).__doc__ or "").strip()
        self.allowed = tuple(allowed)
        self.problems = tuple(problems)
        self.retry_after = retry_after
        self.told = told
        super().__init__(self.detail)


class NotFound(Refusal):
    """There is nothing of that name here."""

    code = "not-found"


class NotSignedIn(Refusal):
    """Sign in first: HTTP Basic, a bearer token or the session cookie of the sign-in page."""

    code = "not-signed-in"


class NotAllowed(Refusal):
    """Your account does not have the right to do this."""

    code = "not-allowed"


class InvalidTransition(Refusal):
    """This cannot be done in the present state."""

    code = "invalid-transition"


class StaleVersion(Refusal):
    """Somebody else has changed this meanwhile; read it again and repeat."""

    code = "stale-version"


class InvalidInput(Refusal):
    """The request's content is not as expected."""

    code = "invalid-input"


class InvalidConfiguration(Refusal):
    """The configuration has problems and was not put in force."""

    code = "invalid-configuration"


class TooLarge(Refusal):
    """The request's body is larger than this route accepts."""

    code = "too-large"


class Busy(Refusal):
    """Too much at once; try again after the time given in Retry-After."""

    code = "busy"


class Unavailable(Refusal):
    """A part that is needed does not answer at present."""

    code = "unavailable"
