"""A report as HTML: sandboxed templates, every value escaped, everything that could be misread in Arabic isolated."""

from __future__ import annotations

import base64
import re
from collections.abc import Mapping
from datetime import UTC, datetime
from functools import lru_cache
from pathlib import Path

from jinja2 import FileSystemLoader, StrictUndefined
from jinja2.sandbox import ImmutableSandboxedEnvironment
from markupsafe import Markup

from ..core.names import clean
from ..core.reports import SignedReport
from . import bidi
from .printed import clock_time, view

LARGEST_LOGO = 300_000  # bytes
_SAFE_NAME = re.compile(r"[A-Za-z0-9_-]+")
_NO_GLOBALS = ("lipsum", "cycler", "joiner", "namespace")
_NO_FILTERS = ("safe", "attr", "xmlattr", "pprint", "forceescape", "urlize")


def render(report: SignedReport, folder: Path, draft: bool = False) -> str:
    """The whole document. ``folder`` holds the templates; a subfolder named as the facility's id may replace some of them.

    ``draft`` marks it as not signed. Raises jinja2.TemplateError when a template is wrong.
    """
    facility = report.sender.id if _SAFE_NAME.fullmatch(report.sender.id) else ""
    template = environment(folder, facility).get_template("report.html.j2")
    return template.render(**view(report, draft), logo=_logo(folder, facility))


@lru_cache(maxsize=32)
def environment(folder: Path, facility: str = "") -> ImmutableSandboxedEnvironment:
    """The environment in which a facility's templates run: nothing reachable but what is handed in."""
    places = [folder / facility, folder] if facility else [folder]
    made = ImmutableSandboxedEnvironment(
        loader=FileSystemLoader(places),
        autoescape=True,
        undefined=StrictUndefined,
        finalize=_cleaned,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    for name in _NO_GLOBALS:
        made.globals.pop(name, None)
    for name in _NO_FILTERS:
        made.filters.pop(name, None)
    made.filters.update(ltr=bidi.ltr, isolated=bidi.isolated, islands=bidi.islands, paragraphs=bidi.paragraphs)
    made.filters.update(local=local, utc=utc)
    return made


def _cleaned(value: object) -> object:
    """Whatever is printed, from wherever it came, cannot disguise what stands beside it."""
    return clean(value) if type(value) is str else value


def local(at: datetime, zone: str) -> Markup:
    """An instant by the facility's clock, with its offset: 2026-11-23 14:30 +02:00."""
    return bidi.ltr(clock_time(at, zone))


def utc(at: datetime) -> str:
    """An instant as W3C date, for the document's metadata."""
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _logo(folder: Path, facility: str) -> str:
    """The facility's picture as a data URL, "" without one."""
    kinds: Mapping[str, str] = {".png": "image/png", ".jpg": "image/jpeg"}
    for suffix, kind in kinds.items():
        file = folder / "letterhead" / f"{facility}{suffix}"
        if facility and file.is_file() and file.stat().st_size <= LARGEST_LOGO:
            return f"data:{kind};base64,{base64.b64encode(file.read_bytes()).decode('ascii')}"
    return ""
