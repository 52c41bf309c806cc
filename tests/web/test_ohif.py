"""The viewer's files: known names only, kept for ever when their name is a hash, and a configuration without other servers."""

from __future__ import annotations

import gzip
import hashlib
import json
from pathlib import Path

import brotli
import pytest
from flask import Flask

from teleradiology.config.settings import Settings
from teleradiology.core.errors import NotFound
from teleradiology.web import ohif

FILES = {
    "index.html": b"<!doctype html><title>viewer</title>" * 20,
    "app.bundle.0123456789abcdef.js": b"start();" * 200,
    "0123456789abcdef.wasm": b"\x00asm" * 50,
    "0123456789abcdef.woff2": b"wOF2",
    "app.bundle.css": b"body{}" * 90,
    "55.css": b"a{}" * 90,
    "manifest.json": b"{}",
    "assets/icon.png": b"\x89PNG",
}


UNPACK = {"identity": bytes, "gzip": gzip.decompress, "br": brotli.decompress}


def prepare(folder: Path) -> None:
    (folder / "assets").mkdir(parents=True)
    for name, body in FILES.items():
        if Path(name).suffix in (".png", ".woff2"):
            (folder / name).write_bytes(body)
        else:
            (folder / f"{name}.gz").write_bytes(gzip.compress(body, mtime=0))
            (folder / f"{name}.br").write_bytes(brotli.compress(body))
    (folder / "app-config.js").write_text("window.config = {evil: 1}")
    manifest = {"files": {name: {"sha256": hashlib.sha256(body).hexdigest()} for name, body in FILES.items()}}
    (folder / "VENDOR.json").write_text(json.dumps(manifest))


@pytest.fixture
def settings(tmp_path):
    prepare(tmp_path / "ohif")
    return Settings(data_dir=tmp_path, ohif_dir=tmp_path / "ohif", dicomweb_root="/dicom-web")


@pytest.fixture
def client(settings, monkeypatch):
    monkeypatch.setattr(ohif.auth, "actor", lambda: None)  # who is asking is the matter of test_sign_in
    app = Flask("test", static_folder=None)
    app.url_map.strict_slashes = False
    app.register_error_handler(NotFound, lambda refusal: ("", 404))
    ohif.register(app, settings)
    return app.test_client()


@pytest.mark.parametrize("name", sorted(FILES))
def test_every_file_arrives_as_it_was_prepared(client, name):
    for accepted, unpack in UNPACK.items():
        response = client.get(f"/ohif/{name}", headers={"Accept-Encoding": accepted})
        assert (response.status_code, unpack(response.data) if "Content-Encoding" in response.headers else response.data) == (
            200,
            FILES[name],
        )


@pytest.mark.parametrize(
    ("accepted", "sent"), [("gzip, deflate, br", "br"), ("gzip", "gzip"), ("br;q=0, gzip", "gzip"), ("", None)]
)
def test_the_smallest_form_that_the_browser_takes_is_sent(client, accepted, sent):
    response = client.get("/ohif/app.bundle.0123456789abcdef.js", headers={"Accept-Encoding": accepted})
    assert (response.headers.get("Content-Encoding"), response.headers["Vary"]) == (sent, "Accept-Encoding")


@pytest.mark.parametrize("mode", sorted(ohif.MODES))
def test_the_modes_answer_with_the_start_page(client, mode):
    response = client.get(f"/ohif/{mode}?StudyInstanceUIDs=1.2.3")
    assert (response.status_code, response.data) == (200, FILES["index.html"])
    assert response.content_type == "text/html; charset=utf-8"
    assert "frame-ancestors 'self'" in response.headers["Content-Security-Policy"]
    assert response.headers["Cache-Control"] == "no-cache"


@pytest.mark.parametrize(
    ("name", "for_ever"),
    [
        ("app.bundle.0123456789abcdef.js", True),
        ("0123456789abcdef.wasm", True),
        ("0123456789abcdef.woff2", True),
        ("app.bundle.css", False),
        ("55.css", False),
        ("manifest.json", False),
        ("assets/icon.png", False),
        ("index.html", False),
    ],
)
def test_only_names_with_a_hash_are_kept_for_ever(client, name, for_ever):
    response = client.get(f"/ohif/{name}")
    assert ("immutable" in response.headers["Cache-Control"]) is for_ever
    assert ("ETag" in response.headers) is not for_ever


def test_a_known_style_sheet_is_used_before_it_is_asked_about(client):
    assert "stale-while-revalidate" in client.get("/ohif/55.css").headers["Cache-Control"]
    assert client.get("/ohif/manifest.json").headers["Cache-Control"] == "no-cache"


def test_an_unchanged_file_is_not_sent_again(client):
    etag = client.get("/ohif/app.bundle.css").headers["ETag"]
    assert etag == f'"{hashlib.sha256(FILES["app.bundle.css"]).hexdigest()[:32]}"'
    for given in (etag, f"W/{etag}", f'"x", {etag}', "*"):
        response = client.get("/ohif/app.bundle.css", headers={"If-None-Match": given})
        assert (response.status_code, response.data) == (304, b"")


@pytest.mark.parametrize(
    "name",
    [
        "VENDOR.json",
        "../settings.py",
        "assets",
        "assets/../VENDOR.json",
        "app-config.js.gz",
        "index.html.gz",
        "localbasic",
        "..%2fx",
        "x",
    ],
)
def test_no_other_name_exists(client, name):
    assert client.get(f"/ohif/{name}").status_code == 404


@pytest.mark.parametrize("path", ["/ohif", "/ohif/"])
def test_the_empty_path_leads_to_the_worklist(client, path):
    response = client.get(path)
    assert (response.status_code, response.headers["Location"]) == (303, "/teleradiology/")


def test_the_configuration_names_this_orthanc_and_no_other(client):
    response = client.get("/ohif/app-config.js")
    assert response.content_type == "text/javascript; charset=utf-8"
    text = response.data.decode()
    config = json.loads(text.removeprefix("window.config = ").rstrip().rstrip(";"))
    (source,) = config["dataSources"]
    assert source["configuration"]["qidoRoot"] == source["configuration"]["wadoRoot"] == "/dicom-web"
    assert config["showStudyList"] is False
    assert "http" not in text
    for way_out in ("customizationUrlPrefixes", "dangerouslyUseDynamicConfig", "oidc"):
        assert way_out not in config


def test_plain_bytes_are_sent_when_orthanc_compresses_itself(tmp_path, settings, monkeypatch):
    app = Flask("test", static_folder=None)
    ohif.register(app, Settings(data_dir=tmp_path, ohif_dir=settings.ohif_dir, orthanc_compresses=True))
    response = app.test_client().get("/ohif/55.css", headers={"Accept-Encoding": "gzip"})
    assert response.data == FILES["55.css"]


def test_the_main_script_is_known_for_fetching_ahead(settings):
    assert ohif.OhifFiles.of(settings).main_script == "/teleradiology/ohif/app.bundle.0123456789abcdef.js"


def test_without_a_viewer_there_are_no_files(tmp_path):
    files = ohif.OhifFiles.of(Settings(data_dir=tmp_path, ohif_dir=tmp_path / "nothing"))
    assert (files.main_script, files.digests) == ("", {})


def test_decoders_in_workers_may_make_functions_and_the_page_may_not(client):
    worker = client.get("/ohif/app.bundle.0123456789abcdef.js").headers["Content-Security-Policy"]
    page = client.get("/ohif/viewer").headers["Content-Security-Policy"]
    assert "'unsafe-eval'" in worker
    assert "'unsafe-eval'" not in page
