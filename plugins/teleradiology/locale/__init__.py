"""The catalogues of translations: read from the .po files when the service starts, so that editing one needs no build step."""

from __future__ import annotations

import gettext
import io
from functools import lru_cache
from pathlib import Path

from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

FOLDER = Path(__file__).parent
DOMAIN = "teleradiology"
SOURCE = "en"  # the language of the texts in templates and code
NAMES = {"en": "English", "ar": "العربية"}
DIRECTIONS = {"en": "ltr", "ar": "rtl"}


@lru_cache
def translations(language: str) -> gettext.NullTranslations:
    """The catalogue of a language; for English and unknown languages one that changes nothing."""
    file = FOLDER / language / f"{DOMAIN}.po"
    if language not in NAMES or not file.is_file():
        return gettext.NullTranslations()
    with file.open("rb") as source:
        catalogue = read_po(source, locale=language, domain=DOMAIN)
    compiled = io.BytesIO()
    write_mo(compiled, catalogue)
    compiled.seek(0)
    return gettext.GNUTranslations(compiled)
