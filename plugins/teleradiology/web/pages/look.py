"""How pages look to this browser: language, theme and time zone, from the account, a cookie or what the browser asks for."""

from __future__ import annotations

from functools import lru_cache
from urllib.parse import unquote
from zoneinfo import ZoneInfo

from flask import Response, g, request

from ... import locale
from ...core.wall_clock import zone_called
from .. import ROOT, auth

LANGUAGE_COOKIE = "teleradiology_language"
THEME_COOKIE = "teleradiology_theme"
ZONE_COOKIE = "teleradiology_zone"
THEMES = ("light", "dark", "auto")
_YEAR = 31_536_000
_UTC = ZoneInfo("UTC")


def language() -> str:
    """The language of this answer, found once per request."""
    if "language" not in g:
        g.language = _chosen_language(auth.room().settings.languages)
    return str(g.language)


def theme() -> str:
    """ "light", "dark" or "auto"."""
    chosen = request.cookies.get(THEME_COOKIE, "")
    return chosen if chosen in THEMES else "auto"


def zone() -> ZoneInfo:
    """The reader's time zone, as the browser told it; UTC until it did."""
    return _zone(unquote(request.cookies.get(ZONE_COOKIE, ""))[:64])


def remember(response: Response, name: str, value: str) -> None:
    """Keep a choice in this browser; not secret, so that it also holds for the sign-in page."""
    secure = auth.room().settings.base_url.startswith("https://")
    response.set_cookie(name, value, max_age=_YEAR, path=ROOT, samesite="Lax", httponly=True, secure=secure)


def _chosen_language(offered: tuple[str, ...]) -> str:
    known = [code for code in offered if code in locale.NAMES] or [locale.SOURCE]
    cookie = request.cookies.get(LANGUAGE_COOKIE, "")
    if cookie in known:
        return cookie
    return request.accept_languages.best_match(known, known[0]) or known[0]


@lru_cache(maxsize=64)
def _zone(name: str) -> ZoneInfo:
    return zone_called(name) or _UTC
