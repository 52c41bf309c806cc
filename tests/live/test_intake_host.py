"""What intake believes of a PACS holds of a real Orthanc, asked through our gateway."""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path
from types import SimpleNamespace

import pytest
import requests
from pydicom import Dataset

from support.host_expectations import EXPECTATIONS, Pacs
from support.live_orthanc import free_port, until
from support.senders import file_bytes
from teleradiology.host.gateway import Gateway
from teleradiology.host.inlet import Inlet


class OrthancException(Exception):
    """As the plugin's: a number and a text."""


class OverHttp:
    """The calls that the gateway makes of the ``orthanc`` module, made over HTTP instead."""

    OrthancException = OrthancException
    ErrorCode = SimpleNamespace(UNKNOWN_RESOURCE=17, INEXISTENT_ITEM=7)

    def __init__(self, url: str, http: requests.Session):
        self.url, self.http = url, http

    def RestApiGet(self, path: str) -> bytes:
        return self._answer(self.http.get(self.url + path, timeout=10))

    def RestApiPost(self, path: str, body: bytes) -> bytes:
        return self._answer(self.http.post(self.url + path, data=body, timeout=10))

    def _answer(self, answer: requests.Response) -> bytes:
        if answer.status_code == 404:
            raise OrthancException(17, "Unknown resource")
        if answer.status_code != 200:
            raise OrthancException(0, f"status {answer.status_code}")
        return answer.content


class BareOrthanc:
    """An Orthanc without our plugin, and the gateway to it."""

    def __init__(self, url: str, http: requests.Session):
        self.url, self.http = url, http
        self.host = Gateway(OverHttp(url, http), Inlet(url))

    def receive(self, image: Dataset) -> None:
        assert self.http.post(f"{self.url}/instances", data=file_bytes(image), timeout=10).status_code == 200

    def delete(self, study: str) -> None:
        assert self.http.delete(f"{self.url}/studies/{study}", timeout=10).status_code == 200

    def empty_changes(self) -> None:
        assert self.http.delete(f"{self.url}/changes", timeout=10).status_code == 200

    def become_stable(self, study: str) -> None:
        def is_stable() -> bool:
            found = self.host.study(study)
            return found is not None and found.is_stable

        until(is_stable, "StableAge has passed")
        until(lambda: any(one.type == "StableStudy" and one.id == study for one in self.host.changes(0, 10_000).items), "is told")


@pytest.fixture(scope="module")
def pacs(tmp_path_factory: pytest.TempPathFactory) -> Iterator[BareOrthanc]:
    folder: Path = tmp_path_factory.mktemp("bare")
    port = free_port()
    configuration = {
        "StorageDirectory": str(folder),
        "IndexDirectory": str(folder),
        "HttpPort": port,
        "DicomServerEnabled": False,
        "RemoteAccessAllowed": False,
        "AuthenticationEnabled": False,
        "OverwriteInstances": False,
        "StableAge": 1,
        "Plugins": [],
    }
    (folder / "orthanc.json").write_text(json.dumps(configuration), encoding="utf-8")
    command = ["Orthanc", str(folder / "orthanc.json")]
    running = subprocess.Popen(command, env={**os.environ, "TZ": "UTC"}, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    with requests.Session() as http:
        http.trust_env = False
        url = f"http://127.0.0.1:{port}"
        until(lambda: _answers(http, url), "Orthanc answers", 30)
        yield BareOrthanc(url, http)
    running.terminate()
    running.wait(20)


def _answers(http: requests.Session, url: str) -> bool:
    try:
        return http.get(f"{url}/system", timeout=2).status_code == 200
    except requests.ConnectionError:
        return False


@pytest.mark.parametrize("holds", EXPECTATIONS, ids=lambda holds: holds.__name__)
def test_orthanc_is_as_intake_expects(pacs: BareOrthanc, holds: Callable[[Pacs], None]) -> None:
    holds(pacs)
