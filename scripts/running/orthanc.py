"""One Orthanc as a child process: started with our configuration, awaited, stopped with everything it started."""

import http.client
import json
import os
import shutil
import signal
import subprocess
import time
import urllib.request
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from install.places import HOME, VENV
from install.trouble import Trouble

from running import logs

CONFIGURATION = HOME / "orthanc.json"
READY_WITHIN = 120.0
LOOK_EVERY = 0.1


@dataclass(frozen=True)
class Wanted:
    data: Path
    http_port: int
    dicom_port: int
    rules: Path
    host: str

    @property
    def is_remote(self) -> bool:
        return self.host not in ("127.0.0.1", "localhost", "::1")

    @property
    def origin(self) -> str:
        return f"http://{self.host}:{self.http_port}"

    @property
    def address(self) -> str:
        return f"{self.origin}/teleradiology/"

    def environment(self) -> dict[str, str]:
        """What orthanc.json and the plugin read from the environment."""
        return {
            "TELERADIOLOGY_SITE": str(VENV),
            "TELERADIOLOGY_DATA": str(self.data),
            "TELERADIOLOGY_RULES": str(self.rules),
            "TELERADIOLOGY_HTTP_PORT": str(self.http_port),
            "TELERADIOLOGY_DICOM_PORT": str(self.dicom_port),
            "TELERADIOLOGY_REMOTE_ACCESS": "true" if self.is_remote else "false",
            "TELERADIOLOGY_BASE_URL": os.environ.get("TELERADIOLOGY_BASE_URL", self.origin if self.is_remote else ""),
            "PYTHONUTF8": "1",
            "TZ": "UTC",
            "TCP_NODELAY": "1",  # without it DCMTK stalls about 90 ms per small object
        }

    def command_line_environment(self) -> dict[str, str]:
        """For `python -m teleradiology`."""
        return {**os.environ, **self.environment(), "PYTHONPATH": str(HOME / "plugins")}


class Orthanc:
    """`lock` is an open file that the child inherits: it holds the data folder for as long as the child lives."""

    def __init__(self, wanted: Wanted, lock: int) -> None:
        self.wanted = wanted
        self.log = logs.fresh(wanted.data / "logs")
        with self.log.open("wb") as log:
            # A session of its own: Ctrl-C reaches us alone, and what Orthanc starts can be ended with it.
            self._process = subprocess.Popen(
                [*_end_with_parent(), _program(), str(CONFIGURATION)],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
                cwd=HOME,
                pass_fds=(lock,),
                umask=0o077,
                env={**os.environ, **wanted.environment()},
            )

    def await_ready(self, is_told_to_stop: Callable[[], bool]) -> bool:
        until = time.monotonic() + READY_WITHIN
        while time.monotonic() < until:
            if is_told_to_stop():
                return False
            if self.has_ended(within=LOOK_EVERY):
                raise Trouble(
                    f"Orthanc was expected to start; it ended ({self.how_it_ended()}). "
                    f"Its log is {self.log}\n{logs.explanation(self.log)}"
                )
            if _answers(self.wanted.http_port):
                return True
        raise Trouble(
            f"The extension was expected to answer at {self.wanted.address}api/status within {READY_WITHIN:.0f} s; "
            f"it did not. Orthanc's log is {self.log}\n{logs.explanation(self.log)}"
        )

    def has_ended(self, within: float) -> bool:
        try:
            self._process.wait(within)
        except subprocess.TimeoutExpired:
            return False
        return True

    def how_it_ended(self) -> str:
        code = self._process.returncode
        return f"signal {signal.Signals(-code).name}" if code < 0 else f"exit code {code}"

    def ask_to_stop(self) -> None:
        if self._process.poll() is None:
            self._process.send_signal(signal.SIGTERM)

    def end_group(self) -> None:
        """Whatever is left of Orthanc and its workers."""
        with suppress(ProcessLookupError):
            os.killpg(self._process.pid, signal.SIGKILL)
        self._process.wait()


def _program() -> str:
    found = shutil.which("Orthanc", path=f"{os.environ.get('PATH', '')}:/usr/sbin:/usr/local/sbin")
    if found is None:
        raise Trouble("The program Orthanc was expected in /usr/sbin; found none. Install it: apt-get install orthanc")
    return found


def _end_with_parent() -> list[str]:
    """If this command is killed outright, Orthanc is told to stop as well."""
    return ["setpriv", "--pdeathsig", "TERM", "--"] if shutil.which("setpriv") else []


def _answers(port: int) -> bool:
    directly = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    try:
        with directly.open(f"http://127.0.0.1:{port}/teleradiology/api/status", timeout=5) as answer:
            return bool(json.load(answer)["status"] == "ok")
    except (OSError, http.client.HTTPException, ValueError, KeyError):
        return False
