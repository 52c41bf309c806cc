from __future__ import annotations

import contextlib
import dataclasses
import os
import re
import socket
import subprocess
import sys
import tempfile
import threading
import time
import zlib
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pypdfium2
import pytest

from support.sample_reports import FONTS, TEMPLATES, report, text_of
from teleradiology.core.errors import Unavailable
from teleradiology.core.reports import SignedReport, Signer
from teleradiology.documents import pdf
from teleradiology.documents.pdf import Renderer, RenderingFailed


def printed(renderer: Renderer, made: SignedReport, draft: bool = False) -> bytes:
    return renderer.pdf(renderer.html(made, draft=draft))


@pytest.fixture(scope="module")
def english(renderer: Renderer) -> bytes:
    return printed(renderer, report("en"))


@pytest.fixture(scope="module")
def arabic(renderer: Renderer) -> bytes:
    return printed(renderer, report("ar"))


def test_the_text_of_the_pdf_can_be_extracted(english: bytes) -> None:
    text = text_of(english)
    for said in ("Zliten Clinic", "LY-2026/0042", "Nodule 3-5 x 48.5 mm.", "Registration no. LY-000123", "Page 1 of 1"):
        assert said in text, said


def test_arabic_words_can_be_extracted_from_the_pdf(arabic: bytes) -> None:
    document = pypdfium2.PdfDocument(arabic)
    text = " ".join(page.get_textpage().get_text_range() for page in document)
    words = ("صداع", "شديد", "مفاجئ", "نزف", "العنكبوتية", "عقدة", "بقياس", "بتاريخ", "يوجد", "داخل", "القحف", "حاد", "تقرير")
    found = [word for word in words if word in text or word[::-1] in text]
    assert len(found) >= len(words) - 1, set(words) - set(found)


def test_numbers_in_the_arabic_pdf_stand_in_order(arabic: bytes) -> None:
    text = text_of(arabic, "-layout")
    for run in ("3-5 x 48.5 mm", "2026-11-23", "+218 91 123 4567", "LY-2026/0042", "2026-11-23 14:30 +02:00"):
        assert run in text, run


def said_by(program: str, document: bytes, *options: str) -> str:
    """What one of poppler's programs says of the document."""
    with tempfile.NamedTemporaryFile(suffix=".pdf") as file:
        file.write(document)
        file.flush()
        return subprocess.run([program, *options, file.name], capture_output=True, text=True, check=True).stdout


def language_of(document: bytes) -> str:
    """The natural language that the catalogue names; the objects are compressed."""
    streams = re.findall(rb"stream\r?\n(.*?)\r?\nendstream", document, re.DOTALL)
    objects = b"".join(zlib.decompress(stream) for stream in streams if stream.startswith(b"x"))
    found = re.search(rb"/Lang ?\((.*?)\)", objects)
    return found.group(1).decode() if found else ""


def test_the_pdf_is_archivable_and_says_what_it_is(english: bytes, arabic: bytes) -> None:
    assert 'pdfaid:part="3" pdfaid:conformance="U"' in said_by("pdfinfo", english, "-meta")
    assert "Tagged:          yes" in said_by("pdfinfo", english)
    about = pypdfium2.PdfDocument(english).get_metadata_dict()
    assert about["Title"] == "CT Head Report · Zliten Clinic"
    assert about["Author"] == "Dr Salem Ahmed"
    assert about["CreationDate"].startswith("D:20261123123000")
    assert [language_of(document) for document in (english, arabic)] == ["en", "ar"]


def test_all_letters_come_from_fonts_inside_the_document(arabic: bytes) -> None:
    fonts = said_by("pdffonts", arabic).splitlines()[2:]
    assert any("Amiri" in line for line in fonts) and any("Noto-Sans" in line for line in fonts)
    assert all("yes yes yes" in line for line in fonts)  # embedded, a subset, with Unicode


def test_the_same_report_gives_the_same_bytes_also_from_another_process(renderer: Renderer, english: bytes) -> None:
    assert printed(renderer, report("en")) == english
    with contextlib.closing(Renderer(TEMPLATES, FONTS)) as another:
        assert printed(another, report("en")) == english


