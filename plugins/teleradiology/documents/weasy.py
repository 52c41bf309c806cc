"""HTML to PDF with WeasyPrint, reading nothing but our own fonts. Imported in the worker process only."""

from __future__ import annotations

import base64
import logging
from hashlib import sha256
from pathlib import Path

from weasyprint import CSS, HTML
from weasyprint.text.fonts import FontConfiguration
from weasyprint.urls import URLFetcher, URLFetcherResponse

VARIANT = "pdf/a-3u"  # archivable, its text can be extracted; tagged besides, for those who have it read to them
SCHEME = "font:"
LARGEST_DATA_URL = 450_000  # a letterhead's picture

# family in the style sheet -> (file name, weight); an absent file leaves the family to the system's fonts.
FONTS = {
    "Noto Sans": (("noto-sans-400.ttf", 400), ("noto-sans-700.ttf", 700)),
    "Amiri": (("amiri-400.ttf", 400), ("amiri-700.ttf", 700)),
}


class OnlyOurFonts(URLFetcher):  # type: ignore[misc]  # the library has no types
    """Answers for the fonts that were read at start and for pictures inside the document; no file, no network."""

    def __init__(self, fonts: dict[str, bytes]):
        super().__init__(allowed_protocols=())
        self._fonts = fonts

    def fetch(self, url: str, headers: dict[str, str] | None = None) -> URLFetcherResponse:
        """The resource; raises ValueError for everything else, and the document is rendered without it."""
        if url in self._fonts:
            return URLFetcherResponse(url, self._fonts[url], {"Content-Type": "font/ttf"})
        if url.startswith(("data:image/png;base64,", "data:image/jpeg;base64,")) and len(url) < LARGEST_DATA_URL:
            kind, _, content = url.removeprefix("data:").partition(";base64,")
            return URLFetcherResponse(url, base64.b64decode(content, validate=True), {"Content-Type": kind})
        raise ValueError("not fetched: a report is complete in itself")


class Printer:
    """Fonts loaded once, documents rendered one after the other."""

    def __init__(self, folder: Path):
        logging.getLogger("weasyprint").setLevel(logging.CRITICAL)  # its warnings may quote the document
        faces = [(family, name, weight) for family, found in FONTS.items() for name, weight in found if (folder / name).is_file()]
        self._fetcher = OnlyOurFonts({f"{SCHEME}{name}": (folder / name).read_bytes() for _, name, _ in faces})
        self._fonts = FontConfiguration()
        rules = "".join(_face(*face) for face in faces)
        self._faces = CSS(string=rules, font_config=self._fonts, url_fetcher=self._fetcher)

    def pdf(self, html: str) -> bytes:
        """The document as PDF/A; the same HTML gives the same bytes."""
        identifier = sha256(html.encode()).digest()[:16]
        document = HTML(string=html, url_fetcher=self._fetcher)
        return document.write_pdf(
            stylesheets=[self._faces], font_config=self._fonts, pdf_variant=VARIANT, pdf_identifier=identifier, pdf_tags=True
        )


def _face(family: str, name: str, weight: int) -> str:
    return f'@font-face {{ font-family: "{family}"; font-weight: {weight}; src: url("{SCHEME}{name}") }}\n'
