"""The architecture page agrees with the tree."""

from __future__ import annotations

import re
from pathlib import Path

ROOT = Path(__file__).parents[2]
PACKAGE = ROOT / "plugins" / "teleradiology"
PAGE = (ROOT / "docs" / "architecture.md").read_text(encoding="utf-8")


def folders_named() -> set[str]:
    return set(re.findall(r"^\| `(\w+)/` \|", PAGE, re.MULTILINE))


def folders_there() -> set[str]:
    return {path.name for path in PACKAGE.iterdir() if path.is_dir() and path.name != "__pycache__"}


def test_every_folder_is_on_the_page_and_the_reverse() -> None:
    assert folders_named() == folders_there()


def test_every_file_that_the_page_names_exists() -> None:
    files = set(re.findall(r"`((?:\w+/)+\w+\.py|\w+\.py)`", PAGE))
    assert files
    for name in files:
        assert (PACKAGE / name).is_file() or (ROOT / name).is_file() or (ROOT / "plugins" / name).is_file(), name


def test_every_page_that_the_readme_links_to_exists() -> None:
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    links = re.findall(r"\]\(([^)#:]+)\)", readme)
    assert links
    for link in links:
        assert (ROOT / link).is_file(), link
