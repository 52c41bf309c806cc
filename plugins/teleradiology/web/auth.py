"""Who makes a request: HTTP Basic, bearer token or session cookie; every address needs one unless it says otherwise."""

from __future__ import annotations

import hmac
from collections.abc import Callable
from dataclasses import dataclass
from http.cookies import CookieError, SimpleCookie
from typing import TYPE_CHECKING, Any, TypeVar
from urllib.parse import urlsplit

from flask import Flask, Response, current_app, g, request

from ..core.errors import NotAllowed, NotSignedIn, Told
from ..core.identity import Actor
from ..workflow import accounts

if TYPE_CHECKING:
    from ..workflow.room import Room

COOKIE = "teleradiology"
CSRF_HEADER = "X-CSRF-Token"
CSRF_FIELD = "csrf_token"
PASSIVE_HEADER = "X-Passive"  # a page that asks by itself says so: it must not keep an abandoned session alive
READS = ("GET", "HEAD", "OPTIONS")

View = TypeVar("View", bound=Callable[..., Any])


@dataclass(frozen=True)
class Identity:
    """An actor, how it was proved ("basic", "bearer", "cookie"), and the browser's session if it was by cookie."""

    actor: Actor
    way: str
    session: Any = None


def register(app: Flask) -> None:
    """Check every request of the application before its handler."""
    app.before_request(_guard)


def public(view: View) -> View:
    """Mark a view that answers also to who is not signed in."""
    view.public = True  # type: ignore[attr-defined]
    return view


def actor() -> Actor:
    """Who makes this request. Raises NotSignedIn."""
    return identity().actor


def actor_or_none() -> Actor | None:
    """Who makes this request, or None; for public pages that say more to people we know."""
    try:
        return actor()
    except NotSignedIn:
        return None


def identity() -> Identity:
    """The proved identity of this request, looked up once."""
    if "identity" not in g:
        g.identity = _identify(room())
    found: Identity = g.identity
    return found


def csrf_token() -> str:
    """What a form or script of this browser's session must send along with a write; empty when there is no session."""
    found = g.get("identity")
    return found.session.csrf if found and found.session else ""


def room() -> Room:
    """The room that this application was made for."""
    found: Room = current_app.extensions["room"]
    return found


def set_cookie(response: Response, value: str) -> None:
    """Keep a browser signed in; the cookie is for the whole host, since the viewer asks Orthanc's DICOMweb with it."""
    response.set_cookie(COOKIE, value, path="/", httponly=True, samesite="Strict", secure=_is_secure())


def clear_cookie(response: Response) -> None:
    """Forget a browser."""
    response.delete_cookie(COOKIE, path="/", httponly=True, samesite="Strict", secure=_is_secure())


def cookie_of(header: str) -> str:
    """The session in a Cookie header, or ""."""
    try:
        morsel = SimpleCookie(header).get(COOKIE)
    except CookieError:
        return ""
    return morsel.value if morsel else ""


def origin() -> str:
    """The address that the request came from, for the audit trail."""
    return request.remote_addr or ""


def _is_secure() -> bool:
    return room().settings.base_url.startswith("https://")


def _guard() -> None:
    view = current_app.view_functions.get(request.endpoint or "")
    if view is None:  # no such address or verb: answered as that
        return
    writes = request.method not in READS
    if writes:
        refuse_cross_site()
    if getattr(view, "public", False):
        return
    found = identity()
    if writes and found.way == "cookie":
        _check_csrf(found)


def _identify(room: Room) -> Identity:
    header = request.headers.get("Authorization", "")
    scheme, _, credentials = header.partition(" ")
    if scheme.lower() == "basic":
        return Identity(accounts.actor_of_basic(room, header, origin()), "basic")
    if scheme.lower() == "bearer":
        return Identity(accounts.actor_of_token(room, credentials.strip(), origin()), "bearer")
    if header:
        raise NotSignedIn("Authorization must be 'Basic …' or 'Bearer …'.")
    cookie = request.cookies.get(COOKIE, "")
    if not cookie:
        raise NotSignedIn()
    who, session = accounts.actor_of_session(room, cookie, origin(), passive=PASSIVE_HEADER in request.headers)
    return Identity(who, "cookie", session)


def refuse_cross_site() -> None:
    """A write that another site's page makes a browser send is refused, however it is signed in."""
    site = request.headers.get("Sec-Fetch-Site", "same-origin")
    if site not in ("same-origin", "none"):
        raise NotAllowed("This write came from a page of another site.", told=Told("other-site"))
    declared = request.headers.get("Origin")
    if declared is not None and not _is_ours(declared):
        raise NotAllowed("This write came from a page of another origin.", told=Told("other-site"))


def _is_ours(declared: str) -> bool:
    host = urlsplit(declared).netloc.lower()
    ours = {request.host.lower(), urlsplit(room().settings.base_url).netloc.lower()}
    return bool(host) and host in ours


def _check_csrf(found: Identity) -> None:
    given = request.headers.get(CSRF_HEADER) or _csrf_field()
    if not hmac.compare_digest(given.encode(), found.session.csrf.encode()):
        raise NotAllowed(
            f"A write with the session cookie needs the header {CSRF_HEADER} or the field {CSRF_FIELD} of this session.",
            told=Told("other-session"),
        )


def _csrf_field() -> str:
    if request.mimetype in ("application/x-www-form-urlencoded", "multipart/form-data"):
        request.get_data(cache=True)  # or whoever asks for the body after us would find none
        return request.form.get(CSRF_FIELD, "")
    return ""
