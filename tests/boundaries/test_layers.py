"""Imports point one way only; the sources are parsed, never imported."""

from __future__ import annotations

import ast
import sys
from pathlib import Path

import pytest

PLUGINS = Path(__file__).parents[2] / "plugins"
PACKAGE = PLUGINS / "teleradiology"

# Each layer may import itself and what stands here.
MAY_IMPORT = {
    "core": set(),
    "config": {"core"},
    "store": {"core"},
    "documents": {"core"},
    "couriers": {"core", "config", "store", "documents", "workflow.room"},
    "workflow": {"core", "config", "store", "documents", "couriers"},
    "web": {"core", "config", "store", "documents", "couriers", "workflow"},
    "host": {"core", "config", "store", "documents", "couriers", "workflow", "web"},
    "demo": {"core", "config", "store", "documents", "couriers", "workflow"},
    "app": {"core", "config", "store", "documents", "couriers", "workflow", "web", "host"},
    "cli": {"core", "config", "store", "documents", "couriers", "workflow", "demo"},
    "__main__": {"cli"},
    "__init__": set(),
}
SQL = {"sqlalchemy", "alembic", "sqlite3", "psycopg"}


def sources() -> list[Path]:
    return sorted(path for path in PACKAGE.rglob("*.py") if "migrations" not in path.parts)


STORES = {"RestApiPost", "RestApiPostAfterPlugins", "RestApiPut", "RestApiPutAfterPlugins"}
# Looks things up, or begins jobs: nothing that stores an instance (docs/decisions/0008).
MAY_POST = {"host/gateway.py": 1, "host/shield.py": 2}


def layer_of(path: Path, root: Path = PACKAGE) -> str:
    first = path.relative_to(root).parts[0]
    return first.removesuffix(".py")


def imports(text: str, package: tuple[str, ...]) -> list[str]:
    """The absolute dotted names that a source standing in ``package`` imports, also inside functions."""
    found = []
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.Import):
            found += [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            base = package[: len(package) - node.level + 1] if node.level else ()
            prefix = ".".join((*base, *([node.module] if node.module else [])))
            found += [prefix, *(f"{prefix}.{alias.name}" for alias in node.names)]
    return found


def package_of(path: Path) -> tuple[str, ...]:
    return path.relative_to(PLUGINS).parts[:-1]


def violations(text: str, layer: str, package: tuple[str, ...]) -> list[str]:
    bad = []
    for name in imports(text, package):
        parts = name.split(".")
        if parts[0] == "orthanc":
            bad.append(f"{name}: only plugins/teleradiology_plugin.py imports the host")
        if parts[0] == "teleradiology" and len(parts) > 1:
            other = parts[1]
            permitted = MAY_IMPORT[layer] | {layer}
            if other not in MAY_IMPORT or other == "__init__":  # the package's own names, such as __version__
                continue
            if other not in permitted and ".".join(parts[1:3]) not in permitted:
                bad.append(f"{layer} imports {name}")
        if layer == "core" and parts[0] not in ("teleradiology", "", *sys.stdlib_module_names):
            bad.append(f"core imports {name}, which is not in the standard library")
        if parts[0] in SQL and layer != "store":
            bad.append(f"{layer} imports {name}: only store speaks SQL")
    return bad


@pytest.mark.parametrize("path", sources(), ids=lambda path: str(path.relative_to(PACKAGE)))
def test_imports_point_one_way(path: Path) -> None:
    assert violations(path.read_text(encoding="utf-8"), layer_of(path), package_of(path)) == []


@pytest.mark.parametrize(
    ("layer", "line"),
    [
        ("core", "import sqlalchemy"),
        ("core", "from ..store import items"),
        ("core", "import teleradiology.workflow.reading"),
        ("store", "from ..workflow import reading"),
        ("workflow", "from ..web.app import create_app"),
        ("web", "from teleradiology.host import bridge"),
        ("web", "from sqlalchemy import select"),
        ("host", "import orthanc"),
        ("documents", "def late():\n    from ..workflow import room"),
    ],
)
def test_a_planted_violation_is_caught(layer: str, line: str) -> None:
    assert violations(line, layer, ("teleradiology", layer))


CLOCKS = {"now", "utcnow", "today", "time", "monotonic", "perf_counter", "time_ns"}
CLOCK_OWNERS = {"datetime", "date", "time"}


def clock_reads(text: str) -> list[str]:
    return [
        ast.unparse(node)
        for node in ast.walk(ast.parse(text))
        if isinstance(node, ast.Call)
        and isinstance(node.func, ast.Attribute)
        and node.func.attr in CLOCKS
        and isinstance(node.func.value, ast.Name)
        and node.func.value.id in CLOCK_OWNERS
    ]


@pytest.mark.parametrize("path", [path for path in sources() if layer_of(path) in ("core", "store")], ids=lambda path: path.name)
def test_the_core_and_the_store_read_no_clock(path: Path) -> None:
    assert clock_reads(path.read_text(encoding="utf-8")) == []


def test_a_planted_clock_is_caught() -> None:
    assert clock_reads("import datetime\nx = datetime.now()")


def test_only_the_entry_script_imports_the_host() -> None:
    entry = (PLUGINS / "teleradiology_plugin.py").read_text(encoding="utf-8")
    assert "orthanc" in imports(entry, ())


def posts(text: str) -> int:
    """How often a source asks Orthanc to do something, in a call or by the name of one."""
    attributes = [node.attr for node in ast.walk(ast.parse(text)) if isinstance(node, ast.Attribute)]
    texts = [node.value for node in ast.walk(ast.parse(text)) if isinstance(node, ast.Constant)]
    return sum(name in STORES for name in (*attributes, *texts))


@pytest.mark.parametrize("text", ["orthanc.RestApiPost('/instances', b'')", "getattr(orthanc, 'RestApiPut')('/x', b'')"])
def test_a_call_into_orthanc_is_counted(text: str) -> None:
    assert posts(text) == 1


def test_nothing_is_stored_by_a_call_into_orthanc() -> None:
    found = {str(path.relative_to(PACKAGE)): posts(path.read_text(encoding="utf-8")) for path in sources()}
    assert {name: count for name, count in found.items() if count} == MAY_POST
