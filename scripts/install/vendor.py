"""The files of npm packages that our own pages and the PDF use, copied out with their licences into build/vendor."""

import json
import shutil
from pathlib import Path
from typing import Any

from install import commands, files, npm
from install.places import FRONTEND

# package -> {file in the package: name in build/vendor}
PAGES = {
    "bootstrap": {
        "dist/css/bootstrap.min.css": "bootstrap/bootstrap.min.css",
        "dist/css/bootstrap.rtl.min.css": "bootstrap/bootstrap.rtl.min.css",
        "dist/js/bootstrap.bundle.min.js": "bootstrap/bootstrap.bundle.min.js",
    },
    "htmx.org": {"dist/htmx.min.js": "htmx/htmx.min.js"},
    **{
        f"@fontsource/{family}": {
            f"files/{family}-{subset}-{weight}-normal.woff2": f"fonts/{family}-{subset}-{weight}.woff2"
            for subset in subsets
            for weight in (400, 700)
        }
        for family, subsets in {
            "noto-sans": ("latin", "latin-ext", "cyrillic", "greek"),
            "noto-sans-arabic": ("arabic",),
            "amiri": ("arabic", "latin", "latin-ext"),
        }.items()
    },
}
# For the PDF: one TrueType file per family and weight, put together from the subsets that the packages ship.
PRINT = {
    f"fonts/{family}-{weight}.ttf": [f"fonts/{family}-{subset}-{weight}.woff2" for subset in subsets]
    for family, subsets in {
        "noto-sans": ("latin", "latin-ext", "cyrillic", "greek"),
        "noto-sans-arabic": ("arabic",),
        "amiri": ("arabic", "latin", "latin-ext"),
    }.items()
    for weight in (400, 700)
}


def fetch(folder: Path) -> Path:
    """The locked packages, checked against their integrity digests, in folder/node_modules."""
    for name in ("package.json", "package-lock.json", ".npmrc"):
        (folder / name).write_bytes((FRONTEND / name).read_bytes())
    commands.run(
        ["npm", "ci", "--ignore-scripts", *npm.QUICKLY],
        "The front-end packages of frontend/package-lock.json could not be fetched from the npm registry. "
        + commands.CHECK_NETWORK,
        cwd=folder,
    )
    return folder / "node_modules"


def make(folder: Path, modules: Path, python: Path) -> None:
    """Fills the folder; `python` is the environment's interpreter, which has fontTools."""
    entries: dict[str, dict[str, Any]] = {}
    for package, wanted in PAGES.items():
        root = modules / package
        about = json.loads((root / "package.json").read_text(encoding="utf-8"))
        for source, name in wanted.items():
            entry = files.store(folder, name, (root / source).read_bytes(), plain_too=True)
            entries[name] = {**entry, "package": package, "version": about["version"], "license": about["license"]}
        licence = f"licenses/{package.replace('@', '').replace('/', '-')}.txt"
        _copy_licence(root, folder / licence)
    _print_fonts(folder, python, entries)
    files.write_manifest(folder, {}, entries)


def make_test_tools(folder: Path, modules: Path) -> None:
    """What only tests need; in a folder of its own, because build/vendor is served."""
    (folder / "axe.min.js").write_bytes((modules / "axe-core" / "axe.min.js").read_bytes())
    _copy_licence(modules / "axe-core", folder / "axe-core.txt")
    for package in sorted(_with_dependencies(modules, "yaml-language-server")):
        shutil.copytree(modules / package, folder / "node_modules" / package)


def _with_dependencies(modules: Path, package: str) -> set[str]:
    """A package and all that it needs to run."""
    found, waiting = set(), [package]
    while waiting:
        name = waiting.pop()
        if name not in found and (modules / name).is_dir():
            found.add(name)
            waiting += json.loads((modules / name / "package.json").read_text(encoding="utf-8")).get("dependencies", {})
    return found


def _copy_licence(root: Path, target: Path) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    found = next(root / name for name in ("LICENSE", "LICENSE.md", "LICENSE.txt", "License") if (root / name).exists())
    target.write_bytes(found.read_bytes())


def _print_fonts(folder: Path, python: Path, entries: dict[str, dict[str, Any]]) -> None:
    script = Path(__file__).with_name("merge_fonts.py")
    for name, parts in PRINT.items():
        commands.run(
            [python, script, folder / name, *(folder / part for part in parts)],
            f"The font {name} for the PDF could not be put together.",
        )
        source = {key: entries[parts[0]][key] for key in ("package", "version", "license")}
        entries[name] = {**files.store(folder, name, (folder / name).read_bytes()), **source}
