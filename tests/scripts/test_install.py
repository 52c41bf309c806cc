"""Installing: nothing twice, nothing by halves, nothing unchecked, and one line when it cannot be done."""

from __future__ import annotations

import hashlib
import json
import tarfile
from base64 import b64encode
from pathlib import Path, PurePosixPath

import pytest
from install import commands, debian, environment, everything, files, npm, ohif, stamps, vendor
from install.trouble import Trouble

HOME = Path(__file__).resolve().parents[2]
UNREACHABLE = "http://127.0.0.1:9/"


def test_a_second_start_installs_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(command: list[str], *_: object, **__: object) -> bytes:
        raise AssertionError(f"it runs {command}")

    monkeypatch.setattr(commands, "run", refuse)
    everything.for_serving()
    everything.for_demo()


def test_an_interrupted_build_leaves_the_old_folder_and_is_done_again(tmp_path: Path) -> None:
    folder = tmp_path / "part"

    def good(new: Path) -> None:
        (new / "file").write_text("whole")

    def interrupted(new: Path) -> None:
        (new / "file").write_text("ha")
        raise KeyboardInterrupt

    stamps.rebuild(folder, "one", good)
    with pytest.raises(KeyboardInterrupt):
        stamps.rebuild(folder, "two", interrupted)
    assert (folder / "file").read_text() == "whole"
    assert stamps.is_current(folder / ".stamp", "one")
    stamps.rebuild(folder, "two", good)
    assert stamps.is_current(folder / ".stamp", "two")
    assert [path.name for path in tmp_path.iterdir()] == ["part"]


def test_a_digest_depends_on_every_input(tmp_path: Path) -> None:
    one, two = tmp_path / "one", tmp_path / "two"
    one.write_text("1")
    two.write_text("2")
    digests = {stamps.digest([one, two]), stamps.digest([one]), stamps.digest([two, one]), stamps.digest([one, two], "3.11")}
    two.write_text("3")
    assert len(digests | {stamps.digest([one, two])}) == 5