def test_a_long_report_names_the_patient_on_every_page(renderer: Renderer) -> None:
    texts = {"findings": "\n".join(f"Line {number} of the findings." for number in range(150)), "impression": "Long."}
    document = pypdfium2.PdfDocument(printed(renderer, report("en", sections=texts)))
    pages = [page.get_textpage().get_text_range() for page in document]
    assert len(pages) >= 3
    for number, text in enumerate(pages, 1):
        assert "LY-2026/0042" in text and f"Page {number} of {len(pages)}" in " ".join(text.split())


def test_japanese_names_have_letters(renderer: Renderer) -> None:
    text = text_of(printed(renderer, report("en", author=Signer("x", "山田 太郎"))))
    assert "山田 太郎" in text


# Nothing is fetched.


@pytest.fixture
def canary() -> Iterator[tuple[str, list[bytes]]]:
    """A server on this machine that notes who calls."""
    heard: list[bytes] = []
    with socket.create_server(("127.0.0.1", 0)) as server:

        def listen() -> None:
            with contextlib.suppress(OSError):
                while True:
                    connection, _ = server.accept()
                    heard.append(connection.recv(1000))
                    connection.close()

        thread = threading.Thread(target=listen, daemon=True)
        thread.start()
        yield f"http://127.0.0.1:{server.getsockname()[1]}", heard
        server.shutdown(socket.SHUT_RDWR)
    thread.join(5)


@pytest.mark.parametrize(
    "markup",
    [
        '<img src="{file}">',
        '<link rel="attachment" href="{file}">',
        '<link rel="stylesheet" href="{http}/style.css">',
        "<style>@import url({http}/import.css);</style>",
        '<style>@font-face {{ font-family: x; src: url("{file}") }} p {{ font-family: x }}</style>',
        '<p style="background: url({http}/picture.png)">x</p>',
        '<object data="{http}/object"></object><iframe src="{file}"></iframe><embed src="{file}">',
        "<img src=\"data:image/svg+xml,<svg xmlns='http://www.w3.org/2000/svg'><image href='{http}/svg.png'/></svg>\">",
        '<img src="font:../../../../etc/passwd">',
        '<a href="{file}">x</a>',
    ],
)
def test_no_file_and_no_network_is_read(renderer: Renderer, tmp_path: Path, canary: tuple[str, list[bytes]], markup: str) -> None:
    address, heard = canary
    secret = tmp_path / "secret.txt"
    secret.write_text("CANARY-IN-A-FILE", encoding="utf-8")
    body = markup.format(file=secret.as_uri(), http=address)
    made = renderer.pdf(f"<html lang=en><title>t</title><p>visible</p>{body}</html>")
    assert "visible" in text_of(made)
    assert heard == []
    assert "CANARY" not in text_of(made)
    assert pypdfium2.PdfDocument(made).count_attachments() == 0


# A worker that misbehaves is ended, and the next one serves.


def renderer_with(template: str, folder: Path) -> Renderer:
    (folder / "report.html.j2").write_text(template, encoding="utf-8")
    return Renderer(folder, FONTS)


@pytest.mark.parametrize(
    "template",
    [
        "{% for a in range(99999) %}{% for b in range(99999) %}{% endfor %}{% endfor %}",
        "{% macro again() %}{{ again() }}{% endmacro %}{{ again() }}",
        "{{ 'x' * 2000000000 }}",
        "{{ nothing_of_that_name }}",
        "{% if %}",
        "{{ ''.__class__ }}",
    ],
    ids=["endless loop", "endless recursion", "two gigabytes", "missing variable", "syntax", "injection"],
)
def test_a_bad_template_is_told_and_costs_us_nothing(template: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pdf, "HTML_SECONDS", 1)
    before = own_memory()
    with contextlib.closing(renderer_with(template, tmp_path)) as renderer:
        with pytest.raises(RenderingFailed) as failed:
            renderer.html(report())
        assert "Ahmed" not in failed.value.detail and "LY-2026" not in failed.value.detail
        assert own_memory() - before < 50_000
        (tmp_path / "report.html.j2").write_text("good again", encoding="utf-8")
        assert renderer.html(report()) == "good again"


