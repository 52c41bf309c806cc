"""The published OHIF viewer moved under /teleradiology/ohif/: unpacked, slimmed, rebased, minified and pre-compressed.

The viewer is never built or forked: its published files are patched by a few patterns whose number of hits is asserted, so that
a release of OHIF with another layout fails here and not before a radiologist."""

import os
import re
import tempfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path, PurePosixPath
from typing import Any

from install import commands, files, npm
from install.places import FRONTEND
from install.trouble import Trouble

BASE = "/teleradiology/ohif/"
LOCK = FRONTEND / "ohif.json"
DIST = "package/dist/"
PUBLIC_PATHS_AT_LEAST = 7

# What a radiologist here never opens: the ONNX runtime (136 MB), microscopy, sample customisations.
UNUSED_FOLDERS = {"ort", "dicom-microscopy-viewer", "customizations"}
# Service workers (they load a public CDN and unregister other workers), other hosters' files, the public demo's configuration,
# and the silent renewal of OIDC tokens, which loads scripts from a CDN as well.
UNUSED_FILES = {
    "_headers",
    "_redirects",
    "serve.json",
    "google.js",
    "sw.js",
    "init-service-worker.js",
    "app-config.js",
    "es6-shim.min.js",
    "polyfill.min.js",
    "silent-refresh.html",
    "oidc-client.min.js",
}
SPLASH_IMAGES = re.compile(r"apple-touch-startup|firefox_app|yandex|coast")


def make(folder: Path, esbuild: Path, python: Path) -> None:
    """Fills the folder with the viewer that the lock file names."""
    locked = npm.lock(LOCK)
    with tempfile.TemporaryDirectory(prefix="ohif-") as temporary:
        prepare(read(npm.tarball(locked, Path(temporary))), folder, (esbuild, python), locked)


def read(tarball: Path) -> dict[str, bytes]:
    return npm.members(
        tarball, lambda path: str(path) == "package/LICENSE" or (str(path).startswith(DIST) and wanted(path.relative_to(DIST)))
    )


def prepare(package: dict[str, bytes], folder: Path, tools: tuple[Path, Path], locked: dict[str, str]) -> None:
    """``tools`` are esbuild and a Python that has brotli."""
    licence = package.pop("package/LICENSE")
    names = sorted(package)
    with ThreadPoolExecutor(os.cpu_count() or 2) as pool:
        done = list(pool.map(lambda name: _one(name.removeprefix(DIST), package[name], folder, *tools), names))
    public_paths = sum(count for _, count in done)
    if public_paths < PUBLIC_PATHS_AT_LEAST:
        raise Trouble(
            f"OHIF {locked['version']} was expected to hold {PUBLIC_PATHS_AT_LEAST} or more public paths; found "
            f"{public_paths}. Its layout has changed: adapt scripts/install/ohif.py."
        )
    (folder / "LICENSE").write_bytes(licence)
    about = {**locked, "base": BASE, "minified": True, "public_paths": public_paths}
    entries = {name.removeprefix(DIST): entry for name, (entry, _) in zip(names, done, strict=True)}
    files.write_manifest(folder, about, entries)


def wanted(path: PurePosixPath) -> bool:
    return (
        path.suffix != ".map"
        and path.name not in UNUSED_FILES
        and path.parts[0] not in UNUSED_FOLDERS
        and not SPLASH_IMAGES.match(path.name)
    )


def rebased(name: str, data: bytes) -> tuple[bytes, int]:
    """The file as it must be to live under BASE, and how many public paths were moved in it."""
    suffix = PurePosixPath(name).suffix
    if suffix == ".js":
        return re.subn(rb'__webpack_require__\.p = "/";', b'__webpack_require__.p = "%s";' % BASE.encode(), data)
    if suffix == ".css":
        return re.sub(rb"url\(/(?!/)", b"url(" + BASE.encode(), data), 0
    if name == "index.html":
        return _rebased_page(data.decode()).encode(), 0
    if name == "manifest.json":
        return data.replace(b'"/assets/', b'"%sassets/' % BASE.encode()), 0
    return data, 0


def _rebased_page(page: str) -> str:
    page = re.sub(r'((?:href|src|content)=")/(?!/)', r"\g<1>" + BASE, page)
    page, found = re.subn(r"""window\.PUBLIC_URL\s*=\s*["']/["']""", f'window.PUBLIC_URL="{BASE}"', page)
    if not found:
        raise Trouble(
            "OHIF's index.html was expected to set window.PUBLIC_URL; found no such line. Its layout has changed: "
            "adapt scripts/install/ohif.py."
        )
    page = re.sub(r"<link[^>]+apple-touch-startup-image[^>]*>", "", page)
    return re.sub(r'<script[^>]+init-service-worker\.js"></script>', "", page)


def _one(name: str, original: bytes, folder: Path, esbuild: Path, python: Path) -> tuple[dict[str, Any], int]:
    data, public_paths = rebased(name, original)
    if "/" not in name and name.endswith(".js"):
        data = commands.run(
            [esbuild, "--minify", "--legal-comments=none", "--log-level=error"],
            f"esbuild could not minify {name} of OHIF.",
            stdin=data,
        )
    entry = files.store(folder, name, data)
    files.store_brotli(folder, name, data, python)
    return entry, public_paths
