"""Our own style sheets, scripts, pictures and fonts: read once at start, named with their hash, sent packed."""

from __future__ import annotations

import gzip
import hashlib
import posixpath
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from flask import Flask, Response, request

from ..core.errors import NotFound
from . import ROOT, auth

MEDIA_TYPES = {
    ".js": "text/javascript; charset=utf-8",
    ".mjs": "text/javascript; charset=utf-8",
    ".css": "text/css; charset=utf-8",
    ".html": "text/html; charset=utf-8",
    ".json": "application/json",
    ".jsonc": "application/json",
    ".svg": "image/svg+xml",
    ".wasm": "application/wasm",
    ".xml": "text/xml",
    ".txt": "text/plain; charset=utf-8",
    ".png": "image/png",
    ".ico": "image/x-icon",
    ".woff2": "font/woff2",
}
PACKED = (".js", ".mjs", ".css", ".html", ".json", ".jsonc", ".svg", ".wasm", ".xml", ".txt")
FOR_EVER = "public, max-age=31536000, immutable"
ASK_AGAIN = "no-cache"
OURS = Path(__file__).parent / "static"
_CSS_URL = re.compile(rb"""url\((['"]?)(?!data:|/|[a-z]+:)([^'")?#]+)\1\)""")


@dataclass(frozen=True)
class StaticFile:
    """A file as it is sent: plain, packed, or both; at least one of them is there, and without the plain one it is gzip."""

    body: bytes | None
    packed: bytes | None
    digest: str
    media_type: str
    encoding: str = "gzip"  # of the packed form

    def plain(self) -> bytes:
        """Its bytes for a client that takes no packed ones."""
        return gzip.decompress(self.packed) if self.body is None and self.packed is not None else self.body or b""


class StaticFiles:
    """The files by name; a name that is not in the dictionary does not exist, so no path leads elsewhere."""

    def __init__(self, vendor_dir: Path, plain_only: bool = False, ours: Path = OURS):
        self.plain_only = plain_only
        found = {**dict(_read(ours, "")), **dict(_read(vendor_dir, "vendor/"))}
        digests = {name: _digest(body) for name, body in found.items()}
        self.files = {name: _prepared(name, body, digests) for name, body in found.items()}
        # Modules import each other by relative path, so what they have in common stands in the path, not in a query.
        self.edition = "@" + _digest("".join(digests[name] for name in sorted(found) if _is_module(name)).encode())

    def address(self, name: str) -> str:
        """The address for a page to use, which changes with the content. Raises KeyError for a file that is not there."""
        digest = self.files[name].digest
        return f"{ROOT}/static/{self.edition}/{name}" if _is_module(name) else f"{ROOT}/static/{name}?v={digest}"

    def answer(self, name: str) -> Response:
        """A file, immutable when it is asked for by its hash."""
        edition, _, rest = name.partition("/")
        is_edition = edition == self.edition and _is_module(rest)
        file = self.files.get(rest if is_edition else name)
        if file is None:
            raise NotFound()
        hashed = is_edition or request.args.get("v") == file.digest
        return send(file, FOR_EVER if hashed else ASK_AGAIN, self.plain_only)


def _is_module(name: str) -> bool:
    return name.startswith("js/") and name.endswith(".js")


def register(app: Flask, files: StaticFiles) -> None:
    """Serve the files under /static; the sign-in page needs them, so they are public. They hold nobody's data."""

    @auth.public
    def static(name: str) -> Response:
        return files.answer(name)

    app.add_url_rule("/static/<path:name>", "static", static, methods=["GET"])
    app.extensions["static_files"] = files
    app.jinja_env.globals["static_url"] = files.address


def send(file: StaticFile, caching: str, plain_only: bool = False) -> Response:
    """The file as this client can take it; 304 when it has it."""
    response = Response(content_type=file.media_type)
    response.headers["Cache-Control"] = caching
    if file.packed is not None:
        response.headers["Vary"] = "Accept-Encoding"
    if caching != FOR_EVER:
        response.set_etag(file.digest)
        if request.if_none_match.contains_weak(file.digest):
            response.status_code = 304
            del response.headers["Content-Type"]
            return response
    if file.packed is not None and not plain_only and request.accept_encodings[file.encoding] > 0:
        response.headers["Content-Encoding"] = file.encoding
        response.set_data(file.packed)
    else:
        response.set_data(file.plain())
    return response


def _read(folder: Path, prefix: str) -> Iterator[tuple[str, bytes]]:
    for path in sorted(folder.rglob("*")):
        if path.suffix in MEDIA_TYPES and path.is_file():
            yield prefix + path.relative_to(folder).as_posix(), path.read_bytes()


def _prepared(name: str, body: bytes, digests: Mapping[str, str]) -> StaticFile:
    suffix = Path(name).suffix
    if suffix == ".css":
        body = _with_hashes(name, body, digests)
    packed = gzip.compress(body, 9, mtime=0) if suffix in PACKED else None
    if packed is not None and len(packed) >= len(body):
        packed = None
    return StaticFile(body, packed, _digest(body), MEDIA_TYPES[suffix])


def _with_hashes(name: str, body: bytes, digests: Mapping[str, str]) -> bytes:
    """A style sheet whose fonts and pictures are asked for by hash, and so are kept by browsers for ever."""

    def hashed(match: re.Match[bytes]) -> bytes:
        target = posixpath.normpath(posixpath.join(posixpath.dirname(name), match[2].decode()))
        digest = digests.get(target)
        return match[0] if digest is None else b"url(%s%s?v=%s%s)" % (match[1], match[2], digest.encode(), match[1])

    return _CSS_URL.sub(hashed, body)


def _digest(body: bytes) -> str:
    return hashlib.sha256(body).hexdigest()[:16]
