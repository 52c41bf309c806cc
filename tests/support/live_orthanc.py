"""A real Orthanc with our plugin, in a temporary folder on random loopback ports: start, send, ask, kill, start again."""

from __future__ import annotations

import contextlib
import json
import os
import shlex
import shutil
import signal
import socket
import subprocess
import time
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any

import requests
from pydicom import Dataset

from . import senders

HOME = Path(__file__).resolve().parents[2]
PASSWORD = "correct-horse-battery-staple"
ADMIN = ("admin", PASSWORD)
RULES = Path(__file__).with_name("rules.yaml")
STATUS = "/teleradiology/api/status"
START_SECONDS = 30.0


def free_port() -> int:
    """A TCP port on which nobody listens at this moment."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def until(condition: Callable[[], Any], what: str, seconds: float = 10.0, pause: float = 0.02) -> Any:
    """The first true result of the condition. Fails by name when there is none in time."""
    deadline = time.monotonic() + seconds
    while True:
        result = condition()
        if result:
            return result
        if time.monotonic() > deadline:
            raise AssertionError(f"not within {seconds} s: {what}; last: {result!r}")
        time.sleep(pause)


class LiveOrthanc:
    """One installation: its folder and ports stay the same over restarts.

    It runs the repository's orthanc.json; ``settings`` are added to our section, ``replaced`` replaces pieces of its text.
    """

    def __init__(
        self,
        folder: Path,
        *,
        environ: Mapping[str, str] | None = None,
        rules: str | None = None,
        settings: Mapping[str, Any] | None = None,
        replaced: Mapping[str, str] | None = None,
        shell: str = "",
    ):
        self.folder = folder
        self.http_port, self.dicom_port = free_port(), free_port()
        self.url = f"http://127.0.0.1:{self.http_port}"
        self.log_file = folder / "orthanc.log"
        self.data = folder / "data"
        self._shell = shell  # put before Orthanc, such as "ulimit -s 1024;"
        self._process: subprocess.Popen[bytes] | None = None
        self.http = requests.Session()
        self.http.trust_env = False
        self.rules_file = folder / "worklist_rules.yaml"
        folder.mkdir(parents=True, exist_ok=True)
        if rules is not None:
            self.rules_file.write_text(rules, encoding="utf-8")
        elif not self.rules_file.exists():
            shutil.copyfile(RULES, self.rules_file)
        self.environ = self._environ(environ or {})
        self.configuration = HOME / "orthanc.json"
        if settings or replaced:
            self.configuration = folder / "orthanc.json"
            self.configuration.write_text(_changed(settings or {}, replaced or {}), encoding="utf-8")

    def _environ(self, more: Mapping[str, str]) -> dict[str, str]:
        kept = {name: value for name, value in os.environ.items() if not name.startswith(("TELERADIOLOGY_", "PYTHON"))}
        return {
            **kept,
            "TZ": "UTC",
            "TCP_NODELAY": "1",
            "LC_ALL": "C.UTF-8",
            "TELERADIOLOGY_SCRIPT": str(HOME / "plugins" / "teleradiology_plugin.py"),
            "TELERADIOLOGY_DATA": str(self.data),
            "TELERADIOLOGY_HTTP_PORT": str(self.http_port),
            "TELERADIOLOGY_DICOM_PORT": str(self.dicom_port),
            "TELERADIOLOGY_RULES": str(self.rules_file),
            "TELERADIOLOGY_STABLE_AGE": "1",
            "TELERADIOLOGY_ADMIN_PASSWORD": PASSWORD,
            **more,
        }

    # ------------------------------------------------------------------------------------------------ life

    def start(self, *, wait: bool = True) -> LiveOrthanc:
        """Start it and wait until our own status answers; with ``wait=False`` only until its port is open or it has ended."""
        command = f"{self._shell} exec Orthanc {shlex.quote(str(self.configuration))}"
        with self.log_file.open("ab") as log:
            self._process = subprocess.Popen(
                ["sh", "-c", command], env=self.environ, cwd=self.folder, stdout=log, stderr=subprocess.STDOUT
            )
        until(lambda: self.has_ended or self.is_listening(), "Orthanc listens", START_SECONDS)
        if wait:
            until(self._is_ready, f"{STATUS} answers 200; log:\n{self.log[-3000:]}", START_SECONDS)
        return self

    def stop(self, seconds: float = 15.0) -> int:
        """SIGTERM, and the exit code. Fails when it takes longer."""
        return self._end(signal.SIGTERM, seconds)

    def kill(self) -> int:
        """SIGKILL: nothing can be tidied up."""
        return self._end(signal.SIGKILL, 5.0)

    def restart(self) -> LiveOrthanc:
        """Stop if it runs, and start on the same data."""
        if self.is_running:
            self.stop()
        return self.start()

    def close(self) -> None:
        """End it in whatever state it is."""
        with contextlib.suppress(AssertionError):
            if self.is_running:
                self.stop()
        if self.is_running:
            self.kill()
        self.http.close()

    def __enter__(self) -> LiveOrthanc:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    @property
    def pid(self) -> int:
        """The process id of Orthanc."""
        assert self._process is not None, "not started"
        return self._process.pid

    @property
    def is_running(self) -> bool:
        """Whether the process is there."""
        return self._process is not None and self._process.poll() is None

    @property
    def has_ended(self) -> bool:
        """Whether the process was started and is gone."""
        return self._process is not None and self._process.poll() is not None

    @property
    def exit_code(self) -> int | None:
        """How it ended, or None."""
        return self._process.poll() if self._process else None

    @property
    def log(self) -> str:
        """Everything that was logged, over all starts."""
        return self.log_file.read_text(encoding="utf-8", errors="replace") if self.log_file.exists() else ""

    def children(self) -> list[int]:
        """The process ids of its direct children."""
        tasks = Path(f"/proc/{self.pid}/task")
        return [int(pid) for task in tasks.iterdir() for pid in (task / "children").read_text().split()]

    def is_listening(self) -> bool:
        """Whether the HTTP port takes connections."""
        with socket.socket() as probe:
            probe.settimeout(0.5)
            return probe.connect_ex(("127.0.0.1", self.http_port)) == 0

    def _is_ready(self) -> bool:
        assert not self.has_ended, f"Orthanc ended with {self.exit_code}; log:\n{self.log[-3000:]}"
        try:
            return self.get(STATUS, auth=None).status_code == 200
        except requests.ConnectionError:
            return False

    def _end(self, number: int, seconds: float) -> int:
        assert self._process is not None, "not started"
        self._process.send_signal(number)
        try:
            return self._process.wait(seconds)
        except subprocess.TimeoutExpired:
            raise AssertionError(f"Orthanc still runs {seconds} s after signal {number}; log:\n{self.log[-2000:]}") from None

    # ------------------------------------------------------------------------------------------------ asking

    def ask(self, method: str, path: str, auth: Any = ADMIN, **more: Any) -> requests.Response:
        """A request to any route; ``auth=None`` for nobody."""
        more.setdefault("timeout", 30)
        more.setdefault("allow_redirects", False)
        return self.http.request(method, self.url + path, auth=auth, **more)

    def get(self, path: str, auth: Any = ADMIN, **more: Any) -> requests.Response:
        """GET."""
        return self.ask("GET", path, auth, **more)

    def post(self, path: str, auth: Any = ADMIN, **more: Any) -> requests.Response:
        """POST."""
        return self.ask("POST", path, auth, **more)

    def put(self, path: str, auth: Any = ADMIN, **more: Any) -> requests.Response:
        """PUT."""
        return self.ask("PUT", path, auth, **more)

    def delete(self, path: str, auth: Any = ADMIN, **more: Any) -> requests.Response:
        """DELETE."""
        return self.ask("DELETE", path, auth, **more)

    def api(self, path: str, auth: Any = ADMIN, **more: Any) -> Any:
        """The JSON of a GET below our API, which must answer 200."""
        response = self.get(f"/teleradiology/api/{path}", auth, **more)
        assert response.status_code == 200, f"{path}: {response.status_code} {response.text[:500]}"
        return response.json()

    def account(self, username: str, *roles: str, **more: Any) -> tuple[str, str]:
        """Make an account; what to give as ``auth``."""
        body = {"username": username, "password": PASSWORD, "roles": list(roles), **more}
        response = self.post("/teleradiology/api/accounts", json=body)
        assert response.status_code in (200, 201), f"{response.status_code} {response.text[:500]}"
        return username, PASSWORD

    def items(self, auth: Any = ADMIN, **filters: str) -> list[dict[str, Any]]:
        """The worklist, first page."""
        return list(self.api("worklist", auth, params={"limit": "200", **filters})["items"])

    def item_of(self, study_uid: str, *, states: Iterable[str] = (), seconds: float = 15.0) -> dict[str, Any]:
        """The item of a study, once it is there and in one of the states."""
        wanted = tuple(states)

        def found() -> dict[str, Any] | None:
            response = self.get(f"/teleradiology/api/studies/{study_uid}")
            if response.status_code != 200:
                return None
            item: dict[str, Any] = response.json()
            return item if not wanted or item["state"] in wanted else None

        return until(found, f"an item of {study_uid} in {wanted or 'any state'}", seconds)

    # ------------------------------------------------------------------------------------------------ sending

    def c_store(
        self, objects: Iterable[Dataset | Path], calling_aet: str = "TEST_CT", called_aet: str = "TELERADIOLOGY"
    ) -> list[int]:
        """Send by C-STORE over one association without delays; the DIMSE statuses in order."""
        try:
            return senders.c_store(self.dicom_port, objects, calling_aet, called_aet)
        except AssertionError as error:
            raise AssertionError(f"{error}; log:\n{self.log[-5000:]}") from None

    def storescu(self, paths: Iterable[Path], calling_aet: str = "TEST_CT") -> int:
        """Send files with DCMTK's storescu; its exit code."""
        return senders.storescu(self.dicom_port, paths, calling_aet)

    def stow(self, objects: Iterable[Dataset | Path], auth: Any = ADMIN) -> requests.Response:
        """Send by STOW-RS in one request."""
        body, content_type = senders.stow_body(objects)
        return self.post("/dicom-web/studies", auth, data=body, headers={"Content-Type": content_type})

    def upload(self, one: Dataset | Path, auth: Any = ADMIN) -> requests.Response:
        """Send one object by POST /instances."""
        headers = {"Content-Type": "application/dicom"}
        return self.post("/instances", auth, data=senders.file_bytes(one), headers=headers)


def _changed(settings: Mapping[str, Any], replaced: Mapping[str, str]) -> str:
    """The repository's orthanc.json, changed, to be read from another folder."""
    text = (HOME / "orthanc.json").read_text(encoding="utf-8").replace('"lua/', f'"{HOME}/lua/')
    section = '"Teleradiology": {'
    more = "".join(f'"{name}": {json.dumps(value)}, ' for name, value in settings.items())
    for old, new in {**replaced, section: f"{section} {more}"}.items():
        assert old in text, f"orthanc.json has no {old}"
        text = text.replace(old, new)
    return text
