"""`./serve` as its users meet it: what it says when something is in the way, and that it leaves nothing behind."""

from __future__ import annotations

import signal
import socket
import subprocess
import threading
from collections.abc import Callable
from pathlib import Path

import pytest
import requests

from .conftest import Serve


def one_line(done: subprocess.CompletedProcess[str], code: int = 1) -> str:
    assert done.returncode == code
    lines = done.stderr.splitlines()
    assert len(lines) == 1, done.stderr
    return lines[0]


def test_an_unknown_option_is_told_with_the_one_that_was_meant(serve: Serve) -> None:
    assert "--http-port" in one_line(serve.run("--http-prot", "80"), code=2)


@pytest.mark.parametrize("port", ["0", "65536", "http", "-1"])
def test_a_port_that_is_none_is_told(serve: Serve, port: str) -> None:
    assert "expected a port from 1 to 65535" in one_line(serve.run(f"--http-port={port}"), code=2)


def test_one_port_for_both_is_told(serve: Serve) -> None:
    assert "were expected to differ" in one_line(serve.run("--http-port", "9999", "--dicom-port", "9999"), code=2)


@pytest.mark.parametrize("which", ["http", "dicom"])
def test_a_port_that_is_taken_is_told_with_who_has_it(serve: Serve, which: str) -> None:
    taken = serve.http_port if which == "http" else serve.dicom_port
    with socket.create_server(("127.0.0.1", taken)):
        said = one_line(serve.run())
    assert f"Port {taken} was expected to be free" in said
    assert "(process " in said
    assert f"./serve --{which}-port" in said


def test_a_rules_file_that_is_not_there_is_told(serve: Serve, tmp_path: Path) -> None:
    assert f"{tmp_path}/none.yaml" in one_line(serve.run("--rules", str(tmp_path / "none.yaml")))


def test_a_data_folder_that_cannot_be_is_told(serve: Serve) -> None:
    assert "/proc/none was expected to be a folder" in one_line(serve.run("--data", "/proc/none"))


def test_the_address_the_port_and_the_log_are_said_when_it_answers(serve: Serve) -> None:
    serve.orthanc_does()
    process = serve.start()
    assert requests.get(f"http://127.0.0.1:{serve.http_port}/teleradiology/api/status", timeout=5).json()["status"] == "ok"
    process.send_signal(signal.SIGTERM)
    assert process.wait(30) == 0
    assert len(list((serve.data / "logs").glob("orthanc-*.log"))) == 1


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_whatever_way_it_is_stopped_nothing_is_left(serve: Serve, gone: Callable[[int], None], number: signal.Signals) -> None:
    note = serve.data.parent / "child"
    serve.orthanc_does(f'child = subprocess.Popen(["sleep", "600"]); open({str(note)!r}, "w").write(str(child.pid))')
    process = serve.start()
    process.send_signal(number)
    said, complained = process.communicate(timeout=30)
    assert (process.returncode, complained) == (0, "")
    assert "Stopped." in said
    gone(int(note.read_text()))


def test_the_second_ctrl_c_does_not_wait_for_an_orthanc_that_hangs(serve: Serve) -> None:
    serve.orthanc_does()
    program = serve.programs / "Orthanc"
    program.write_text(program.read_text().replace("os._exit(0)", "None"))
    process = serve.start()
    process.send_signal(signal.SIGINT)
    assert process.stdout
    assert any("Stopping" in line for line in process.stdout)
    process.send_signal(signal.SIGINT)
    assert process.wait(30) == 0


def test_mistakes_in_the_rules_file_are_all_that_is_told_of_a_start_that_they_prevent(serve: Serve) -> None:
    mistake = "E1123 06:00 x.cpp:1] Teleradiology: rules.yaml:2:1: 'priorites' is not a key"
    serve.orthanc_does(f'print({mistake!r}); print("E1123 06:00 x.cpp:1] traceback:"); print("  line 29"); sys.exit(3)')
    told = serve.run().stderr.splitlines()
    assert told[1:] == ["    rules.yaml:2:1: 'priorites' is not a key"]


def test_orthanc_that_does_not_start_is_explained_by_its_own_errors(serve: Serve) -> None:
    serve.orthanc_does('print("W1123 start"); print("E1123 06:00 x.cpp:1] The index is broken"); sys.exit(3)')
    done = serve.run()
    assert done.returncode == 1
    assert "it ended (exit code 3)" in done.stderr
    assert "The index is broken" in done.stderr
    assert "W1123" not in done.stderr


def test_orthanc_that_ends_by_itself_ends_the_command_with_an_error(serve: Serve) -> None:
    serve.orthanc_does("import threading; threading.Timer(1.5, lambda: os._exit(9)).start()")
    process = serve.start()
    assert "ended by itself (exit code 9)" in process.communicate(timeout=30)[1]
    assert process.returncode == 1


def test_two_services_do_not_share_a_data_folder(serve: Serve) -> None:
    serve.orthanc_does()
    serve.start()
    assert "expected to be unused" in one_line(serve.run())


def test_if_the_command_is_killed_orthanc_stops_as_well(serve: Serve, gone: Callable[[int], None]) -> None:
    note = serve.data.parent / "orthanc"
    serve.orthanc_does(f'open({str(note)!r}, "w").write(str(os.getpid()))')
    process = serve.start()
    drained = threading.Thread(target=process.communicate)
    process.kill()
    drained.start()
    gone(int(note.read_text()))
    drained.join()


def test_what_is_kept_of_patients_is_for_the_services_user_alone(serve: Serve) -> None:
    kept = serve.data / "kept"
    serve.orthanc_does(f"open({str(kept)!r}, 'w').write('a study')")
    serve.start()
    assert serve.data.stat().st_mode & 0o077 == 0
    assert kept.stat().st_mode & 0o077 == 0


def test_the_oldest_logs_make_room(serve: Serve) -> None:
    folder = serve.data / "logs"
    folder.mkdir(parents=True)
    for day in range(10, 30):
        (folder / f"orthanc-202601{day}T000000.log").write_text("")
    serve.orthanc_does("sys.exit(1)")
    serve.run()
    left = sorted(path.name for path in folder.iterdir())
    assert len(left) == 10
    assert left[0] == "orthanc-20260121T000000.log"


def test_the_password_is_shown_at_the_first_start_only(serve: Serve) -> None:
    text = "The first administrator signs in as 'admin' with the password Blue-Horse-7."
    path = serve.data / "first-administrator.txt"
    serve.orthanc_does(f"open({str(path)!r}, 'w').write({text!r})")
    assert "admin, password Blue-Horse-7 " in _said(serve)
    again = _said(serve)
    assert "Blue-Horse-7" not in again
    assert str(path) in again


def _said(serve: Serve) -> str:
    said: list[str] = []
    with subprocess.Popen(serve.command(), env=serve.environment(), stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout
        for line in process.stdout:
            said.append(line)
            if line.startswith("Stop with"):
                process.send_signal(signal.SIGTERM)
    return "".join(said)
