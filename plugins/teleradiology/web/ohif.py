"""The OHIF viewer's files as they were prepared at installation, and its configuration for this Orthanc."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any

from flask import Flask, Response, redirect, request

from ..config.settings import Settings
from ..core.errors import NotFound, Unavailable
from . import ROOT, auth
from .static_files import ASK_AGAIN, FOR_EVER, MEDIA_TYPES, StaticFile, send

MODES = frozenset({"viewer", "basic", "segmentation", "tmtv", "dynamic-volume", "usAnnotation"})
# Only these names change with their content; "app.bundle.css" does not, in spite of its looks.
HASHED = re.compile(r"(\.bundle\.[0-9a-f]{16,20}\.js|^[0-9a-f]{16,20}\.(wasm|woff2))$")
# Style sheets are used at once and asked about behind the page's back: after an upgrade one opening may look a little older, and
# a bad link does not wait ten times for "not modified".
STYLES = "max-age=60, stale-while-revalidate=604800"
CSP = (
    "default-src 'self'; script-src 'self' 'unsafe-inline' 'wasm-unsafe-eval' blob:; style-src 'self' 'unsafe-inline'; "
    "img-src 'self' data: blob:; worker-src 'self' blob:; connect-src 'self' data: blob:; font-src 'self' data:; "
    "object-src 'self' blob:; frame-src 'self' blob:; "  # our own reports: the viewer shows an encapsulated PDF as an object
    "frame-ancestors 'self'"
)
# A worker is bound by the policy of its own script's answer, not by the page's. The decoders of JPEG, JPEG-LS and JPEG 2000 make
# functions out of text.
SCRIPT_CSP = (
    "default-src 'self'; script-src 'self' 'unsafe-eval' 'wasm-unsafe-eval' blob:; worker-src 'self' blob:; "
    "connect-src 'self' data: blob:"
)


@dataclass(frozen=True)
class OhifFiles:
    """The files that VENDOR.json names, and no others; none at all when the viewer is not installed."""

    folder: Path
    digests: dict[str, str]
    config: bytes

    @classmethod
    def of(cls, settings: Settings) -> OhifFiles:
        """The prepared viewer of an installation."""
        manifest = settings.ohif_dir / "VENDOR.json"
        files = json.loads(manifest.read_text(encoding="utf-8"))["files"] if manifest.is_file() else {}
        digests = {name: entry["sha256"][:32] for name, entry in files.items()}
        return cls(settings.ohif_dir, digests, configuration(settings))

    @property
    def main_script(self) -> str:
        """The address of the largest script, for pages that let the browser fetch it ahead; "" without a viewer."""
        names = (name for name in self.digests if re.fullmatch(r"app\.bundle\.[0-9a-f]+\.js", name))
        return next((f"{ROOT}/ohif/{name}" for name in names), "")

    def read(self, name: str, *, brotli: bool = False) -> StaticFile:
        """One file from the disk, as Brotli where that is asked for and there. Raises NotFound for any other name."""
        if name not in self.digests:
            raise NotFound()
        media_type = MEDIA_TYPES.get(PurePosixPath(name).suffix, "application/octet-stream")
        smallest, stored = self.folder / f"{name}.br", self.folder / f"{name}.gz"
        if brotli and smallest.is_file():
            return StaticFile(None, smallest.read_bytes(), self.digests[name], media_type, "br")
        if not stored.is_file():
            return StaticFile((self.folder / name).read_bytes(), None, self.digests[name], media_type)
        return StaticFile(None, stored.read_bytes(), self.digests[name], media_type)


def register(app: Flask, settings: Settings) -> None:
    """Serve the viewer under /ohif: its program to everybody, its start page and configuration to who is signed in."""
    files = OhifFiles.of(settings)
    app.extensions["ohif_files"] = files

    def sent(name: str, caching: str) -> Response:
        brotli = not settings.orthanc_compresses and request.accept_encodings["br"] > 0
        return send(files.read(name, brotli=brotli), caching, settings.orthanc_compresses)

    def ohif_home() -> Response:
        return redirect(f"{ROOT}/", 303)  # type: ignore[return-value]

    def ohif_mode(mode: str) -> Response:
        if mode not in MODES:
            return ohif_file(mode)
        if not files.digests:
            raise Unavailable("The viewer is not installed; ./serve installs it.")
        auth.actor()
        response = sent("index.html", ASK_AGAIN)
        response.headers["Content-Security-Policy"] = CSP
        return response

    def ohif_configuration() -> Response:
        auth.actor()
        return Response(files.config, content_type=MEDIA_TYPES[".js"], headers={"Cache-Control": ASK_AGAIN})

    def ohif_file(name: str) -> Response:
        if name == "index.html":
            return ohif_mode("viewer")
        caching = FOR_EVER if HASHED.search(name) else STYLES if name.endswith(".css") else ASK_AGAIN
        response = sent(name, caching)
        if name.endswith(".js"):
            response.headers["Content-Security-Policy"] = SCRIPT_CSP
        return response

    app.add_url_rule("/ohif", "ohif_home", ohif_home, methods=["GET"])
    app.add_url_rule("/ohif/app-config.js", "ohif_configuration", ohif_configuration, methods=["GET"])
    app.add_url_rule("/ohif/<mode>", "ohif_mode", auth.public(ohif_mode), methods=["GET"])
    app.add_url_rule("/ohif/<path:name>", "ohif_file", auth.public(ohif_file), methods=["GET"])


def configuration(settings: Settings) -> bytes:
    """``app-config.js``: one data source, this Orthanc; no study list and no way to name another server."""
    text = json.dumps(_values(settings), indent=1)
    return f"window.config = {text};\n".encode()


def _values(settings: Settings) -> dict[str, Any]:
    return {
        "name": "teleradiology",
        "routerBasename": None,
        "extensions": [],
        "modes": [],
        "showStudyList": False,
        "customizationService": {"ohif.tours": {"$set": []}},
        "investigationalUseDialog": {"option": "never"},
        "measurementTrackingMode": "simplified",
        "disableConfirmationPrompts": True,
        "maxNumberOfWebWorkers": 3,
        "showWarningMessageForCrossOrigin": False,
        "showCPUFallbackMessage": True,
        "showLoadingIndicator": True,
        "strictZSpacingForVolumeViewport": True,
        "maxNumRequests": {"interaction": 100, "thumbnail": 5, "prefetch": 25},
        "defaultDataSourceName": "orthanc",
        "dataSources": [_source(settings.dicomweb_root)],
    }


def _source(root: str) -> dict[str, Any]:
    return {
        "namespace": "@ohif/extension-default.dataSourcesModule.dicomweb",
        "sourceName": "orthanc",
        "configuration": {
            "friendlyName": "Orthanc",
            "name": "orthanc",
            "wadoUriRoot": "/wado",
            "qidoRoot": root,
            "wadoRoot": root,
            "qidoSupportsIncludeField": False,
            "supportsReject": False,
            "supportsFuzzyMatching": False,
            "supportsWildcard": True,
            "imageRendering": "wadors",
            "thumbnailRendering": "wadors",
            "enableStudyLazyLoad": True,
            "staticWado": True,
            "singlepart": "bulkdata,video",
            "omitQuotationForMultipartRequest": True,
            # The stored syntax as it is: nothing is decoded in Orthanc's own threads.
            "acceptHeader": ["multipart/related; type=application/octet-stream; transfer-syntax=*"],
            "bulkDataURI": {"enabled": True, "relativeResolution": "studies"},
        },
    }
