"""`./teleradiology`: what administrators type, mistyped too."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

import pytest

from support.live_orthanc import free_port
from teleradiology.cli import installation, main
from teleradiology.core.errors import InvalidConfiguration

HOME = Path(__file__).resolve().parents[2]
RULES = HOME / "tests" / "support" / "rules.yaml"
BROKEN = RULES.read_text(encoding="utf-8").replace("priority: routine, subspecialty", "priority: rutine, subspecialty")


def test_a_misspelt_verb_is_told_with_the_one_that_was_meant(capsys: pytest.CaptureFixture[str]) -> None:
    for arguments, meant in ((["rulse"], "rules"), (["rules", "chek"], "check"), (["rules", "check", "--fromat"], "--format")):
        with pytest.raises(SystemExit) as ended:
            main(arguments)
        assert ended.value.code == 2
        said = capsys.readouterr().err
        assert f"Did you mean {meant}?" in said
        assert said.count("\n") == 1


def test_a_good_rules_file_is_counted(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["rules", "check", str(RULES)]) == 0
    assert "is fit for use: 3 rules, 3 facilities, 1 readers, 1 examples" in capsys.readouterr().out


def test_a_bad_rules_file_is_told_with_line_and_suggestion(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "rules.yaml"
    file.write_text(BROKEN, encoding="utf-8")
    assert main(["rules", "check", str(file)]) == 1
    said = capsys.readouterr().err
    assert f"{file}:" in said
    assert "'routine'" in said


def test_problems_as_json_are_for_scripts(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "rules.yaml"
    file.write_text(BROKEN, encoding="utf-8")
    assert main(["rules", "check", str(file), "--format", "json"]) == 1
    answer = json.loads(capsys.readouterr().out)
    assert not answer["ok"]
    assert {"line", "column", "path", "message", "suggestion"} <= answer["problems"][0].keys()


def test_the_schema_is_json(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["rules", "schema"]) == 0
    assert json.loads(capsys.readouterr().out)["$schema"]


def test_a_file_that_is_not_there_is_told(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["rules", "check", "/none/rules.yaml"]) == 1
    assert capsys.readouterr().err == "/none/rules.yaml: No such file or directory\n"


def test_the_wrapper_needs_no_activated_environment() -> None:
    done = subprocess.run(
        [HOME / "teleradiology", "rules", "check", RULES], cwd="/", env={"PATH": "/usr/bin:/bin"}, capture_output=True
    )
    assert (done.returncode, done.stderr) == (0, b"")


def test_a_service_that_does_not_run_is_told(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    note = {"http_port": free_port(), "dicom_port": free_port(), "rules": str(RULES)}
    (tmp_path / "serving.json").write_text(json.dumps(note))
    assert main(["status", "--data", str(tmp_path)]) == 1
    assert f"the service was expected at http://127.0.0.1:{note['http_port']}" in capsys.readouterr().err


def test_a_data_folder_without_a_trail_is_told(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["audit", "verify", "--data", str(tmp_path)]) == 1
    assert "the audit key was expected" in capsys.readouterr().err


def test_the_doctor_looks_at_everything_although_the_first_look_is_bad(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    note = {"http_port": free_port(), "dicom_port": free_port(), "rules": str(RULES)}
    (tmp_path / "serving.json").write_text(json.dumps(note))
    assert main(["doctor", "--data", str(tmp_path), "--format", "json"]) == 1
    found = {finding["what"]: finding["is_well"] for finding in json.loads(capsys.readouterr().out)["findings"]}
    assert found["service"] is False
    assert found["rules"] is True
    assert found["data folder"] is True
    assert found["transcoding"] is True


def test_orthancs_configuration_is_read_as_orthanc_reads_it() -> None:
    text = '{/* all */ "A": "${X:-d}/e", // "B": 1\n "C": "no // comment", "D": ${N:-3}, "E": "${EMPTY}"}'
    assert installation.orthanc_json(text, {"X": "x"}) == {"A": "x/e", "C": "no // comment", "D": 3, "E": ""}


def test_a_broken_configuration_is_told() -> None:
    with pytest.raises(InvalidConfiguration, match=r"orthanc\.json cannot be read"):
        installation.orthanc_json("{", {})
