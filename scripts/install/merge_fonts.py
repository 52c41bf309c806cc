"""merge_fonts.py OUT.ttf PART.woff2...: one TrueType font out of a family's subsets; runs in the environment (fontTools)."""

import sys
import tempfile
from pathlib import Path

from fontTools.merge import Merger, Options
from fontTools.ttLib import TTFont


def merged(parts: list[Path], folder: Path) -> TTFont:
    plain = []
    for index, part in enumerate(parts):
        font = TTFont(part)
        font.flavor = None
        plain.append(str(folder / f"{index}.ttf"))
        font.save(plain[-1])
    if len(plain) == 1:
        return TTFont(plain[0])
    return Merger(options=Options(drop_tables=["vhea", "vmtx", "DSIG"])).merge(plain)


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as temporary:
        merged([Path(part) for part in sys.argv[2:]], Path(temporary)).save(sys.argv[1])
