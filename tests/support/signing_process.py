"""Signs one report after the other until it is killed: ``python -m support.signing_process FOLDER``. Says what it has done."""

from __future__ import annotations

import sys
from pathlib import Path

from support.reporting_room import Desk
from support.sample_reports import FONTS, TEMPLATES
from teleradiology.documents.pdf import Renderer


def main(folder: Path) -> None:
    """A line for each answer that a client would have got."""
    desk = Desk(folder, Renderer(TEMPLATES, FONTS))
    print("ready", flush=True)  # noqa: T201
    while True:
        desk.item = desk.study_arrives()
        signed = desk.finish("final")
        print(signed.id, flush=True)  # noqa: T201


if __name__ == "__main__":
    main(Path(sys.argv[1]))