def test_python_packages_that_cannot_be_fetched_are_one_clear_sentence(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    _environment_in(tmp_path, monkeypatch)
    monkeypatch.setenv("PIP_INDEX_URL", UNREACHABLE)
    monkeypatch.setenv("PIP_EXTRA_INDEX_URL", "")
    monkeypatch.setenv("PIP_FIND_LINKS", "")
    monkeypatch.setenv("PIP_CONFIG_FILE", "/dev/null")
    monkeypatch.setenv("PIP_NO_CACHE_DIR", "1")
    with pytest.raises(Trouble) as trouble:
        environment.install("demo")
    assert str(trouble.value).splitlines()[0].endswith(commands.CHECK_NETWORK)
    assert environment.UNFINISHED.exists()


def test_an_unfinished_environment_is_made_anew(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    _environment_in(tmp_path, monkeypatch)
    leftover = environment.VENV / "leftover"
    environment.VENV.mkdir()
    environment.UNFINISHED.touch()
    leftover.touch()
    ran: list[str] = []
    monkeypatch.setattr(
        commands, "run", lambda command, *_, **__: (ran.append(str(command[-1])), environment.VENV.mkdir(exist_ok=True))
    )
    environment.install("runtime")
    assert not leftover.exists()
    assert not environment.UNFINISHED.exists()
    assert len(ran) == 2


def _environment_in(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    venv = folder / "venv"
    monkeypatch.setattr(environment, "VENV", venv)
    monkeypatch.setattr(environment, "PYTHON", venv / "bin" / "python")
    monkeypatch.setattr(environment, "UNFINISHED", venv / "unfinished")


@pytest.mark.parametrize("part", ["viewer", "pages"])
def test_front_end_packages_that_cannot_be_fetched_are_one_clear_sentence(
    part: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("npm_config_registry", UNREACHABLE)
    monkeypatch.setenv("npm_config_cache", str(tmp_path / "cache"))
    (tmp_path / "here").mkdir()
    with pytest.raises(Trouble) as trouble:
        if part == "viewer":
            npm.tarball(npm.lock(ohif.LOCK), tmp_path / "here")
        else:
            vendor.fetch(tmp_path / "here")
    assert str(trouble.value).splitlines()[0].endswith(commands.CHECK_NETWORK)


def test_the_wrong_python_is_told() -> None:
    with pytest.raises(Trouble, match=r"Orthanc embeds Python 3\.\d+, .* found 3\.9"):
        environment.check_interpreter((3, 9))


def test_a_missing_orthanc_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(environment, "PYTHON_PLUGIN", tmp_path / "none.so")
    with pytest.raises(Trouble, match="apt-get install orthanc"):
        environment.embedded_version()


def test_an_ordinary_user_is_told_what_root_has_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(debian.os, "geteuid", lambda: 1000)
    with pytest.raises(Trouble, match=r"needs root; .* apt-get install --no-install-recommends no-such-package-anywhere"):
        debian.install(["no-such-package-anywhere"])


def test_a_system_without_apt_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(debian.shutil, "which", lambda _program: None)
    with pytest.raises(Trouble, match="Expected Debian 12 or 13"):
        debian.install(["orthanc"])


def test_only_what_is_missing_is_installed() -> None:
    assert debian.absent(["orthanc", "no-such-package-anywhere"]) == ["no-such-package-anywhere"]


def test_a_program_that_fails_is_told_with_its_last_words() -> None:
    with pytest.raises(Trouble) as trouble:
        commands.run(["sh", "-c", "echo for nothing; echo the reason >&2; exit 3"], "It failed.")
    assert str(trouble.value) == "It failed.\n    the reason\n    for nothing"


def test_a_tarball_that_is_not_the_locked_one_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "other.tgz").write_bytes(b"other")
    monkeypatch.setattr(commands, "run", lambda *_, **__: b"")
    locked = {"package": "p", "version": "1", "integrity": "sha512-" + b64encode(hashlib.sha512(b"this").digest()).decode()}
    with pytest.raises(Trouble, match="was expected to have the integrity"):
        npm.tarball(locked, tmp_path)


def test_a_tarball_cannot_write_outside(tmp_path: Path) -> None:
    with tarfile.open(tmp_path / "evil.tgz", "w:gz") as archive:
        archive.addfile(tarfile.TarInfo("package/dist/../../../evil"))
        archive.addfile(tarfile.TarInfo("package/dist/good"))
    assert list(npm.members(tmp_path / "evil.tgz", lambda _path: True)) == ["package/dist/good"]


PAGE = (
    '<script>window.PUBLIC_URL="/"</script><link href="/app.css"><link href="//cdn/x"><script src="/a.js"></script>'
    '<link rel="apple-touch-startup-image" href="/assets/s.png"><script src="/init-service-worker.js"></script>'
)


def test_the_viewers_page_is_moved_under_our_path() -> None:
    page = ohif.rebased("index.html", PAGE.encode())[0].decode()
    at = ohif.BASE
    assert page == (
        f'<script>window.PUBLIC_URL="{at}"</script><link href="{at}app.css"><link href="//cdn/x"><script src="{at}a.js"></script>'
    )


@pytest.mark.parametrize(
    ("name", "before", "after", "public_paths"),
    [
        ("a.bundle.js", '__webpack_require__.p = "/";', f'__webpack_require__.p = "{ohif.BASE}";', 1),
        ("a.css", "url(/f.woff2) url(//cdn/f)", f"url({ohif.BASE}f.woff2) url(//cdn/f)", 0),
        ("manifest.json", '{"src": "/assets/i.png"}', f'{{"src": "{ohif.BASE}assets/i.png"}}', 0),
        ("picture.svg", "url(/f)", "url(/f)", 0),
    ],
)
def test_the_viewers_files_are_moved_under_our_path(name: str, before: str, after: str, public_paths: int) -> None:
    assert ohif.rebased(name, before.encode()) == (after.encode(), public_paths)


def test_a_viewer_with_another_layout_is_refused(tmp_path: Path) -> None:
    with pytest.raises(Trouble, match="PUBLIC_URL"):
        ohif.rebased("index.html", b"<html></html>")
    package = {"package/LICENSE": b"", "package/dist/a.css": b"url(/x)"}
    with pytest.raises(Trouble, match="7 or more public paths; found 0"):
        ohif.prepare(package, tmp_path, (Path("esbuild"), environment.PYTHON), {"version": "9"})


@pytest.mark.parametrize(
    ("name", "kept"),
    [
        ("app.bundle.css", True),
        ("assets/favicon.ico", True),
        ("ort/x.wasm", False),
        ("app.bundle.js.map", False),
        ("sw.js", False),
        ("app-config.js", False),
        ("assets/apple-touch-startup-image.png", False),
    ],
)
def test_what_nobody_opens_is_left_out(name: str, kept: bool) -> None:
    assert ohif.wanted(PurePosixPath(name)) is kept


def test_the_prepared_viewer_is_the_locked_one_and_complete() -> None:
    manifest = json.loads((HOME / "build/ohif/VENDOR.json").read_text())
    locked = npm.lock(ohif.LOCK)
    assert {key: manifest[key] for key in locked} == locked
    assert manifest["base"] == ohif.BASE
    assert manifest["public_paths"] == 8
    for name in manifest["files"]:
        folder = HOME / "build/ohif"
        assert (folder / name).is_file() != (folder / f"{name}.gz").is_file(), name
        assert (folder / f"{name}.br").is_file() == (folder / f"{name}.gz").is_file(), name


def test_files_are_stored_the_same_every_time(tmp_path: Path) -> None:
    first = files.store(tmp_path, "a/b.js", b"x" * 1000)
    packed = (tmp_path / "a/b.js.gz").read_bytes()
    assert files.store(tmp_path, "a/b.js", b"x" * 1000) == first
    assert (tmp_path / "a/b.js.gz").read_bytes() == packed
    assert not (tmp_path / "a/b.js").exists()


def test_what_is_fetched_is_locked_by_digest_and_names_no_registry() -> None:
    packages = json.loads((HOME / "frontend/package-lock.json").read_text())["packages"]
    for name, package in packages.items():
        assert "resolved" not in package
        assert not name or package["integrity"].startswith("sha512-")
    for lock in ("runtime", "test", "demo"):
        text = (HOME / f"requirements/{lock}.txt").read_text()
        assert text.count("==") <= text.count("--hash=sha256:")
        assert "://" not in text