def own_memory() -> int:
    """Kilobytes resident."""
    status = Path("/proc/self/status").read_text(encoding="ascii")
    return int(status.split("VmRSS:")[1].split()[0])


def test_a_syntax_error_names_the_file_and_the_line(tmp_path: Path) -> None:
    with contextlib.closing(renderer_with("one\n{% if %}", tmp_path)) as renderer, pytest.raises(RenderingFailed) as failed:
        renderer.html(report())
    assert "TemplateSyntaxError in report.html.j2, line 2" in failed.value.detail


def test_a_worker_that_was_killed_is_replaced(renderer: Renderer) -> None:
    renderer.html(report())
    for worker in list(renderer._all):
        os.kill(worker.pid, 9)
        worker._process.wait()
    assert "Zliten" in renderer.html(report())


def test_many_ask_at_once_and_all_are_served(renderer: Renderer) -> None:
    names = [f"Dr Number {number}" for number in range(12)]
    with ThreadPoolExecutor(6) as pool:
        pages = list(pool.map(lambda name: renderer.html(report(author=Signer("x", name))), names))
    assert all(name in page for name, page in zip(names, pages, strict=True))


def test_a_preview_does_not_wait_for_a_long_pdf(tmp_path: Path) -> None:
    with contextlib.closing(renderer_with("preview", tmp_path)) as renderer, ThreadPoolExecutor(1) as pool:
        endless = "<p>word </p>" * 20_000
        long = pool.submit(renderer.pdf, endless)
        assert renderer.html(report()) == "preview"
        assert not long.done()
        renderer.close()
        with pytest.raises(Unavailable):
            long.result()


def test_workers_end_when_the_renderer_is_closed(tmp_path: Path) -> None:
    renderer = renderer_with("x", tmp_path)
    renderer.html(report())
    pids = [worker.pid for worker in renderer._all]
    renderer.close()
    assert pids and not any(alive(pid) for pid in pids)
    with pytest.raises(Unavailable):
        renderer.html(report())


def test_a_worker_ends_when_its_parent_is_killed(tmp_path: Path) -> None:
    (tmp_path / "report.html.j2").write_text("x", encoding="utf-8")
    program = (
        "import sys, time; from pathlib import Path; sys.path[:0] = ['plugins', 'tests'];"
        "from support.sample_reports import FONTS, report; from teleradiology.documents.pdf import Renderer;"
        f"r = Renderer(Path({str(tmp_path)!r}), FONTS); r.html(report());"
        "print(next(iter(r._all)).pid, flush=True); time.sleep(60)"
    )
    with subprocess.Popen(
        [sys.executable, "-c", program], stdout=subprocess.PIPE, text=True, cwd=Path(__file__).parents[2]
    ) as one:
        assert one.stdout is not None
        pid = int(one.stdout.readline())
        assert alive(pid)
        one.kill()
        one.wait()
    deadline = time.monotonic() + 10
    while alive(pid) and time.monotonic() < deadline:
        threading.Event().wait(0.02)
    assert not alive(pid)


def alive(pid: int) -> bool:
    """Whether the process runs; one that has ended and is not yet waited for does not."""
    try:
        return Path(f"/proc/{pid}/stat").read_text(encoding="ascii").rsplit(")", 1)[1].split()[0] != "Z"
    except FileNotFoundError:
        return False


def test_no_password_of_ours_is_handed_to_a_worker(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("TELERADIOLOGY_ADMIN_PASSWORD", "CANARY")
    with contextlib.closing(renderer_with("x", tmp_path)) as renderer:
        renderer.html(report())
        environ = Path(f"/proc/{next(iter(renderer._all)).pid}/environ").read_bytes()
    assert b"CANARY" not in environ


def test_a_preliminary_pdf_says_so_on_every_page(renderer: Renderer) -> None:
    texts = {"findings": "\n".join(f"Line {number}." for number in range(120)), "impression": "Long."}
    document = pypdfium2.PdfDocument(printed(renderer, dataclasses.replace(report("en", "preliminary"), sections=texts)))
    assert len(document) > 1
    assert all("PRELIMINARY" in page.get_textpage().get_text_range() for page in document)
