"""Where a browser may be sent after signing in: an address of ours, whatever the query says."""

from __future__ import annotations

import re
from urllib.parse import quote

from flask import request

from . import ROOT

SIGN_IN = f"{ROOT}/sign-in"
_OURS = re.compile(rf"{ROOT}(?:[/?][^\x00-\x20\\\x7f]*)?")


def checked(path: str) -> str:
    """The path when it is a local one below /teleradiology, else our first page. Other origins never pass."""
    if len(path) > 2000 or not _OURS.fullmatch(path) or "//" in path.partition("?")[0]:
        return f"{ROOT}/"
    return path


def sign_in_address() -> str:
    """The sign-in page, and the page to return to when the present request is one that can be repeated."""
    if request.method != "GET" or "HX-Request" in request.headers:
        return SIGN_IN
    here = request.script_root + request.full_path.rstrip("?")
    return SIGN_IN if here.rstrip("/") == ROOT else f"{SIGN_IN}?next={quote(checked(here), safe='/')}"
