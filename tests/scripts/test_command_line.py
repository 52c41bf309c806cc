"""`./teleradiology`: what administrators type, mistyped too."""

from __future__ import annotations

import http.server
import json
import subprocess
import threading
from pathlib import Path

import pytest

from support.live_orthanc import free_port
from teleradiology.cli import installation, main
from teleradiology.core.errors import InvalidConfiguration

HOME = Path(__file__).resolve().parents[2]
RULES = HOME / "tests" / "support" / "rules.yaml"
BROKEN = RULES.read_text(encoding="utf-8").replace("priority: routine, subspecialty", "priority: rutine, subspecialty")


def test_a_misspelt_verb_is_told_with_the_one_that_was_meant(capsys: pytest.CaptureFixture[str]) -> None:
    for arguments, meant in ((["rulse"], "rules"), (["rules", "chek"], "check"), (["rules", "check", "--fromat"], "--format"),
                             (["rules", "check", "--format", "jsn"], "json")):  # fmt: skip
        assert main(arguments) == 2
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
    assert capsys.readouterr().err == "/none/rules.yaml: there is no such file; a rules file was expected\n"


def test_a_misspelt_file_is_told_with_the_one_that_was_meant(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "rules.yaml").write_bytes(RULES.read_bytes())
    assert main(["rules", "check", str(tmp_path / "ruels.yaml")]) == 1
    assert f"did you mean '{tmp_path / 'rules.yaml'}'?" in capsys.readouterr().err


def test_a_folder_and_bytes_that_are_no_text_are_told(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "latin.yaml").write_bytes(b"version: 1\nname: Dr \xc4rzt\n")
    for act in ("check", "test", "coverage"):
        assert main(["rules", act, str(tmp_path)]) == 1
        assert "this is a folder" in capsys.readouterr().err
        assert main(["rules", act, str(tmp_path / "latin.yaml")]) == 1
        assert "latin.yaml:2:10: the byte 0xC4 is not UTF-8" in capsys.readouterr().err


MISUSED: list[tuple[list[str], str]] = [
    (["--format", "text", "rules", "check"], "options stand at the end"),
    (["rules", "check", "one.yaml", "two.yaml"], "'two.yaml' is too much"),
    (["rules", "check", "--data", "/none"], "expected the service's data folder, found nothing at /none"),
    (["rules", "coverage", "--since", "2999-01-01"], "which is still to come"),
    (["rules", "coverage", "--since=-7d"], "expected a time ago such as 7d"),
    (["rules", "history", "--limit", "-3"], "--limit"),
    (["rules", "history", "--limit", "few"], "expected a number from 1"),
    (["rules", "backtest", "--fail-over", "some"], "expected a number from 0"),
    (["rules", "diff", "in-force", "abcdefgh"], "'abcdefgh': expected a rules file, in-force, disk, or the first 6"),
    (["rules", "history", "--url", "localhost:8042"], "expected an address such as http://"),
]


@pytest.mark.parametrize(("arguments", "said"), MISUSED)
def test_what_cannot_be_meant_ends_with_2_and_says_what_can(
    arguments: list[str], said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(arguments) == 2
    assert said in capsys.readouterr().err


@pytest.mark.parametrize(
    "arguments",
    [
        ["rules", "chek", "--format", "json"],
        ["rules", "check", "/none.yaml", "--format=json"],
        ["rules", "check", "/", "--format", "json"],
        ["rules", "coverage", "--since", "soon", "--format", "json"],
        ["rules", "explain", "--json", "/none.json", "--format", "json"],
    ],
)
def test_mistakes_are_json_too_when_that_is_asked_for(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    assert main(arguments) in (1, 2)
    answer = json.loads(capsys.readouterr().out)
    assert (answer["ok"], bool(answer["detail"])) == (False, True)


@pytest.mark.parametrize("answer", [b"<html>a printer</html>", b'{"HttpError": "Not Found"}'])
def test_something_else_at_the_address_is_told(
    answer: bytes, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    class Else(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(404 if answer.startswith(b"{") else 200)
            self.end_headers()
            self.wfile.write(answer)

        def log_message(self, *words: object) -> None:
            pass

    monkeypatch.setenv("TELERADIOLOGY_PASSWORD", "x")
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Else) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        address = f"http://127.0.0.1:{server.server_port}"
        assert main(["rules", "history", "--url", address, "--data", str(tmp_path)]) == 1
        server.shutdown()
    assert f"expected at {address}; what answers there is something else" in capsys.readouterr().err


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


@pytest.mark.parametrize("act", [["rules", "history"], ["rules", "backtest"], ["doctor"], ["audit", "verify"]])
def test_a_data_folder_that_is_broken_is_told_in_a_line(
    act: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "teleradiology.db").write_bytes(b"no database" * 100)
    (tmp_path / "audit.key").write_bytes(b"short")
    assert main([*act, "--data", str(tmp_path)]) == 1
    said = "".join(capsys.readouterr())
    assert "file is not a database" in said or "expected a key of 32 bytes" in said


@pytest.mark.parametrize("act", [["rules", "check"], ["status"], ["doctor"]])
def test_a_garbled_note_of_serve_is_told(act: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "serving.json").write_text("{")
    assert main([*act, "--data", str(tmp_path)]) == 1
    assert "it is garbled" in "".join(capsys.readouterr())


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
