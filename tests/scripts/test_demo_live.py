"""`./serve --demo` with the real Orthanc: studies on the worklist, reports in the PACS, and all of it gone again."""

from __future__ import annotations

import json
import re
import subprocess
from pathlib import Path

import requests

from teleradiology.cli import installation
from teleradiology.demo.cases import CASES
from teleradiology.demo.client import Client
from teleradiology.demo.story import REPORTS

from .conftest import HOME, Serve


def test_the_demonstration_comes_and_goes(serve: Serve) -> None:
    serve.variables["TELERADIOLOGY_STABLE_AGE"] = "2"
    serve.start("--demo")
    administrator = Client(f"http://127.0.0.1:{serve.http_port}", "admin", _password(serve.data))
    _look_at_the_worklist(administrator)
    _look_at_the_accounts(serve)
    _look_at_the_roster(administrator)
    again = _teleradiology(serve, "demo", "load", "--format", "json")
    assert len(again["accounts"]) >= 4
    assert _teleradiology(serve, "demo", "remove", "--format", "json")["studies"] == len(CASES)
    assert administrator.orthanc("GET", "/studies") == []
    assert not any(reader["exceptions"] for reader in administrator.get("roster")["readers"])
    assert _teleradiology(serve, "doctor", "--format", "json")["ok"]


def _look_at_the_worklist(administrator: Client) -> None:
    items = [administrator.get(f"studies/{uid}") for uid in _study_uids(administrator)]
    assert len(items) == len(CASES)
    assert {item["state"] for item in items} >= {"completed", "held"}
    assert any(item["overdue"] for item in items)
    assert any(flag.startswith("suggested-by") for item in items for flag in item["flags"])
    assert {item["facility"] for item in items} == {"clinic-a", "clinic-b"}
    signed = [item for item in items if item["final_at"] or item["preliminary_at"]]
    assert len(signed) == len([report for report in REPORTS if report.status])


def _study_uids(administrator: Client) -> list[str]:
    studies = administrator.orthanc("GET", "/studies?expand")
    return [study["MainDicomTags"]["StudyInstanceUID"] for study in studies]


def _look_at_the_accounts(serve: Serve) -> None:
    known = json.loads((serve.data / "demo.json").read_text())
    assert (serve.data / "demo.json").stat().st_mode & 0o077 == 0
    for person in known["people"]:
        answer = requests.get(
            f"http://127.0.0.1:{serve.http_port}/teleradiology/api/me", auth=(person["username"], person["password"]), timeout=10
        )
        assert answer.json()["roles"] == [person["role"]]


def _look_at_the_roster(administrator: Client) -> None:
    roster = administrator.get("roster")
    assert any(reader["exceptions"] for reader in roster["readers"])


def _password(data: Path) -> str:
    found = re.search(r"password (\S+?)\.?\s", (data / "first-administrator.txt").read_text())
    assert found
    return found[1]


def _teleradiology(serve: Serve, *arguments: str) -> dict:  # type: ignore[type-arg]
    command = [HOME / "teleradiology", *arguments, "--data", serve.data]
    done = subprocess.run(command, env=serve.environment(), capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    answer: dict = json.loads(done.stdout)  # type: ignore[type-arg]
    return answer


def test_the_command_line_finds_the_service_of_a_data_folder(tmp_path: Path) -> None:
    (tmp_path / "serving.json").write_text('{"http_port": 18042, "dicom_port": 14242, "rules": "/r.yaml"}')
    there = installation.of(tmp_path)
    assert there.address == "http://127.0.0.1:18042"
    assert there.settings.dicom_port == 14242
    assert there.settings.rules_file == Path("/r.yaml")
    assert there.settings.data_dir == tmp_path
