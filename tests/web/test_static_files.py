"""Our own files: kept for ever under their hash, asked for again without it, packed for who takes gzip."""

from __future__ import annotations

import gzip

import pytest
from flask import Flask

from teleradiology.core.errors import NotFound
from teleradiology.web.static_files import StaticFiles

SCRIPT = b"export const answer = 42;\n" * 50


@pytest.fixture
def folders(tmp_path):
    ours, vendor = tmp_path / "static", tmp_path / "vendor"
    for folder in (ours / "css", vendor / "fonts"):
        folder.mkdir(parents=True)
    (ours / "app.js").write_bytes(SCRIPT)
    (ours / "secret.py").write_bytes(b"x = 1")
    (ours / "css" / "page.css").write_bytes(
        b"a{src:url('../../vendor/none.woff2')} b{background:url(data:x)} i{background:url(../dot.png)}"
    )
    (ours / "dot.png").write_bytes(b"\x89PNG")
    (vendor / "fonts" / "a.woff2").write_bytes(b"wOF2")
    (vendor / "fonts.css").write_bytes(b'@font-face{src:url("fonts/a.woff2")}')
    return ours, vendor


@pytest.fixture
def files(folders):
    ours, vendor = folders
    return StaticFiles(vendor, ours=ours)


def get(files, address, **headers):
    path, _, query = address.removeprefix("/teleradiology/static/").partition("?")
    with Flask("test").test_request_context(f"/?{query}", headers=headers):
        return files.answer(path)


def test_a_file_asked_for_by_its_hash_is_kept_for_ever(files):
    response = get(files, files.address("app.js"))
    assert response.headers["Cache-Control"] == "public, max-age=31536000, immutable"
    assert response.get_data() == SCRIPT
    assert response.content_type == "text/javascript; charset=utf-8"


@pytest.mark.parametrize("query", ["", "?v=", "?v=0123456789abcdef"])
def test_any_other_way_of_asking_is_checked_again_each_time(files, query):
    response = get(files, "/teleradiology/static/app.js" + query)
    assert response.headers["Cache-Control"] == "no-cache"
    again = get(files, "/teleradiology/static/app.js", **{"If-None-Match": response.headers["ETag"]})
    assert (again.status_code, again.get_data()) == (304, b"")


def test_the_address_changes_with_the_content(folders, files):
    ours, vendor = folders
    before = files.address("app.js")
    (ours / "app.js").write_bytes(SCRIPT + b"//")
    assert StaticFiles(vendor, ours=ours).address("app.js") != before


def test_gzip_is_sent_to_who_takes_it(files):
    packed = get(files, "app.js", **{"Accept-Encoding": "gzip, br"})
    assert packed.headers["Content-Encoding"] == "gzip"
    assert gzip.decompress(packed.get_data()) == SCRIPT
    assert packed.headers["Vary"] == "Accept-Encoding"
    for refused in ({}, {"Accept-Encoding": "br"}, {"Accept-Encoding": "gzip;q=0"}):
        plain = get(files, "app.js", **refused)
        assert "Content-Encoding" not in plain.headers
        assert plain.get_data() == SCRIPT


def test_plain_bytes_are_sent_when_orthanc_compresses_itself(folders):
    ours, vendor = folders
    response = get(StaticFiles(vendor, plain_only=True, ours=ours), "app.js", **{"Accept-Encoding": "gzip"})
    assert response.get_data() == SCRIPT


def test_what_is_packed_already_is_not_packed_again(files):
    assert "Content-Encoding" not in get(files, "vendor/fonts/a.woff2", **{"Accept-Encoding": "gzip"}).headers


@pytest.mark.parametrize(
    "name",
    ["", "nothing.js", "../app.py", "css/../app.js", "/etc/passwd", "secret.py", "vendor", "vendor/../../x", "app.js\x00", "css"],
)
def test_only_known_names_exist(files, name):
    with pytest.raises(NotFound):
        get(files, name)


def test_style_sheets_ask_for_fonts_and_pictures_by_hash(files):
    sheet = get(files, "vendor/fonts.css").get_data().decode()
    digest = files.files["vendor/fonts/a.woff2"].digest
    assert sheet == f'@font-face{{src:url("fonts/a.woff2?v={digest}")}}'
    page = get(files, "css/page.css").get_data().decode()
    assert f"url(../dot.png?v={files.files['dot.png'].digest})" in page
    assert "url(data:x)" in page
    assert "none.woff2')" in page


def test_a_page_cannot_name_a_file_that_is_not_there(files):
    with pytest.raises(KeyError):
        files.address("typo.js")


def test_modules_that_import_each_other_are_kept_for_ever_until_one_of_them_changes(folders):
    ours, vendor = folders
    (ours / "js").mkdir()
    (ours / "js" / "page.js").write_bytes(b'import "./part.js";')
    (ours / "js" / "part.js").write_bytes(b"export const part = 1;")
    before = StaticFiles(vendor, ours=ours)
    imported = before.address("js/page.js").replace("page.js", "part.js")
    assert get(before, imported).headers["Cache-Control"] == "public, max-age=31536000, immutable"
    (ours / "js" / "part.js").write_bytes(b"export const part = 2;")
    after = StaticFiles(vendor, ours=ours)
    assert after.address("js/page.js") != before.address("js/page.js")
    with pytest.raises(NotFound):
        get(after, imported)
