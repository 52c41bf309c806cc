"""What the demonstration remembers between its commands: a file in the data folder, readable by the service's user alone."""

from __future__ import annotations

import json
import os
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from pathlib import Path

from .people import Person

FILE = "demo.json"


@dataclass(frozen=True)
class Memory:
    """The accounts with their passwords, and whether the studies are loaded at present."""

    people: tuple[Person, ...] = ()
    is_loaded: bool = False


def recall(data_dir: Path) -> Memory:
    path = data_dir / FILE
    if not path.exists():
        return Memory()
    kept = json.loads(path.read_text(encoding="utf-8"))
    return Memory(tuple(Person(**person) for person in kept["people"]), kept["is_loaded"])


def keep(data_dir: Path, people: Iterable[Person], *, is_loaded: bool) -> None:
    path = data_dir / FILE
    beside = path.with_suffix(".new")
    beside.unlink(missing_ok=True)
    with os.fdopen(os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as file:
        json.dump(asdict(Memory(tuple(people), is_loaded)), file, indent=1, ensure_ascii=False)
    beside.replace(path)
